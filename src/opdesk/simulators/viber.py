"""A small SMSBAT: its REST API for Viber Business Messages, and the phones behind it."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import httpx
import msgspec
from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.connectors.declaration import is_loopback
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.formats import mime_type_of
from opdesk.media.model import MediaType
from opdesk.simulators.base import Call, Line, Person, Platform, Reply

TYPES = ("viber_promo", "viber_trans")
MAX_TEXT_CHARS = 1_000
MAX_IMAGE_BYTES, MAX_VIDEO_BYTES = 1024 * 1024, 10 * 1024 * 1024


def error_reply(status: int, code: str, words: str = "") -> Reply:
    return Reply(status, {"error": {"code": code, "message": words or code}})


class _Refused(Exception):
    """The message of a list is refused with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ViberPlatform(Platform):
    """One alpha name. A person's id is their phone in digits, without a plus.

    `inbound_url` and `status_url` are what a manager of theirs enters by hand.
    """

    source: ClassVar[Source] = Source.VIBER

    def __init__(self, clock: Clock | None = None, token: str = "") -> None:
        super().__init__(clock)
        self.token = token or "made-up-smsbat-token-0123456789"
        self.alpha_name = "MyBrand"
        self.inbound_url = self.status_url = ""
        self.without_viber: set[str] = set()
        """Phones to which nothing can be delivered."""
        self.statuses: dict[str, str] = {}
        """Of each message that was taken, by its id."""
        # Numbers of an earlier start are never used again: the desk may still know them.
        self._numbers = itertools.count(self.clock.now_ms() // 100)

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        return {"apiToken": self.token, "alphaName": self.alpha_name, "apiBaseUrl": base_url}

    @override
    def name_of(self, call: Call) -> str:
        return "message" if call.path.startswith("/bat/message/") else call.path[1:]

    @override
    def refused_key(self) -> Reply:
        return error_reply(401, "UNAUTHORIZED", "Invalid credentials")

    @override
    async def answer_to(self, call: Call) -> Reply:
        if call.headers.get("x-authorization-key") != self.token:
            return self.refused_key()
        if call.method == "GET" and self.name_of(call) == "message":
            return self._status_of(unquote(call.path.rpartition("/")[2]))
        if (call.method, call.path) == ("POST", "/bat/messagelist"):
            return await self._take_list(call.body)
        return error_reply(404, "NOT_FOUND")

    def _status_of(self, message_id: str) -> Reply:
        status = self.statuses.get(message_id)
        if status is None:
            return error_reply(404, "MESSAGE_NOT_FOUND")
        about = {"messagelistId": 1, "messageId": message_id, "deliverystatus": status}
        return Reply(200, {**about, "partscount": 1, "cost": 0.05})

    async def _take_list(self, body: dict[str, Any]) -> Reply:
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            return error_reply(400, "VALIDATION_ERROR", "messages is required")
        if any(not one.get("to", "").isdecimal() for one in messages):
            return error_reply(400, "INVALID_RECIPIENT", "Invalid phone number format")
        taken = [await self._take(one) for one in messages]
        return Reply(200, {"messagelistId": next(self._numbers), "messages": taken})

    async def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        message_id = f"m{next(self._numbers):08}"
        about = {"messageId": message_id, "to": message["to"], "parts": 1}
        about["customerMessageId"] = message.get("customerMessageId")
        try:
            line = await self._line_of(message, message_id)
        except _Refused as refused:
            error = {"code": refused.code, "message": refused.code}
            return {**about, "status": "rejected", "error": error}
        is_there = message["to"] not in self.without_viber
        self.statuses[message_id] = "processing" if is_there else "undeliverable"
        if is_there:
            self.show(message["to"], line)
        return {**about, "status": "accepted"}

    async def _line_of(self, message: dict[str, Any], message_id: str) -> Line:
        """The message as the phone shows it; refused where SMSBAT would."""
        _demand(message.get("from") == self.alpha_name, "INVALID_SENDER")
        _demand(message.get("type") in TYPES, "INVALID_TYPE")
        _demand(30 <= message.get("ttl", 0) <= 1_209_600, "INVALID_TTL")
        text, data = message.get("text", ""), message.get("messageData", {})
        _demand(len(text) <= MAX_TEXT_CHARS and (text or data), "INVALID_TEXT")
        line = Line(message_id, self.clock.now_ms(), is_theirs=False, text=text)
        if not data:
            return line
        return await self._with_media(line, message["type"], data)

    async def _with_media(self, line: Line, type_: str, data: dict[str, Any]) -> Line:
        """Viber loads the file from the address that we gave."""
        keys = {"img": "viber_promo", "video": "viber_promo", "fileUrl": "viber_trans"}
        [key] = [one for one in keys if one in data] or [""]
        _demand(keys.get(key) == type_, "INVALID_MESSAGE_DATA")
        url = data[key]
        _demand(url.startswith("https://") or is_loopback(url), "INVALID_URL")
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            reply = await client.get(url)
        ending = PurePosixPath(urlsplit(url).path).suffix[1:].lower()
        _demand(reply.status_code == 200, "INVALID_URL")
        kind = _CHECKS[key](ending, data, len(reply.content))
        name = data.get("fileName") or f"{key}.{ending}"
        return replace(line, file=(name, mime_type_of(ending), reply.content), kind=kind)

    # --- what customers do --------------------------------------------------

    @override
    async def writes(self, person: Person, text: str) -> Line:
        self.people[person.id] = person
        message_id = f"00000000-0000-4000-8000-{next(self._numbers):012}"
        now = self.clock.now_ms()
        line = self.show(person.id, Line(message_id, now, True, text))
        moment = datetime.fromtimestamp(now / SECOND_MS, UTC)
        body = {
            "idUuid": message_id,
            "alphaName": self.alpha_name,
            "phoneNumber": person.id,
            "text": text,
            "dt": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        await self._tell(self.inbound_url, body)
        return line

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        """SMSBAT brings no files: the customer has written a text that says so."""
        return await self.writes(person, caption or f"[{file[0]}]")

    @override
    async def sees(self, person: Person) -> None:
        fresh = [one for one in self.phones[person.id] if not one.is_theirs and one.state != "read"]
        self._mark_seen(person)
        for line in fresh:
            await self.comes_to(line.id, "delivered")

    async def comes_to(self, message_id: str, status: str) -> None:
        """A message has another status from now on, and the status webhook says so."""
        self.statuses[message_id] = status
        moment = datetime.fromtimestamp(self.clock.now_ms() / SECOND_MS, UTC).isoformat()
        body = {"messageId": message_id, "deliverystatus": status, "timestamp": moment}
        await self._tell(self.status_url, {**body, "cost": 0.05})

    async def _tell(self, url: str, body: dict[str, Any]) -> None:
        if url:
            await self.post(url, msgspec.json.encode(body), {})


def _demand(is_so: Any, code: str) -> None:
    if not is_so:
        raise _Refused(code)


def _image(ending: str, data: dict[str, Any], size: int) -> MediaType:
    _demand(ending in ("jpg", "jpeg", "png") and size <= MAX_IMAGE_BYTES, "INVALID_IMAGE")
    return MediaType.PHOTO


def _video(ending: str, data: dict[str, Any], size: int) -> MediaType:
    is_whole = data.get("fileSize") == size <= MAX_VIDEO_BYTES
    _demand(ending == "mp4" and is_whole, "INVALID_VIDEO")
    return MediaType.VIDEO


def _file(ending: str, data: dict[str, Any], size: int) -> MediaType:
    is_named = data.get("fileType") == ending == "pdf" and data.get("fileName")
    _demand(is_named, "INVALID_FILE")
    return MediaType.FILE


_CHECKS = {"img": _image, "video": _video, "fileUrl": _file}
