"""Random values: secrets, keys and jitter. Ids of rows come from `Tx.new_id`."""

import random
import secrets
import uuid

_jitter = random.Random(secrets.randbits(64))  # noqa: S311  spreads retries, guards nothing


def new_secret(size_bytes: int = 32) -> str:
    """A secret in lower-case hex, so that no layer can confuse its case."""
    return secrets.token_hex(size_bytes)


def new_uuid() -> str:
    """A random UUID (version 4), for ids that carry no meaning."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


def jittered(delay_s: float) -> float:
    """`delay_s` give or take a quarter, so that what failed together does not return together."""
    return delay_s * _jitter.uniform(0.75, 1.25)
