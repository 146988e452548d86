"""The settings of an organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from urllib.parse import quote
from zoneinfo import ZoneInfo

MAX_SHIFTS = 70
MAX_QUICK_REPLIES = 200
MAX_SHORTCUT_CHARS = 50
MAX_REPLY_CHARS = 4096
MAX_TAGS = 200
MAX_TAG_CHARS = 50
MAX_URL_CHARS = 2000
MAX_RETENTION_DAYS = 3650
MAX_CAPACITY = 1000
PHONE = "{phone}"
"""Where the client's phone goes in a template."""


class Assignment(IntEnum):
    """Who gets a new chat: nobody until someone takes it, each in turn, or the least busy."""

    OFF = 0
    ROUND_ROBIN = 1
    LEAST_BUSY = 2


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours of one weekday, 1 Monday to 7 Sunday, on the organization's clock.

    `begins` and `ends` are `HH:MM`; the end may be `24:00`.
    """

    day: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A text that an operator sends by typing its shortcut."""

    shortcut: str
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A word to put on chats; `color` is `#rrggbb`."""

    name: str
    color: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Beside its name, place and language, which every message needs and `accounts` has.

    `retention_days`: chats without a message for longer are deleted for good; None keeps them.
    `capacity`: how many open chats one operator is given; None does not limit.
    """

    working_hours: tuple[Shift, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    tags: tuple[Tag, ...] = ()
    crm_url: str | None = None
    retention_days: int | None = None
    own_chats_only: bool = False
    assignment: Assignment = Assignment.OFF
    capacity: int | None = None


def crm_page(settings: Settings, phone: str) -> str | None:
    """The address of a phone's page in the CRM; the phone travels as E.164, its plus as `%2B`."""
    template = settings.crm_url
    return template.replace(PHONE, quote(phone, safe="")) if template else None


def is_open(hours: Sequence[Shift], time_zone: str, now: int) -> bool:
    """Whether somebody works at `now` (ms UTC). Without any hours somebody always does."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(time_zone))
    clock = f"{local:%H:%M}"
    today = [one for one in hours if one.day == local.isoweekday()]
    return not hours or any(one.begins <= clock < one.ends for one in today)


def opens_at(hours: Sequence[Shift], time_zone: str, now: int) -> int | None:
    """When (ms UTC) the next shift behind `now` begins; None without any hours."""
    zone = ZoneInfo(time_zone)
    local = datetime.fromtimestamp(now / 1000, zone)
    begins = [
        datetime.combine(day, time.fromisoformat(one.begins), zone)
        for day in (local.date() + timedelta(days=ahead) for ahead in range(8))
        for one in hours
        if one.day == day.isoweekday()
    ]
    # Compared in UTC: within one zone Python compares what clocks show.
    later = [at for at in (one.astimezone(UTC).timestamp() for one in begins) if at * 1000 > now]
    return round(min(later) * 1000) if later else None
