"""A person of a company."""

from dataclasses import dataclass

from opdesk.accounts.model import Company, CompanyCaller, Role

MAX_EMAIL_CHARS = 254
MAX_USERS = 1_000


@dataclass(frozen=True, slots=True)
class User:
    """Someone who signs in at the dashboard, or whose login a CRM uses.

    `login` is None until an invitation is accepted; `epoch` grows when everything that the person
    is signed in with ends.
    """

    id: int
    company_id: int
    login: str | None
    name: str
    email: str | None
    role: Role
    language: str | None
    epoch: int
    has_password: bool
    has_totp: bool
    created_at: int
    last_sign_in_at: int | None

    @property
    def caller(self) -> CompanyCaller:
        return CompanyCaller(self.company_id, user_id=self.id, role=self.role, name=self.name)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose credentials these are: a person's, or (without `user`) an API key's."""

    company: Company
    user: User | None
    role: Role


@dataclass(frozen=True, slots=True)
class UserChange:
    """What to change of a person; None leaves a thing as it is, "" of `email` removes it."""

    name: str | None = None
    email: str | None = None
    role: Role | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SetUp:
    """A new installation's first company, organization and owner."""

    company: str
    login: str
    person: str
    organization: str
    language: str
