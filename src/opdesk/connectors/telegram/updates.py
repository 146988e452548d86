"""From one of Telegram's updates to what it tells us. Only private chats are served:

one customer, one chat.
"""

from opdesk.connectors.base import (
    Card,
    Edit,
    FileReference,
    Inbound,
    Item,
    MediaType,
    Place,
    Subscription,
)
from opdesk.connectors.telegram.payloads import (
    CallbackQuery,
    ChatInfo,
    FileBody,
    MessageBody,
    PhotoSize,
    Sticker,
    UpdateBody,
    kind_of,
)
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.formats import extension_of_type

MAX_FETCHED_BYTES = 20 * 1024 * 1024
"""`getFile` serves no larger file."""
RANKS = 4096
PRIVATE = "private"
_IS_OPEN = {"kicked": False, "member": True}
_FILES = (
    ("animation", MediaType.VIDEO, "mp4"),
    ("video", MediaType.VIDEO, "mp4"),
    ("video_note", MediaType.VIDEO, "mp4"),
    ("voice", MediaType.AUDIO, "ogg"),
    ("audio", MediaType.AUDIO, "mp3"),
    ("document", MediaType.FILE, "bin"),
)
"""Properties that hold a file, the more telling first: what it is, and its usual format."""


def item_of(update: UpdateBody, body: bytes) -> Item | None:
    """What an update tells; None for what is nothing for us. `body` is its own JSON."""
    if update.message is not None:
        message = update.message
        return _inbound(message, body) if _is_served(message.chat) else None
    if update.edited_message is not None:
        return _edit(update.edited_message)
    if update.callback_query is not None:
        return _pressed(update.callback_query)
    change = update.my_chat_member
    if change is None or not _is_served(change.chat):
        return None
    is_open = _IS_OPEN.get(change.new_chat_member.status)
    return None if is_open is None else Subscription(is_open)


def _is_served(chat: ChatInfo) -> bool:
    return chat.type == PRIVATE


def _message_id(chat: ChatInfo, number: int) -> str:
    return f"{chat.id}:{number}"


def _edit(message: MessageBody) -> Edit | None:
    """A location that moves is edited all the time, and says nothing new in words."""
    if not _is_served(message.chat) or message.location is not None:
        return None
    number = _message_id(message.chat, message.message_id)
    return Edit(number, message.text or message.caption or "")


def _inbound(message: MessageBody, body: bytes) -> Inbound:
    sender, chat = message.from_, message.chat
    named = f"{chat.first_name} {chat.last_name}".strip() or chat.username or str(chat.id)
    replied = message.reply_to_message
    file, place, card = _file(message), _place(message), _card(message)
    is_shown = message.text is not None or any((file, place, card))
    emoji = message.sticker.emoji if message.sticker and not file else None
    return Inbound(
        chat_id=str(chat.id),
        message_id=_message_id(chat, message.message_id),
        sender_id=str(sender.id if sender else chat.id),
        sender_name=sender.full_name if sender else named,
        username=sender.username if sender else chat.username,
        sent_at=message.date * SECOND_MS,
        text=message.text or message.caption or emoji or "",
        rank=message.message_id % RANKS,
        file=file,
        place=place,
        card=card,
        phone=_own_phone(message),
        reply_to=_message_id(chat, replied.message_id) if replied else None,
        kind=None if is_shown else kind_of(body),
    )


def _pressed(query: CallbackQuery) -> Inbound | None:
    """A pressed button is its text, which the message that has it knows.

    The message's time is the only one that is told.
    """
    message = query.message
    if message is None or not _is_served(message.chat):
        return None
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    texts = [one.text for row in rows for one in row if one.callback_data == query.data]
    return Inbound(
        chat_id=str(message.chat.id),
        message_id=f"{message.chat.id}:button:{query.id}",
        sender_id=str(query.from_.id),
        sender_name=query.from_.full_name,
        username=query.from_.username,
        sent_at=message.date * SECOND_MS,
        text=next((one for one in texts if one), query.data or ""),
        rank=(message.message_id + 1) % RANKS,
        reply_to=_message_id(message.chat, message.message_id),
        kind=None if query.data else "button",
    )


def _file(message: MessageBody) -> FileReference | None:
    photo = _best_photo(message.photo)
    if photo is not None:
        name = f"photo-{message.message_id}.jpg"
        return FileReference(photo.file_id, name, "jpg", MediaType.PHOTO, photo.file_size)
    if message.sticker is not None:
        return _sticker(message.sticker, message.message_id)
    for field, kind, usual in _FILES:
        found: FileBody | None = getattr(message, field)
        if found is not None:
            return _reference(found, kind, usual, f"{field}-{message.message_id}")
    return None


def _best_photo(sizes: list[PhotoSize]) -> PhotoSize | None:
    """The last is the largest; one too large to be fetched is left for the next smaller."""
    fetchable = [size for size in sizes if size.file_size <= MAX_FETCHED_BYTES]
    return fetchable[-1] if fetchable else None


def _reference(file: FileBody, kind: MediaType, usual: str, otherwise: str) -> FileReference:
    """A file that is too large to be fetched has its name all the same, and fails to load."""
    by_type = extension_of_type(file.mime_type) if file.mime_type else None
    _, dot, by_name = (file.file_name or "").rpartition(".")
    is_format = bool(dot) and by_name.isalnum() and len(by_name) <= 10
    form = by_name.lower() if is_format else by_type or usual
    name = file.file_name or f"{otherwise}.{form}"
    return FileReference(file.file_id, name, form, kind, file.file_size)


def _sticker(sticker: Sticker, number: int) -> FileReference | None:
    """A picture that browsers show: of one that moves, its preview; None when it has none."""
    name = f"sticker-{number}.webp"
    if not (sticker.is_animated or sticker.is_video):
        size = sticker.file_size
        return FileReference(sticker.file_id, name, "webp", MediaType.STICKER, size)
    preview = sticker.thumbnail or sticker.thumb
    if preview is None:
        return None
    return FileReference(preview.file_id, name, "webp", MediaType.STICKER, preview.file_size)


def _place(message: MessageBody) -> Place | None:
    if message.venue is not None:
        at = message.venue.location
        return Place(at.latitude, at.longitude, message.venue.title, message.venue.address)
    if message.location is not None:
        return Place(message.location.latitude, message.location.longitude)
    return None


def _card(message: MessageBody) -> Card | None:
    contact = message.contact
    return Card(contact.full_name, (contact.phone_number,)) if contact else None


def _own_phone(message: MessageBody) -> str | None:
    """A contact is the customer's own phone only if it names their own account."""
    contact, sender = message.contact, message.from_
    if contact is None or sender is None or contact.user_id != sender.id:
        return None
    return contact.phone_number or None
