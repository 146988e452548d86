"""The second factor of a company's people (`kit.second_factor`)."""

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.second_factor import Factor, Offer, offered, sealed, switched_on
from opdesk.users import access, store
from opdesk.users.model import User


def confirm(tx: Tx, vault: Vault, company_id: int, user_id: int, code: str | None) -> None:
    """Let a person with a second factor pass once for each code. Raises CodeNeeded."""
    tx.lock("company_users", company_id=company_id, id=user_id)
    used = account_actions.let_pass(_factor(tx, vault, company_id, user_id), code, tx.now)
    if used is not None:
        _save(tx, vault, company_id, user_id, used)


def offer(tx: Tx, vault: Vault, caller: CompanyCaller) -> Offer:
    """A fresh secret for the caller. It counts only after `switch_on`. Raises Conflict."""
    user = access.person(tx, caller)
    factor = _factor(tx, vault, user.company_id, user.id)
    pending, made = offered(factor, user.login or user.name)
    _save(tx, vault, user.company_id, user.id, pending)
    return made


def switch_on(tx: Tx, vault: Vault, caller: CompanyCaller, code: str) -> list[str]:
    """Take the offered factor once a code of it is shown; the recovery codes, shown once.

    Raises Conflict without an offer, Invalid for a wrong code.
    """
    user = access.person(tx, caller)
    tx.lock("company_users", company_id=user.company_id, id=user.id)
    factor = _factor(tx, vault, user.company_id, user.id)
    on, recovery = switched_on(factor, code, tx.now)
    _save(tx, vault, user.company_id, user.id, on)
    audit.record(tx, caller, Action.USER_TOTP_ON, user.id, name=user.name)
    return recovery


def switch_off(tx: Tx, vault: Vault, caller: CompanyCaller, user: User) -> None:
    """Passwords alone let `user` in again."""
    _save(tx, vault, user.company_id, user.id, Factor())
    audit.record(tx, caller, Action.USER_TOTP_OFF, user.id, name=user.name)


def remove_totp(tx: Tx, vault: Vault, caller: CompanyCaller, user_id: int) -> None:
    """For someone who lost their authenticator. Raises UserNotFound."""
    switch_off(tx, vault, caller, access.user(tx, caller.company_id, user_id))


def _factor(tx: Tx, vault: Vault, company_id: int, user_id: int) -> Factor:
    return store.totp_of(tx, company_id, user_id).opened(vault, _purpose(company_id, user_id))


def _save(tx: Tx, vault: Vault, company_id: int, user_id: int, factor: Factor) -> None:
    kept = sealed(factor, vault, _purpose(company_id, user_id))
    store.update_totp(tx, company_id, user_id, kept)


def _purpose(company_id: int, user_id: int) -> str:
    return f"totp:{company_id}:{user_id}"
