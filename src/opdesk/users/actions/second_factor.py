"""The second factor of a company's people (`kit.second_factor`)."""

from dataclasses import replace

from opdesk.accounts.errors import CodeNeeded
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.kit import second_factor as codes
from opdesk.kit.context import Tx
from opdesk.kit.errors import Conflict, Invalid
from opdesk.kit.keyring import Vault
from opdesk.kit.second_factor import Factor, Offer
from opdesk.users import access, store
from opdesk.users.model import User


def confirm(tx: Tx, vault: Vault, company_id: int, user_id: int, code: str | None) -> None:
    """Let a person with a second factor pass once for each code. Raises CodeNeeded."""
    tx.lock("company_users", company_id=company_id, id=user_id)
    factor = _factor(tx, vault, company_id, user_id)
    if factor.secret is None:
        return
    if not (code or "").strip():
        raise CodeNeeded("give the code that your authenticator shows", is_wrong=False)
    used = codes.spent(factor, code or "", tx.now)
    if used is None:
        raise CodeNeeded("this code is wrong, or was used already", is_wrong=True)
    _save(tx, vault, company_id, user_id, used)


def offer(tx: Tx, vault: Vault, caller: CompanyCaller) -> Offer:
    """A fresh secret for the caller. It counts only after `switch_on`. Raises Conflict."""
    user = access.person(tx, caller)
    if user.has_totp:
        raise Conflict("a second factor is on already; remove it first")
    factor = _factor(tx, vault, user.company_id, user.id)
    made = codes.new_offer(user.login or user.name)
    _save(tx, vault, user.company_id, user.id, replace(factor, pending=made.secret))
    return made


def switch_on(tx: Tx, vault: Vault, caller: CompanyCaller, code: str) -> list[str]:
    """Take the offered factor once a code of it is shown; the recovery codes, shown once.

    Raises Conflict without an offer, Invalid for a wrong code.
    """
    user = access.person(tx, caller)
    tx.lock("company_users", company_id=user.company_id, id=user.id)
    factor = _factor(tx, vault, user.company_id, user.id)
    if factor.secret is not None or factor.pending is None:
        raise Conflict("ask for a new secret first")
    done = codes.confirmed(factor, code, tx.now)
    if done is None:
        raise Invalid.field("code", "is not the one that the authenticator shows now")
    _save(tx, vault, user.company_id, user.id, done[0])
    audit.record(tx, caller, Action.USER_TOTP_ON, user.id, name=user.name)
    return done[1]


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
    kept = codes.sealed(factor, vault, _purpose(company_id, user_id))
    store.update_totp(tx, company_id, user_id, kept)


def _purpose(company_id: int, user_id: int) -> str:
    return f"totp:{company_id}:{user_id}"
