"""A company and what belongs to it."""

from dataclasses import dataclass, field
from enum import IntEnum

from opdesk.audit.model import Actor

COMPANY_TOKEN = "company"  # noqa: S105  the kind's name
"""The kind of the tokens that `POST /api/company/get-token` gives."""
COMPANY_TOKEN_DAYS = 180
SESSION_HOURS = 12
MAX_NAME_CHARS = 200
MAX_ORIGINS = 50
MAX_KEY_NETWORKS = 50


@dataclass(frozen=True, slots=True)
class Company:
    id: int
    login: str
    """What `login@company-login` names it by."""
    name: str


class Role(IntEnum):
    """What someone of the company may do. A smaller number may all that a greater one may."""

    OWNER = 0
    ADMIN = 1
    ANALYST = 2


@dataclass(frozen=True, slots=True)
class CompanyCaller:
    """Someone with company credentials: a person of the company, or a program with an API key.

    Two are equal when they are the same person with the same rights, wherever they come from.
    """

    company_id: int
    user_id: int | None = None
    key_id: int | None = None
    role: Role = Role.ADMIN
    name: str = field(default="", compare=False)
    address: str = field(default="", compare=False)

    @property
    def actor(self) -> Actor:
        return Actor(
            self.company_id,
            user_id=self.user_id,
            key_id=self.key_id,
            name=self.name,
            address=self.address,
        )


@dataclass(frozen=True, slots=True)
class Organization:
    """A part of a company with its own operators and channels.

    `time_zone` (IANA), `country` (ISO 3166, two letters) and `language` (`uk` or `en`) say what a
    whole day is, how a national phone number is read, and how system messages are written.
    `operators_may_delete`: whether operators, and not only the company, may delete chats.
    """

    id: int
    company_id: int
    name: str
    time_zone: str
    country: str
    language: str
    operators_may_delete: bool


@dataclass(frozen=True, slots=True)
class OrganizationChange:
    """What to change; None leaves a thing as it is."""

    name: str | None = None
    time_zone: str | None = None
    country: str | None = None
    language: str | None = None
    operators_may_delete: bool | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for `X-Authorization-Key`. The key itself is not stored.

    `allowed`: the networks it may be used from; empty for anywhere.
    """

    id: int
    name: str
    prefix: str
    created_at: int
    last_used_at: int | None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiKeyUse:
    """What is known of a key that a request brings."""

    id: int
    name: str
    last_used_at: int | None
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: of an operator, or of a person of the company."""

    company_id: int
    operator_id: int | None
    epoch: int
    expires_at: int
    user_id: int | None = None
