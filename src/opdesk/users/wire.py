"""JSON shapes of sign-ins and of a company's people."""

from opdesk.accounts.model import Role
from opdesk.invitations.model import HandedOver
from opdesk.kit.errors import Invalid
from opdesk.kit.wire import Id, Wire, WireIn, time_or_none, time_out
from opdesk.users.model import SetUp, SignedIn, User, UserChange


class LoginIn(WireIn):
    """`code`: the second factor of someone who has one, or a recovery code."""

    login: str
    password: str
    code: str | None = None

    example = {"login": "demo", "password": "a-long-passphrase"}


class SignedInCompanyOut(Wire):
    """The company that credentials belong to, with the first person's login as its own."""

    id: Id
    name: str

    example = {"id": 1, "name": "Demo"}


class UserOut(Wire):
    """`role`: 0 owner, 1 admin, 2 analyst. `state`: invited until a password is chosen."""

    id: Id
    login: str | None
    name: str
    email: str | None
    role: int
    language: str | None
    has_totp: bool
    state: str
    created_at: str
    last_sign_in_at: str | None

    example = {
        "id": 4,
        "login": "olena",
        "name": "Olena Koval",
        "email": "olena@example.com",
        "role": 1,
        "language": "uk",
        "hasTotp": True,
        "state": "active",
        "createdAt": "2026-11-20T09:30:00.000Z",
        "lastSignInAt": "2026-11-24T07:58:11.204Z",
    }

    @classmethod
    def of(cls, user: User) -> "UserOut":
        return cls(
            id=user.id,
            login=user.login,
            name=user.name,
            email=user.email,
            role=int(user.role),
            language=user.language,
            has_totp=user.has_totp,
            state="active" if user.has_password else "invited",
            created_at=time_out(user.created_at),
            last_sign_in_at=time_or_none(user.last_sign_in_at),
        )


class SignedInOut(Wire):
    """Whose credentials these are; `user` is null for an API key."""

    company: SignedInCompanyOut
    login: str
    role: int
    user: UserOut | None

    example = {
        "company": SignedInCompanyOut.example,
        "login": "demo",
        "role": 1,
        "user": UserOut.example,
    }

    @classmethod
    def of(cls, it: SignedIn) -> "SignedInOut":
        return cls(
            company=SignedInCompanyOut(id=it.company.id, name=it.company.name),
            login=it.company.login,
            role=int(it.role),
            user=UserOut.of(it.user) if it.user else None,
        )


class UserChangeIn(WireIn):
    """What is left out stays; an empty `email` removes it."""

    name: str | None = None
    email: str | None = None
    role: int | None = None

    example = {"role": 2}

    def to_change(self) -> UserChange:
        return UserChange(name=self.name, email=self.email, role=role_in(self.role))


class ProfileChangeIn(WireIn):
    """What is left out stays; an empty `email` removes it."""

    name: str | None = None
    email: str | None = None
    language: str | None = None

    example = {"language": "en"}

    def to_change(self) -> UserChange:
        return UserChange(name=self.name, email=self.email, language=self.language)


def role_in(number: int | None) -> Role | None:
    """Raises Invalid."""
    try:
        return None if number is None else Role(number)
    except ValueError as error:
        raise Invalid.field("role", "must be 0 (owner), 1 (admin) or 2 (analyst)") from error


class UserIn(WireIn):
    """Someone to invite. `role`: 0 owner, 1 admin, 2 analyst."""

    name: str
    role: int
    email: str | None = None

    example = {"name": "Olena Koval", "email": "olena@example.com", "role": 1}

    def to_new(self) -> UserChange:
        return UserChange(name=self.name, email=self.email, role=role_in(self.role))


class OneTimeLinkOut(Wire):
    """A link to hand over. It is in this answer only; a newer one replaces it."""

    url: str
    expires_at: str
    is_mailed: bool

    example = {
        "url": "https://desk.example.com/join#5f0c…",
        "expiresAt": "2026-11-28T09:30:00.000Z",
        "isMailed": False,
    }

    @classmethod
    def of(cls, it: HandedOver) -> "OneTimeLinkOut":
        return cls(url=it.url, expires_at=time_out(it.link.expires_at), is_mailed=it.is_mailed)


class InvitedOut(Wire):
    user: UserOut
    link: OneTimeLinkOut

    example = {"user": UserOut.example, "link": OneTimeLinkOut.example}


class PasswordIn(WireIn):
    """`current`: the one that counts now; `new`: 10 to 256 characters, not a common one."""

    current: str
    new: str

    example = {"current": "a-long-passphrase", "new": "another-long-passphrase"}


class ConfirmedIn(WireIn):
    """One's own password, for what a session that was left open must not do."""

    password: str

    example = {"password": "a-long-passphrase"}


class SetUpStateOut(Wire):
    is_needed: bool

    example = {"isNeeded": True}


class SetUpIn(WireIn):
    """`code`: what the server printed when it started. `name`: of the first owner."""

    code: str
    company: str
    login: str
    name: str
    password: str
    organization: str
    language: str = "uk"

    example = {
        "code": "ABCD-EFGH-IJKL",
        "company": "Demo",
        "login": "olena",
        "name": "Olena Koval",
        "password": "a-long-passphrase",
        "organization": "Kyiv shop",
        "language": "uk",
    }

    def to_model(self) -> SetUp:
        return SetUp(self.company, self.login, self.name, self.organization, self.language)
