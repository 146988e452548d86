"""Who a caller is, which operators they may have, and when they were seen last."""

import asyncio
from dataclasses import dataclass, replace

from opdesk.accounts import access as accounts
from opdesk.accounts.errors import NotSignedIn
from opdesk.accounts.model import CompanyCaller, Role
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.endpoint import OWN_PROFILE
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.tokens import BadToken, Claims, Tokens
from opdesk.kit.web import READING, Credentials
from opdesk.operators import store
from opdesk.operators.errors import (
    AnotherOperator,
    CompanyOnly,
    ForeignPage,
    OperatorNotFound,
    OperatorSignedOut,
)
from opdesk.operators.model import OPERATOR_TOKEN, Caller, Operator, OperatorCaller, OperatorStatus
from opdesk.users import access as users

OPERATOR_COOKIE = "opdesk-operator"
SEEN_EVERY_S = 60.0
log = get_logger(__name__)


class LastSeen:
    """When operators were at work last, noted in memory and written down together.

    A write for each request would cost more than the request; what a crash loses is a minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[int, int], int] = {}

    def note(self, caller: Caller) -> None:
        if isinstance(caller, OperatorCaller):
            self._seen[caller.company_id, caller.operator_id] = self._clock.now_ms()

    async def write_down(self, db: Database) -> None:
        seen, self._seen = self._seen, {}
        try:
            if seen:
                await db.write(store.update_last_seen, seen)
        except Unavailable as error:
            self._seen = seen | self._seen
            log.warning("last_seen_not_written", reason=str(error))

    async def keep_writing(self, db: Database) -> None:
        """Runs for the life of the server."""
        while True:
            await asyncio.sleep(SEEN_EVERY_S)
            await self.write_down(db)


@dataclass(frozen=True, slots=True)
class Recognized:
    """A caller; for an API key also when it was last used."""

    caller: Caller
    key_used_at: int | None = None


def recognize(
    tx: Tx, tokens: Tokens, credentials: Credentials, *, wants_company: bool
) -> Recognized:
    """Who sent a request. What it says outright counts before a cookie that just came along.

    `wants_company`: the dashboard's cookie counts before the panel's. Raises NotSignedIn,
    OperatorSignedOut, ForeignPage and AnotherOperator.
    """
    token, key_used_at = credentials.bearer or credentials.query_token, None
    if token is not None:
        caller = _by_token(tx, tokens, token, credentials.address)
    elif credentials.key is not None:
        caller, key_used_at = _by_key(tx, tokens, credentials)
    else:
        caller = _by_cookie(tx, credentials, wants_company=wants_company)
    if caller.address != credentials.address:
        caller = replace(caller, address=credentials.address)
    return Recognized(caller, key_used_at)


def company_only(caller: Caller) -> CompanyCaller:
    """Raises CompanyOnly."""
    if isinstance(caller, OperatorCaller):
        raise CompanyOnly
    return caller


def check_right(caller: Caller, level: str | None, *, is_reading: bool) -> None:
    """Whether a caller may use a call that takes `level`.

    Without one, every person of the company may read, and an admin may change things. Raises
    RoleTooLow, and PersonOnly where a program has no business.
    """
    if isinstance(caller, OperatorCaller):
        return
    if level == OWN_PROFILE["level"]:
        users.require_person(caller)
    elif level is not None:
        accounts.check_role(caller, Role[level.upper()])
    elif not is_reading:
        accounts.check_role(caller, Role.ADMIN)


def is_same(one: Caller, other: Caller) -> bool:
    """Whether two recognitions are of the same person, whatever their tokens' ends."""
    if isinstance(one, OperatorCaller) and isinstance(other, OperatorCaller):
        return (one.company_id, one.operator_id) == (other.company_id, other.operator_id)
    return one == other


def operator_of_claims(tx: Tx, claims: Claims) -> OperatorCaller | None:
    """The Active operator whom a verified token was given to, if it was not revoked."""
    found = _living(tx, claims.tenant, claims.subject, claims.epoch)
    return caller_of(found, claims.expires_at) if found else None


