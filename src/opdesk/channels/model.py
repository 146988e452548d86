"""A connected account of a company on one source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

HIDDEN = "***"
"""What a secret setting is shown as; one that comes back like this stays what it was."""


class Source(IntEnum):
    """The contract's numbers."""

    VIBER = 0
    VIBER_BOT = 1
    TELEGRAM_BOT = 2
    WHATSAPP = 3
    WIDGET = 4
    ROZETKA = 5
    FACEBOOK = 6
    INSTAGRAM = 7


class ChannelState(StrEnum):
    """How a channel hears from its platform, or why it does not."""

    WEBHOOK = "webhook"
    POLLING = "polling"
    DISABLED = "disabled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a channel: a code that has words in every language, and what it is about.

    `params` may hold the platform's own words, as `words`; never a secret.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """`sender` is what deep links call `from`; `settings` are readable only inside the program."""

    id: int
    company_id: int
    organization_id: int
    source: Source
    sender: str
    account_id: str
    """The account's id on the platform, as the platform told us."""
    settings: Mapping[str, str]
    webhook_secret: str
    is_enabled: bool
    is_deleted: bool
    state: ChannelState
    problem: Trouble | None
    poll_offset: int

    @property
    def is_writable(self) -> bool:
        return self.is_enabled and not self.is_deleted


def sender_key(sender: str) -> str:
    """What a `from` is compared by: case, spaces and a leading @ don't matter."""
    return "".join(sender.split()).removeprefix("@").casefold()
