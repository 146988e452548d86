"""What a message of ours looks like on WhatsApp's side.

Sources: developers.facebook.com, Cloud API "Messages" and "Media" (the kinds that are taken).
"""

from collections.abc import Mapping
from typing import Any

from opdesk.connectors.base import Card, MediaType, Outbound, OutboundFile, Place

MAX_STICKER_BYTES = 100 * 1024
"""Of one that does not move; which one moves we don't look into."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PLAYED: Mapping[MediaType, tuple[str, Mapping[str, str]]] = {
    MediaType.PHOTO: ("image", {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}),
    MediaType.VIDEO: ("video", {"mp4": "video/mp4", "3gp": "video/3gpp"}),
    MediaType.AUDIO: (
        "audio",
        {
            "aac": "audio/aac",
            "amr": "audio/amr",
            "m4a": "audio/mp4",
            "mp3": "audio/mpeg",
            "oga": "audio/ogg",
            "ogg": "audio/ogg",
            "opus": "audio/ogg",
        },
    ),
    MediaType.STICKER: ("sticker", {"webp": "image/webp"}),
}
"""What WhatsApp shows or plays in the chat, by format; anything else goes as a document."""
_DOCUMENTS = {
    "doc": "application/msword",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pdf": "application/pdf",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
_UPLOADS = {
    **_DOCUMENTS,
    **{name: mime for _, formats in _PLAYED.values() for name, mime in formats.items()},
}
_VOICE = ("oga", "ogg", "opus")


def frame(out: Outbound) -> dict[str, Any]:
    """Everything of a message but its content. Our number comes back with its statuses."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **recipient(out.chat_id),
        **({"context": {"message_id": whole(out.reply_to)}} if out.reply_to else {}),
        "biz_opaque_callback_data": str(out.message_id),
    }


def recipient(chat_id: str) -> dict[str, str]:
    """A phone's digits, or a business-scoped id."""
    is_phone = chat_id.isascii() and chat_id.isdecimal()
    return {"to" if is_phone else "recipient": chat_id}


def whole(message_id: str) -> str:
    """WhatsApp's id of a message of which ours is a part."""
    return message_id.partition("#")[0]


def read_until(message_id: str) -> dict[str, Any]:
    """The customer sees that this message and all before it were read."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": whole(message_id)}


def text(words: str) -> dict[str, Any]:
    has_link = "https://" in words or "http://" in words
    return {"type": "text", "text": {"body": words, "preview_url": has_link}}


def place(it: Place) -> dict[str, Any]:
    named = {"name": it.title, "address": it.address}
    location = {"latitude": it.latitude, "longitude": it.longitude}
    return {
        "type": "location",
        "location": {**location, **{name: words for name, words in named.items() if words}},
    }


def card(it: Card) -> dict[str, Any]:
    """WhatsApp wants a part of the name beside the whole."""
    contact = {
        "name": {"formatted_name": it.name, "first_name": it.name},
        "phones": [{"phone": phone, "type": "CELL"} for phone in it.phones],
    }
    return {"type": "contacts", "contacts": [contact]}


def kind_of(file: OutboundFile, words: str) -> str:
    """As what a file is sent: a document where WhatsApp would not show it.

    A sound or a sticker has no words beside it, a document has: nothing of the message is lost.
    """
    kind, formats = _PLAYED.get(file.type, ("document", {}))
    is_wordless = kind in ("audio", "sticker")
    is_large = kind == "sticker" and file.size_bytes > MAX_STICKER_BYTES
    if file.format not in formats or is_large or (is_wordless and words):
        return "document"
    return kind


def upload_type(file: OutboundFile) -> str | None:
    """The MIME type that a file is uploaded with; None: WhatsApp takes it by its address only."""
    return _UPLOADS.get(file.format)


def file(it: OutboundFile, words: str, source: Mapping[str, str]) -> dict[str, Any]:
    """`source` is {"id": an upload's} or {"link": an address}."""
    kind = kind_of(it, words)
    body: dict[str, Any] = dict(source)
    if words:
        body["caption"] = words
    if kind == "document":
        body["filename"] = it.name
    if kind == "audio" and it.format in _VOICE:
        body["voice"] = True
    return {"type": kind, kind: body}
