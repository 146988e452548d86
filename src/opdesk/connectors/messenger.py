"""What Messenger and Instagram webhooks share: one envelope, and what it means to us.

Source: developers.facebook.com, Messenger Platform "Webhooks" and Instagram Platform "Messaging".
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from opdesk.chats.model import MessageStatus, Place
from opdesk.connectors.items import Deletion, Echo, Edit, Inbound, Item, Reaction, Receipt, Update
from opdesk.connectors.messenger_parts import Attachment, Content, contents, referral_lines
from opdesk.connectors.problems import BadPayload
from opdesk.kit.text import readable_json

T = TypeVar("T")
Id = str | int
Ms = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
RANKS_PER_MS = 4
"""1,000 ms of a second and up to 4 parts of each fit into the 4,096 ranks."""
REACTIONS = {
    "like": "👍",
    "dislike": "👎",
    "love": "❤️",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
}
"""Names for which older versions of the API send no emoji."""


class Party(msgspec.Struct):
    id: Id


class ReplyTo(msgspec.Struct):
    mid: str | None = None
    story: Any = None


class MessageBody(msgspec.Struct):
    mid: str
    text: str | None = None
    attachments: list[Attachment] | None = None
    reply_to: ReplyTo | None = None
    referral: Any = None
    app_id: Id | None = None
    is_echo: bool = False
    is_self: bool = False
    is_deleted: bool = False


class EditBody(msgspec.Struct):
    """Instagram tells no text."""

    mid: str
    text: str | None = None
    num_edit: int = 0


class DeliveryBody(msgspec.Struct):
    mids: list[str] | None = None
    watermark: Ms | None = None


class ReadBody(msgspec.Struct):
    """Messenger names a time, Instagram a message."""

    mid: str | None = None
    watermark: Ms | None = None


class ReactionBody(msgspec.Struct):
    mid: str
    action: str = "react"
    reaction: str | None = None
    emoji: str | None = None


class PostbackBody(msgspec.Struct):
    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Any = None


class Event(msgspec.Struct):
    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Ms = 0
    message: MessageBody | None = None
    message_edit: EditBody | None = None
    delivery: DeliveryBody | None = None
    read: ReadBody | None = None
    reaction: ReactionBody | None = None
    postback: PostbackBody | None = None
    referral: Any = None


class Entry(msgspec.Struct):
    """`standby` (another app has the conversation) and `changes` are nothing for us."""

    id: Id
    time: Ms = 0
    messaging: list[msgspec.Raw] = []


class Envelope(msgspec.Struct):
    object: str
    entry: list[msgspec.Raw]


_ENVELOPE = msgspec.json.Decoder(Envelope)
_ENTRY = msgspec.json.Decoder(Entry)
_EVENT = msgspec.json.Decoder(Event)
_PARTY = re.compile(rb'"(sender|recipient)"\s*:\s*\{\s*"id"\s*:\s*"?([0-9]{1,30})')
_ACCOUNT = re.compile(
    rb'"(?:time"\s*:\s*[0-9]+\s*,\s*"id|entry"\s*:\s*\[\s*\{\s*"id)"\s*:\s*"?([0-9]+)'
)


@dataclass(frozen=True, slots=True)
class _At:
    """Where an event stands: in whose entry of which object, and how it is told as raw JSON."""

    object: str
    account_id: str
    time: int
    part: bytes

    def raw(self, part: bytes) -> bytes:
        """A whole body with this one event."""
        entry = {"id": self.account_id, "time": self.time, "messaging": [msgspec.Raw(part)]}
        return msgspec.json.encode({"object": self.object, "entry": [entry]})

    def update(
        self, key: str, item: Item | None, chat_id: str | None, part: bytes | None = None
    ) -> Update:
        raw = self.raw(part or self.part)
        return Update(key=key, item=item, chat_id=chat_id, account_id=self.account_id, raw=raw)


def parse(body: bytes, object_: str, app_id: str) -> list[Update]:
    """Every event of a body, in its order; what our own app sent is left out.

    Raises BadPayload, also for a body of another kind of account than `object_`.
    """
    envelope = _lenient(_ENVELOPE, body)
    if envelope.object != object_:
        raise BadPayload(f"it is about {envelope.object[:40]!r}, not {object_!r}")
    return [
        update for entry in envelope.entry for update in _of_entry(bytes(entry), object_, app_id)
    ]


def chat_of(body: bytes) -> str | None:
    """The customer that a body is about, however broken the rest of it.

    A text can't imitate it: its quotes are escaped.
    """
    account = _ACCOUNT.search(body)
    return _customer(body, account[1] if account else b"")


def _customer(part: bytes, account: bytes) -> str | None:
    found = (one[2] for one in _PARTY.finditer(part) if one[2] != account)
    first = next(found, None)
    return first.decode() if first is not None else None


def _lenient(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """Bytes that are no text never hide a message. Raises BadPayload."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return decoder.decode(readable_json(body))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadPayload(str(error)) from error


