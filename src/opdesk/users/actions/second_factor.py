"""One-time codes by the clock (TOTP, RFC 6238), and recovery codes for a lost device."""

import hmac
import io
import json
from dataclasses import dataclass, replace

import pyotp
import segno

from opdesk.accounts.errors import CodeNeeded
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.context import Tx
from opdesk.kit.errors import Conflict, Invalid
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault, fingerprint
from opdesk.users import access, store
from opdesk.users.model import User

STEP_S = 30
NEIGHBOURS = (-1, 0, 1)
"""A clock may be one step off (RFC 6238, 5.2)."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 5
ISSUER = "OpDesk"


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor that counts once a code of it was shown; `qr` is SVG."""

    secret: str
    uri: str
    qr: str


@dataclass(frozen=True, slots=True)
class Factor:
    """What is stored of a person's second factor. Both secrets are in the clear here only."""

    secret: str | None
    pending: str | None
    step: int
    recovery: tuple[str, ...]


def confirm(tx: Tx, vault: Vault, company_id: int, user_id: int, code: str | None) -> None:
    """Let a person with a second factor pass once for each code. Raises CodeNeeded."""
    tx.lock("company_users", company_id=company_id, id=user_id)
    factor = _factor(tx, vault, company_id, user_id)
    if factor.secret is None:
        return
    if not (code or "").strip():
        raise CodeNeeded("give the code that your authenticator shows", is_wrong=False)
    used = _spent(factor, factor.secret, code or "", tx.now)
    if used is None:
        raise CodeNeeded("this code is wrong, or was used already", is_wrong=True)
    _save(tx, vault, company_id, user_id, used)


def offer(tx: Tx, vault: Vault, caller: CompanyCaller) -> Offer:
    """A fresh secret for the caller. It counts only after `switch_on`. Raises Conflict."""
    user = access.person(tx, caller)
    if user.has_totp:
        raise Conflict("a second factor is on already; remove it first")
    factor = _factor(tx, vault, user.company_id, user.id)
    secret = pyotp.random_base32()
    _save(tx, vault, user.company_id, user.id, replace(factor, pending=secret))
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.login or user.name, issuer_name=ISSUER)
    return Offer(secret, uri, _drawn(uri))


def switch_on(tx: Tx, vault: Vault, caller: CompanyCaller, code: str) -> list[str]:
    """Take the offered factor once a code of it is shown; the recovery codes, shown once.

    Raises Conflict without an offer, Invalid for a wrong code.
    """
    user = access.person(tx, caller)
    tx.lock("company_users", company_id=user.company_id, id=user.id)
    factor = _factor(tx, vault, user.company_id, user.id)
    if factor.secret is not None or factor.pending is None:
        raise Conflict("ask for a new secret first")
    used = _spent(replace(factor, recovery=()), factor.pending, code, tx.now)
    if used is None:
        raise Invalid.field("code", "is not the one that the authenticator shows now")
    codes = [new_secret(_RECOVERY_BYTES) for _ in range(RECOVERY_CODES)]
    kept = tuple(fingerprint(one) for one in codes)
    on = replace(used, secret=factor.pending, pending=None, recovery=kept)
    _save(tx, vault, user.company_id, user.id, on)
    audit.record(tx, caller, Action.USER_TOTP_ON, user.id, name=user.name)
    return codes


def switch_off(tx: Tx, vault: Vault, caller: CompanyCaller, user: User) -> None:
    """Passwords alone let `user` in again."""
    _save(tx, vault, user.company_id, user.id, Factor(None, None, 0, ()))
    audit.record(tx, caller, Action.USER_TOTP_OFF, user.id, name=user.name)


def remove_totp(tx: Tx, vault: Vault, caller: CompanyCaller, user_id: int) -> None:
    """For someone who lost their authenticator. Raises UserNotFound."""
    switch_off(tx, vault, caller, access.user(tx, caller.company_id, user_id))


def _spent(factor: Factor, secret: str, code: str, now: int) -> Factor | None:
    """The factor after this code was used; None when the code does not count (any more)."""
    given = "".join(code.split()).replace("-", "").lower()
    totp, step = pyotp.TOTP(secret), now // SECOND_MS // STEP_S
    for near in NEIGHBOURS:
        is_right = hmac.compare_digest(totp.generate_otp(step + near).encode(), given.encode())
        if is_right and step + near > factor.step:
            return replace(factor, step=step + near)
    mark = fingerprint(given)
    if mark in factor.recovery:
        return replace(factor, recovery=tuple(one for one in factor.recovery if one != mark))
    return None


def _factor(tx: Tx, vault: Vault, company_id: int, user_id: int) -> Factor:
    secret, pending, step, recovery = store.totp_of(tx, company_id, user_id)
    purpose = _purpose(company_id, user_id)
    return Factor(
        vault.open(secret, purpose).decode() if secret else None,
        vault.open(pending, purpose).decode() if pending else None,
        step,
        tuple(json.loads(recovery or "[]")),
    )


def _save(tx: Tx, vault: Vault, company_id: int, user_id: int, factor: Factor) -> None:
    purpose = _purpose(company_id, user_id)
    store.update_totp(
        tx,
        (company_id, user_id),
        secret=vault.seal(factor.secret.encode(), purpose) if factor.secret else None,
        pending=vault.seal(factor.pending.encode(), purpose) if factor.pending else None,
        step=factor.step,
        recovery=json.dumps(factor.recovery) if factor.recovery else None,
    )


def _purpose(company_id: int, user_id: int) -> str:
    return f"totp:{company_id}:{user_id}"


def _drawn(uri: str) -> str:
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", scale=5, border=2, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()
