"""Encryption and signatures of pushes, against the RFCs' own example and a foreign reader."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from opdesk.kit.web_push import MAX_BODY_BYTES, MAX_TEXT_BYTES, VapidKey, browser_keys, encrypt
from tests.push import decrypted, raw

# RFC 8291, section 5 and appendix A.
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)
PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def their_private() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(PRIVATE), "big"), ec.SECP256R1())


def test_the_example_of_the_rfc_is_read() -> None:
    text = decrypted(raw(BODY), their_private(), raw(AUTH))

    assert text == b"When I grow up, I want to be a watermelon"


def test_what_is_encrypted_is_for_that_browser_alone_and_never_the_same_twice() -> None:
    keys = browser_keys(POINT, AUTH)

    first, second = encrypt(b"hello", keys), encrypt(b"hello", keys)

    assert first != second
    assert decrypted(first, their_private(), raw(AUTH)) == b"hello"
    with pytest.raises(ValueError, match="somebody else"):
        decrypted(first, their_private(), b"\x00" * 16)
    with pytest.raises(ValueError, match="somebody else"):
        decrypted(first, ec.generate_private_key(ec.SECP256R1()), raw(AUTH))


def test_the_longest_text_fits_into_what_push_services_take() -> None:
    keys = browser_keys(POINT, AUTH)

    assert len(encrypt(b"x" * MAX_TEXT_BYTES, keys)) == MAX_BODY_BYTES
    with pytest.raises(ValueError, match="at most"):
        encrypt(b"x" * (MAX_TEXT_BYTES + 1), keys)


@pytest.mark.parametrize(
    ("p256dh", "auth", "wrong"),
    [
        (POINT[:-4], AUTH, "p256dh"),
        ("B" + "A" * 86, AUTH, "p256dh"),
        ("no base64!", AUTH, "p256dh"),
        (POINT, AUTH[:-2], "auth"),
        (POINT, "ключ", "auth"),
    ],
)
def test_keys_that_no_browser_made_are_refused(p256dh: str, auth: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        browser_keys(p256dh, auth)


def test_a_push_service_can_check_who_we_are() -> None:
    key = VapidKey(b"s" * 32)

    header = key.authorization("https://push.example:8443/a/b?c", "mailto:desk@example.com", 0)

    token, public = header.removeprefix("vapid t=").split(", k=")
    assert public == key.public == VapidKey(b"s" * 32).public != VapidKey(b"t" * 32).public
    verifying = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public))
    unchecked: Any = {"verify_exp": False, "verify_aud": False}
    claims = jwt.decode(token, verifying, ["ES256"], options=unchecked)
    assert claims == {
        "aud": "https://push.example:8443",
        "exp": 12 * 3600,
        "sub": "mailto:desk@example.com",
    }
