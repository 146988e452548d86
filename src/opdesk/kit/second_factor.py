"""One-time codes by the clock (TOTP, RFC 6238), and recovery codes for a lost device.

Whose they are and where they are stored is the business of those who have them.
"""

import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyotp
import segno

from opdesk.kit.clock import SECOND_MS
from opdesk.kit.errors import Conflict, Invalid
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import Vault, fingerprint
from opdesk.kit.wire import Wire, WireIn

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
    """Somebody's second factor. Both secrets are in the clear here only.

    `pending` is offered and not confirmed, `step` the newest one of which a code was used,
    `recovery` the fingerprints of recovery codes that are left.
    """

    secret: str | None = None
    pending: str | None = None
    step: int = 0
    recovery: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """The same as it is stored."""

    secret: bytes | None
    pending: bytes | None
    step: int
    recovery: str | None

    def opened(self, vault: Vault, purpose: str) -> Factor:
        return Factor(
            vault.open(bytes(self.secret), purpose).decode() if self.secret else None,
            vault.open(bytes(self.pending), purpose).decode() if self.pending else None,
            self.step,
            tuple(json.loads(self.recovery or "[]")),
        )


def sealed(factor: Factor, vault: Vault, purpose: str) -> Sealed:
    """`purpose` names whose it is: what is sealed for one can't be opened for another."""
    return Sealed(
        vault.seal(factor.secret.encode(), purpose) if factor.secret else None,
        vault.seal(factor.pending.encode(), purpose) if factor.pending else None,
        factor.step,
        json.dumps(factor.recovery) if factor.recovery else None,
    )


def offered(factor: Factor, name: str) -> tuple[Factor, Offer]:
    """The factor with a fresh secret, shown in an authenticator as `name`'s.

    Raises Conflict when one is on.
    """
    if factor.secret is not None:
        raise Conflict("a second factor is on already; remove it first")
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return replace(factor, pending=secret), Offer(secret, uri, _drawn(uri))


def switched_on(factor: Factor, code: str, now: int) -> tuple[Factor, list[str]]:
    """The offered factor once a code of it was shown, and its recovery codes.

    Raises Conflict without an offer, Invalid for a wrong code.
    """
    if factor.secret is not None or factor.pending is None:
        raise Conflict("ask for a new secret first")
    used = spent(replace(factor, secret=factor.pending, recovery=()), code, now)
    if used is None:
        raise Invalid.field("code", "is not the one that the authenticator shows now")
    codes = [new_secret(_RECOVERY_BYTES) for _ in range(RECOVERY_CODES)]
    return replace(used, pending=None, recovery=tuple(fingerprint(one) for one in codes)), codes


def spent(factor: Factor, code: str, now: int) -> Factor | None:
    """The factor after this code was used; None when the code does not count (any more)."""
    given = "".join(code.split()).replace("-", "").lower()
    totp, step = pyotp.TOTP(factor.secret or ""), now // SECOND_MS // STEP_S
    for near in NEIGHBOURS:
        is_right = hmac.compare_digest(totp.generate_otp(step + near).encode(), given.encode())
        if is_right and step + near > factor.step:
            return replace(factor, step=step + near)
    mark = fingerprint(given)
    if mark in factor.recovery:
        return replace(factor, recovery=tuple(one for one in factor.recovery if one != mark))
    return None


def _drawn(uri: str) -> str:
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", scale=5, border=2, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


class CodeIn(WireIn):
    code: str

    example: ClassVar[Mapping[str, Any]] = {"code": "492039"}


class OfferOut(Wire):
    """A second factor to take into an authenticator; `qrSvg` is a picture of `uri`."""

    secret: str
    uri: str
    qr_svg: str

    example: ClassVar[Mapping[str, Any]] = {
        "secret": "JBSWY3DPEHPK3PXP",
        "uri": "otpauth://totp/OpDesk:olena?secret=JBSWY3DPEHPK3PXP&issuer=OpDesk",
        "qrSvg": "<svg …>",
    }

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(secret=offer.secret, uri=offer.uri, qr_svg=offer.qr)


class RecoveryOut(Wire):
    """Each lets in once without the authenticator. Shown in this answer only."""

    recovery_codes: list[str]

    example: ClassVar[Mapping[str, Any]] = {"recoveryCodes": ["5f0c9a12b3", "77aa01c2de"]}
