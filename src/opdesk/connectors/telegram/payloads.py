"""The Bot API's JSON, as far as we read it. Unknown properties are ignored."""

import re
from typing import Any

import msgspec

from opdesk.connectors.base import BadPayload
from opdesk.kit.text import readable_json


class User(msgspec.Struct):
    id: int
    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    is_bot: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username or str(self.id)


class ChatInfo(msgspec.Struct):
    id: int
    type: str = "private"
    first_name: str = ""
    last_name: str = ""
    username: str | None = None


class PhotoSize(msgspec.Struct):
    file_id: str
    file_unique_id: str = ""
    width: int = 0
    height: int = 0
    file_size: int = 0


class FileBody(msgspec.Struct):
    """A video, a voice, a document …: `file_name` and `mime_type` are not always told."""

    file_id: str
    file_unique_id: str = ""
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int = 0


class Sticker(msgspec.Struct):
    """WebP; animated ones are Lottie (tgs), video ones WebM. `thumb` is what old servers say."""

    file_id: str
    file_unique_id: str = ""
    emoji: str | None = None
    is_animated: bool = False
    is_video: bool = False
    file_size: int = 0
    thumbnail: PhotoSize | None = None
    thumb: PhotoSize | None = None


class Location(msgspec.Struct):
    latitude: float
    longitude: float


class Venue(msgspec.Struct):
    location: Location
    title: str = ""
    address: str = ""


class Contact(msgspec.Struct):
    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.phone_number


class Replied(msgspec.Struct):
    message_id: int


class Button(msgspec.Struct):
    text: str = ""
    callback_data: str | None = None


class Keyboard(msgspec.Struct):
    inline_keyboard: list[list[Button]] = []


class MessageBody(msgspec.Struct):
    """A message; a kind that none of these is stays in the update's own JSON.

    An animation also has a document, and a venue a location.
    """

    message_id: int
    date: int
    chat: ChatInfo
    from_: User | None = msgspec.field(name="from", default=None)
    text: str | None = None
    caption: str | None = None
    photo: list[PhotoSize] = []
    video: FileBody | None = None
    video_note: FileBody | None = None
    voice: FileBody | None = None
    audio: FileBody | None = None
    animation: FileBody | None = None
    document: FileBody | None = None
    sticker: Sticker | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    reply_to_message: Replied | None = None
    reply_markup: Keyboard | None = None


class CallbackQuery(msgspec.Struct):
    """A button below a message was pressed; when is not told."""

    id: str
    from_: User = msgspec.field(name="from")
    data: str | None = None
    message: MessageBody | None = None


class Member(msgspec.Struct):
    status: str = ""


class MemberChange(msgspec.Struct):
    """What the bot may do in a chat has changed: `kicked` is a customer who blocked it."""

    chat: ChatInfo
    new_chat_member: Member


class UpdateBody(msgspec.Struct):
    update_id: int
    message: MessageBody | None = None
    edited_message: MessageBody | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberChange | None = None


KINDS = ("sticker", "poll", "dice", "story", "game", "photo")
"""Kinds that we can't show, by their property: a photo when it is too large to be fetched."""
SERVICE = frozenset(
    (
        "message_id",
        "date",
        "chat",
        "from",
        "edit_date",
        "message_thread_id",
        "via_bot",
        "reply_to_message",
        "has_protected_content",
    )
)

_decoder = msgspec.json.Decoder(UpdateBody)
_CHAT = re.compile(rb'"chat"\s*:\s*\{[^{}]*?"id"\s*:\s*"?(-?[0-9]{1,20})')
_PERSON = re.compile(rb'"(?:from|user)"\s*:\s*\{[^{}]*?"id"\s*:\s*"?(-?[0-9]{1,20})')


def read_update(body: bytes) -> tuple[UpdateBody, bytes]:
    """An update and the JSON that it stands in: bytes that are no text never hide a message.

    Raises BadPayload.
    """
    try:
        return _decoder.decode(body), body
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_leniently(body)


def _read_leniently(body: bytes) -> tuple[UpdateBody, bytes]:
    try:
        mended = readable_json(body)
        return _decoder.decode(mended), mended
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadPayload(str(error)) from error


def chat_of(body: bytes) -> str | None:
    """The chat that an envelope is about, whatever its kind and however broken the rest of it.

    A private chat has its customer's id. A text can't imitate it: its quotes are escaped.
    """
    found = _CHAT.search(body) or _PERSON.search(body)
    return found[1].decode() if found else None


def kind_of(body: bytes) -> str:
    """What a message is that has neither text nor photo: `voice`, `sticker`, ... or `other`."""
    update = msgspec.json.decode(body, type=dict[str, Any])
    message = update.get("message") or update.get("edited_message") or {}
    known = next((kind for kind in KINDS if kind in message), None)
    if known is not None:
        return known
    # A kind of tomorrow's Bot API still has a name.
    return next((name for name in message if name not in SERVICE), "other")
