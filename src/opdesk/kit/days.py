"""Spans of time as callers write them: whole days in a time zone, or exact times."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from opdesk.kit.errors import Invalid
from opdesk.kit.wire import time_in

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_BARE_PLUS = re.compile(r"(?P<time>.*[Tt ]\d{2}[\d:.,]*) (?P<offset>\d{2}:?\d{2})\Z")
"""A plus that was not encoded arrives as a space: `2026-11-24T10:00:00 02:00`."""


def span_in(name: str, given: Sequence[str], time_zone: str) -> tuple[int | None, int | None]:
    """(from, before) in ms UTC of one or two values: `from`, or `from` and `to`.

    A day counts whole, in `time_zone`: one day alone is that day and everything after it, and as
    the end it is included. Raises Invalid.
    """
    if len(given) > 2:
        raise Invalid.field(name, "may stand at most twice: from and to")
    start = _start(name, given[0], time_zone) if given else None
    end = _end(name, given[1], time_zone) if len(given) == 2 else None
    if start is not None and end is not None and end <= start:
        raise Invalid.field(name, "must name the earlier moment first")
    return start, end


def day_in(name: str, text: str) -> str:
    """A day as it is kept, `2026-11-24`. Raises Invalid."""
    if not _DAY.match(text):
        raise Invalid.field(name, "must be a day, like 2026-11-24")
    _midnight(name, text, "UTC", 1)
    return text


def _start(name: str, text: str, time_zone: str) -> int:
    if _DAY.match(text):
        return _midnight(name, text, time_zone, 0)
    return moment_in(name, text)


def _end(name: str, text: str, time_zone: str) -> int:
    if _DAY.match(text):
        return _midnight(name, text, time_zone, 1)
    return moment_in(name, text) + 1


def moment_in(name: str, text: str) -> int:
    """Milliseconds of a time in a query, where a bare `+` arrives as a space. Raises Invalid."""
    return time_in(_BARE_PLUS.sub(r"\g<time>+\g<offset>", text.strip()), name)


def _midnight(name: str, text: str, time_zone: str, days_later: int) -> int:
    try:
        day = date.fromisoformat(text) + timedelta(days=days_later)
        moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone))
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Invalid.field(name, "must be a day (2026-11-24) or an ISO 8601 time") from error
