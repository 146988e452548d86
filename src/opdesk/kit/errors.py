"""The families of errors that an answer can be made of.

A slice derives its own errors from these; `kit/web.py` is the one place that turns a family
into an HTTP status, and the hub sends `title` and `detail` as the error of a Completion.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def first_line(error: object) -> str:
    """What a library says of its failure, in one line; its kind when it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class AppError(Exception):
    """Something the caller can be told.

    `title` is the same for every error of its kind; `detail` says what is wrong this time, in a
    sentence; `errors` names the fields of the request, in its own spelling; `members` are further
    members of the problem (RFC 9457, 3.2), in the form in which they travel.
    """

    title = "Error"

    def __init__(
        self, detail: str | None = None, *, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors: dict[str, list[str]] = {k: list(v) for k, v in (errors or {}).items()}
        self.members: dict[str, Any] = {}


class Invalid(AppError):
    """The request says something that can't be. `field` names the culprit."""

    title = "The request is not valid"

    @classmethod
    def field(cls, name: str, problem: str) -> "Invalid":
        """An error of one field: the detail repeats it for people who read only that."""
        return cls(f"{name}: {problem}", errors={name: [problem]})


class Unauthorized(AppError):
    """No credentials, or credentials that don't count (any more)."""

    title = "Credentials are missing or not valid"


class Forbidden(AppError):
    """Valid credentials of the wrong kind."""

    title = "These credentials may not do this"


class NotFound(AppError):
    """Not there, or not the caller's: the answer is the same."""

    title = "Not found"


class Conflict(AppError):
    """The request is fine, the state of things is not."""

    title = "Conflict"


class TooLarge(AppError):
    """More bytes than the call takes."""

    title = "The body is too large"


class WrongContentType(AppError):
    """A body of another kind than the call takes."""

    title = "The content type is not supported"


class TooManyRequests(AppError):
    """Slow down. `retry_after_s` is sent as `Retry-After`."""

    title = "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(AppError):
    """Something we depend on does not answer; nothing was saved."""

    title = "Not available at the moment"
