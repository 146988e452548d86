"""What can be done with companies, organizations, API keys and sign-ins."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_network
from typing import TypeVar
from zoneinfo import available_timezones

import phonenumbers

from opdesk.accounts import access, store
from opdesk.accounts.errors import ApiKeyNotFound, CodeNeeded, LoginTaken, WrongLogin
from opdesk.accounts.model import (
    MAX_KEY_NETWORKS,
    MAX_NAME_CHARS,
    MAX_ORIGINS,
    ApiKey,
    Company,
    CompanyCaller,
    Organization,
    OrganizationChange,
    Session,
)
from opdesk.audit import actions as audit
from opdesk.audit.model import Action, Detail
from opdesk.devices import actions as devices
from opdesk.kit.clock import MINUTE_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import fingerprint
from opdesk.kit.limits import FailureLimit
from opdesk.kit.origins import is_safe, origin_in
from opdesk.kit.passwords import Passwords, check_new_password
from opdesk.kit.second_factor import Factor, spent
from opdesk.kit.text import matching_key, text_in

T = TypeVar("T")
LANGUAGES = ("uk", "en")
KEY_TOUCH_MS = MINUTE_MS
"""`last used` of a key is this exact, so that a busy CRM does not write at every call."""
_SHOWN_KEY_CHARS = 12


def name_in(name: str, field: str = "name") -> str:
    """A name as it is stored: NFC, trimmed, 1 to 200 characters. Raises Invalid."""
    return text_in(field, name, MAX_NAME_CHARS)


def login_key(login: str) -> str:
    """Logins are compared ignoring case, surrounding space and how accents are composed.

    Of any text: what no login can hold (NUL, which PostgreSQL would not even look up) becomes a
    line break, which none can hold either, so that nobody's login is found.
    """
    return matching_key(login.strip())


def login_in(login: str) -> str:
    """A login as it is stored. Raises Invalid."""
    return name_in(login, "login")


def add_company(tx: Tx, login: str, name: str) -> int:
    """Make a company without anyone in it yet; its id. Raises LoginTaken, Invalid."""
    login = login_in(login)
    if store.find_company_id(tx, login_key(login)) is not None:
        raise LoginTaken(f"there is already a company with the login {login}")
    return store.insert_company(tx, login, login_key(login), name_in(name))


def list_company_ids(tx: Tx) -> list[int]:
    """Every company of the installation."""
    return store.list_company_ids(tx)


def has_companies(tx: Tx) -> bool:
    return store.has_companies(tx)


def has_other_companies(tx: Tx, company_id: int) -> bool:
    """Whether a company shares the installation with another one."""
    return store.has_other_companies(tx, company_id)


def company_of(tx: Tx, caller: CompanyCaller) -> Company:
    return access.company(tx, caller.company_id)


def origins_in(given: Sequence[str]) -> list[str]:
    """Origins as browsers write them, each once. Raises Invalid naming the first bad one."""
    if len(given) > MAX_ORIGINS:
        raise Invalid.field("origins", f"must have at most {MAX_ORIGINS} origins")
    found: list[str] = []
    for index, text in enumerate(given):
        try:
            found.append(origin_in(text))
        except ValueError as error:
            example = "must be an origin, such as https://crm.example.com or https://crm:8443"
            raise Invalid.field(f"origins[{index}]", example) from error
        if not is_safe(found[-1]):
            raise Invalid.field(f"origins[{index}]", "must be https, or http on this machine")
    return list(dict.fromkeys(found))


def origins_of(tx: Tx, caller: CompanyCaller) -> list[str]:
    """The pages of other origins that may read the company's answers."""
    return store.list_origins(tx).get(caller.company_id, [])


def set_origins(tx: Tx, caller: CompanyCaller, origins: Sequence[str]) -> None:
    store.update_origins(tx, caller.company_id, origins)
    audit.record(tx, caller, Action.COMPANY_ORIGINS_CHANGED, origins=", ".join(origins))


def list_organizations(tx: Tx, caller: CompanyCaller) -> list[Organization]:
    """The company's organizations, by id."""
    return store.list_organizations(tx, caller.company_id)


def add_organization(  # noqa: PLR0913  each is a setting of the organization
    tx: Tx,
    caller: CompanyCaller,
    name: str,
    time_zone: str = "Europe/Kyiv",
    country: str = "UA",
    language: str = "uk",
    *,
    operators_may_delete: bool = False,
) -> Organization:
    """Make an organization. Raises Invalid."""
    new = Organization(
        0, caller.company_id, name_in(name), time_zone, country, language, operators_may_delete
    )
    new = replace(_checked(new), id=tx.new_id("organizations"))
    store.insert_organization(tx, new)
    audit.record(tx, caller, Action.ORGANIZATION_CREATED, new.id, name=new.name)
    return new