def _of_entry(entry: bytes, object_: str, app_id: str) -> Iterator[Update]:
    try:
        read = _lenient(_ENTRY, entry)
    except BadPayload as error:
        raw = msgspec.json.encode({"object": object_, "entry": [msgspec.Raw(entry)]})
        yield Update(key=_digest(entry), item=None, chat_id=None, raw=raw, unread=str(error))
        return
    for one in read.messaging:
        at = _At(object_, str(read.id), read.time, bytes(one))
        try:
            yield from _of_event(_lenient(_EVENT, at.part), at, app_id)
        except BadPayload as error:
            yield Update(
                key=_digest(at.part),
                item=None,
                chat_id=_customer(at.part, at.account_id.encode()),
                account_id=at.account_id,
                raw=at.raw(at.part),
                unread=str(error),
            )


def _digest(part: bytes) -> str:
    return f"other:{hashlib.sha256(part).hexdigest()}"


def _of_event(event: Event, at: _At, app_id: str) -> Sequence[Update]:
    chat_id = _chat_id(event, at.account_id)
    if event.message is not None:
        return _of_message(event.message, event, at, chat_id, app_id)
    if event.delivery is not None:
        return list(_delivered(event.delivery, at, chat_id))
    found = _keyed(event, at, chat_id)
    key, item = found if found is not None else (_digest(at.part), None)
    return [at.update(key, item, chat_id)]


def _chat_id(event: Event, account_id: str) -> str | None:
    """The one of the two who is not the account; Instagram's read marks name neither."""
    for one in (event.sender, event.recipient):
        if one is not None and str(one.id) != account_id:
            return str(one.id)
    return None


def _keyed(event: Event, at: _At, chat_id: str | None) -> tuple[str, Item] | None:
    """What everything but messages and deliveries is, with its key; None: nothing for us."""
    if (edit := event.message_edit) is not None:
        return f"edit:{edit.mid}:{edit.num_edit}:{event.timestamp}", Edit(edit.mid, edit.text)
    if (read := event.read) is not None:
        return _read(read, chat_id)
    if (one := event.reaction) is not None and _is_customers(event, at):
        emoji = one.emoji or REACTIONS.get(one.reaction or "", "👍")
        item = Reaction(one.mid, None if one.action == "unreact" else emoji)
        return f"reaction:{one.mid}:{chat_id}:{event.timestamp}:{one.action}", item
    if chat_id is not None and _is_customers(event, at):
        return _pressed(event, chat_id)
    return None


def _is_customers(event: Event, at: _At) -> bool:
    return event.sender is not None and str(event.sender.id) != at.account_id


def _read(read: ReadBody, chat_id: str | None) -> tuple[str, Item] | None:
    if read.mid is not None:
        return f"read:{read.mid}", Receipt(status=MessageStatus.READ, message_id=read.mid)
    if read.watermark is None or chat_id is None:
        return None
    receipt = Receipt(status=MessageStatus.READ, until=read.watermark)
    return f"read:{chat_id}:{read.watermark}", receipt


