"""When somebody works: on the organization's own clock, through the change to summer time."""

from datetime import UTC, datetime

import pytest

from opdesk.organizations.model import Shift, is_open, opens_at

KYIV = "Europe/Kyiv"
WEEK = tuple(Shift(day, "09:00", "18:00") for day in range(1, 6))
NIGHT = (Shift(5, "22:00", "24:00"), Shift(6, "00:00", "06:00"))


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (WEEK, "2026-11-23T07:00", True),
        (WEEK, "2026-11-23T06:59:59", False),
        (WEEK, "2026-11-23T15:59:59", True),
        (WEEK, "2026-11-23T16:00", False),
        (WEEK, "2026-11-22T10:00", False),
        (WEEK, "2026-07-06T06:00", True),
        (NIGHT, "2026-11-27T21:59:59", True),
        (NIGHT, "2026-11-27T22:00", True),
        (NIGHT, "2026-11-28T04:00", False),
        ((), "2026-11-22T03:00", True),
    ],
)
def test_it_is_open(hours: tuple[Shift, ...], moment: str, expected: bool) -> None:
    assert is_open(hours, KYIV, at(moment)) is expected


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        (WEEK, "2026-11-23T05:00", "2026-11-23T07:00"),
        (WEEK, "2026-11-27T17:00", "2026-11-30T07:00"),
        (WEEK, "2026-03-27T17:00", "2026-03-30T06:00"),
        ((Shift(1, "09:00", "18:00"),), "2026-11-23T07:00", "2026-11-30T07:00"),
    ],
)
def test_it_opens_next(hours: tuple[Shift, ...], moment: str, expected: str) -> None:
    assert opens_at(hours, KYIV, at(moment)) == at(expected)


def test_without_hours_nothing_opens() -> None:
    assert opens_at((), KYIV, at("2026-11-22T03:00")) is None