def change_organization(
    tx: Tx,
    caller: CompanyCaller,
    organization_id: int,
    change: OrganizationChange,
    also: Mapping[str, Detail],
) -> Organization:
    """`also`: what else of it changed, for the audit log. Raises OrganizationNotFound, Invalid."""
    tx.lock("organizations", company_id=caller.company_id, id=organization_id)
    before = access.organization(tx, caller.company_id, organization_id)
    given = {name: value for name, value in asdict(change).items() if value is not None}
    if change.name is not None:
        given["name"] = name_in(change.name)
    after = _checked(replace(before, **given))
    store.update_organization(tx, after)
    changed = {
        name: value for name, value in asdict(after).items() if value != getattr(before, name)
    }
    about: dict[str, Detail] = {"name": after.name, **changed, **also}
    if "name" in changed:
        about["former"] = before.name
    if changed or also:
        audit.record(tx, caller, Action.ORGANIZATION_CHANGED, after.id, **about)
    return after


def _checked(organization: Organization) -> Organization:
    country, language = organization.country.upper(), organization.language.lower()
    if organization.time_zone not in available_timezones():
        raise Invalid.field("timeZone", "must be a time zone such as Europe/Kyiv")
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid.field("country", "must be a country of two letters, such as UA")
    if language not in LANGUAGES:
        raise Invalid.field("language", f"must be one of {', '.join(LANGUAGES)}")
    return replace(organization, country=country, language=language)


def list_api_keys(tx: Tx, caller: CompanyCaller) -> list[ApiKey]:
    return store.list_api_keys(tx, caller.company_id)


def networks_in(given: Sequence[str]) -> tuple[str, ...]:
    """Networks and single addresses in their usual spelling, each once. Raises Invalid."""
    if len(given) > MAX_KEY_NETWORKS:
        raise Invalid.field("allowedAddresses", f"must have at most {MAX_KEY_NETWORKS} networks")
    found: list[str] = []
    for index, text in enumerate(given):
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError as error:
            example = "must be an address or a network, such as 203.0.113.7 or 203.0.113.0/24"
            raise Invalid.field(f"allowedAddresses[{index}]", example) from error
    return tuple(dict.fromkeys(found))


def add_api_key(
    tx: Tx, caller: CompanyCaller, name: str, secret: str, allowed: Sequence[str] = ()
) -> tuple[ApiKey, str]:
    """Make a key from a fresh `secret`; the key's record and the key, to be shown once."""
    key = access.API_KEY_PREFIX + secret
    new = ApiKey(0, name_in(name), key[:_SHOWN_KEY_CHARS], tx.now, None, networks_in(allowed))
    made = store.insert_api_key(tx, caller.company_id, new, fingerprint(key))
    audit.record(tx, caller, Action.API_KEY_CREATED, made.id, name=made.name)
    return made, key


def change_api_key(
    tx: Tx, caller: CompanyCaller, key_id: int, name: str | None, allowed: Sequence[str] | None
) -> ApiKey:
    """Rename a key, or say where it may be used from; None leaves it. Raises ApiKeyNotFound."""
    tx.lock("api_keys", company_id=caller.company_id, id=key_id)
    before = _api_key(tx, caller, key_id)
    after = replace(
        before,
        name=before.name if name is None else name_in(name),
        allowed=before.allowed if allowed is None else networks_in(allowed),
    )
    store.update_api_key(tx, caller.company_id, after)
    shown = ", ".join(after.allowed)
    audit.record(tx, caller, Action.API_KEY_CHANGED, key_id, name=after.name, addresses=shown)
    return after


def revoke_api_key(tx: Tx, caller: CompanyCaller, key_id: int) -> None:
    """Raises ApiKeyNotFound."""
    tx.lock("api_keys", company_id=caller.company_id, id=key_id)
    key = _api_key(tx, caller, key_id)
    store.delete_api_key(tx, caller.company_id, key_id)
    audit.record(tx, caller, Action.API_KEY_REVOKED, key_id, name=key.name)


def _api_key(tx: Tx, caller: CompanyCaller, key_id: int) -> ApiKey:
    for key in store.list_api_keys(tx, caller.company_id):
        if key.id == key_id:
            return key
    raise ApiKeyNotFound(f"there is no API key {key_id}")


