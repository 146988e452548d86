"""An operator's own sign-in: the password, the second factor, and leaving everywhere."""

from opdesk.accounts import actions as account_actions
from opdesk.accounts.actions import Attempt, Door, GivenPassword, SignIn
from opdesk.accounts.model import SESSION_HOURS, CompanyCaller, Session
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.devices import actions as devices
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.keyring import Vault
from opdesk.kit.second_factor import Factor, Offer, offered, sealed, switched_on
from opdesk.operators import access, store
from opdesk.operators.errors import NoPassword, OperatorInactive
from opdesk.operators.model import (
    Caller,
    Operator,
    OperatorCaller,
    OperatorStatus,
    operator_changed,
)


def find_by_login(tx: Tx, login: str) -> tuple[tuple[int, int], str] | None:
    """((company, operator), password hash) of a login, or None when it is unknown or several's.

    `login@company-login` decides between companies; a login that itself has an @ comes first.
    """
    key = account_actions.login_key(login)
    found = store.list_by_login(tx, key)
    if not found and "@" in key:
        own, _, company_login = key.rpartition("@")
        company_id = account_actions.find_company_id(tx, company_login)
        found = store.list_by_login(tx, own, company_id) if company_id else []
    if len(found) != 1:
        return None
    company_id, operator_id, password_hash = found[0]
    return (company_id, operator_id), password_hash


async def sign_in_operator(
    db: Database, door: Door, vault: Vault, attempt: Attempt
) -> tuple[int, int]:
    """(company, operator) behind a login and password.

    Raises WrongLogin, TooManyRequests, and CodeNeeded for somebody with a second factor.
    """
    key = account_actions.login_key(attempt.login)

    async def confirmed(found: tuple[int, int]) -> None:
        await db.write(_confirm, vault, *found, attempt.code)

    return await door.enter(
        SignIn(f"operator:{key}", attempt.address, attempt.password),
        lambda tx: find_by_login(tx, attempt.login),
        confirmed,
    )


def open_password_session(tx: Tx, company_id: int, operator_id: int, secret: str) -> OperatorCaller:
    """A panel session of 12 hours. Raises OperatorInactive when the operator is not Active."""
    operator = access.operator(tx, company_id, operator_id)
    if operator.status is not OperatorStatus.ACTIVE:
        raise OperatorInactive("your account is switched off; ask your administrator")
    caller = access.caller_of(operator, tx.now + SESSION_HOURS * HOUR_MS)
    open_session(tx, caller, secret)
    return caller


def open_session(tx: Tx, caller: OperatorCaller, secret: str) -> None:
    """A panel session that ends when the caller's token does, or is revoked."""
    session = Session(caller.company_id, caller.operator_id, caller.epoch, caller.expires_at)
    account_actions.open_session(tx, session, secret)


def sign_out(tx: Tx, operator: Operator) -> None:
    """End every token and session of an operator, and what their browsers are told."""
    store.update_status(tx, operator.company_id, operator.id, operator.status, ends_sessions=True)
    devices.forget_operator(tx, operator.company_id, operator.id)
    tx.events.append(operator_changed(operator.company_id, operator.organization_id, operator.id))


def leave_everywhere(tx: Tx, caller: Caller) -> None:
    """The operator ends every token, session and connection of their own."""
    me = access.operator_of(caller)
    tx.lock("operators", company_id=me.company_id, id=me.operator_id)
    operator = access.operator(tx, me.company_id, me.operator_id)
    sign_out(tx, operator)
    audit.record(tx, me, Action.OPERATOR_SIGNED_OUT, operator.id, name=operator.name)


async def check_password(db: Database, door: Door, caller: Caller, given: GivenPassword) -> str:
    """The caller's login, if this is their password; it is slowed as a sign-in is.

    Raises NoPassword for somebody who comes by tokens only, TooManyRequests, and WrongLogin, which
    names the field: the session goes on.
    """
    me = access.operator_of(caller)
    login, password_hash = await db.read(store.find_password_of, me.company_id, me.operator_id)
    if login is None or password_hash is None:
        raise NoPassword("ask your administrator for a link by which you can choose one")
    key = account_actions.login_key(login)
    await door.check(f"operator:{key}", given, lambda _tx: (me.operator_id, password_hash))
    return login


