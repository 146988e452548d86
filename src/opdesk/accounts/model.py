"""A company and what belongs to it."""

from dataclasses import dataclass

COMPANY_TOKEN = "company"  # noqa: S105  the kind's name
"""The kind of the tokens that `POST /api/company/get-token` gives."""
COMPANY_TOKEN_DAYS = 180
SESSION_HOURS = 12
MAX_NAME_CHARS = 200
MAX_ORIGINS = 50


@dataclass(frozen=True, slots=True)
class Company:
    id: int
    login: str
    name: str
    token_epoch: int
    """Grows when all company tokens are revoked; a token carries the epoch it was made in."""


@dataclass(frozen=True, slots=True)
class CompanyCaller:
    """Someone with company credentials: a CRM, or an admin at the dashboard."""

    company_id: int


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
    """A key for `X-Authorization-Key`. The key itself is not stored."""

    id: int
    name: str
    prefix: str
    created_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: of a company's admin, or of an operator when `operator_id` is set."""

    company_id: int
    operator_id: int | None
    epoch: int
    expires_at: int
