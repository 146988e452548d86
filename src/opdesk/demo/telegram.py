"""A small Telegram: the Bot API's wire format over HTTP, with customers that we move by hand.

It speaks both directions as the real one does: it answers the methods that OpDesk calls, posts
updates to the webhook with its secret header, and tries again when that is not acknowledged. The
demo, the tests and the benchmarks use it.
"""

import asyncio
import contextlib
import io
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import msgspec
from multipart import MultipartParser, parse_options_header

from opdesk.kit.clock import SECOND_MS, Clock, SystemClock
from opdesk.kit.http_client import trust
from opdesk.kit.ids import new_secret
from opdesk.kit.layers import Receive, Scope, Send, answer, read_body

MAX_BODY = 60 * 1024 * 1024
FIRST_RETRY_S, LONGEST_RETRY_S = 0.2, 5.0
BOT_NAME = "demo_shop_bot"
_CUT_OFF = [(b"content-length", b"100")]


@dataclass(frozen=True, slots=True)
class Call:
    """One method that was called; `files` are the parts that came as files: (name, bytes)."""

    method: str
    body: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error to answer with, as the Bot API words it."""

    status: int
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Customer:
    """Someone with a Telegram account."""

    id: int
    first_name: str
    last_name: str = ""
    username: str | None = None

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "language_code": "uk", **self._names()}

    def as_chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> dict[str, Any]:
        names = {"first_name": self.first_name, "last_name": self.last_name}
        return {**names, **({"username": self.username} if self.username else {})}


class FakeTelegram:
    """One Bot API server with any number of bots, as an ASGI application."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.calls: list[Call] = []
        self.refusals: dict[str, list[Refusal]] = defaultdict(list)
        """Answers for the next calls of a method, instead of a success."""
        self.hooks: dict[str, dict[str, Any]] = {}
        self.bots: dict[str, str] = {}
        """Token -> public name. A token that is not here is refused as Telegram would."""
        self._files: dict[str, bytes] = {}
        self._pending: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._news = asyncio.Event()
        # Numbers of an earlier start are never used again: the desk may still know them.
        self._last_update = self._last_message = self._now_s()
        self.lost: set[str] = set()
        """Methods that are carried out, but whose answers get lost on the way."""
        self.silent: set[str] = set()
        """Methods that never answer."""

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        """Whose webhooks it calls: as OpDesk itself believes."""
        return trust()

    def add_bot(self, name: str = BOT_NAME, token: str | None = None) -> str:
        """A new bot; its token."""
        token = token or f"{len(self.bots) + 1000}:{new_secret(18)}"
        self.bots[token] = name
        return token

    def sent(self, method: str) -> list[Call]:
        """The calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    # --- what customers do -------------------------------------------------

    async def writes(self, token: str, customer: Customer, text: str) -> dict[str, Any]:
        return await self.deliver(token, {"message": self._message(customer, text=text)})

    async def sends_photo(
        self, token: str, customer: Customer, content: bytes, caption: str | None = None
    ) -> dict[str, Any]:
        file_id = f"photo-{new_secret(8)}"
        self._files[file_id] = content
        size = {
            "file_id": file_id,
            "file_unique_id": file_id[:16],
            "width": 800,
            "height": 600,
            "file_size": len(content),
        }
        extra: dict[str, Any] = {"photo": [size]}
        if caption is not None:
            extra["caption"] = caption
        return await self.deliver(token, {"message": self._message(customer, **extra)})

    async def shares_contact(
        self, token: str, customer: Customer, phone: str, *, whose: int | None = None
    ) -> dict[str, Any]:
        contact = {
            "phone_number": phone,
            "first_name": customer.first_name,
            "user_id": customer.id if whose is None else whose,
        }
        return await self.deliver(token, {"message": self._message(customer, contact=contact)})

    async def edits(
        self, token: str, customer: Customer, update: Mapping[str, Any], text: str
    ) -> dict[str, Any]:
        """Change the text of a message that `update` brought."""
        message = {**update["message"], "text": text, "edit_date": self._now_s()}
        return await self.deliver(token, {"edited_message": message})

    async def deliver(self, token: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Bring an update to the bot: to its webhook until that is acknowledged, else to a poll."""
        self._last_update += 1
        update = {"update_id": self._last_update, **content}
        hook = self.hooks.get(token)
        if hook is None:
            self._pending[token].append(update)
            self._news.set()
        else:
            await self.post_update(token, update)
        return update

    async def post_update(self, token: str, update: Mapping[str, Any]) -> int:
        """Post to the webhook as Telegram does, again and again; how many tries it took."""
        pause_s, tries = FIRST_RETRY_S, 0
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self._trusted) as client:
            while True:
                tries += 1
                hook = self.hooks[token]
                with contextlib.suppress(httpx.HTTPError):
                    reply = await client.post(
                        hook["url"],
                        content=msgspec.json.encode(update),
                        headers={
                            "Content-Type": "application/json",
                            "X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", ""),
                        },
                    )
                    if reply.is_success:
                        return tries
                    hook["last_error_message"] = f"Wrong response: {reply.status_code}"
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)

    def _message(self, customer: Customer, **content: Any) -> dict[str, Any]:
        self._last_message += 1
        return {
            "message_id": self._last_message,
            "from": customer.as_user(),
            "chat": customer.as_chat(),
            "date": self._now_s(),
            **content,
        }

    def _now_s(self) -> int:
        return self._clock.now_ms() // SECOND_MS

    # --- what bots call ----------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/bot<token>/<method>` and `/file/bot<token>/<path>`."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        body = await read_body(receive, MAX_BODY)
        if body is None:
            return  # Whoever called has gone in the middle of it: nothing was asked.
        parts = scope["path"].strip("/").split("/")
        if parts[0] == "file" and len(parts) >= 3:
            await self._answer_file(send, parts[-1])
            return
        token, method = parts[0].removeprefix("bot"), parts[-1]
        values, files = _form(scope, body)
        self.calls.append(Call(method, values, files))
        if method in self.silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        answered = await self._answered(token, method, values, files)
        if method in self.lost:
            await send({"type": "http.response.start", "status": 200, "headers": _CUT_OFF})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            return
        await _reply(send, answered)

    async def _answered(
        self,
        token: str,
        method: str,
        values: Mapping[str, Any],
        files: Mapping[str, tuple[str, bytes]],
    ) -> Any:
        if token not in self.bots:
            return Refusal(401, "Unauthorized")
        if self.refusals[method]:
            return self.refusals[method].pop(0)
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return Refusal(404, "Not Found: method not found")
        return await handler(token, values, files)

    async def _getMe(self, token: str, _values: Any, _files: Any) -> Any:  # noqa: N802
        bot_id = int(token.split(":", maxsplit=1)[0])
        return {"id": bot_id, "is_bot": True, "first_name": "Demo", "username": self.bots[token]}

    async def _setWebhook(self, token: str, values: Any, _files: Any) -> Any:  # noqa: N802
        self.hooks[token] = dict(values)
        waiting, self._pending[token] = self._pending[token], []
        for update in waiting:
            await self.post_update(token, update)
        return True

    async def _deleteWebhook(self, token: str, _values: Any, _files: Any) -> Any:  # noqa: N802
        self.hooks.pop(token, None)
        return True

    async def _getWebhookInfo(self, token: str, _values: Any, _files: Any) -> Any:  # noqa: N802
        hook = self.hooks.get(token, {})
        info = {"url": hook.get("url", ""), "pending_update_count": 0}
        if "last_error_message" in hook:
            info["last_error_message"] = hook["last_error_message"]
        return info

    async def _getUpdates(self, token: str, values: Any, _files: Any) -> Any:  # noqa: N802
        if token in self.hooks:
            return Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, limit_s = int(values.get("offset", 0)), float(values.get("timeout", 0))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self._due(token, offset):
                    self._news.clear()
                    await self._news.wait()
        return self._due(token, offset)

    def _due(self, token: str, offset: int) -> list[dict[str, Any]]:
        self._pending[token] = [one for one in self._pending[token] if one["update_id"] >= offset]
        return self._pending[token][:100]

    async def _sendMessage(self, _token: str, values: Any, _files: Any) -> Any:  # noqa: N802
        if not values.get("text"):
            return Refusal(400, "Bad Request: message text is empty")
        return self._sent_message(values, {"text": values["text"]})

    async def _sendChatAction(self, _token: str, values: Any, _files: Any) -> Any:  # noqa: N802
        if values.get("action") != "typing":
            return Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    async def _sendPhoto(self, _token: str, values: Any, files: Any) -> Any:  # noqa: N802
        if "photo" not in files:
            return Refusal(400, "Bad Request: there is no photo in the request")
        return self._sent_message(values, {"photo": [], "caption": values.get("caption", "")})

    async def _sendDocument(self, _token: str, values: Any, files: Any) -> Any:  # noqa: N802
        return self._sent_file("document", values, files)

    async def _sendVideo(self, _token: str, values: Any, files: Any) -> Any:  # noqa: N802
        return self._sent_file("video", values, files)

    async def _sendAudio(self, _token: str, values: Any, files: Any) -> Any:  # noqa: N802
        return self._sent_file("audio", values, files)

    def _sent_file(self, field: str, values: Any, files: Any) -> Any:
        if field not in files:
            return Refusal(400, f"Bad Request: there is no {field} in the request")
        return self._sent_message(values, {"caption": values.get("caption", "")})

    async def _getFile(self, _token: str, values: Any, _files: Any) -> Any:  # noqa: N802
        file_id = values.get("file_id")
        if file_id not in self._files:
            return Refusal(400, "Bad Request: invalid file_id")
        return {"file_id": file_id, "file_path": f"photos/{file_id}"}

    def add_file(self, file_id: str, content: bytes) -> None:
        """A file that customers' updates may refer to."""
        self._files[file_id] = content

    def _sent_message(self, values: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
        self._last_message += 1
        chat = {"id": int(values["chat_id"]), "type": "private"}
        return {
            "message_id": self._last_message,
            "date": self._now_s(),
            "chat": chat,
            **content,
        }

    async def _answer_file(self, send: Send, file_id: str) -> None:
        content = self._files.get(file_id)
        if content is None:
            await _reply(send, Refusal(404, "Not Found"))
            return
        await answer(send, 200, content, b"application/octet-stream")


async def _reply(send: Send, answered: Any) -> None:
    if isinstance(answered, Refusal):
        body: dict[str, Any] = {
            "ok": False,
            "error_code": answered.status,
            "description": answered.description,
        }
        if answered.parameters:
            body["parameters"] = dict(answered.parameters)
        await answer(send, answered.status, msgspec.json.encode(body), b"application/json")
        return
    body = {"ok": True, "result": answered}
    await answer(send, 200, msgspec.json.encode(body), b"application/json")


def _form(scope: Scope, body: bytes) -> tuple[Mapping[str, Any], Mapping[str, tuple[str, bytes]]]:
    """The values and files of a call, sent as JSON or as a form."""
    headers = dict(scope["headers"])
    kind, options = parse_options_header(headers.get(b"content-type", b"").decode("latin-1"))
    if kind != "multipart/form-data":
        return (msgspec.json.decode(body) if body else {}), {}
    values: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in MultipartParser(io.BytesIO(body), options["boundary"], len(body)):
        if part.filename:
            files[part.name] = (part.filename, part.raw)
        else:
            values[part.name] = part.value
    return values, files


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
