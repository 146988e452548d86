"""Proofs of origin that platforms share."""

import hashlib
import hmac


def is_same(given: str, expected: str) -> bool:
    """Compared in constant time; an empty expectation is never met."""
    return bool(expected) and hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode()
    )


def is_hmac_sha256(given: str, key: str, body: bytes) -> bool:
    """Whether `given` is the lower-case hex HMAC-SHA256 of the raw body; without a key, never."""
    return bool(key) and is_same(given, hmac.new(key.encode(), body, hashlib.sha256).hexdigest())
