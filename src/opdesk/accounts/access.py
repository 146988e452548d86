"""Which company a caller is, and what of it they may have."""

import asyncio

from opdesk.accounts import store
from opdesk.accounts.errors import NotSignedIn, OrganizationNotFound
from opdesk.accounts.model import COMPANY_TOKEN, Company, CompanyCaller, Organization, Session
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.keyring import fingerprint
from opdesk.kit.log import get_logger
from opdesk.kit.tokens import BadToken, Tokens

log = get_logger(__name__)
ORIGINS_REFRESH_S = 3.0
"""How old a node's view of the allowed origins may get."""
API_KEY_PREFIX = "opdesk_"
COMPANY_COOKIE = "opdesk-company"


def company_by_token(tx: Tx, tokens: Tokens, token: str) -> CompanyCaller:
    """The holder of a company token. Raises NotSignedIn."""
    try:
        claims = tokens.verify(COMPANY_TOKEN, token, tx.now)
    except BadToken as error:
        raise NotSignedIn("the company token is not valid or has expired") from error
    company = store.find_company(tx, claims.subject)
    if company is None or company.token_epoch != claims.epoch:
        raise NotSignedIn("the company token was revoked")
    return CompanyCaller(company.id)


def company_by_key(tx: Tx, key: str) -> tuple[CompanyCaller, int, int | None]:
    """The holder of an API key, the key's id and when it was last used. Raises NotSignedIn."""
    found = store.find_key(tx, fingerprint(key))
    if found is None:
        raise NotSignedIn("the API key is not known or was revoked")
    company_id, key_id, last_used_at = found
    return CompanyCaller(company_id), key_id, last_used_at


def company_by_session(tx: Tx, cookie: str) -> CompanyCaller | None:
    """The company whose admin is signed in at the dashboard, if the session still counts."""
    session = session_of(tx, cookie)
    if session is None or session.operator_id is not None:
        return None
    company = store.find_company(tx, session.company_id)
    is_current = company is not None and company.token_epoch == session.epoch
    return CompanyCaller(session.company_id) if is_current else None


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
