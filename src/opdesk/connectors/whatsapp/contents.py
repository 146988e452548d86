"""What a message says: text, file, place or card, or a kind that we can't show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from opdesk.connectors.base import Card, FileReference, MediaType, Place
from opdesk.connectors.whatsapp.payloads import (
    Content,
    Form,
    Medium,
    MessageBody,
    Order,
    Product,
    SharedContact,
)
from opdesk.kit.formats import UNKNOWN, extension_of_type

_TYPES: Mapping[str, tuple[MediaType, str]] = {
    "image": (MediaType.PHOTO, "jpg"),
    "video": (MediaType.VIDEO, "mp4"),
    "audio": (MediaType.AUDIO, "ogg"),
    "document": (MediaType.FILE, UNKNOWN),
    "sticker": (MediaType.STICKER, "webp"),
}
_EXTENSION = re.compile(r"\.([a-z0-9]{1,10})\Z")
_NOT_SHOWN = frozenset(("flow_token",))
"""Of a form's answers: what the customer has not written."""


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` names what is none of the others."""

    text: str = ""
    file: FileReference | None = None
    place: Place | None = None
    card: Card | None = None
    kind: str | None = None


def said(message: Content, kind: str) -> Said:
    """What a message of Meta's type `kind` says."""
    text = text_of(message)
    medium = getattr(message, kind) if kind in _TYPES else None
    if medium is not None and medium.id:
        return Said(text or "", file=_file(kind, medium))
    if kind == "location" and message.location is not None:
        it = message.location
        return Said(place=Place(it.latitude, it.longitude, it.name or "", it.address or ""))
    if kind == "contacts" and (cards := cards_of(message)):
        return Said(card=cards[0])
    if text:
        return Said(text)
    return Said(kind=_name(message, kind))


def _name(message: Content, kind: str) -> str:
    """What an unsupported message is, where Meta says so: `poll_creation`, `video_note`, …"""
    told = message.unsupported.type if message.unsupported is not None else None
    return told or kind or "unsupported"


def text_of(message: Content) -> str | None:
    """The words of a message, also those beside its file; None when it has none."""
    if message.text is not None:
        return message.text.body
    media = (message.image, message.video, message.audio, message.document, message.sticker)
    for medium in media:
        if medium is not None:
            return medium.caption
    if message.button is not None:
        return message.button.text or message.button.payload
    return _choice(message) or (_order(message.order) if message.order else None)


def _choice(message: Content) -> str | None:
    """What a customer pressed, picked from a list or filled in."""
    chosen = message.interactive
    if chosen is None:
        return None
    reply = chosen.button_reply or chosen.list_reply
    if reply is not None:
        lines = (reply.title, reply.description)
        return "\n".join(line for line in lines if line)
    return _form(chosen.nfm_reply) if chosen.nfm_reply is not None else None


def _form(form: Form) -> str:
    try:
        answers: Any = msgspec.json.decode((form.response_json or "{}").encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        answers = {}
    given = answers if isinstance(answers, dict) else {}
    lines = [f"{name}: {_plain(value)}" for name, value in given.items() if name not in _NOT_SHOWN]
    return "\n".join([form.body, *lines] if form.body else lines)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _order(order: Order) -> str:
    lines = [_product(one) for one in order.product_items or ()]
    return "\n".join([order.text, *lines] if order.text else lines)


def _product(one: Product) -> str:
    line = f"{one.quantity:g} × {one.product_retailer_id}"
    if one.item_price is None:
        return line
    return f"{line}, {one.item_price:g} {one.currency or ''}".rstrip()


def cards_of(message: MessageBody | Content) -> list[Card]:
    return [_card(one) for one in message.contacts or ()]


def _card(contact: SharedContact) -> Card:
    phones = [one.phone or one.wa_id or "" for one in contact.phones or ()]
    shown = tuple(phone for phone in phones if phone)
    name = contact.name.full if contact.name is not None else ""
    return Card(name or next(iter(shown), ""), shown)


def _file(kind: str, medium: Medium) -> FileReference:
    """WhatsApp names documents only; the others are called after what they are."""
    media_type, usual = _TYPES[kind]
    named = _EXTENSION.search((medium.filename or "").lower())
    of_type = extension_of_type(medium.mime_type or "")
    extension = (named[1] if named else None) or of_type or usual
    word = "voice" if medium.voice else media_type.name.lower()
    name = medium.filename or f"{word}-{medium.id}.{extension}"
    return FileReference(medium.id, name, extension, media_type)
