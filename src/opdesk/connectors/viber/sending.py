"""What a message of ours is to SMSBAT, and what its answers mean.

Source: smsbat.com/help, "Viber messages", "Send message" and "RESTful API guide".
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from opdesk.connectors.base import (
    DeliveryError,
    MediaType,
    MessageStatus,
    Outbound,
    OutboundFile,
    Problem,
)
from opdesk.connectors.viber.declaration import (
    DEFAULT_FILE_FORMATS,
    DEFAULT_MEDIA_TYPE,
    DEFAULT_TEXT_TYPE,
    DEFAULT_TTL_S,
    MAX_BYTES,
    MAX_PHOTO_BYTES,
)
from opdesk.kit.http_client import HttpReply

PICTURES = frozenset(("jpg", "jpeg", "png"))
_HTTP_PROBLEMS = {
    401: Problem.AUTH,
    402: Problem.REJECTED,
    403: Problem.AUTH,
    413: Problem.TOO_LARGE,
}
_CODES = {"INVALID_RECIPIENT": Problem.RECIPIENT_UNKNOWN}
STATUSES = {
    "accepted": MessageStatus.SUCCESS,
    "sent": MessageStatus.SUCCESS,
    "scheduled": MessageStatus.SUCCESS,
    "processing": MessageStatus.SUCCESS,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "seen": MessageStatus.READ,
    "undeliverable": MessageStatus.REJECTED,
    "permanenterror": MessageStatus.REJECTED,
    "expired": MessageStatus.REJECTED,
    "rejected": MessageStatus.REJECTED,
    "failed": MessageStatus.REJECTED,
}
"""SMSBAT's words; `read`, `seen` and `expired` are of no document [unconfirmed]."""


def status_of(words: str) -> MessageStatus | None:
    """Whatever case, spaces and dashes it is written with; None: a word of tomorrow's."""
    return STATUSES.get("".join(char for char in words.casefold() if char.isalpha()))


def body_of(out: Outbound, settings: Mapping[str, str]) -> dict[str, Any]:
    """The body of `POST /bat/messagelist`. Raises DeliveryError."""
    if out.place is not None or out.card is not None or out.template is not None:
        raise _refused(Problem.UNSUPPORTED, "SMSBAT takes texts, photos, videos and files")
    message = {
        "from": settings["alphaName"],
        "to": out.chat_id,
        "customerMessageId": str(out.message_id),
        "ttl": int(settings.get("ttl", DEFAULT_TTL_S)),
        **({"text": out.text} if out.text else {}),
        **(_media(out.file, settings) if out.file else {"type": _text_type(settings)}),
    }
    return {"messages": [message]}


def _media(file: OutboundFile, settings: Mapping[str, str]) -> dict[str, Any]:
    """Viber loads the file from the address: by its ending it knows what it is."""
    ending = PurePosixPath(urlsplit(file.url).path).suffix[1:].lower()
    media_type = settings.get("mediaType", DEFAULT_MEDIA_TYPE)
    if file.type is MediaType.PHOTO and ending in PICTURES:
        _check_size(file, MAX_PHOTO_BYTES)
        field = settings.get("imageField", "img")
        return {"type": media_type, "messageData": {field: file.url}}
    _check_size(file, MAX_BYTES)
    if file.type is MediaType.VIDEO and ending == "mp4":
        return {
            "type": media_type,
            "messageData": {"video": file.url, "fileSize": file.size_bytes},
        }
    if ending not in _formats(settings):
        raise _refused(Problem.UNSUPPORTED, f"SMSBAT takes no .{ending} files on this channel")
    data = {"fileUrl": file.url, "fileName": file.name, "fileType": ending}
    return {"type": _text_type(settings), "messageData": data}


def _formats(settings: Mapping[str, str]) -> set[str]:
    """The endings that may be sent as files, as the channel's admin was told by SMSBAT."""
    listed = settings.get("fileFormats", DEFAULT_FILE_FORMATS).lower().split(",")
    return {one.strip() for one in listed}


def _check_size(file: OutboundFile, most: int) -> None:
    if file.size_bytes > most:
        raise _refused(Problem.TOO_LARGE, f"SMSBAT takes at most {most} bytes")


def _text_type(settings: Mapping[str, str]) -> str:
    return settings.get("textType", DEFAULT_TEXT_TYPE)


def sent_id(reply: HttpReply) -> str:
    """The id of the message that SMSBAT took. Raises DeliveryError."""
    answer = reply.json
    items = answer.get("messages") if isinstance(answer, dict) else None
    item = items[0] if isinstance(items, list) and items else None
    if reply.status >= 300 or (item is None and error_of(reply) != ("", "")):
        raise delivery_error(reply)
    if not isinstance(item, dict):
        raise DeliveryError(Problem.UNCERTAIN, "SMSBAT's answer names no message")
    status = str(item.get("status") or "")
    if status_of(status) is MessageStatus.REJECTED:
        raise _item_refused(item, status)
    found = item.get("messageId")
    if not isinstance(found, int | str) or found == "":
        raise DeliveryError(Problem.UNCERTAIN, "SMSBAT's answer names no message")
    return str(found)


def _item_refused(item: Mapping[str, Any], status: str) -> DeliveryError:
    """One message of a list that was taken as a whole may be refused alone."""
    code, words = _error_in(item)
    return _refused(_CODES.get(code, Problem.REJECTED), words or code or status)


def delivery_error(reply: HttpReply) -> DeliveryError:
    """What a refusal means: by its HTTP status, and by SMSBAT's code where that says more."""
    code, words = error_of(reply)
    words = words or code or f"status {reply.status}"
    if reply.status == 429:
        return DeliveryError(Problem.THROTTLED, words, retry_after_s=_retry_after_s(reply))
    if reply.status >= 500:
        return DeliveryError(Problem.TRANSIENT, words, retry_after_s=_retry_after_s(reply))
    by_status = _HTTP_PROBLEMS.get(reply.status, Problem.BAD_REQUEST)
    return _refused(_CODES.get(code, by_status), words)


def error_of(reply: HttpReply) -> tuple[str, str]:
    """(code, words) of `{"error": {"code", "message"}}`; empty where there is none."""
    answer = reply.json
    return _error_in(answer) if isinstance(answer, dict) else ("", "")


def _error_in(about: Mapping[str, Any]) -> tuple[str, str]:
    told = about.get("error")
    if isinstance(told, dict):
        return str(told.get("code") or ""), str(told.get("message") or "")[:300]
    return "", str(told or "")[:300]


def _refused(problem: Problem, words: str) -> DeliveryError:
    return DeliveryError(problem, words, is_permanent=True)


def _retry_after_s(reply: HttpReply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else None
