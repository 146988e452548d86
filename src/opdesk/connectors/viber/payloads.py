"""SMSBAT's JSON, as far as we read it. Unknown properties are ignored.

Source: smsbat.com/help, "Incoming messages" and "Check message status". No message of the real
service was seen: numbers may come as texts and texts as numbers, and several things in a list.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from opdesk.connectors.base import BadPayload
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.text import readable_json

Id = str | int
_LAST_SECOND = 10**11
"""A time above it, in the year 5138, is one in milliseconds."""
MAX_TIME_MS = 2**53


class Incoming(msgspec.Struct):
    """A customer's message. `phone_number` has digits, no plus."""

    alpha_name: str = msgspec.field(name="alphaName")
    phone_number: Id = msgspec.field(name="phoneNumber")
    dt: str | int | float
    id_uuid: Id | None = msgspec.field(name="idUuid", default=None)
    text: str | None = None
    type: str | None = None


class Status(msgspec.Struct):
    """What became of a message; also the answer to `GET /bat/message/{id}`.

    Other programs may send through the same account: only SMSBAT's own id is believed, not
    `customerMessageId`.
    """

    message_id: Id = msgspec.field(name="messageId")
    delivery_status: str = msgspec.field(name="deliverystatus")


_PHONE = re.compile(rb'"phoneNumber"\s*:\s*"?\s*\+?([0-9][0-9 ().-]{3,30})')


def parts_of(body: bytes) -> list[dict[str, Any]]:
    """The objects of a call: one, or a list of them. Raises BadPayload."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _leniently(body)
    parts = found if isinstance(found, list) else [found]
    if not parts or not all(isinstance(one, dict) for one in parts):
        raise BadPayload("neither an object nor a list of objects")
    return parts


def _leniently(body: bytes) -> Any:
    try:
        return msgspec.json.decode(readable_json(body))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadPayload(str(error)) from error


def read_part(part: dict[str, Any]) -> Incoming | Status:
    """Raises BadPayload."""
    try:
        if "deliverystatus" in part:
            return msgspec.convert(part, Status, strict=False)
        return msgspec.convert(part, Incoming, strict=False)
    except msgspec.ValidationError as error:
        raise BadPayload(str(error)) from error


def chat_of(body: bytes) -> str | None:
    """The chat that a body is about, however broken the rest of it."""
    found = _PHONE.search(body)
    return digits_of(found[1].decode()) or None if found else None


def digits_of(phone: Id) -> str:
    """A phone as the chat is called: `+380 (93) 667-00-03` -> `380936670003`."""
    return "".join(char for char in str(phone) if char.isascii() and char.isdecimal())


def time_of(dt: str | float) -> int:
    """ms UTC of ISO 8601; a time without a zone is UTC, a number is seconds or milliseconds.

    Raises BadPayload.
    """
    try:
        if isinstance(dt, str) and not dt.strip().isdecimal():
            moment = datetime.fromisoformat(dt.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            found = moment.timestamp() * SECOND_MS
        else:
            number = float(dt)
            found = number if number > _LAST_SECOND else number * SECOND_MS
        at = round(found)
    except (ValueError, OverflowError) as error:
        raise BadPayload("the time can't be read") from error
    if not 0 <= at <= MAX_TIME_MS:
        raise BadPayload("the time can't be")
    return at


def digest_of(part: dict[str, Any]) -> str:
    """What tells a part that has no id of its own."""
    return hashlib.sha256(encoded(part)).hexdigest()


def encoded(part: dict[str, Any]) -> bytes:
    """A part as a body of its own."""
    return json.dumps(part, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