def change_password(tx: Tx, caller: Caller, password_hash: str, secret: str) -> OperatorCaller:
    """Choose another password. All else that one is signed in with ends; `secret` is a new session.

    Raises NoPassword when an administrator took the login away meanwhile.
    """
    me = access.operator_of(caller)
    tx.lock("operators", company_id=me.company_id, id=me.operator_id)
    login, _ = store.find_password_of(tx, me.company_id, me.operator_id)
    if login is None:
        raise NoPassword("ask your administrator for a link by which you can choose one")
    key = account_actions.login_key(login)
    store.update_credentials(tx, me.company_id, me.operator_id, login, key, password_hash)
    sign_out(tx, access.operator(tx, me.company_id, me.operator_id))
    audit.record(tx, me, Action.OPERATOR_PASSWORD_CHANGED, me.operator_id, name=me.name)
    return open_password_session(tx, me.company_id, me.operator_id, secret)


def offer_code(tx: Tx, vault: Vault, caller: Caller) -> Offer:
    """A fresh secret for the operator. It counts only after `switch_code_on`.

    Raises NoPassword without a password, Conflict when a second factor is on.
    """
    me = access.operator_of(caller)
    tx.lock("operators", company_id=me.company_id, id=me.operator_id)
    login, password_hash = store.find_password_of(tx, me.company_id, me.operator_id)
    if login is None or password_hash is None:
        raise NoPassword("codes go with a password: whoever comes by a token is not asked for one")
    factor = _factor(tx, vault, me.company_id, me.operator_id)
    pending, made = offered(factor, login)
    _save(tx, vault, me.company_id, me.operator_id, pending)
    return made


def switch_code_on(tx: Tx, vault: Vault, caller: Caller, code: str) -> list[str]:
    """Take the offered factor once a code of it is shown; the recovery codes, shown once.

    Raises Conflict without an offer, Invalid for a wrong code.
    """
    me = access.operator_of(caller)
    tx.lock("operators", company_id=me.company_id, id=me.operator_id)
    factor = _factor(tx, vault, me.company_id, me.operator_id)
    on, recovery = switched_on(factor, code, tx.now)
    _save(tx, vault, me.company_id, me.operator_id, on)
    audit.record(tx, me, Action.OPERATOR_TOTP_ON, me.operator_id, name=me.name)
    return recovery


def switch_code_off(tx: Tx, vault: Vault, caller: Caller) -> None:
    """The operator's password alone lets them in again."""
    me = access.operator_of(caller)
    _save(tx, vault, me.company_id, me.operator_id, Factor())
    audit.record(tx, me, Action.OPERATOR_TOTP_OFF, me.operator_id, name=me.name)


def remove_code(tx: Tx, vault: Vault, caller: CompanyCaller, operator_id: int) -> None:
    """For somebody who lost their authenticator. Raises OperatorNotFound."""
    operator = access.operator(tx, caller.company_id, operator_id)
    _save(tx, vault, operator.company_id, operator.id, Factor())
    audit.record(tx, caller, Action.OPERATOR_TOTP_OFF, operator_id, name=operator.name)


def _confirm(tx: Tx, vault: Vault, company_id: int, operator_id: int, code: str | None) -> None:
    """Let an operator with a second factor pass once for each code. Raises CodeNeeded."""
    tx.lock("operators", company_id=company_id, id=operator_id)
    used = account_actions.let_pass(_factor(tx, vault, company_id, operator_id), code, tx.now)
    if used is not None:
        _save(tx, vault, company_id, operator_id, used)


def _factor(tx: Tx, vault: Vault, company_id: int, operator_id: int) -> Factor:
    kept = store.find_factor(tx, company_id, operator_id)
    return kept.opened(vault, _purpose(company_id, operator_id))


def _save(tx: Tx, vault: Vault, company_id: int, operator_id: int, factor: Factor) -> None:
    kept = sealed(factor, vault, _purpose(company_id, operator_id))
    store.save_factor(tx, company_id, operator_id, kept)


def _purpose(company_id: int, operator_id: int) -> str:
    return f"operator-totp:{company_id}:{operator_id}"
