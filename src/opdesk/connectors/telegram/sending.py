"""What a message is in the Bot API: a method, its values, and the field of its file."""

import re
from dataclasses import dataclass
from typing import Any

from opdesk.connectors.base import Card, MediaType, Outbound, OutboundFile, Place

_PHOTOS = frozenset(("jpg", "jpeg", "png", "webp"))
_VOICES = frozenset(("ogg", "oga", "opus"))
"""What Telegram plays as a voice message: Ogg with Opus."""
_METHODS = {
    MediaType.PHOTO: ("sendPhoto", "photo"),
    MediaType.VIDEO: ("sendVideo", "video"),
    MediaType.AUDIO: ("sendAudio", "audio"),
}
DOCUMENT = ("sendDocument", "document")
_MESSAGE = re.compile(r"-?[0-9]{1,20}:([0-9]{1,18})")
_NOT_A_PHOTO = ("photo_invalid_dimensions", "photo_ext_invalid", "image_process_failed")
_NOT_A_VOICE = ("voice_messages_forbidden",)


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `field` names the part that holds the file; empty without one."""

    method: str
    values: dict[str, Any]
    field: str = ""


def request_of(out: Outbound, chat_id: str) -> Request:
    """How a message goes out."""
    values: dict[str, Any] = {"chat_id": int(chat_id)}
    if answered := _MESSAGE.fullmatch(out.reply_to or ""):
        # The customer may have deleted it meanwhile: what is said matters more.
        number = int(answered[1])
        reply = {"message_id": number, "allow_sending_without_reply": True}
        values["reply_parameters"] = reply
    if out.file is not None:
        method, field = _method_of(out.file)
        return Request(method, {**values, **({"caption": out.text} if out.text else {})}, field)
    if out.place is not None:
        return _place(out.place, values)
    if out.card is not None and out.card.phones:
        return Request("sendContact", {**values, **_contact(out.card)})
    text = out.text or (out.card.name if out.card else "")
    return Request("sendMessage", {**values, "text": text})


def as_document(request: Request, refusal: str) -> Request | None:
    """The same file as it is, when Telegram refuses to make a picture or a voice of it."""
    words = refusal.lower()
    if not request.field or not any(one in words for one in (*_NOT_A_PHOTO, *_NOT_A_VOICE)):
        return None
    method, field = DOCUMENT
    return Request(method, request.values, field) if request.field != field else None


def _method_of(file: OutboundFile) -> tuple[str, str]:
    if file.type is MediaType.PHOTO and file.format == "gif":
        return "sendAnimation", "animation"
    if file.type is MediaType.PHOTO and file.format not in _PHOTOS:
        return DOCUMENT
    if file.type is MediaType.AUDIO and file.format in _VOICES:
        return "sendVoice", "voice"
    return _METHODS.get(file.type, DOCUMENT)


def _place(place: Place, values: dict[str, Any]) -> Request:
    """A venue needs both its title and its address."""
    point = {**values, "latitude": place.latitude, "longitude": place.longitude}
    title, address = place.title or place.address, place.address or place.title
    if not title:
        return Request("sendLocation", point)
    return Request("sendVenue", {**point, "title": title, "address": address})


def _contact(card: Card) -> dict[str, Any]:
    """One number stands in the contact itself; all of several stand in its vCard."""
    first = card.phones[0]
    values = {"phone_number": first, "first_name": card.name or first}
    if len(card.phones) > 1:
        name = re.sub(r"([\\,;])", r"\\\1", card.name or first).replace("\n", " ")
        phones = "".join(f"TEL;TYPE=CELL:{phone}\r\n" for phone in card.phones)
        head = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\n"
        values["vcard"] = f"{head}{phones}END:VCARD"
    return values
