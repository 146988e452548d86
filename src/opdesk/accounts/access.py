"""Which company a caller is, and what of it they may have."""

import asyncio
from ipaddress import ip_network

from opdesk.accounts import store
from opdesk.accounts.errors import NotSignedIn, OrganizationNotFound, RoleTooLow, WrongAddress
from opdesk.accounts.model import Company, CompanyCaller, Organization, Role, Session
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.forwarded import is_within
from opdesk.kit.keyring import fingerprint
from opdesk.kit.log import get_logger

log = get_logger(__name__)
ORIGINS_REFRESH_S = 3.0
"""How old a node's view of the allowed origins may get."""
API_KEY_PREFIX = "opdesk_"
COMPANY_COOKIE = "opdesk-company"


def company_by_key(tx: Tx, key: str, address: str) -> tuple[CompanyCaller, int | None]:
    """The holder of an API key, and when it was last used. Raises NotSignedIn, WrongAddress."""
    found = store.find_key(tx, fingerprint(key))
    if found is None:
        raise NotSignedIn("the API key is not known or was revoked")
    company_id, use = found
    if use.allowed and not is_within(address, map(ip_network, use.allowed)):
        raise WrongAddress(f"this API key may not be used from {address or 'here'}")
    return CompanyCaller(company_id, key_id=use.id, name=use.name), use.last_used_at


def check_role(caller: CompanyCaller, needed: Role) -> None:
    """Raises RoleTooLow."""
    if caller.role > needed:
        raise RoleTooLow(
            f"this takes the role {needed.name.lower()}; yours is {caller.role.name.lower()}"
        )


def session_of(tx: Tx, cookie: str) -> Session | None:
    """The session behind a cookie, if it has not ended. Whether its holder still may is theirs."""
    return store.find_session(tx, fingerprint(cookie))


def company(tx: Tx, company_id: int) -> Company:
    """Raises NotSignedIn: a caller's company is always there."""
    found = store.find_company(tx, company_id)
    if found is None:
        raise NotSignedIn("the company is gone")
    return found


def organization(tx: Tx, company_id: int, organization_id: int) -> Organization:
    """An organization of this company. Raises OrganizationNotFound."""
    found = store.find_organization(tx, company_id, organization_id)
    if found is None:
        raise OrganizationNotFound(f"there is no organization {organization_id}")
    return found


class Origins:
    """Which pages of other origins may read a company's answers; in memory, as all ask for it."""

    def __init__(self) -> None:
        self._by_company: dict[int, frozenset[str]] = {}
        self._all: frozenset[str] = frozenset()

    def is_allowed(self, company_id: int, origin: str) -> bool:
        return origin in self._by_company.get(company_id, ())

    def is_allowed_by_anyone(self, origin: str) -> bool:
        return origin in self._all

    def list_allowed(self, company_id: int) -> frozenset[str]:
        return self._by_company.get(company_id, frozenset())

    async def refresh(self, db: Database) -> None:
        found = await db.read(store.list_origins)
        self._by_company = {company: frozenset(origins) for company, origins in found.items()}
        self._all = frozenset().union(*self._by_company.values())

    async def keep_fresh(self, db: Database) -> None:
        """Runs for the life of the server: another node may have changed them."""
        while True:
            try:
                await self.refresh(db)
            except Unavailable as error:
                log.warning("origins_not_refreshed", reason=str(error))
            await asyncio.sleep(ORIGINS_REFRESH_S)