def touch_key(tx: Tx, caller: CompanyCaller, key_id: int) -> None:
    store.touch_key(tx, caller.company_id, key_id)


def open_session(tx: Tx, session: Session, secret: str) -> None:
    """Remember a signed-in browser by the fingerprint of its cookie."""
    store.insert_session(tx, fingerprint(secret), session)


def close_session(tx: Tx, cookie: str) -> None:
    """The browser is told nothing any more either."""
    store.delete_session(tx, fingerprint(cookie))
    devices.forget_session(tx, fingerprint(cookie))


def forget_ended_sessions(tx: Tx) -> None:
    store.delete_ended_sessions(tx)
    devices.forget_ended(tx)


def end_all_sessions(tx: Tx) -> None:
    """Everyone of the installation signs in anew."""
    store.delete_sessions(tx)
    devices.forget_all(tx)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt: the account's name in its own namespace, where it comes from, the password."""

    account: str
    address: str
    password: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What someone who wants to sign in gives, and where they are. `code`: a second factor's."""

    login: str
    password: str
    address: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """What someone who is signed in gives as their password, in which field, from where."""

    field: str
    password: str
    address: str


class Door:
    """Every sign-in with a password goes through here.

    It is slowed by address, and by account only for addresses that have not signed in to that
    account before: a stranger who guesses can't lock out the CRM that works there every day.
    """

    def __init__(
        self, db: Database, passwords: Passwords, by_account: FailureLimit, by_address: FailureLimit
    ) -> None:
        self._db, self._passwords = db, passwords
        self._by_account, self._by_address = by_account, by_address

    async def enter(
        self,
        attempt: SignIn,
        find: Callable[[Tx], tuple[T, str] | None],
        confirm: Callable[[T], Awaitable[None]] | None = None,
    ) -> T:
        """What `find` gives with the password's hash, if the password is right.

        `confirm` looks at a second factor; a wrong one counts as a wrong password does. Raises
        WrongLogin (the same for an unknown account, after the same work), CodeNeeded and
        TooManyRequests.
        """
        is_known = await self._db.read(store.knows_address, attempt.account, attempt.address)
        self._by_address.count(attempt.address)
        if not is_known:
            self._by_account.count(attempt.account)
        found = await self._db.read(find)
        if not await self._passwords.is_right(found[1] if found else None, attempt.password):
            raise WrongLogin
        assert found is not None  # noqa: S101  is_right() is False without a hash
        try:
            if confirm is not None:
                await confirm(found[0])
        except CodeNeeded as error:
            if not error.is_wrong:
                self._forgive(attempt, is_known=is_known)
            raise
        self._forgive(attempt, is_known=is_known)
        if not is_known:
            await self._db.write(store.remember_address, attempt.account, attempt.address)
        return found[0]

    async def check(
        self, account: str, given: GivenPassword, find: Callable[[Tx], tuple[T, str] | None]
    ) -> None:
        """Ask someone who is signed in for their password, slowed as a sign-in is.

        Raises TooManyRequests, and WrongLogin, which names the field: the session goes on.
        """
        try:
            await self.enter(SignIn(account, given.address, given.password), find)
        except WrongLogin as error:
            raise WrongLogin(errors={given.field: ["is not your password"]}) from error

    def _forgive(self, attempt: SignIn, *, is_known: bool) -> None:
        self._by_address.forgive(attempt.address)
        if not is_known:
            self._by_account.forgive(attempt.account)


def let_pass(factor: Factor, code: str | None, now: int) -> Factor | None:
    """The second factor after a sign-in with it; None: there is none. Raises CodeNeeded."""
    if factor.secret is None:
        return None
    if not (code or "").strip():
        raise CodeNeeded("give the code that your authenticator shows", is_wrong=False)
    used = spent(factor, code or "", now)
    if used is None:
        raise CodeNeeded("this code is wrong, or was used already", is_wrong=True)
    return used


def find_company_id(tx: Tx, login: str) -> int | None:
    """The company with this login (already folded)."""
    return store.find_company_id(tx, login)


async def hash_new_password(
    passwords: Passwords, password: str, login: str, field: str = "password"
) -> str:
    """Raises Invalid, naming `field`, for a password that is too short, too long or too common."""
    check_new_password(password, login=login, field=field)
    return await passwords.hash(password)


def new_session_secret() -> str:
    return new_secret()
