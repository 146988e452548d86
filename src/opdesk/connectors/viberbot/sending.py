"""What a message of ours is to Viber, and what its refusals mean.

Source: developers.viber.com/docs/api/rest-bot-api, "Message types" and "Error codes".
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from opdesk.connectors.base import (
    Card,
    DeliveryError,
    MediaType,
    Outbound,
    OutboundFile,
    Place,
    Problem,
)
from opdesk.connectors.viberbot.declaration import MAX_FILE_BYTES, MAX_NAME_CHARS
from opdesk.kit.http_client import HttpReply

MAX_PICTURE_BYTES = 1024 * 1024
"""Phones with iOS show no larger picture; Android's take 3 MB."""
MAX_VIDEO_BYTES = 26 * 1024 * 1024
PICTURES = frozenset(("jpg", "jpeg", "png", "gif"))
MAX_CAPTION_CHARS = 512
MAX_PHONE_CHARS = 18
MAX_FILE_NAME_CHARS = 256
PROGRAMS = frozenset(
    ("apk", "app", "bat", "cab", "cmd", "com", "cpl", "exe", "ipa", "jse", "lnk", "msi", "msp")
) | {"ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "ws", "wsf"}
"""Viber refuses executable types. Its list is longer [unconfirmed]: for the rest it answers 3."""

OK = 0
BAD_TOKEN = 2
SUSPENDED = (7, 8, 9)
_PROBLEMS = {
    1: Problem.BAD_REQUEST,  # the address of a file
    BAD_TOKEN: Problem.AUTH,
    3: Problem.BAD_REQUEST,
    4: Problem.BAD_REQUEST,
    5: Problem.RECIPIENT_UNKNOWN,
    6: Problem.BLOCKED,
    7: Problem.AUTH,
    8: Problem.AUTH,
    9: Problem.AUTH,
    10: Problem.AUTH,
    11: Problem.UNSUPPORTED,
    12: Problem.THROTTLED,
    13: Problem.BAD_REQUEST,
    14: Problem.BAD_REQUEST,
    15: Problem.AUTH,
    16: Problem.REJECTED,
    17: Problem.REJECTED,
    18: Problem.REJECTED,
    19: Problem.REJECTED,
    20: Problem.REJECTED,
    21: Problem.REJECTED,
    22: Problem.REJECTED,
    23: Problem.REJECTED,
    24: Problem.REJECTED,
}
"""Viber's status numbers; any other is its "general error", which may pass."""
_UNPAID = (23, 24)
_HTTP_PROBLEMS = {401: Problem.AUTH, 403: Problem.AUTH, 413: Problem.TOO_LARGE}


def body_of(out: Outbound) -> dict[str, Any]:
    """The part of `send_message` that is the message. Raises DeliveryError."""
    if out.file is not None:
        return _file(out.file, out.text)
    if out.place is not None:
        return _place(out.place)
    if out.card is not None:
        return _card(out.card)
    return {"type": "text", "text": out.text}


def _file(file: OutboundFile, caption: str) -> dict[str, Any]:
    """A picture or video as Viber shows one, if it takes it as that; else a file.

    It goes by the ending of the address.
    """
    ending = _ending(urlsplit(file.url).path)
    if (refused := {ending, _ending(file.name)} & PROGRAMS) != set():
        raise _refused(Problem.UNSUPPORTED, f"Viber takes no .{min(refused)} files")
    if file.size_bytes > MAX_FILE_BYTES:
        raise _refused(Problem.TOO_LARGE, f"Viber takes files up to {MAX_FILE_BYTES} bytes")
    is_small = file.size_bytes <= MAX_PICTURE_BYTES
    if file.type is MediaType.PHOTO and ending in PICTURES and is_small:
        return {"type": "picture", "text": caption[:MAX_CAPTION_CHARS], "media": file.url}
    if file.type is MediaType.VIDEO and ending == "mp4" and file.size_bytes <= MAX_VIDEO_BYTES:
        return {"type": "video", "media": file.url, "size": file.size_bytes}
    name = _name(file)
    return {"type": "file", "media": file.url, "size": file.size_bytes, "file_name": name}


def _name(file: OutboundFile) -> str:
    """Viber wants the ending in the name."""
    added = "" if _ending(file.name) else f".{file.format}"
    return file.name[-(MAX_FILE_NAME_CHARS - len(added)) :] + added


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def _place(place: Place) -> dict[str, Any]:
    """Viber shows a point without a name: what has one says it in words, with a link to a map."""
    if not (place.title or place.address):
        return {"type": "location", "location": {"lat": place.latitude, "lon": place.longitude}}
    point = f"{place.latitude},{place.longitude}"
    lines = (place.title, place.address, f"https://www.google.com/maps?q={point}")
    return {"type": "text", "text": "\n".join(line for line in lines if line)}


def _card(card: Card) -> dict[str, Any]:
    """Viber's contact has one phone and a short name: a card with more goes as a text, whole."""
    phone = card.phones[0] if len(card.phones) == 1 else ""
    fits = 0 < len(phone) <= MAX_PHONE_CHARS and 0 < len(card.name) <= MAX_NAME_CHARS
    if not fits:
        return {"type": "text", "text": "\n".join((card.name, *card.phones))}
    return {"type": "contact", "contact": {"name": card.name, "phone_number": phone}}


def sent_id(reply: HttpReply) -> str:
    """The token of a message that Viber took. Raises DeliveryError."""
    answer = answer_of(reply)
    status = answer.get("status")
    if reply.status != 200 or (isinstance(status, int) and status != OK):
        raise delivery_error(reply)
    token = answer.get("message_token")
    if status != OK or not isinstance(token, int | str) or not token:
        raise DeliveryError(Problem.UNCERTAIN, "Viber's answer names no message")
    return str(token)


def delivery_error(reply: HttpReply) -> DeliveryError:
    """What a refusal means: Viber answers 200 and a status of its own."""
    if reply.status != 200:
        return _http_error(reply)
    status = answer_of(reply).get("status")
    problem = _PROBLEMS.get(status) if isinstance(status, int) else None
    words = words_of(reply)
    if problem is None:
        return DeliveryError(Problem.TRANSIENT, words)
    if problem is Problem.THROTTLED:
        return DeliveryError(problem, words, retry_after_s=_retry_after_s(reply))
    if status in _UNPAID:
        words = f"{words}: the bot's quota or balance at Viber is used up"
    return _refused(problem, words)


def _http_error(reply: HttpReply) -> DeliveryError:
    words, after_s = words_of(reply), _retry_after_s(reply)
    if reply.status == 429:
        return DeliveryError(Problem.THROTTLED, words, retry_after_s=after_s)
    if reply.status >= 500:
        return DeliveryError(Problem.TRANSIENT, words, retry_after_s=after_s)
    return _refused(_HTTP_PROBLEMS.get(reply.status, Problem.BAD_REQUEST), words)


def _refused(problem: Problem, words: str) -> DeliveryError:
    return DeliveryError(problem, words, is_permanent=True)


def answer_of(reply: HttpReply) -> Mapping[str, Any]:
    """The answer's object; empty for what is none."""
    answer = reply.json
    return answer if isinstance(answer, dict) else {}


def words_of(reply: HttpReply) -> str:
    """The platform's own words about a refusal."""
    return str(answer_of(reply).get("status_message") or f"status {reply.status}")[:300]


def _retry_after_s(reply: HttpReply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else None
