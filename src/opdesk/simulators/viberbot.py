"""A small Viber for bots: its REST Bot API on one side, customers' phones on the other."""

import hashlib
import hmac
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.connectors.declaration import is_loopback
from opdesk.kit.clock import HOUR_MS, Clock
from opdesk.kit.formats import mime_type_of
from opdesk.media.model import MediaType
from opdesk.simulators.base import Call, Line, Person, Platform, Reply

MAX_BODY_BYTES = 30 * 1024
MAX_TEXT_CHARS, MAX_CAPTION_CHARS, MAX_LINK_CHARS = 7_000, 512, 2_000
MAX_NAME_CHARS, MAX_PHONE_CHARS = 28, 18
MAX_PICTURE_BYTES = 3 * 1024 * 1024
MAX_VIDEO_BYTES, MAX_FILE_BYTES = 26 * 1024 * 1024, 50 * 1024 * 1024
REFUSED_FILES = ("exe", "bat", "apk", "cmd", "com", "msi", "sh", "ps1")
STATUS_WORDS = {
    0: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    10: "webhookNotSet",
    12: "tooManyRequests",
}
ALWAYS_TOLD = ("message",)


def status_reply(status: int, words: str = "", **more: Any) -> Reply:
    """Viber says in the body what went wrong; the HTTP status is 200 all the same."""
    told = words or STATUS_WORDS.get(status, "generalError")
    return Reply(200, {"status": status, "status_message": told, "chat_hostname": "SIM_", **more})


@dataclass(slots=True)
class Webhook:
    url: str = ""
    event_types: list[str] = field(default_factory=list)
    has_names: bool = False


class _Refused(Exception):
    """The call gets this status of Viber's."""

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(words)
        self.reply = status_reply(status, words)


