"""From a chat of Rozetka's to what it tells us: messages, and what became of ours."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from opdesk.connectors.base import (
    BadPayload,
    Echo,
    FileReference,
    Inbound,
    Item,
    MediaType,
    MessageStatus,
    Problem,
    Receipt,
    Update,
)
from opdesk.connectors.rozetka.payloads import (
    SELLER,
    SYSTEM,
    Chat,
    FileBody,
    MessageBody,
    id_of,
    message_id_of,
    ms_of,
    read_message,
)
from opdesk.kit.formats import UNKNOWN, mime_type_of

RANKS = 4096
BLOCKED = (2, 4)
BLOCKED_WORDS = "blocked by Rozetka moderation"
_TYPES = {"image": MediaType.PHOTO, "video": MediaType.VIDEO, "audio": MediaType.AUDIO}
_SHOWN_PHOTOS = frozenset(("jpg", "jpeg", "png", "gif", "webp"))


def updates_of(chat: Chat, zone: ZoneInfo) -> list[Update]:
    """What all messages of a chat tell, oldest first."""
    told = [(_order(one, zone), one) for one in chat.messages]
    told.sort(key=lambda pair: pair[0])  # stable: the same second keeps Rozetka's order
    return [
        update
        for n, (_, message) in enumerate(told)
        for update in _of_message(chat, message, zone, n % RANKS)
    ]


def _order(loose: Any, zone: ZoneInfo) -> int:
    created = loose.get("created") if isinstance(loose, dict) else None
    return ms_of(created, zone) or 0


def _of_message(chat: Chat, loose: Any, zone: ZoneInfo, rank: int) -> Iterator[Update]:
    raw = chat.alone(loose)
    try:
        message = read_message(loose)
        sent_at = ms_of(message.created, zone)
        if sent_at is None:
            raise BadPayload("a message without its time")
    except BadPayload as error:
        key = f"unread:{chat.id}:{id_of(loose.get('id')) if isinstance(loose, dict) else None}"
        yield Update(key=key, item=None, chat_id=chat.key, raw=raw, unread=str(error))
        return
    number = message_id_of(message, chat.id)
    for n, item in enumerate(_items(chat, message, number, sent_at, rank), 1):
        suffix = f"#{n}" if n > 1 else ""
        yield Update(key=f"message:{number}{suffix}", item=item, chat_id=chat.key, raw=raw)
    if message.sender == SELLER:
        for key, receipt in _receipts(message, number):
            yield Update(key=key, item=receipt, chat_id=chat.key, raw=raw)


def _items(
    chat: Chat, message: MessageBody, number: str, sent_at: int, rank: int
) -> Iterator[Item | None]:
    """The message, and one more for each file after the first."""
    files: list[FileReference | None] = [*map(_file, message.attached)]
    if message.sender in SYSTEM:
        yield None
        return
    text = message.text
    first: Inbound | Echo = (
        Echo(chat_id=chat.key, message_id=number, sent_at=sent_at, text=text)
        if message.sender == SELLER
        else Inbound(
            chat_id=chat.key,
            message_id=number,
            sender_id=chat.user_id or chat.id,
            sender_name=chat.user_name,
            sent_at=sent_at,
            text=text,
            phone_hint=chat.phone,
            rank=rank,
            order_number=chat.order_id,
        )
    )
    if not text and not files:
        first = replace(first, kind="empty")
    yield replace(first, file=files[0]) if files else first
    for n, file in enumerate(files[1:], 2):
        yield replace(first, message_id=f"{number}#{n}", text="", file=file)


def _file(body: FileBody) -> FileReference:
    reference = id_of(body.id) or ""
    name = body.name.strip() or f"file-{reference}"
    _, dot, extension = name.rpartition(".")
    form = extension.lower() if dot and extension.isalnum() and len(extension) <= 10 else UNKNOWN
    kind = _TYPES.get(mime_type_of(form).partition("/")[0], MediaType.FILE)
    if kind is MediaType.PHOTO and form not in _SHOWN_PHOTOS:
        kind = MediaType.FILE
    return FileReference(reference, name, form, kind, max(body.size, 0))


def _receipts(message: MessageBody, number: str) -> Iterator[tuple[str, Receipt]]:
    if message.status in BLOCKED:
        blocked = Receipt(
            status=MessageStatus.REJECTED,
            message_id=number,
            problem=Problem.REJECTED,
            words=BLOCKED_WORDS,
        )
        yield f"blocked:{number}", blocked
    elif message.read:
        yield f"read:{number}", Receipt(status=MessageStatus.READ, message_id=number)