def _pressed(event: Event, chat_id: str) -> tuple[str, Item] | None:
    """A button, or a link to the conversation that carries a word with it."""
    at_ms = f"{chat_id}:{event.timestamp}"
    if (postback := event.postback) is not None:
        message_id = postback.mid or f"postback:{at_ms}"
        lines = [postback.title or postback.payload or "", *referral_lines(postback.referral)]
        kind = "postback"
    elif event.referral is not None:
        message_id, lines, kind = f"referral:{at_ms}", referral_lines(event.referral), "referral"
    else:
        return None
    text = "\n".join(line for line in lines if line)
    content = Content(text) if text else Content(kind=kind)
    return message_id, _inbound(content, event, chat_id, message_id)


def _delivered(delivery: DeliveryBody, at: _At, chat_id: str | None) -> Iterator[Update]:
    """One by one, because a clock that is late must not hide a delivery that was named."""
    for mid in delivery.mids or []:
        receipt = Receipt(status=MessageStatus.DELIVERED, message_id=mid)
        part = _with_delivery(at.part, {"mids": [mid]})
        yield at.update(f"delivered:{mid}", receipt, chat_id, part)
    if delivery.watermark is not None and chat_id is not None:
        until = delivery.watermark
        receipt = Receipt(status=MessageStatus.DELIVERED, until=until)
        part = _with_delivery(at.part, {"watermark": until})
        yield at.update(f"delivered:{chat_id}:{until}", receipt, chat_id, part)


def _with_delivery(part: bytes, delivery: Mapping[str, Any]) -> bytes:
    event = _lenient(msgspec.json.Decoder(dict[str, Any]), part)
    return msgspec.json.encode({**event, "delivery": delivery})


def _of_message(
    message: MessageBody, event: Event, at: _At, chat_id: str | None, app_id: str
) -> Sequence[Update]:
    if chat_id is None:
        if message.is_self:  # an account that writes to itself
            return []
        raise BadPayload("the message names nobody")
    if message.is_deleted:
        return [at.update(f"deleted:{message.mid}", Deletion(message.mid), chat_id)]
    if message.is_echo or not _is_customers(event, at):
        return _echoes(message, event, at, chat_id, app_id)
    reply_to = message.reply_to
    found = contents(
        message.text or "",
        message.attachments or [],
        story=reply_to.story if reply_to else None,
        referral=message.referral,
    )
    updates = []
    for n, (content, message_id) in enumerate(_numbered(found, message.mid)):
        item = _inbound(content, event, chat_id, message_id, n, reply_to.mid if reply_to else None)
        updates.append(at.update(message_id, item, chat_id))
    return updates


def _echoes(
    message: MessageBody, event: Event, at: _At, chat_id: str, app_id: str
) -> Sequence[Update]:
    """What was written in the platform's own inbox, or by another app."""
    if message.app_id is not None and str(message.app_id) == app_id:
        return []
    found = contents(message.text or "", message.attachments or [])
    return [
        at.update(
            message_id,
            Echo(
                chat_id=chat_id,
                message_id=message_id,
                sent_at=event.timestamp or at.time,
                text=content.text or _place_text(content.place),
                file=content.file,
                kind=content.kind,
            ),
            chat_id,
        )
        for content, message_id in _numbered(found, message.mid)
    ]


def _place_text(place: Place | None) -> str:
    return f"{place.latitude}, {place.longitude}" if place else ""


def _numbered(found: Sequence[Content], mid: str) -> Iterator[tuple[Content, str]]:
    for n, content in enumerate(found, 1):
        yield content, mid if n == 1 else f"{mid}#{n}"


def _inbound(
    content: Content,
    event: Event,
    chat_id: str,
    message_id: str,
    n: int = 0,
    reply_to: str | None = None,
) -> Inbound:
    return Inbound(
        chat_id=chat_id,
        message_id=message_id,
        sender_id=chat_id,
        sender_name="",
        sent_at=event.timestamp,
        text=content.text,
        file=content.file,
        place=content.place,
        reply_to=reply_to,
        kind=content.kind,
        rank=event.timestamp % 1000 * RANKS_PER_MS + min(n, RANKS_PER_MS - 1),
    )
