"""Viber REST Bot API. Limits, setup and payload samples: docs/channels/viberbot.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import urljoin

from typing_extensions import override

from opdesk.connectors.base import (
    Account,
    BadPayload,
    Declaration,
    DeliveryError,
    HookCall,
    Inbound,
    Item,
    MessageStatus,
    Outbound,
    Platform,
    PlatformError,
    Problem,
    Receipt,
    SettingRefused,
    Source,
    Subscription,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.signing import is_hmac_sha256
from opdesk.connectors.viberbot.declaration import DEFAULT_BASE_URL, MAX_NAME_CHARS, VIBER_BOT
from opdesk.connectors.viberbot.payloads import (
    Event,
    Message,
    User,
    card_of,
    chat_of,
    file_of,
    key_of,
    place_of,
    read_event,
    text_of,
)
from opdesk.connectors.viberbot.sending import (
    BAD_TOKEN,
    OK,
    SUSPENDED,
    answer_of,
    body_of,
    sent_id,
    words_of,
)
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, HttpReply, ReplyTooLarge

EVENT_TYPES = (
    "delivered",
    "seen",
    "failed",
    "subscribed",
    "unsubscribed",
    "conversation_started",
)
"""What we ask to be told besides messages, which always come."""
MAX_FETCHED_BYTES = 200 * 1024 * 1024
"""The largest file that a Viber user can send."""
MAX_REDIRECTS = 3
SETUP_TIMEOUT_S = 15.0
WEBHOOK_TIMEOUT_S = 30.0
"""Viber calls our webhook before it answers."""
SEND_TIMEOUT_S = 30.0
FILE_TIMEOUT_S = 120.0
_SHOWN_AS_TEXT = ("text", "url")


class ViberBot(Platform):
    """One bot."""

    source: ClassVar[Source] = Source.VIBER_BOT
    declaration: ClassVar[Declaration] = VIBER_BOT

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._http = http
        self._base = settings.get("apiBaseUrl", DEFAULT_BASE_URL)
        self._headers = {"X-Viber-Auth-Token": settings["authToken"]}
        name = settings.get("senderName") or settings.get("accountName") or "OpDesk"
        avatar = settings.get("senderAvatar")
        self._sender = {
            "name": name[:MAX_NAME_CHARS],
            **({"avatar": avatar} if avatar else {}),
        }

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """Viber signs with the bot's own token."""
        given = call.headers.get("x-viber-content-signature", "")
        return is_hmac_sha256(given, settings.get("authToken", ""), call.body)

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """One callback tells one thing."""
        event = read_event(body)
        return [Update(key=key_of(event, body), item=_item(event), chat_id=event.chat_id)]

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return chat_of(body)

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._base)

    async def identify(self) -> Account:
        info = await self._setup("get_account_info", {})
        account_id, name = str(info.get("id") or ""), str(info.get("name") or "")
        if not account_id:
            raise PlatformError("Viber names no account for this token")
        sender = str(info.get("uri") or name or account_id)
        return Account(account_id, sender, {"accountName": name} if name else {})

    @override
    async def set_webhook(self, url: str, secret: str) -> None:
        """While this is asked, Viber calls the address, and takes it only for a 200."""
        body = {
            "url": url,
            "event_types": list(EVENT_TYPES),
            "send_name": True,
            "send_photo": True,
        }
        await self._setup("set_webhook", body, WEBHOOK_TIMEOUT_S)

    @override
    async def remove_webhook(self) -> None:
        await self._setup("set_webhook", {"url": ""})

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            info = await self._setup("get_account_info", {})
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except Refusal as error:
            return [_trouble_of(error)]
        except Unreachable:
            return [Trouble("platformSilent")]
        if webhook_url is None:
            return []  # The channel itself says that it has none, and why.
        if (info.get("webhook") or None) != webhook_url:
            return [Trouble("webhookForeign")]
        told = info.get("event_types")
        missing = set(EVENT_TYPES) - set(map(str, told)) if isinstance(told, list) else set()
        return [Trouble("eventsMissing", {"words": ", ".join(sorted(missing))})] if missing else []

    async def send(self, out: Outbound) -> str:
        body = {
            "receiver": out.chat_id,
            "min_api_version": 1,
            "sender": self._sender,
            "tracking_data": str(out.message_id),
            **body_of(out),
        }
        try:
            reply = await self._post("send_message", body, SEND_TIMEOUT_S)
        except HttpError as error:
            # Viber has no key against duplicates, so what may have arrived is not sent again.
            problem = Problem.UNCERTAIN if error.was_sent else Problem.TRANSIENT
            raise DeliveryError(problem, str(error)) from error
        return sent_id(reply)

    @asynccontextmanager
    async def fetch(self, reference: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The reference is the file's address, which needs no key and ends after an hour."""
        url = reference
        try:
            for _ in range(1 + MAX_REDIRECTS):
                async with self._http.download(
                    url, timeout_s=FILE_TIMEOUT_S, max_bytes=MAX_FETCHED_BYTES
                ) as (status, chunks):
                    if status == 200:
                        yield chunks
                        return
                url = await self._led_to(url, status)
            raise DeliveryError(Problem.REJECTED, "the address leads on and on", is_permanent=True)
        except ReplyTooLarge as error:
            raise DeliveryError(Problem.TOO_LARGE, str(error), is_permanent=True) from error
        except AddressRefused as error:
            raise DeliveryError(Problem.REJECTED, str(error), is_permanent=True) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error

    async def _led_to(self, url: str, status: int) -> str:
        """Where an address leads that has no file of its own; it is checked as the first one."""
        if not 300 <= status < 400:
            raise _not_fetched(status)
        reply = await self._http.get(url, timeout_s=SETUP_TIMEOUT_S)
        return urljoin(url, reply.headers.get("location", ""))

    async def _setup(
        self, method: str, body: Any, timeout_s: float = SETUP_TIMEOUT_S
    ) -> Mapping[str, Any]:
        try:
            reply = await self._post(method, body, timeout_s)
        except AddressRefused as error:
            raise SettingRefused("apiBaseUrl", str(error)) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error
        if reply.status >= 500:
            raise Unreachable(f"Viber answered {reply.status}")
        answer = answer_of(reply)
        if reply.status != 200 or answer.get("status") != OK:
            raise Refusal(answer.get("status"), words_of(reply))
        return answer

    async def _post(self, method: str, body: Any, timeout_s: float) -> HttpReply:
        return await self._http.post(
            f"{self._base}/{method}", json=body, timeout_s=timeout_s, headers=self._headers
        )


class Refusal(PlatformError):
    """Viber refused a setup call; `status` is its number, if it gave one."""

    def __init__(self, status: object, text: str) -> None:
        super().__init__(text)
        self.status = status


def _trouble_of(error: Refusal) -> Trouble:
    words = {"words": str(error)}
    if error.status == BAD_TOKEN:
        return Trouble("tokenRefused", words)
    if error.status in SUSPENDED:
        return Trouble("botSuspended", words)
    return Trouble("botRefused", words)


def _not_fetched(status: int) -> DeliveryError:
    """An address that has ended answers 403 or 404, and will not come back."""
    is_gone = 400 <= status < 500 and status not in (408, 425, 429)
    problem = Problem.REJECTED if is_gone else Problem.TRANSIENT
    text = f"the file's server answered {status}"
    return DeliveryError(problem, text, is_permanent=is_gone)


def _item(event: Event) -> Item | None:
    """None: the question whether our webhook is there, and what nobody has to be told."""
    if event.event == "message":
        if event.message is None or event.sender is None or event.message_token is None:
            raise BadPayload("a message has a sender, a token and what it says")
        return _inbound(event, event.message, event.sender)
    if event.event in ("delivered", "seen", "failed"):
        return _receipt(event)
    if event.event in ("subscribed", "unsubscribed"):
        return Subscription(is_open=event.event == "subscribed")
    if event.event == "conversation_started" and event.subscribed:
        return Subscription(is_open=True)
    return None


def _inbound(event: Event, message: Message, sender: User) -> Inbound:
    text, file = text_of(message), file_of(message, event.message_token)
    place, card = place_of(message), card_of(message)
    is_text = message.type in _SHOWN_AS_TEXT and text != ""
    is_shown = is_text or any(one is not None for one in (file, place, card))
    name = sender.name or ""
    # A phone that customers share of themselves comes as a card with their own name; Viber does
    # not say that it is theirs.
    is_own = card is not None and card.phones and card.name == name.strip()
    return Inbound(
        chat_id=sender.id,
        message_id=str(event.message_token),
        sender_id=sender.id,
        sender_name=name,
        sent_at=event.timestamp,
        text=text,
        file=file,
        place=place,
        card=card,
        phone_hint=card.phones[0] if card is not None and is_own else None,
        kind=None if is_shown else message.type,
        rank=event.timestamp % SECOND_MS,
    )


_STATUSES = {
    "delivered": MessageStatus.DELIVERED,
    "seen": MessageStatus.READ,
    "failed": MessageStatus.REJECTED,
}


def _receipt(event: Event) -> Receipt | None:
    """It may name a message that we never sent, such as a broadcast of another program."""
    if event.message_token is None:
        return None
    status = _STATUSES[event.event]
    is_failed = status is MessageStatus.REJECTED
    return Receipt(
        status=status,
        message_id=str(event.message_token),
        problem=Problem.REJECTED if is_failed else None,
        words=(event.desc or "")[:300] if is_failed else "",
    )
