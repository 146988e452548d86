"""What is done with a chat as a whole, and the lines that tell of it in the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

MAX_SNOOZE_DAYS = 366
MAX_TRANSFER_NOTE_CHARS = 1_000
MAX_CHAT_TAGS = 20


class Block(IntEnum):
    """Whether the organization wants to hear of a client: their messages are stored, no more."""

    NONE = 0
    BLOCKED = 1
    SPAM = 2


class LineCode(StrEnum):
    """What a line of the system tells."""

    TAKEN = "taken"
    ASSIGNED = "assigned"
    GIVEN = "given"
    """By the server, as the organization's assignment says."""
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    REOPENED = "reopened"
    SNOOZED = "snoozed"
    RESUMED = "resumed"
    WOKEN = "woken"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    SPAM = "spam"
    NOT_SPAM = "notSpam"


Param = str | int


@dataclass(frozen=True, slots=True)
class Line:
    """A code and what it is said with, names as they were: `by` (nobody: the company or the

    server), `to`, `note`, `tag`, and `until` in ms UTC.
    """

    code: LineCode
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Customary:
    """How an organization writes: `uk` or `en`, on the clock of its time zone (IANA)."""

    language: str
    time_zone: str


_SENTENCES = {
    "uk": {
        LineCode.TAKEN: "Чат узято в роботу",
        LineCode.ASSIGNED: "Чат призначено оператору: {to}",
        LineCode.GIVEN: "Чат автоматично призначено оператору: {to}",
        LineCode.RETURNED: "Чат повернуто в чергу",
        LineCode.TRANSFERRED: "Чат передано оператору: {to}",
        LineCode.CLOSED: "Чат закрито",
        LineCode.REOPENED: "Чат відкрито знову",
        LineCode.SNOOZED: "Чат відкладено",
        LineCode.RESUMED: "Чат знову в роботі",
        LineCode.WOKEN: "Час настав: чат знову в роботі",
        LineCode.BLOCKED: "Клієнта заблоковано",
        LineCode.UNBLOCKED: "Клієнта розблоковано",
        LineCode.SPAM: "Чат позначено як спам",
        LineCode.NOT_SPAM: "Чат більше не спам",
    },
    "en": {
        LineCode.TAKEN: "The chat was taken",
        LineCode.ASSIGNED: "The chat was assigned to {to}",
        LineCode.GIVEN: "The chat was automatically assigned to {to}",
        LineCode.RETURNED: "The chat was returned to the queue",
        LineCode.TRANSFERRED: "The chat was transferred to {to}",
        LineCode.CLOSED: "The chat was closed",
        LineCode.REOPENED: "The chat was reopened",
        LineCode.SNOOZED: "The chat was snoozed",
        LineCode.RESUMED: "The chat was resumed",
        LineCode.WOKEN: "Time is up: the chat is back",
        LineCode.BLOCKED: "The client was blocked",
        LineCode.UNBLOCKED: "The client was unblocked",
        LineCode.SPAM: "The chat was marked as spam",
        LineCode.NOT_SPAM: "The chat is no longer spam",
    },
}
_ADDITIONS = {
    "uk": {"tag": ", тег «{tag}»", "until": " до {until}"},
    "en": {"tag": ", tagged “{tag}”", "until": " until {until}"},
}
_WHO_AND_WHY = {"by": " ({by})", "note": ": {note}"}
_TIME = {"uk": "%d.%m.%Y %H:%M", "en": "%Y-%m-%d %H:%M"}


def sentence(line: Line, customary: Customary) -> str:
    """A line in an organization's words; a code of a newer version is told by its name."""
    language = customary.language if customary.language in _SENTENCES else "en"
    said: dict[str, Param] = dict(line.params)
    if isinstance(until := said.get("until"), int):
        local = datetime.fromtimestamp(until / 1000, ZoneInfo(customary.time_zone))
        said["until"] = local.strftime(_TIME[language])
    text = _SENTENCES[language].get(line.code, str(line.code))
    additions = {**_ADDITIONS[language], **_WHO_AND_WHY}
    parts = [text, *(words for name, words in additions.items() if name in said)]
    # One by one: what a name or a note has in braces is its own.
    return "".join(part.format_map({"to": "", **said}) for part in parts)
