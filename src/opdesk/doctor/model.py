"""What the doctor finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Params = Mapping[str, str | int]
SIZES = frozenset({"free", "size"})
"""The params that are numbers of bytes."""


class Level(StrEnum):
    """How bad it is. Only a problem keeps something from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    `text` and `mend` are codes that have words in every language (`words.py` has the English
    ones) and are about `params`. `params.line` is what to run or to write down, to the letter.
    """

    check: str
    level: Level
    text: str
    params: Params = field(default_factory=dict)
    mend: str | None = None


def ok(text: str, **params: str | int) -> Finding:
    return Finding(_check_of(text), Level.OK, text, params)


def warning(text: str, mend: str | None = None, **params: str | int) -> Finding:
    return Finding(_check_of(text), Level.WARNING, text, params, mend)


def problem(text: str, mend: str | None = None, **params: str | int) -> Finding:
    return Finding(_check_of(text), Level.PROBLEM, text, params, mend)


def _check_of(text: str) -> str:
    """`disk.full` is a finding of the check `disk`."""
    return text.partition(".")[0]
