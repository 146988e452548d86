"""What can go wrong between us and a platform, and whether to try again."""

from enum import StrEnum


class Problem(StrEnum):
    """Why a message could not be delivered, in the words operators see translated."""

    BLOCKED = "blocked"
    WINDOW_CLOSED = "window_closed"
    AUTH = "auth"
    THROTTLED = "throttled"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    REJECTED = "rejected"
    TRANSIENT = "transient"
    BAD_REQUEST = "bad_request"
    UNCERTAIN = "uncertain"
    DISCONNECTED = "disconnected"


class DeliveryError(Exception):
    """A send or a fetch that failed.

    `is_permanent`: trying again can't help. `retry_after_s` is the platform's own word.
    `problem` UNCERTAIN: it may have arrived, and trying again might double it.
    """

    def __init__(
        self,
        problem: Problem,
        text: str,
        *,
        is_permanent: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(text)
        self.problem = problem
        self.is_permanent = is_permanent
        self.retry_after_s = retry_after_s


class PlatformError(Exception):
    """The platform refused a setup call; the text has its words."""


class Unreachable(Exception):
    """The platform did not answer a setup call."""


class PollGone(PlatformError):
    """Polling is not possible now: a webhook is set, or someone else polls."""


class SettingRefused(PlatformError):
    """A setting that we can't use leads nowhere; `name` is its contract name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class BadPayload(Exception):
    """A webhook's body is not what the platform sends."""
