"""An operator, and the two kinds of callers."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from opdesk.accounts.model import Company, CompanyCaller, Organization
from opdesk.audit.model import Actor
from opdesk.events.model import EventType
from opdesk.kit.context import Fact
from opdesk.organizations.model import Tag

OPERATOR_TOKEN = "operator"  # noqa: S105  the kind's name
MAX_OPERATORS_PER_CALL = 10_000
MAX_EXTERNAL_ID_CHARS = 200
MAX_FOUND = 200
TOKEN_HOURS = 24
CLOCK_SKEW_MINUTES = 5
"""How far ahead of ours a CRM's clock may run when it asks for a full day."""
LEFT = "operator_left"
"""The outbox's kind of job that follows an operator who left Active: {"operator": id}."""
MAX_VALIDATED_BYTES = 64 * 1024


class OperatorStatus(IntEnum):
    ACTIVE = 0
    INACTIVE = 1
    DELETED = 2


@dataclass(frozen=True, slots=True)
class Operator:
    id: int
    company_id: int
    organization_id: int
    name: str
    status: OperatorStatus
    epoch: int
    """Grows when the operator leaves Active or is signed out everywhere."""
    photo: str | None
    login: str | None


@dataclass(frozen=True, slots=True)
class OperatorCaller:
    """An operator at work: with a token, or in the panel's session."""

    company_id: int
    organization_id: int
    operator_id: int
    name: str
    epoch: int
    expires_at: int
    address: str = field(default="", compare=False)

    @property
    def actor(self) -> Actor:
        return Actor(
            self.company_id, operator_id=self.operator_id, name=self.name, address=self.address
        )


Caller = CompanyCaller | OperatorCaller


def organization_of(caller: Caller) -> int | None:
    """The one organization that an operator belongs to; None for company credentials."""
    return caller.organization_id if isinstance(caller, OperatorCaller) else None


class NewOperator(NamedTuple):
    """One element of `synchronize`. Name and the CRM's own id are compared as they stand."""

    organization_id: int
    name: str
    external_id: str | None = None


NEW = 0
"""The id of an operator who is not stored yet."""


class Change(StrEnum):
    """What `synchronize` does to an operator; the first that applies."""

    CREATED = "created"
    REVIVED = "revived"
    """Was Deleted."""
    LINKED = "linked"
    """Was known by name only, and got the CRM's id."""
    RENAMED = "renamed"
    NONE = "none"


class Synchronized(NamedTuple):
    """An operator as `synchronize` leaves it; `id` is `NEW` for one that would be created."""

    id: int
    status: OperatorStatus
    name: str
    external_id: str | None
    change: Change


@dataclass(slots=True)
class Known:
    """What `synchronize` knows of an operator, and what it makes of it."""

    id: int
    name: str
    external_id: str | None
    status: OperatorStatus
    login_key: str = ""
    change: Change = Change.NONE
    is_rewritten: bool = False
    """Has another name or id of the CRM than is stored."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which operators are asked for; None does not limit. `words` is a part of a name or id."""

    organization_id: int | None
    status: OperatorStatus | None
    words: str
    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Found:
    """An operator in a list, with how many open chats are theirs."""

    operator: Operator
    external_id: str | None
    last_seen_at: int | None
    organization: Organization
    open_chats: int


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`next` is the `after` of the next page, None behind the last one."""

    items: list[Found]
    next: int | None
    total: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `validate-token` found: an operator, or the first reason why there is none."""

    operator_id: int | None = None
    company_id: int | None = None
    expires_at: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How an operator signs in without a token: whether they have a password, and codes."""

    has_password: bool
    has_totp: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What the panel shows about who is signed in."""

    operator: Operator
    organization: Organization
    company: Company
    expires_at: int
    tags: tuple[Tag, ...]
    ways_in: WaysIn


def operator_changed(company_id: int, organization_id: int, operator_id: int) -> Fact:
    """An operator's name, status or tokens are not what they were."""
    ids = {"operatorId": operator_id}
    return Fact(company_id, organization_id, EventType.OPERATOR_CHANGED, ids)
