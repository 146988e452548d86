"""What a deep link asks for, and what was found."""

from dataclasses import dataclass
from enum import StrEnum

from opdesk.channels.model import Channel
from opdesk.chats.model import Chat


@dataclass(frozen=True, slots=True)
class Target:
    """The parameters of a link as they came; None is one that it does not have."""

    chat_id: str | None = None
    phone: str | None = None
    sender: str | None = None
    source: str | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing in particular is asked for: the desk itself opens."""
        return not (self.chat_id or self.phone)


class LinkProblem(StrEnum):
    """Why a link can't lead anywhere."""

    CHAT_NOT_FOUND = "chat_not_found"
    BAD_CHAT_ID = "bad_chat_id"
    BAD_PHONE = "bad_phone"
    UNKNOWN_SOURCE = "unknown_source"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a link leads. `others` are further chats of the same phone, newest activity first.

    With neither a chat nor a problem there is none yet: `phone` (E.164) could be written to on
    those of `channels` that may write first.
    """

    chat_id: int | None = None
    others: tuple[Chat, ...] = ()
    phone: str | None = None
    channels: tuple[Channel, ...] = ()
    problem: LinkProblem | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """An operator's link that waits for a click, because another one is signed in."""

    company_id: int
    operator_id: int
    epoch: int
    expires_at: int
    waits_until: int
    path: str
