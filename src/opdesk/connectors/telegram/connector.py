"""Telegram Bot API. Limits, setup and payload samples: docs/channels/telegram.md."""

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from typing_extensions import override

from opdesk.connectors.base import (
    Account,
    BadPayload,
    Declaration,
    DeliveryError,
    HookCall,
    Outbound,
    OutboundFile,
    Platform,
    PlatformError,
    PollGone,
    Problem,
    SettingRefused,
    Source,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.telegram.declaration import DEFAULT_BASE_URL, TELEGRAM
from opdesk.connectors.telegram.payloads import chat_of, read_update
from opdesk.connectors.telegram.sending import Request, as_document, request_of
from opdesk.connectors.telegram.updates import MAX_FETCHED_BYTES, item_of
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, HttpReply, ReplyTooLarge

ALLOWED_UPDATES = ["message", "edited_message", "my_chat_member", "callback_query"]
SETUP_TIMEOUT_S = 15.0
SEND_TIMEOUT_S = 30.0
TYPING_TIMEOUT_S = 5.0
FILE_TIMEOUT_S = 60.0
MAX_CONNECTIONS = 40
_BLOCKED = ("blocked by the user", "user is deactivated", "can't initiate conversation")


class Telegram(Platform):
    """One bot."""

    source: ClassVar[Source] = Source.TELEGRAM_BOT
    declaration: ClassVar[Declaration] = TELEGRAM

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._http = http
        self._token = settings["botToken"]
        self._base = settings.get("apiBaseUrl", DEFAULT_BASE_URL)

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        given = call.headers.get("x-telegram-bot-api-secret-token", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """The one update of a body: Telegram sends no batches."""
        update, body = read_update(body)
        about = update.message or update.edited_message
        chat_id = str(about.chat.id) if about else chat_of(body)
        return [Update(key=str(update.update_id), item=item_of(update, body), chat_id=chat_id)]

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return chat_of(body)

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._base)

    async def identify(self) -> Account:
        bot = await self._setup("getMe", {})
        return Account(str(bot["id"]), str(bot.get("username") or bot["id"]))

    @override
    async def set_webhook(self, url: str, secret: str) -> None:
        body = {
            "url": url,
            "secret_token": secret,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": MAX_CONNECTIONS,
        }
        await self._setup("setWebhook", body)

    @override
    async def remove_webhook(self) -> None:
        await self._setup("deleteWebhook", {})

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            await self._setup("getMe", {})
            info = await self._setup("getWebhookInfo", {})
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except PlatformError as error:
            return [Trouble("botRefused", {"words": str(error)})]
        except Unreachable:
            return [Trouble("platformSilent")]
        troubles = []
        if (info.get("url") or None) != webhook_url:
            troubles.append(Trouble("webhookForeign"))
        if info.get("last_error_message"):
            troubles.append(Trouble("webhookFailing", {"words": str(info["last_error_message"])}))
        return troubles

    @override
    async def poll(self, offset: int, timeout_s: int) -> list[bytes]:
        body = {"offset": offset, "timeout": timeout_s, "allowed_updates": ALLOWED_UPDATES}
        found = await self._setup("getUpdates", body, timeout_s + SETUP_TIMEOUT_S)
        return [json.dumps(update, ensure_ascii=False).encode() for update in found]

    @staticmethod
    @override
    def next_offset(body: bytes, offset: int) -> int:
        try:
            return max(offset, read_update(body)[0].update_id + 1)
        except BadPayload:
            return offset + 1

    async def send(self, out: Outbound) -> str:
        request = request_of(out, out.chat_id)
        reply = await self._deliver(request, out.file)
        moved_to = _parameters(reply).get("migrate_to_chat_id")
        if reply.status == 400 and moved_to is not None:
            reply = await self._deliver(request_of(out, str(moved_to)), out.file)
        elif reply.status == 400 and (document := as_document(request, description(reply))):
            reply = await self._deliver(document, out.file)
        if reply.status != 200:
            raise delivery_error(reply)
        return _sent_id(reply)

    @override
    async def show_typing(self, chat_id: str, message_id: str = "") -> None:
        body = {"chat_id": int(chat_id), "action": "typing"}
        try:
            reply = await self._post("sendChatAction", body, TYPING_TIMEOUT_S)
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error
        if reply.status != 200:
            raise delivery_error(reply)

    @asynccontextmanager
    async def fetch(self, reference: str) -> AsyncIterator[AsyncIterator[bytes]]:
        try:
            reply = await self._post("getFile", {"file_id": reference}, SETUP_TIMEOUT_S)
            if reply.status != 200:
                raise delivery_error(reply)
            path = str(reply.json["result"]["file_path"])
            url = f"{self._base}/file/bot{self._token}/{path}"
            async with self._http.download(
                url, timeout_s=FILE_TIMEOUT_S, max_bytes=MAX_FETCHED_BYTES
            ) as (status, chunks):
                if status != 200:
                    raise DeliveryError(Problem.TRANSIENT, f"the file's server answered {status}")
                yield chunks
        except ReplyTooLarge as error:
            raise DeliveryError(Problem.TOO_LARGE, str(error), is_permanent=True) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error
        except (KeyError, TypeError) as error:
            raise DeliveryError(Problem.TRANSIENT, "Telegram named no file") from error

    async def _deliver(self, request: Request, file: OutboundFile | None) -> HttpReply:
        try:
            if file is None or not request.field:
                return await self._post(request.method, request.values, SEND_TIMEOUT_S)
            return await self._send_file(request, file)
        except HttpError as error:
            # Telegram has no key against duplicates, so what may have arrived is not sent again.
            problem = Problem.UNCERTAIN if error.was_sent else Problem.TRANSIENT
            raise DeliveryError(problem, str(error)) from error

    async def _send_file(self, request: Request, file: OutboundFile) -> HttpReply:
        """Values that are objects stand in a form as their JSON."""
        form = {
            name: json.dumps(value) if isinstance(value, dict) else str(value)
            for name, value in request.values.items()
        }
        with file.path.open("rb") as content:
            return await self._http.post(
                self._url(request.method),
                data=form,
                files={request.field: (file.name, content)},
                timeout_s=FILE_TIMEOUT_S,
            )

    async def _setup(self, method: str, body: Any, timeout_s: float = SETUP_TIMEOUT_S) -> Any:
        try:
            reply = await self._post(method, body, timeout_s)
        except AddressRefused as error:
            raise SettingRefused("apiBaseUrl", str(error)) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error
        if reply.status >= 500:
            raise Unreachable(f"Telegram answered {reply.status}")
        answer = reply.json
        if not isinstance(answer, dict) or not answer.get("ok"):
            kind = PollGone if reply.status == 409 else PlatformError
            raise kind(description(reply))
        return answer.get("result")

    async def _post(self, method: str, body: Any, timeout_s: float) -> HttpReply:
        return await self._http.post(self._url(method), json=body, timeout_s=timeout_s)

    def _url(self, method: str) -> str:
        return f"{self._base}/bot{self._token}/{method}"


def description(reply: HttpReply) -> str:
    """The platform's own words about a refusal."""
    answer = reply.json
    text = answer.get("description") if isinstance(answer, dict) else None
    return str(text or f"status {reply.status}")[:300]


def _parameters(reply: HttpReply) -> Mapping[str, Any]:
    answer = reply.json
    found = answer.get("parameters") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}


def _sent_id(reply: HttpReply) -> str:
    try:
        result = reply.json["result"]
        return f"{result['chat']['id']}:{result['message_id']}"
    except (KeyError, TypeError) as error:
        raise DeliveryError(Problem.UNCERTAIN, "Telegram's answer names no message") from error


def delivery_error(reply: HttpReply) -> DeliveryError:
    """What a refusal means: by its code first, by its words second."""
    words, status = description(reply), reply.status
    if status == 429:
        wait = _parameters(reply).get("retry_after")
        after = float(wait) if isinstance(wait, int | float) else None
        return DeliveryError(Problem.THROTTLED, words, retry_after_s=after)
    if status >= 500:
        return DeliveryError(Problem.TRANSIENT, words)
    return DeliveryError(_refusal(status, words.lower()), words, is_permanent=True)


def _refusal(status: int, words: str) -> Problem:
    if status in (401, 404):
        return Problem.AUTH
    if status == 403:
        return Problem.BLOCKED if any(one in words for one in _BLOCKED) else Problem.REJECTED
    if status == 413 or "too big" in words:
        return Problem.TOO_LARGE
    if "chat not found" in words:
        return Problem.RECIPIENT_UNKNOWN
    return Problem.BAD_REQUEST
