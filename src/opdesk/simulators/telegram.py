"""A small Telegram: the Bot API's wire format over HTTP, with customers that we move by hand.

It speaks both directions as the real one does: it answers the methods that OpDesk calls, posts
updates to the webhook with its secret header, and tries again when that is not acknowledged. The
demo, the tests and the benchmarks use it.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import msgspec
from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.ids import new_secret
from opdesk.media.model import MediaType
from opdesk.simulators.base import (
    FIRST_RETRY_S,
    LONGEST_RETRY_S,
    Call,
    Line,
    Person,
    Platform,
    Reply,
)

BOT_NAME = "demo_shop_bot"
MAX_TEXT, MAX_CAPTION = 4096, 1024
MAX_PHOTO_BYTES, MAX_FILE_BYTES, MAX_SERVED_BYTES = 10 << 20, 50 << 20, 20 << 20
SENT_FILES = {
    "sendPhoto": ("photo", "image/jpeg"),
    "sendDocument": ("document", "application/octet-stream"),
    "sendVideo": ("video", "video/mp4"),
    "sendAnimation": ("animation", "image/gif"),
    "sendAudio": ("audio", "audio/mpeg"),
    "sendVoice": ("voice", "audio/ogg"),
}
"""Methods that bring a file: its field, and what the phone takes it for."""


class Refusal(Reply):
    """An error to answer with, as the Bot API words it."""

    def __init__(
        self, status: int, description: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        body = {"ok": False, "error_code": status, "description": description}
        super().__init__(status, {**body, **({"parameters": parameters} if parameters else {})})


@dataclass
class Customer:
    """Someone with a Telegram account."""

    id: int
    first_name: str
    last_name: str = ""
    username: str | None = None

    @classmethod
    def of(cls, person: Person) -> "Customer":
        first, _, last = person.name.partition(" ")
        return cls(int(person.id), first, last)

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "language_code": "uk", **self._names()}

    def as_chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> dict[str, Any]:
        names = {"first_name": self.first_name, "last_name": self.last_name}
        return {**names, **({"username": self.username} if self.username else {})}


class TelegramPlatform(Platform):
    """One Bot API server with any number of bots; people write to the first unless told."""

    source: ClassVar[Source] = Source.TELEGRAM_BOT

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.hooks: dict[str, dict[str, Any]] = {}
        self.bots: dict[str, str] = {}
        """Token -> public name. A token that is not here is refused as Telegram would."""
        self.blocked: set[int] = set()
        """Customers who have blocked every bot."""
        self._files: dict[str, bytes] = {}
        self._pending: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._news = asyncio.Event()
        # Numbers of an earlier start are never used again: the desk may still know them.
        self._last_update = self._last_message = self._now_s()

    def add_bot(self, name: str = BOT_NAME, token: str | None = None) -> str:
        """A new bot; its token."""
        token = token or f"{len(self.bots) + 1000}:{new_secret(18)}"
        self.bots[token] = name
        return token

    @property
    def first_bot(self) -> str:
        return next(iter(self.bots), None) or self.add_bot()

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        return {"botToken": self.first_bot, "apiBaseUrl": base_url}

    @override
    def name_of(self, call: Call) -> str:
        """The method, or `file`."""
        return "file" if call.path.startswith("/file/") else call.path.rpartition("/")[2]

    @override
    def refused_key(self) -> Reply:
        return Refusal(401, "Unauthorized")

    # --- what customers do -------------------------------------------------

    @override
    async def writes(self, person: Person, text: str) -> Line:
        update = await self.writes_to(self.first_bot, Customer.of(person), text)
        return self.show(person.id, self._line(update["message"], text))

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        name, mime, content = file
        if kind is MediaType.PHOTO:
            update = await self.sends_photo(
                self.first_bot, Customer.of(person), content, caption or None
            )
        else:
            field = {MediaType.VIDEO: "video", MediaType.AUDIO: "audio"}.get(kind, "document")
            file_id = self.add_file(f"{field}-{new_secret(8)}", content)
            told = {"file_id": file_id, "file_name": name, "mime_type": mime}
            extra = {field: {**told, "file_size": len(content)}, "caption": caption or None}
            update = await self.sends(self.first_bot, Customer.of(person), **extra)
        return self.show(person.id, self._line(update["message"], caption, file))

    async def shares_place(self, person: Person, latitude: float, longitude: float) -> Line:
        place = {"latitude": latitude, "longitude": longitude}
        update = await self.sends(self.first_bot, Customer.of(person), location=place)
        text = f"{latitude}, {longitude}"
        line = self._line(update["message"], text, kind=MediaType.LOCATION)
        return self.show(person.id, line)

    async def writes_to(self, token: str, customer: Customer, text: str) -> dict[str, Any]:
        return await self.sends(token, customer, text=text)

    async def sends(self, token: str, customer: Customer, **content: Any) -> dict[str, Any]:
        """The customer sends a message of any kind, as the Bot API calls its contents."""
        told = {name: value for name, value in content.items() if value is not None}
        return await self.deliver(token, {"message": self._message(customer, **told)})

    async def sends_photo(
        self, token: str, customer: Customer, content: bytes, caption: str | None = None
    ) -> dict[str, Any]:
        file_id = self.add_file(f"photo-{new_secret(8)}", content)
        size = {
            "file_id": file_id,
            "file_unique_id": file_id[:16],
            "width": 800,
            "height": 600,
            "file_size": len(content),
        }
        return await self.sends(token, customer, photo=[size], caption=caption)

    async def shares_contact(
        self, token: str, customer: Customer, phone: str, *, whose: int | None = None
    ) -> dict[str, Any]:
        contact = {
            "phone_number": phone,
            "first_name": customer.first_name,
            "user_id": customer.id if whose is None else whose,
        }
        return await self.sends(token, customer, contact=contact)

    async def edits(
        self, token: str, customer: Customer, update: Mapping[str, Any], text: str
    ) -> dict[str, Any]:
        """Change the text of a message that `update` brought."""
        message = {**update["message"], "text": text, "edit_date": self._now_s()}
        return await self.deliver(token, {"edited_message": message})

    async def blocks(self, token: str, customer: Customer, *, is_back: bool = False) -> None:
        """The customer blocks the bot, or lets it write again."""
        (self.blocked.discard if is_back else self.blocked.add)(customer.id)
        statuses = ("kicked", "member") if is_back else ("member", "kicked")
        bot = {"id": int(token.split(":", maxsplit=1)[0]), "is_bot": True, "first_name": "Demo"}
        old, new = ({"user": bot, "status": one} for one in statuses)
        told = {"chat": customer.as_chat(), "from": customer.as_user(), "date": self._now_s()}
        member = {**told, "old_chat_member": old, "new_chat_member": new}
        await self.deliver(token, {"my_chat_member": member})

    async def deliver(self, token: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Bring an update to the bot: to its webhook until that is acknowledged, else to a poll."""
        self._last_update += 1
        update = {"update_id": self._last_update, **content}
        hook = self.hooks.get(token)
        if hook is None:
            self._pending[token].append(update)
            self._news.set()
        elif self.faults.is_holding:
            await self.post(hook["url"], msgspec.json.encode(update), _headers(hook))
        else:
            for _ in range(self.faults.duplicates):
                await self.post_update(token, update)
        return update

    async def post_update(self, token: str, update: Mapping[str, Any]) -> int:
        """Post to the webhook as Telegram does, again and again; how many tries it took."""
        pause_s, tries = FIRST_RETRY_S, 0
        body = msgspec.json.encode(update)
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            while True:
                tries += 1
                hook = self.hooks[token]
                with contextlib.suppress(httpx.HTTPError):
                    headers = {"Content-Type": "application/json", **_headers(hook)}
                    reply = await client.post(hook["url"], content=body, headers=headers)
                    if reply.is_success:
                        return tries
                    hook["last_error_message"] = f"Wrong response: {reply.status_code}"
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)

    def add_file(self, file_id: str, content: bytes) -> str:
        """A file that customers' updates may refer to; its id."""
        self._files[file_id] = content
        return file_id

    def _message(self, customer: Customer, **content: Any) -> dict[str, Any]:
        self._last_message += 1
        return {
            "message_id": self._last_message,
            "from": customer.as_user(),
            "chat": customer.as_chat(),
            "date": self._now_s(),
            **content,
        }

    def _line(
        self,
        message: Mapping[str, Any],
        text: str,
        file: tuple[str, str, bytes] | None = None,
        kind: MediaType | None = None,
    ) -> Line:
        return Line(str(message["message_id"]), self.clock.now_ms(), True, text, file, kind)

    def _now_s(self) -> int:
        return self.clock.now_ms() // SECOND_MS

    # --- what bots call ----------------------------------------------------

    @override
    async def answer_to(self, call: Call) -> Reply:
        """`/bot<token>/<method>` and `/file/bot<token>/<path>`."""
        parts = call.path.strip("/").split("/")
        if parts[0] == "file" and len(parts) >= 3:
            content = self._files.get(parts[-1])
            return Refusal(404, "Not Found") if content is None else Reply(200, content)
        token, method = parts[0].removeprefix("bot"), parts[-1]
        if token not in self.bots:
            return Refusal(401, "Unauthorized")
        if method in SENT_FILES:
            return self._sent_file(method, call)
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return Refusal(404, "Not Found: method not found")
        answered = await handler(token, call.body)
        if isinstance(answered, Reply):
            return answered
        return Reply(200, {"ok": True, "result": answered})

    async def _getMe(self, token: str, _values: Any) -> Any:  # noqa: N802
        bot_id = int(token.split(":", maxsplit=1)[0])
        return {"id": bot_id, "is_bot": True, "first_name": "Demo", "username": self.bots[token]}

    async def _setWebhook(self, token: str, values: Any) -> Any:  # noqa: N802
        self.hooks[token] = dict(values)
        waiting, self._pending[token] = self._pending[token], []
        for update in waiting:
            await self.post_update(token, update)
        return True

    async def _deleteWebhook(self, token: str, _values: Any) -> Any:  # noqa: N802
        self.hooks.pop(token, None)
        return True

    async def _getWebhookInfo(self, token: str, _values: Any) -> Any:  # noqa: N802
        hook = self.hooks.get(token, {})
        info = {"url": hook.get("url", ""), "pending_update_count": 0}
        if "last_error_message" in hook:
            info["last_error_message"] = hook["last_error_message"]
        return info

    async def _getUpdates(self, token: str, values: Any) -> Any:  # noqa: N802
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

    async def _getFile(self, _token: str, values: Any) -> Any:  # noqa: N802
        content = self._files.get(values.get("file_id"))
        if content is None:
            return Refusal(400, "Bad Request: invalid file_id")
        if len(content) > MAX_SERVED_BYTES:
            return Refusal(400, "Bad Request: file is too big")
        return {"file_id": values["file_id"], "file_path": f"photos/{values['file_id']}"}

    async def _sendChatAction(self, _token: str, values: Any) -> Any:  # noqa: N802
        if values.get("action") != "typing":
            return Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    async def _sendMessage(self, _token: str, values: Any) -> Any:  # noqa: N802
        text = values.get("text")
        if not text:
            return Refusal(400, "Bad Request: message text is empty")
        if len(text) > MAX_TEXT:
            return Refusal(400, "Bad Request: message is too long")
        return self._sent(values, {"text": text}, text)

    async def _sendLocation(self, _token: str, values: Any) -> Any:  # noqa: N802
        place = {name: float(values[name]) for name in ("latitude", "longitude")}
        text = f"{place['latitude']}, {place['longitude']}"
        return self._sent(values, {"location": place}, text, kind=MediaType.LOCATION)

    async def _sendVenue(self, _token: str, values: Any) -> Any:  # noqa: N802
        if not values.get("title") or not values.get("address"):
            return Refusal(400, "Bad Request: venue title and address must be non-empty")
        text = f"{values['title']}, {values['address']}"
        return self._sent(values, {"venue": dict(values)}, text, kind=MediaType.LOCATION)

    async def _sendContact(self, _token: str, values: Any) -> Any:  # noqa: N802
        if not values.get("phone_number") or not values.get("first_name"):
            return Refusal(400, "Bad Request: contact phone number and name must be non-empty")
        text = f"{values['first_name']}: {values['phone_number']}"
        return self._sent(values, {"contact": dict(values)}, text, kind=MediaType.CONTACT)

    def _sent_file(self, method: str, call: Call) -> Reply:
        field, mime = SENT_FILES[method]
        caption = call.body.get("caption", "")
        if field not in call.files:
            return Refusal(400, f"Bad Request: there is no {field} in the request")
        if len(caption) > MAX_CAPTION:
            return Refusal(400, "Bad Request: message caption is too long")
        name, content = call.files[field]
        if len(content) > (MAX_PHOTO_BYTES if field == "photo" else MAX_FILE_BYTES):
            return Refusal(413, "Request Entity Too Large")
        sent = self._sent(call.body, {"caption": caption}, caption, (name, mime, content))
        return sent if isinstance(sent, Reply) else Reply(200, {"ok": True, "result": sent})

    def _sent(
        self,
        values: Mapping[str, Any],
        content: Mapping[str, Any],
        text: str,
        file: tuple[str, str, bytes] | None = None,
        kind: MediaType | None = None,
    ) -> Any:
        chat_id = int(values["chat_id"])
        if chat_id in self.blocked:
            return Refusal(403, "Forbidden: bot was blocked by the user")
        self._last_message += 1
        number, now = self._last_message, self.clock.now_ms()
        self.show(str(chat_id), Line(str(number), now, False, text, file, kind))
        chat = {"id": chat_id, "type": "private"}
        return {"message_id": number, "date": self._now_s(), "chat": chat, **content}


def _headers(hook: Mapping[str, Any]) -> dict[str, str]:
    return {"X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", "")}