class ViberBotPlatform(Platform):
    """One bot with its customers. `subscribers` are those whom it may write to."""

    source: ClassVar[Source] = Source.VIBER_BOT

    def __init__(self, clock: Clock | None = None, token: str = "") -> None:
        super().__init__(clock)
        self.token = token or "4a1b2c3d4e5f6071-8293a4b5c6d7e8f9-0a1b2c3d4e5f6071"
        self.account_id = f"pa:{int(hashlib.sha256(self.token.encode()).hexdigest()[:12], 16)}"
        self.name, self.uri = "Demo Shop", "demoshop"
        self.webhook = Webhook()
        self.subscribers: set[str] = set()
        self.files: dict[str, tuple[bytes, int]] = {}
        """What customers sent, by the path it is loaded from: (bytes, ms UTC when that ends)."""
        self.files_end_at_once = False
        self._base_url = ""
        self._numbers = itertools.count(1)

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        self._base_url = base_url
        return {"authToken": self.token, "apiBaseUrl": f"{base_url}/pa"}

    @override
    def name_of(self, call: Call) -> str:
        parts = call.path.strip("/").split("/")
        return "media" if parts[0] == "media" else parts[-1]

    @override
    def refused_key(self) -> Reply:
        return status_reply(2)

    @override
    async def answer_to(self, call: Call) -> Reply:
        if call.method == "GET":
            return self._file_of(call)
        if call.headers.get("x-viber-auth-token") != self.token:
            return self.refused_key()
        methods = {
            "get_account_info": self._account_info,
            "set_webhook": self._set_webhook,
            "send_message": self._send_message,
        }
        method = methods.get(self.name_of(call))
        if method is None or not call.path.startswith("/pa/"):
            return Reply(404, {"status": 404})
        try:
            return await method(call.body)
        except _Refused as refused:
            return refused.reply
        except KeyError as missing:
            return status_reply(4, f"missingData: {missing}")

    def _file_of(self, call: Call) -> Reply:
        content, ends_at = self.files.get(call.path, (b"", 0))
        if self.clock.now_ms() >= ends_at:
            return Reply(403, {"error": "the address has ended"})
        return Reply(200, content)

    async def _account_info(self, body: Any) -> Reply:
        return status_reply(
            0,
            id=self.account_id,
            name=self.name,
            uri=self.uri,
            webhook=self.webhook.url,
            event_types=self.webhook.event_types,
            subscribers_count=len(self.subscribers),
        )

    async def _set_webhook(self, body: dict[str, Any]) -> Reply:
        url = body.get("url", "")
        if url == "":
            self.webhook = Webhook()
            return status_reply(0)
        if not _is_reachable(url):
            raise _Refused(1, "the address must be https")
        asked = {
            "event": "webhook",
            "timestamp": self.clock.now_ms(),
            "message_token": self._token(),
            "chat_hostname": "SIM_",
        }
        if not await self._is_taken(url, self.signed(asked)):
            raise _Refused(1, "invalidUrl")
        events = [*ALWAYS_TOLD, *body.get("event_types", [])]
        self.webhook = Webhook(url, events, bool(body.get("send_name")))
        return status_reply(0, event_types=events)

    async def _is_taken(self, url: str, signed: tuple[bytes, dict[str, str]]) -> bool:
        body, headers = signed
        async with httpx.AsyncClient(trust_env=False, timeout=10, verify=self.trusted) as client:
            try:
                reply = await client.post(url, content=body, headers=headers)
            except httpx.HTTPError:
                return False
            return reply.status_code == 200

    async def _send_message(self, body: dict[str, Any]) -> Reply:
        if not self.webhook.url:
            raise _Refused(10)
        if len(msgspec.json.encode(body)) > MAX_BODY_BYTES:
            raise _Refused(3, "the body is larger than 30 KB")
        receiver = body.get("receiver", "")
        if receiver not in self.people:
            raise _Refused(5)
        if receiver not in self.subscribers:
            raise _Refused(6)
        name = body.get("sender", {}).get("name", "")
        if not 0 < len(name) <= MAX_NAME_CHARS:
            raise _Refused(4, "sender.name is missing or too long")
        token = self._token()
        line = await self._line_of(body, token)
        self.show(receiver, line)
        return status_reply(0, message_token=token, billing_status=1)

    async def _line_of(self, body: dict[str, Any], token: int) -> Line:
        """The message as the phone shows it; refused where Viber would."""
        line = Line(str(token), self.clock.now_ms(), is_theirs=False)
        text, kind = body.get("text", ""), body.get("type")
        if kind == "text":
            _demand(0 < len(text) <= MAX_TEXT_CHARS, "text")
            return replace(line, text=text)
        if kind == "location":
            spot = body["location"]
            _demand(abs(spot["lat"]) <= 90 and abs(spot["lon"]) <= 180, "location")
            return replace(line, text=f"{spot['lat']},{spot['lon']}", kind=MediaType.LOCATION)
        if kind == "contact":
            card = body["contact"]
            _demand(0 < len(card["name"]) <= MAX_NAME_CHARS, "contact.name")
            _demand(0 < len(card["phone_number"]) <= MAX_PHONE_CHARS, "contact.phone_number")
            shown = f"{card['name']} {card['phone_number']}"
            return replace(line, text=shown, kind=MediaType.CONTACT)
        _demand(kind in _CHECKS, "type")
        return await self._file_line(body, line)

    async def _file_line(self, body: dict[str, Any], line: Line) -> Line:
        """Viber's servers load the file from the address that we gave."""
        url = body.get("media", "")
        _demand(_is_reachable(url) and len(url) <= MAX_LINK_CHARS, "media")
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            reply = await client.get(url)
        _demand(reply.status_code == 200, "media")
        name = body.get("file_name") or PurePosixPath(urlsplit(url).path).name
        kind = _CHECKS[body["type"]](body, name, len(reply.content))
        mime = mime_type_of(_ending(name))
        file = (name, mime, reply.content)
        return replace(line, text=body.get("text", ""), file=file, kind=kind)

    @override
    def resume(self, people: Mapping[str, Person], phones: Mapping[str, list[Line]]) -> None:
        super().resume(people, phones)
        self.subscribers.update(people)

    # --- what customers do --------------------------------------------------

    async def opens(self, person: Person, context: str = "") -> None:
        """The customer opens the chat with the bot, by a link that may carry a parameter."""
        is_subscribed = person.id in self.subscribers
        about = {"type": "open", "user": self._user(person), "subscribed": is_subscribed}
        await self._tell("conversation_started", about | ({"context": context} if context else {}))

    async def subscribes(self, person: Person) -> None:
        self.subscribers.add(person.id)
        await self._tell("subscribed", {"user": self._user(person)})

    async def unsubscribes(self, person: Person) -> None:
        self.subscribers.discard(person.id)
        await self._tell("unsubscribed", {"user_id": person.id})

    @override
    async def writes(self, person: Person, text: str) -> Line:
        return await self._says(person, {"type": "text", "text": text}, text=text)

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        name, _, content = file
        path = f"/media/{next(self._numbers)}/{name}"
        lasts_ms = 0 if self.files_end_at_once else HOUR_MS
        self.files[path] = (content, self.clock.now_ms() + lasts_ms)
        url = f"{self._base_url}{quote(path)}?Expires={self.files[path][1] // 1000}"
        message: dict[str, Any] = {"media": url, "file_name": name, "size": len(content)}
        types = {MediaType.PHOTO: "picture", MediaType.VIDEO: "video"}
        message["type"] = types.get(kind, "file")
        if caption:
            message["text"] = caption
        return await self._says(person, message, text=caption, file=file, kind=kind)

    async def sends_place(self, person: Person, latitude: float, longitude: float) -> Line:
        message = {"type": "location", "location": {"lat": latitude, "lon": longitude}}
        return await self._says(person, message, kind=MediaType.LOCATION)

    async def sends_contact(self, person: Person, name: str, phone: str) -> Line:
        message = {"type": "contact", "contact": {"name": name, "phone_number": phone}}
        return await self._says(person, message, text=name, kind=MediaType.CONTACT)

    async def sends_sticker(self, person: Person, sticker_id: int, picture: bytes) -> Line:
        path = f"/media/stickers/{sticker_id}.png"
        self.files[path] = (picture, self.clock.now_ms() + HOUR_MS)
        message = {"type": "sticker", "sticker_id": sticker_id, "media": self._base_url + path}
        return await self._says(person, message, kind=MediaType.STICKER)

    async def sends_link(self, person: Person, url: str) -> Line:
        return await self._says(person, {"type": "url", "media": url}, text=url)

    async def says(self, person: Person, message: dict[str, Any]) -> Line:
        """Any message of Viber's format, also one that nobody knows yet."""
        return await self._says(person, message)

    @override
    async def sees(self, person: Person) -> None:
        """Each of the customer's two devices reports what it got and showed."""
        fresh = [one for one in self.phones[person.id] if not one.is_theirs and one.state != "read"]
        self._mark_seen(person)
        for event in ("delivered", "seen"):
            for line in fresh:
                for _ in range(2):
                    about = {"message_token": int(line.id), "user_id": person.id}
                    await self._tell(event, about)

    async def fails(self, person: Person, line: Line, words: str) -> None:
        """A message that Viber took could not be brought to the phone after all."""
        about = {"message_token": int(line.id), "user_id": person.id, "desc": words}
        await self._tell("failed", about)

    async def _says(
        self,
        person: Person,
        message: dict[str, Any],
        *,
        text: str = "",
        file: tuple[str, str, bytes] | None = None,
        kind: MediaType | None = None,
    ) -> Line:
        """Whoever writes to a bot is subscribed to it from then on."""
        self.people[person.id] = person
        self.subscribers.add(person.id)
        token = self._token()
        now = self.clock.now_ms()
        line = self.show(person.id, Line(str(token), now, True, text, file, kind))
        sender = self._user(person)
        about = {"message_token": token, "sender": sender, "message": message, "silent": False}
        await self._tell("message", about)
        return line

    async def _tell(self, event: str, about: dict[str, Any]) -> None:
        if event not in self.webhook.event_types:
            return
        body = {"event": event, "timestamp": self.clock.now_ms(), "chat_hostname": "SIM_"}
        told, headers = self.signed({**body, "message_token": self._token(), **about})
        await self.post(self.webhook.url, told, headers)

    def signed(self, body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """A callback's body and headers."""
        encoded = msgspec.json.encode(body)
        signature = hmac.new(self.token.encode(), encoded, hashlib.sha256).hexdigest()
        return encoded, {"X-Viber-Content-Signature": signature}

    def _user(self, person: Person) -> dict[str, Any]:
        self.people[person.id] = person
        about: dict[str, Any] = {"id": person.id, "language": "uk-UA", "country": "UA"}
        if self.webhook.has_names:
            about |= {"name": person.name}
        return {**about, "api_version": 10}

    def _token(self) -> int:
        """As Viber's own: the time above 22 bits, so that it is larger than 2^53."""
        return (self.clock.now_ms() << 22) + next(self._numbers) % 2**22


def _is_reachable(url: str) -> bool:
    """https; a simulated platform takes its own machine too."""
    return url.startswith("https://") or is_loopback(url)


def _demand(is_so: bool, what: str) -> None:
    if not is_so:
        raise _Refused(3, f"{what} is not valid")


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def _picture(body: dict[str, Any], name: str, size: int) -> MediaType:
    _demand(_ending(urlsplit(body["media"]).path) in ("jpg", "jpeg", "png", "gif"), "media")
    _demand(size <= MAX_PICTURE_BYTES, "media's size")
    _demand(len(body["text"]) <= MAX_CAPTION_CHARS, "text")
    return MediaType.PHOTO


def _video(body: dict[str, Any], name: str, size: int) -> MediaType:
    _demand(_ending(urlsplit(body["media"]).path) == "mp4", "media")
    _demand(size == body.get("size") and size <= MAX_VIDEO_BYTES, "size")
    return MediaType.VIDEO


def _other(body: dict[str, Any], name: str, size: int) -> MediaType:
    _demand(size == body.get("size") and size <= MAX_FILE_BYTES, "size")
    _demand("file_name" in body and len(name) <= 256, "file_name")
    _demand(_ending(name) != "" and _ending(name) not in REFUSED_FILES, "file_name")
    return MediaType.FILE


_CHECKS = {"picture": _picture, "video": _video, "file": _other}
