"""JSON Web Tokens: HS256 only, one explicit type and one key ring for each kind.

`verify` remembers tokens it has verified; the memory is bounded, and a token's end and the key's
presence are looked at on every use, so the answer is the same with and without it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import jwt

from opdesk.kit.keyring import Keyring

ISSUER = "opdesk"
MAX_TOKEN_CHARS = 4_096
CACHE_SIZE = 20_000
_HEADER_NAMES = {"alg", "typ", "kid"}
_REQUIRED = ("iss", "aud", "sub", "exp", "iat", "jti", "epoch")


class TokenProblem(Enum):
    """Why a token is none. The texts are the contract's, in the order they are looked for."""

    MALFORMED = "malformed"
    WRONG_KIND = "not an {kind} token"
    BAD_SIGNATURE = "bad signature"
    EXPIRED = "expired"


class BadToken(Exception):
    """`problem` says why; `claims` is there when the signature was good."""

    def __init__(self, problem: TokenProblem, claims: "Claims | None" = None) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.claims = claims


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. `subject` is the holder's id; times are ms UTC."""

    kind: str
    subject: int
    tenant: int
    epoch: int
    issued_at: int
    expires_at: int
    token_id: str


class Tokens:
    """Issues and verifies tokens of any kind whose keys are on the ring."""

    def __init__(self, keyring: Keyring, cache_size: int = CACHE_SIZE) -> None:
        self._keyring = keyring
        self._seen: OrderedDict[tuple[str, str], Claims] = OrderedDict()
        self._kinds: OrderedDict[str, str] = OrderedDict()
        self._seen_version = keyring.version
        self._cache_size = cache_size

    def issue(self, claims: Claims) -> str:
        """Sign. Milliseconds are kept: `exp` is a NumericDate, which may have a fraction."""
        key = self._keyring.current(claims.kind)
        payload = {
            "iss": ISSUER,
            "aud": audience(claims.kind),
            "sub": str(claims.subject),
            "company": claims.tenant,
            "epoch": claims.epoch,
            "iat": claims.issued_at / 1000,
            "exp": claims.expires_at / 1000,
            "jti": claims.token_id,
        }
        header = {"typ": type_name(claims.kind), "kid": key.kid}
        return jwt.encode(payload, key.secret, algorithm="HS256", headers=header)

    def verify(self, kind: str, token: str, now: int) -> Claims:
        """The claims of a token of this kind that has not ended. Raises BadToken."""
        if self._seen_version != self._keyring.version:
            self._seen.clear()
            self._seen_version = self._keyring.version
        claims = self._seen.get((kind, token))
        if claims is None:
            claims = self._verify_signature(kind, token)
            self._remember((kind, token), claims)
        if claims.expires_at <= now:
            raise BadToken(TokenProblem.EXPIRED, claims)
        return claims

    def kind_of(self, token: str) -> str | None:
        """The kind that a token says it is, unverified; None for what is no token of ours."""
        kind = self._kinds.get(token)
        if kind is None:
            try:
                kind = str(_header(token).get("typ")).removesuffix("+jwt")
            except BadToken:
                return None
            self._kinds[token] = kind
            if len(self._kinds) > self._cache_size:
                self._kinds.popitem(last=False)
        return kind

    def _remember(self, entry: tuple[str, str], claims: Claims) -> None:
        self._seen[entry] = claims
        if len(self._seen) > self._cache_size:
            self._seen.popitem(last=False)

    def _verify_signature(self, kind: str, token: str) -> Claims:
        header = _header(token)
        if header.get("typ") != type_name(kind):
            raise BadToken(TokenProblem.WRONG_KIND)
        key = self._keyring.find(kind, header["kid"]) if set(header) == _HEADER_NAMES else None
        if key is None or header["alg"] != "HS256":
            raise BadToken(TokenProblem.BAD_SIGNATURE)
        try:
            payload = jwt.decode(
                token,
                key.secret,
                algorithms=["HS256"],
                audience=audience(kind),
                issuer=ISSUER,
                # Time is ours to judge: the clock is an argument, the cache needs the same rule.
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError as error:
            raise BadToken(TokenProblem.BAD_SIGNATURE) from error
        except jwt.InvalidTokenError as error:
            raise BadToken(TokenProblem.MALFORMED) from error
        return _claims(kind, payload)


def type_name(kind: str) -> str:
    """The header's `typ`: `operator+jwt`."""
    return f"{kind}+jwt"


def audience(kind: str) -> str:
    return f"opdesk:{kind}"


def _header(token: str) -> Mapping[str, Any]:
    """The header of anything that has the form of a JWT: two JSON objects and a signature."""
    if len(token) > MAX_TOKEN_CHARS:
        raise BadToken(TokenProblem.MALFORMED)
    try:
        header: Mapping[str, Any] = jwt.get_unverified_header(token)
        jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, UnicodeError, ValueError, RecursionError) as error:
        raise BadToken(TokenProblem.MALFORMED) from error
    return header


def _claims(kind: str, payload: Mapping[str, Any]) -> Claims:
    try:
        return Claims(
            kind=kind,
            subject=int(payload["sub"]),
            tenant=int(payload["company"]),
            epoch=int(payload["epoch"]),
            issued_at=round(payload["iat"] * 1000),
            expires_at=round(payload["exp"] * 1000),
            token_id=str(payload["jti"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadToken(TokenProblem.MALFORMED) from error
