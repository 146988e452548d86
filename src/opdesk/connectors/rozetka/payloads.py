"""Rozetka's JSON, as far as we read it: the seller API's description 1.0.0, "Messages".

Nothing of it was seen live, so a value of another kind than described is taken for one that is
missing; only what a message can't be without makes it unread.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from opdesk.connectors.base import BadPayload
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.markup import plain_text
from opdesk.kit.text import readable_json

SYSTEM = (0, 1)
SELLER = 2
MAX_ID_CHARS = 40
YEARS = range(2000, 2101)
_KEPT = ("id", "created", "updated", "type", "order_id", "user_id", "user", "user_fio", "order")
"""What a message's own envelope has of its chat."""

Loose = Mapping[str, Any]
T = TypeVar("T")


class User(msgspec.Struct):
    id: int | str | None = None
    contact_fio: str | None = None


class Order(msgspec.Struct):
    user_phone: str | None = None


class FileBody(msgspec.Struct):
    id: int | str
    name: str = ""
    size: int = 0
    chat_message_id: int | str | None = None


class MessageBody(msgspec.Struct):
    """`read` is when the receiver read it; `status` is the moderation's: 2 and 4 are refusals."""

    created: str
    body: str | None = None
    id: int | str | None = None
    read: str | None = None
    sender: int = -1
    status: int | None = None
    files: list[Any] | None = None

    @property
    def attached(self) -> list[FileBody]:
        found = (lenient(one, FileBody) for one in self.files or [])
        return [one for one in found if one is not None]

    @property
    def text(self) -> str:
        return plain_text(self.body or "")


class Chat:
    """A chat with its messages as they came; `id` is Rozetka's, `key` what we call it.

    Whoever answers names the buyer besides the chat, so both are in the key.
    """

    def __init__(self, loose: Loose) -> None:
        """Raises BadPayload."""
        number = id_of(loose.get("id"))
        if number is None:
            raise BadPayload("a chat without its number")
        self.id = number
        self.loose = loose
        user = lenient(loose.get("user"), User) or User()
        self.user_id = id_of(loose.get("user_id")) or id_of(user.id)
        self.key = f"{number}:{self.user_id}" if self.user_id else number
        fio = loose.get("user_fio")
        named = user.contact_fio or (fio if isinstance(fio, str) else "")
        self.user_name = named.strip() or self.user_id or number
        order = lenient(loose.get("order"), Order) or Order()
        self.phone = (order.user_phone or "").strip() or None
        self.order_id = id_of(loose.get("order_id"))
        found = loose.get("messages")
        self.messages: list[Any] = found if isinstance(found, list) else []

    def alone(self, message: Any) -> bytes:
        """An envelope with one of the messages."""
        kept = {name: self.loose[name] for name in _KEPT if name in self.loose}
        return envelope({**kept, "messages": [message]})


def envelope(chat: Loose, offset: int | None = None) -> bytes:
    """A chat as `GET /messages/{id}` answers, and where polling goes on behind it."""
    extra = {} if offset is None else {"offset": offset}
    return msgspec.json.encode({"success": True, "content": chat, **extra})


def nothing_until(offset: int) -> bytes:
    """An envelope without chats, that moves polling on."""
    return msgspec.json.encode({"success": True, "content": {"chats": []}, "offset": offset})


def read_chats(body: bytes) -> list[Chat]:
    """The chats of an answer to a search, or the one of an opened chat. Raises BadPayload."""
    content = _decoded(body).get("content")
    if not isinstance(content, dict):
        raise BadPayload("an answer without content")
    chats = content.get("chats") if "chats" in content else [content]
    if not isinstance(chats, list) or not all(isinstance(one, dict) for one in chats):
        raise BadPayload("chats that are none")
    return [Chat(one) for one in chats]


def offset_of(body: bytes) -> int | None:
    try:
        found = _decoded(body).get("offset")
    except BadPayload:
        return None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _decoded(body: bytes) -> Loose:
    """Raises BadPayload."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            found = msgspec.json.decode(readable_json(body))
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise BadPayload(str(error)) from error
    if not isinstance(found, dict):
        raise BadPayload("no object")
    return found


def read_message(loose: Any) -> MessageBody:
    """Raises BadPayload."""
    found = lenient(loose, MessageBody)
    if found is None:
        raise BadPayload("a message without its time")
    return found


def message_id_of(message: MessageBody, chat_id: str) -> str:
    """The message's number. The described samples lack it: then one of its files names it, or

    what it says and when is its id.
    """
    number = id_of(message.id)
    if number is not None:
        return number
    for file in message.attached:
        if (number := id_of(file.chat_message_id)) is not None:
            return number
    told = "\n".join((chat_id, message.created, str(message.sender), message.text))
    return f"h{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:32]}"


def id_of(value: Any) -> str | None:
    """An id as text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip() if isinstance(value, str) or abs(value) < 10**20 else ""
    return text if 0 < len(text) <= MAX_ID_CHARS and text.isascii() and text.isalnum() else None


def ms_of(text: Any, zone: ZoneInfo) -> int | None:
    """A time without its zone, as ms UTC. None for what is no time of this century."""
    try:
        found = datetime.fromisoformat(text.strip())
    except (AttributeError, TypeError, ValueError):
        return None
    if found.year not in YEARS:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return int(aware.timestamp()) * SECOND_MS


def lenient(value: Any, kind: type[T]) -> T | None:
    """A struct from whatever came: a property of another kind is left out.

    None when what it can't be without is missing. PHP writes an empty object as [].
    """
    if not isinstance(value, dict):
        return None
    given = dict(value)
    for one in msgspec.structs.fields(kind):  # type: ignore[arg-type]
        if one.name in given:
            try:
                given[one.name] = msgspec.convert(given[one.name], one.type, strict=False)
            except (msgspec.ValidationError, ValueError):
                del given[one.name]
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, ValueError):
        return None
