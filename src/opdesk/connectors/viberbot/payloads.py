"""The Viber REST Bot API's JSON, as far as we read it. Unknown properties are ignored.

Source: developers.viber.com/docs/api/rest-bot-api, "Callbacks" and "Message types".
"""

import contextlib
import hashlib
import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import unquote, urlsplit

import msgspec

from opdesk.connectors.base import BadPayload, Card, FileReference, MediaType, Place
from opdesk.kit.formats import mime_type_of
from opdesk.kit.text import readable_json

STICKER_URL = "https://viber.github.io/docs/img/stickers/{id}.png"
MAX_KNOWN_BYTES = 2**40
"""A size above this is not believed."""
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")

UserId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class User(msgspec.Struct):
    """`id` is unique for a bot and a customer: other bots know the same customer by another."""

    id: UserId
    name: str | None = None


class Spot(msgspec.Struct):
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Degrees


class SharedContact(msgspec.Struct):
    name: str | None = None
    phone_number: str | None = None


class Message(msgspec.Struct):
    """What a customer sent; `type` says which of the others are there."""

    type: str
    text: str | None = None
    media: str | None = None
    file_name: str | None = None
    size: int | None = None
    file_size: int | None = None
    sticker_id: int | None = None
    location: Spot | None = None
    contact: SharedContact | None = None


class Event(msgspec.Struct):
    """A callback. `message_token` is above 2^53; `timestamp` is ms UTC."""

    event: str
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    message_token: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    sender: User | None = None
    user: User | None = None
    user_id: UserId | None = None
    message: Message | None = None
    subscribed: bool | None = None
    desc: str | None = None

    @property
    def chat_id(self) -> str | None:
        """The customer that it is about, who is their chat."""
        about = self.sender or self.user
        return about.id if about is not None else self.user_id


# Not strict about "12" for 12: a proxy in between may write big numbers as text.
_decoder = msgspec.json.Decoder(Event, strict=False)
_CHAT = re.compile(
    rb'"(?:sender|user)"\s*:\s*\{[^{}]*?"id"\s*:\s*"([^"\\]{1,200}(?:\\/[^"\\]{0,200}){0,9})"'
    rb'|"user_id"\s*:\s*"([^"\\]{1,200}(?:\\/[^"\\]{0,200}){0,9})"'
)


def read_event(body: bytes) -> Event:
    """A callback; bytes that are no text never hide a message. Raises BadPayload."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decoder.decode(body)
    try:
        return _decoder.decode(readable_json(body))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadPayload(str(error)) from error


def chat_of(body: bytes) -> str | None:
    """The chat that an envelope is about, however broken the rest of it.

    A text can't imitate it: its quotes are escaped.
    """
    found = _CHAT.search(body)
    if found is None:
        return None
    text = (found[1] or found[2]).decode("utf-8", "ignore")
    return text.replace("\\/", "/") or None


def key_of(event: Event, body: bytes) -> str:
    """The same for the same event, also when Viber tells it once per device of a customer."""
    if event.message_token is not None:
        return f"{event.event}:{event.message_token}"
    return f"{event.event}:{hashlib.sha256(body).hexdigest()}"


def place_of(message: Message) -> Place | None:
    spot = message.location
    return Place(spot.lat, spot.lon) if message.type == "location" and spot else None


def card_of(message: Message) -> Card | None:
    shared = message.contact
    if message.type != "contact" or shared is None:
        return None
    phone = (shared.phone_number or "").strip()
    return Card((shared.name or "").strip() or phone, (phone,) if phone else ())


def text_of(message: Message) -> str:
    """The text, and the address that a message of type `url` is about."""
    text = message.text or ""
    link = (message.media or "") if message.type == "url" else ""
    return "\n".join(dict.fromkeys(one for one in (text, link) if one))


_MEDIA = {"picture": (MediaType.PHOTO, "jpg"), "video": (MediaType.VIDEO, "mp4"), "file": None}


def file_of(message: Message, token: int | None) -> FileReference | None:
    """What is to be fetched, by its address, which lasts for an hour."""
    if message.type == "sticker":
        return _sticker(message)
    if message.type not in _MEDIA or not message.media:
        return None
    known = _MEDIA[message.type]
    extension = _extension(message.file_name or "") or _extension(_path(message.media))
    kind = known[0] if known else _kind_of(extension)
    extension = extension or (known[1] if known else "bin")
    name = message.file_name or f"{message.type}-{token or 0}.{extension}"
    return FileReference(message.media, name, extension, kind, _size(message))


def _sticker(message: Message) -> FileReference | None:
    """Viber gives a sticker's picture, or its number alone, whose picture is on Viber's page."""
    url = message.media or (
        STICKER_URL.format(id=message.sticker_id) if message.sticker_id is not None else None
    )
    if url is None:
        return None
    extension = _extension(_path(url)) or "png"
    name = f"sticker-{message.sticker_id or 0}.{extension}"
    return FileReference(url, name, extension, MediaType.STICKER)


def _kind_of(extension: str) -> MediaType:
    """Viber has no type for voice messages and music: they come as files [unconfirmed]."""
    is_audio = extension != "" and mime_type_of(extension).startswith("audio/")
    return MediaType.AUDIO if is_audio else MediaType.FILE


def _size(message: Message) -> int:
    size = message.size or message.file_size or 0
    return size if 0 <= size <= MAX_KNOWN_BYTES else 0


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _extension(name: str) -> str:
    """A file name's ending in lower case; empty when it has none that looks like one."""
    extension = PurePosixPath(name.replace("\x00", "")).suffix[1:].lower()
    return extension if _EXTENSION.fullmatch(extension) else ""
