"""Values of a query string: plain words about what is wrong, under the name the caller used.

The framework's own conversion takes `1.0` for an integer and names our variable instead of the
caller's parameter, so handlers ask for text and read it here.
"""

import re
from typing import Any

from litestar.params import QueryParameter

from opdesk.kit.errors import Invalid
from opdesk.kit.wire import MAX_ID

_WHOLE = re.compile(r"[0-9]{1,16}\Z")


def whole(name: str, text: str, low: int, high: int) -> int:
    """A whole number in decimal digits from `low` to `high`. Raises Invalid."""
    text = text.strip()
    if not _WHOLE.match(text) or not low <= int(text) <= high:
        raise Invalid.field(name, f"must be a whole number from {low} to {high}")
    return int(text)


def whole_or_none(name: str, text: str | None, low: int, high: int) -> int | None:
    """The same for a parameter that may be missing."""
    return None if text is None else whole(name, text, low, high)


def flag(name: str, text: str | None) -> bool:
    """`true` or `false`, or 1 or 0; a bare name is true, a missing one false."""
    if text is None or text.strip().lower() in ("false", "0"):
        return False
    if text.strip().lower() not in ("true", "1", ""):
        raise Invalid.field(name, "must be true or false")
    return True


def required_id(name: str, text: str | None) -> int:
    """An id that must be there."""
    if text is None:
        raise Invalid.field(name, "is required")
    return id_or_none(name, text) or 0


def id_or_none(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not _WHOLE.match(text.strip()) or not 1 <= int(text) <= MAX_ID:
        raise Invalid.field(name, "must be a positive whole number")
    return int(text)


def described(name: str, description: str, kind: str = "string") -> Any:
    """The metadata of a query parameter that a handler takes as text: `Annotated[str | None, ...]`.

    `kind` is the type that the API description shows for it.
    """
    return QueryParameter(
        name=name, description=description, required=False, schema_extra={"type": kind}
    )
