"""Which company a caller is, and what of it they may have."""

from opdesk.accounts import store
from opdesk.accounts.errors import NotSignedIn, OrganizationNotFound
from opdesk.accounts.model import COMPANY_TOKEN, Company, CompanyCaller, Organization, Session
from opdesk.kit.context import Tx
from opdesk.kit.keyring import fingerprint
from opdesk.kit.tokens import BadToken, Tokens

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
