"""The Bot API's JSON, as far as we read it. Unknown properties are ignored."""

from typing import Any

import msgspec

from opdesk.connectors.base import BadPayload


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


class Contact(msgspec.Struct):
    phone_number: str
    user_id: int | None = None


class MessageBody(msgspec.Struct):
    """A message; whatever kind it is of stays in `rest`."""

    message_id: int
    date: int
    chat: ChatInfo
    from_: User | None = msgspec.field(name="from", default=None)
    text: str | None = None
    caption: str | None = None
    photo: list[PhotoSize] = []
    contact: Contact | None = None


class UpdateBody(msgspec.Struct):
    update_id: int
    message: MessageBody | None = None
    edited_message: MessageBody | None = None


KINDS = (
    "animation",
    "audio",
    "voice",
    "video",
    "video_note",
    "document",
    "sticker",
    "venue",
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "game",
)
"""Kinds of content by their property, the more telling first: an animation also has a document,

and a venue a location.
"""
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


def read_update(body: bytes) -> UpdateBody:
    """Raises BadPayload."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(str(error)) from error


def kind_of(body: bytes) -> str:
    """What a message is that has neither text nor photo: `voice`, `sticker`, ... or `other`."""
    update = msgspec.json.decode(body, type=dict[str, Any])
    message = update.get("message") or update.get("edited_message") or {}
    known = next((kind for kind in KINDS if kind in message), None)
    if known is not None:
        return known
    # A kind of tomorrow's Bot API still has a name.
    return next((name for name in message if name not in SERVICE), "other")
