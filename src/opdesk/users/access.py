"""Which person of a company a caller is."""

import base64
import hashlib
import hmac

from opdesk.accounts import access as accounts
from opdesk.accounts.errors import NotSignedIn
from opdesk.accounts.model import COMPANY_TOKEN, CompanyCaller
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Keyring
from opdesk.kit.tokens import BadToken, Tokens
from opdesk.users import store
from opdesk.users.errors import PersonOnly, UserNotFound
from opdesk.users.model import User

_PURPOSE = b"opdesk set-up code"
_GROUP = 4
_CHARS = 12


def company_by_token(tx: Tx, tokens: Tokens, token: str, address: str) -> CompanyCaller:
    """The person whose company token this is, with the role they have now. Raises NotSignedIn."""
    try:
        claims = tokens.verify(COMPANY_TOKEN, token, tx.now)
    except BadToken as error:
        raise NotSignedIn("the company token is not valid or has expired") from error
    found = store.find_rights(tx, claims.tenant, claims.subject)
    if found is None or found[2] != claims.epoch:
        raise NotSignedIn("the company token was revoked")
    name, role, _ = found
    return CompanyCaller(claims.tenant, claims.subject, None, role, name, address)


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


def set_up_code(keyring: Keyring) -> str:
    """The code that whoever sees the server's output knows: `ABCD-EFGH-IJKL`, 60 bits.

    It is made from a signing key, so that every node of an installation prints the same one and
    none is stored; it counts while there is no company.
    """
    digest = hmac.new(keyring.current(COMPANY_TOKEN).secret, _PURPOSE, hashlib.sha256).digest()
    text = base64.b32encode(digest).decode()[:_CHARS]
    return "-".join(text[start : start + _GROUP] for start in range(0, _CHARS, _GROUP))


def is_set_up_code(keyring: Keyring, given: str) -> bool:
    """In any case, with or without dashes and spaces; compared in constant time."""
    bare = "".join(char for char in given.upper() if char.isalnum())
    wanted = set_up_code(keyring).replace("-", "")
    return hmac.compare_digest(bare.encode(), wanted.encode())
