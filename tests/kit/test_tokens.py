"""Tokens: the cache answers as the library does, and no kind passes as another."""

import base64
import json

import jwt
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from opdesk.kit.db import Database
from opdesk.kit.keyring import Keyring, Vault, rotate_keys
from opdesk.kit.tokens import ISSUER, BadToken, Claims, TokenProblem, Tokens, audience

KINDS = ("company", "operator")


@pytest.fixture
async def keyring(db: Database) -> Keyring:
    made = Keyring(Vault(b"k" * 32))
    await made.load(db, KINDS)
    return made


def claims(kind: str = "operator", ends: int = 2_000_000_000_000, epoch: int = 1) -> Claims:
    return Claims(kind, 21, 1, epoch, 1_700_000_000_000, ends, "id")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_change_of_a_token_is_refused_and_asking_twice_changes_nothing(
    keyring: Keyring, data: st.DataObject
) -> None:
    tokens = Tokens(keyring, cache_size=4)
    kind = data.draw(st.sampled_from(KINDS))
    token = tokens.issue(claims(kind))
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_."))
    changed = token[:place] + letter + token[place + 1 :]
    secret = keyring.current(kind).secret

    for _ in range(2):
        try:
            jwt.decode(changed, secret, ["HS256"], audience=audience(kind), issuer=ISSUER)
            is_right = changed.split(".")[0] == token.split(".")[0]
        except jwt.InvalidTokenError:
            is_right = False
        try:
            tokens.verify(kind, changed, 0)
            is_taken = True
        except BadToken:
            is_taken = False
        assert is_taken == is_right


async def test_a_kind_never_passes_as_another(keyring: Keyring) -> None:
    tokens = Tokens(keyring)
    token = tokens.issue(claims("company"))

    with pytest.raises(BadToken) as caught:
        tokens.verify("operator", token, 0)

    assert caught.value.problem is TokenProblem.WRONG_KIND
    assert tokens.kind_of(token) == "company"
    assert tokens.kind_of("nonsense") is None


async def test_another_kinds_key_with_this_kinds_type_is_a_bad_signature(
    keyring: Keyring,
) -> None:
    tokens = Tokens(keyring)
    company_key = keyring.current("company")
    forged = jwt.encode(
        {"iss": ISSUER, "aud": audience("operator"), "sub": "1", "exp": 2**31, "iat": 0},
        company_key.secret,
        "HS256",
        headers={"typ": "operator+jwt", "kid": company_key.kid},
    )

    with pytest.raises(BadToken) as caught:
        tokens.verify("operator", forged, 0)

    assert caught.value.problem is TokenProblem.BAD_SIGNATURE


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
async def test_only_hs256_counts(keyring: Keyring, algorithm: str) -> None:
    tokens = Tokens(keyring)
    key = keyring.current("operator")
    headers = {"typ": "operator+jwt", "kid": key.kid}
    if algorithm == "none":
        words = json.dumps(headers | {"alg": "none"}).encode()
        head = base64.urlsafe_b64encode(words).decode().rstrip("=")
        forged = f"{head}.{tokens.issue(claims()).split('.')[1]}."
    else:
        forged = jwt.encode({"sub": "1"}, key.secret * 2, algorithm, headers=headers)

    with pytest.raises(BadToken):
        tokens.verify("operator", forged, 0)


def foreign(header: dict[str, object], payload: bytes = b'{"sub":"1"}') -> str:
    """A token that somebody else might have made."""
    parts = (json.dumps(header).encode(), payload, b"signature")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("", TokenProblem.MALFORMED),
        ("a.b", TokenProblem.MALFORMED),
        ("a.b.c", TokenProblem.MALFORMED),
        (foreign({"alg": "HS256", "typ": "JWT"}, b"not JSON"), TokenProblem.MALFORMED),
        (foreign({"alg": "HS256", "typ": "JWT"}, b'["a list"]'), TokenProblem.MALFORMED),
        (
            foreign({"alg": "HS256", "typ": "operator+jwt", "kid": "x"}, b"\xff"),
            TokenProblem.MALFORMED,
        ),
        (foreign({"alg": "HS256", "typ": "operator+jwt"}, b"[" * 2000), TokenProblem.MALFORMED),
        (foreign({"alg": "HS256", "typ": "JWT"}), TokenProblem.WRONG_KIND),
        (foreign({"alg": "RS256", "kid": "x", "x5t": "y"}), TokenProblem.WRONG_KIND),
        (foreign({"alg": "HS256", "typ": 5, "kid": "x"}), TokenProblem.WRONG_KIND),
        (foreign({"alg": "HS256", "typ": "operator+jwt"}), TokenProblem.BAD_SIGNATURE),
        (foreign({"alg": "HS256", "typ": "operator+jwt", "kid": "x"}), TokenProblem.BAD_SIGNATURE),
        (
            foreign({"alg": "HS256", "typ": "operator+jwt", "kid": "x", "jku": "y"}),
            TokenProblem.BAD_SIGNATURE,
        ),
    ],
)
async def test_the_first_reason_against_a_foreign_token(
    keyring: Keyring, token: str, problem: TokenProblem
) -> None:
    tokens = Tokens(keyring)

    with pytest.raises(BadToken) as caught:
        tokens.verify("operator", token, 0)

    assert caught.value.problem is problem
    assert tokens.kind_of(token) in (None, "operator", "JWT", "None", "5")


async def test_an_ended_token_is_expired_also_from_the_cache(keyring: Keyring) -> None:
    tokens = Tokens(keyring)
    token = tokens.issue(claims(ends=5_000))
    assert tokens.verify("operator", token, 4_999).expires_at == 5_000

    with pytest.raises(BadToken) as caught:
        tokens.verify("operator", token, 5_000)

    assert caught.value.problem is TokenProblem.EXPIRED
    assert caught.value.claims is not None


async def test_a_dropped_key_ends_its_tokens(keyring: Keyring, db: Database) -> None:
    tokens = Tokens(keyring)
    token = tokens.issue(claims())
    tokens.verify("operator", token, 0)

    await db.write(rotate_keys, Vault(b"k" * 32), KINDS, keep_for_ms=10**12)
    await keyring.refresh(db)
    assert tokens.verify("operator", token, 0).subject == 21
    await db.write(rotate_keys, Vault(b"k" * 32), KINDS, keep_for_ms=0)
    await keyring.refresh(db)

    with pytest.raises(BadToken):
        tokens.verify("operator", token, 0)
