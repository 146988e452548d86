"""The widget's envelope: what a visitor sent, as it is kept in the inbox."""

import msgspec

from opdesk.connectors.base import BadPayload


class FileBody(msgspec.Struct, rename="camel"):
    """A file that came along and lies here already."""

    name: str
    format: str
    type: int
    size: int


class EnvelopeBody(msgspec.Struct, rename="camel"):
    """`id` is the page's own, the key against duplicates; `at` is ms UTC, `phone` what they say."""

    visitor: str
    id: str
    name: str
    text: str
    at: int
    phone: str = ""
    file: FileBody | None = None


def read(body: bytes) -> EnvelopeBody:
    """Raises BadPayload."""
    try:
        return msgspec.json.decode(body, type=EnvelopeBody)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise BadPayload(str(error)) from error
