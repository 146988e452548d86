"""Messages for browsers that sleep: encrypted for one (RFC 8291), signed by us (RFC 8292).

Pure functions; how the bytes get out is somebody else's business.
"""

import base64
import binascii
import functools
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_BODY_BYTES = 4096
"""More no push service has to take (RFC 8030, 7.2)."""
SALT_BYTES = 16
AUTH_BYTES = 16
POINT_BYTES = 65
TAG_BYTES = 16
HEADER_BYTES = SALT_BYTES + 4 + 1 + POINT_BYTES
MAX_TEXT_BYTES = MAX_BODY_BYTES - HEADER_BYTES - TAG_BYTES - 1
"""What fits into one record: without the header, the tag and the byte that ends the text."""
VAPID_HOURS = 12
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LAST_RECORD = b"\x02"


@dataclass(frozen=True, slots=True)
class BrowserKeys:
    """What a browser made for one subscription: its public point, and a shared secret."""

    point: bytes
    auth: bytes


def browser_keys(p256dh: str, auth: str) -> BrowserKeys:
    """Both as a browser writes them, in base64url. Raises ValueError naming the wrong one."""
    point, secret = _decoded("p256dh", p256dh), _decoded("auth", auth)
    if len(point) != POINT_BYTES:
        raise ValueError("p256dh")
    if len(secret) != AUTH_BYTES:
        raise ValueError("auth")
    try:
        _public(point)
    except ValueError as error:
        raise ValueError("p256dh") from error
    return BrowserKeys(point, secret)


def encrypt(text: bytes, keys: BrowserKeys) -> bytes:
    """The body of a push: `aes128gcm` in one record that only this browser can read.

    Raises ValueError for more than `MAX_TEXT_BYTES`.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise ValueError(f"a push holds at most {MAX_TEXT_BYTES} bytes")
    own, salt = ec.generate_private_key(_CURVE), os.urandom(SALT_BYTES)
    ours = _point(own)
    shared = own.exchange(ec.ECDH(), _public(keys.point))
    secret = _hkdf(shared, keys.auth, b"WebPush: info\x00" + keys.point + ours, 32)
    key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, text + _LAST_RECORD, None)
    header = salt + MAX_BODY_BYTES.to_bytes(4, "big") + bytes([POINT_BYTES]) + ours
    return header + sealed


class VapidKey:
    """Who we are to push services: a key pair made from one secret of the keyring."""

    def __init__(self, secret: bytes) -> None:
        wide = int.from_bytes(_hkdf(secret, b"", b"opdesk web push", 48), "big")
        self._private = ec.derive_private_key(wide % (_ORDER - 1) + 1, _CURVE)
        self.public = _encoded(_point(self._private))
        """The point as browsers take it: `applicationServerKey` in base64url."""

    def authorization(self, endpoint: str, contact: str, now_ms: int) -> str:
        """The header `Authorization` for a push to `endpoint`, good for 12 hours.

        `contact`: an address at which the operators of a push service find us.
        """
        claims = {
            "aud": origin_of(endpoint),
            "exp": now_ms // 1000 + VAPID_HOURS * 3600,
            "sub": contact,
        }
        return f"vapid t={jwt.encode(claims, self._private, 'ES256')}, k={self.public}"


@functools.lru_cache(maxsize=16)
def vapid_key(secret: bytes) -> VapidKey:
    """The same for the same secret, made once."""
    return VapidKey(secret)


def origin_of(endpoint: str) -> str:
    """Scheme, host and port of a push service's address."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    form = PublicFormat.UncompressedPoint
    return private.public_key().public_bytes(Encoding.X962, form)


def _hkdf(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(name: str, text: str) -> bytes:
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(name) from error
