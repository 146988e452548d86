"""What Meta answers to questions about the set-up, read as far as it is there."""

from collections.abc import Mapping
from typing import Any

MAX_WORDS_CHARS = 300


def restrictions(health: Any) -> str:
    """Why the number can't send as it should, with what Meta advises; "" when it can."""
    if as_dict(health).get("can_send_message") in (None, "AVAILABLE"):
        return ""
    entities = _items(as_dict(health).get("entities"))
    errors = [error for one in entities for error in _items(as_dict(one).get("errors"))]
    words = " ".join(_words(as_dict(one)) for one in errors)
    return (words or str(as_dict(health)["can_send_message"]))[:MAX_WORDS_CHARS]


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(error: Mapping[str, Any]) -> str:
    told = (error.get("error_description"), error.get("possible_solution"))
    return " ".join(str(one) for one in told if one)


def as_dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(answer: Any) -> list[Mapping[str, Any]]:
    """The objects of a list that Meta answers."""
    return [as_dict(one) for one in _items(as_dict(answer).get("data"))]