def operator_of_session(tx: Tx, cookie: str) -> OperatorCaller | None:
    """The Active operator signed in with this cookie's session, if it still counts."""
    session = accounts.session_of(tx, cookie)
    if session is None or session.operator_id is None:
        return None
    found = _living(tx, session.company_id, session.operator_id, session.epoch)
    return caller_of(found, session.expires_at) if found else None


def operator_of_grant(
    tx: Tx, company_id: int, operator_id: int, epoch: int, expires_at: int
) -> OperatorCaller | None:
    """The operator whose link waited for a click, if the link's token still counts."""
    found = _living(tx, company_id, operator_id, epoch)
    return caller_of(found, expires_at) if found and expires_at > tx.now else None


def caller_of(operator: Operator, expires_at: int) -> OperatorCaller:
    return OperatorCaller(
        operator.company_id,
        operator.organization_id,
        operator.id,
        operator.name,
        operator.epoch,
        expires_at,
    )


def operator(tx: Tx, company_id: int, operator_id: int) -> Operator:
    """An operator of this company, whatever their status. Raises OperatorNotFound."""
    found = store.find_operator(tx, company_id, operator_id)
    if found is None:
        raise OperatorNotFound(f"there is no operator {operator_id}")
    return found


def _living(tx: Tx, company_id: int, operator_id: int, epoch: int) -> Operator | None:
    found = store.find_operator(tx, company_id, operator_id)
    is_living = found and found.status is OperatorStatus.ACTIVE and found.epoch == epoch
    return found if is_living else None


def _by_token(tx: Tx, tokens: Tokens, token: str, address: str) -> Caller:
    # Which kind to verify is the token's own word; a lie fails at the signature of that kind.
    if tokens.kind_of(token) != OPERATOR_TOKEN:
        return users.company_by_token(tx, tokens, token, address)
    try:
        claims = tokens.verify(OPERATOR_TOKEN, token, tx.now)
    except BadToken as error:
        raise OperatorSignedOut(
            "the token is not valid or has expired", reason="expired"
        ) from error
    found = operator_of_claims(tx, claims)
    if found is None:
        raise OperatorSignedOut("the operator's token was revoked", reason="revoked")
    return found


def _by_key(tx: Tx, tokens: Tokens, credentials: Credentials) -> tuple[CompanyCaller, int | None]:
    key = credentials.key or ""
    if not key.startswith(accounts.API_KEY_PREFIX):
        return company_only(_by_token(tx, tokens, key, credentials.address)), None
    return accounts.company_by_key(tx, key, credentials.address)


def _by_cookie(tx: Tx, credentials: Credentials, *, wants_company: bool) -> Caller:
    panel, dashboard = (
        _cookie(credentials, OPERATOR_COOKIE),
        _cookie(credentials, accounts.COMPANY_COOKIE),
    )
    if credentials.is_cross_origin or not (panel or dashboard):
        raise NotSignedIn("this call takes a token, a key or a session")
    if credentials.method not in READING and not credentials.is_same_origin:
        raise ForeignPage("a session counts only with an Origin that is ours")
    operator = operator_of_session(tx, panel) if panel else None
    company = users.company_by_session(tx, dashboard) if dashboard else None
    if company is not None and (wants_company or operator is None):
        return company
    return _same_tab(credentials, operator)


def _same_tab(credentials: Credentials, operator: OperatorCaller | None) -> OperatorCaller:
    if operator is None:
        raise OperatorSignedOut("the session has ended")
    if credentials.tab_holder not in (None, operator.operator_id):
        raise AnotherOperator(f"{operator.name} is signed in in this browser now")
    return operator


def _cookie(credentials: Credentials, name: str) -> str | None:
    return credentials.cookies.get(f"__Host-{name}") or credentials.cookies.get(name)


def operator_of(caller: Caller) -> OperatorCaller:
    """Who sits at the panel. Raises OperatorSignedOut for company credentials."""
    if not isinstance(caller, OperatorCaller):
        raise OperatorSignedOut("company credentials are nobody's session at the panel")
    return caller
