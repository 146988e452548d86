"""An operator, and the two kinds of callers."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from opdesk.accounts.model import Company, CompanyCaller, Organization
from opdesk.audit.model import Actor

OPERATOR_TOKEN = "operator"  # noqa: S105  the kind's name
MAX_OPERATORS_PER_CALL = 10_000
TOKEN_HOURS = 24
CLOCK_SKEW_MINUTES = 5
"""How far ahead of ours a CRM's clock may run when it asks for a full day."""
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
    """One element of `synchronize`. The name is trimmed and NFC, and compared as it stands."""

    organization_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `validate-token` found: an operator, or the first reason why there is none."""

    operator_id: int | None = None
    company_id: int | None = None
    expires_at: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the panel shows about who is signed in."""

    operator: Operator
    organization: Organization
    company: Company
    expires_at: int


Synchronized = tuple[int, OperatorStatus, str]
"""(id, status, name)"""
