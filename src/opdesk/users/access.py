"""Which person of a company a caller is."""

from opdesk.accounts import access as accounts
from opdesk.accounts.errors import NotSignedIn
from opdesk.accounts.model import COMPANY_TOKEN, CompanyCaller
from opdesk.kit.context import Tx
from opdesk.kit.tokens import BadToken, Tokens
from opdesk.users import store
from opdesk.users.errors import PersonOnly, UserNotFound
from opdesk.users.model import User


def company_by_token(tx: Tx, tokens: Tokens, token: str) -> CompanyCaller:
    """The person whose company token this is, with the role they have now. Raises NotSignedIn."""
    try:
        claims = tokens.verify(COMPANY_TOKEN, token, tx.now)
    except BadToken as error:
        raise NotSignedIn("the company token is not valid or has expired") from error
    user = store.find_user(tx, claims.tenant, claims.subject)
    if user is None or user.epoch != claims.epoch:
        raise NotSignedIn("the company token was revoked")
    return user.caller


def company_by_session(tx: Tx, cookie: str) -> CompanyCaller | None:
    """The person who is signed in at the dashboard, if the session still counts."""
    session = accounts.session_of(tx, cookie)
    if session is None or session.user_id is None:
        return None
    user = store.find_user(tx, session.company_id, session.user_id)
    return user.caller if user is not None and user.epoch == session.epoch else None


def user(tx: Tx, company_id: int, user_id: int) -> User:
    """A person of this company. Raises UserNotFound."""
    found = store.find_user(tx, company_id, user_id)
    if found is None:
        raise UserNotFound(f"there is no user {user_id}")
    return found


def person(tx: Tx, caller: CompanyCaller) -> User:
    """The caller as a person. Raises PersonOnly for an API key."""
    return user(tx, caller.company_id, require_person(caller))


def require_person(caller: CompanyCaller) -> int:
    """The caller's own number. Raises PersonOnly for an API key."""
    if caller.user_id is None:
        raise PersonOnly("sign in at the dashboard, or use a company token")
    return caller.user_id
