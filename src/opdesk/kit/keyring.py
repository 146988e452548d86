"""Signing keys, one ring for each kind of token, wrapped by the installation's master key.

The master key seals what lies in the database: signing keys and channel settings. Who steals the
database without it can neither sign a token nor read a bot's token.
"""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.ids import new_secret
from opdesk.kit.log import get_logger
from opdesk.kit.sql import metadata, statement

log = get_logger(__name__)
MASTER_KEY_FILE = "master.key"
KEY_BYTES = 32
NONCE_BYTES = 12
REFRESH_S = 4.0
"""How old a node's view of the keys may get: a rotation is seen everywhere within 5 s."""

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
)
_k = signing_keys.c
ALL_KEYS = statement(
    select(_k.kid, _k.kind, _k.sealed, _k.retired_at).order_by(_k.created_at, _k.kid)
)
ADD_KEY = statement(
    insert(signing_keys).values(
        kid=bindparam("kid"),
        kind=bindparam("kind"),
        sealed=bindparam("sealed"),
        created_at=bindparam("now"),
        retired_at=None,
    )
)
RETIRE_KEYS = statement(
    update(signing_keys)
    .where(_k.kind == bindparam("of_kind"), _k.retired_at.is_(None))
    .values(retired_at=bindparam("now"))
)
DROP_RETIRED = statement(
    delete(signing_keys).where(_k.retired_at.is_not(None), _k.retired_at < bindparam("before"))
)


class MasterKeyError(Exception):
    """The master key is missing, malformed, or not the one that sealed this database."""


class Vault:
    """Seals and opens small values with the master key (AES-256-GCM)."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """`purpose` is bound in: a value sealed for one place does not open in another."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Raises MasterKeyError when the master key or the purpose is another."""
        try:
            return self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise MasterKeyError("the master key does not open this value") from error


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One HS256 secret. A retired key still verifies, but signs nothing new."""

    kid: str
    kind: str
    secret: bytes
    is_retired: bool


class Keyring:
    """The signing keys in memory, refreshed from the database every few seconds."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._by_kid: dict[str, SigningKey] = {}
        self._current: dict[str, SigningKey] = {}
        self.version = 0
        """Grows when the set of keys changes, so that caches of verified tokens can tell."""

    async def load(self, db: Database, kinds: tuple[str, ...]) -> None:
        """Read the keys, making a first one for each of `kinds` that has none."""
        await db.write(make_missing_keys, self._vault, kinds)
        await self.refresh(db)

    async def refresh(self, db: Database) -> None:
        rows = await db.read(lambda tx: tx.all(ALL_KEYS))
        keys = {row[0]: self._opened(row) for row in rows}
        if keys != self._by_kid:
            self._by_kid = keys
            self._current = {key.kind: key for key in keys.values() if not key.is_retired}
            self.version += 1

    async def keep_fresh(self, db: Database) -> None:
        """Runs for the life of the server."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh(db)
            except Unavailable as error:
                log.warning("keys_not_refreshed", reason=str(error))

    def current(self, kind: str) -> SigningKey:
        """The key that signs tokens of this kind."""
        return self._current[kind]

    def find(self, kind: str, kid: str) -> SigningKey | None:
        """The key `kid`, if it is one of this kind: a key never serves two kinds."""
        key = self._by_kid.get(kid)
        return key if key is not None and key.kind == kind else None

    def _opened(self, row: tuple[Any, ...]) -> SigningKey:
        kid, kind, sealed, retired_at = row
        known = self._by_kid.get(kid)
        secret = known.secret if known else self._vault.open(bytes(sealed), f"key:{kid}")
        return SigningKey(kid, kind, secret, retired_at is not None)


def check_master_key(tx: Tx, vault: Vault) -> None:
    """Raises MasterKeyError unless the vault opens the keys that are stored."""
    for kid, _, sealed, _ in tx.all(ALL_KEYS):
        vault.open(bytes(sealed), f"key:{kid}")


def make_missing_keys(tx: Tx, vault: Vault, kinds: tuple[str, ...]) -> None:
    """A first key for each kind that has no current one."""
    have = {row[1] for row in tx.all(ALL_KEYS) if row[3] is None}
    for kind in kinds:
        if kind not in have:
            _add_key(tx, vault, kind)


def rotate_keys(tx: Tx, vault: Vault, kinds: tuple[str, ...], *, keep_for_ms: int) -> None:
    """New keys for all kinds. Old ones go on verifying for `keep_for_ms`; 0 drops them at once."""
    for kind in kinds:
        tx.run(RETIRE_KEYS, of_kind=kind, now=tx.now)
        _add_key(tx, vault, kind)
    tx.run(DROP_RETIRED, before=tx.now + 1 if keep_for_ms == 0 else tx.now - keep_for_ms)


def _add_key(tx: Tx, vault: Vault, kind: str) -> None:
    kid, secret = new_secret(8), os.urandom(KEY_BYTES)
    tx.run(ADD_KEY, kid=kid, kind=kind, sealed=vault.seal(secret, f"key:{kid}"), now=tx.now)


def load_master_key(given: str | None, data: Path) -> bytes:
    """The key from the setting, else from the data folder, where the first start makes one.

    Raises MasterKeyError for a key that is not 32 bytes in base64 or hex.
    """
    if given:
        return _parse_master_key(given)
    path = data / MASTER_KEY_FILE
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
    return _parse_master_key(path.read_text().strip())


def _parse_master_key(text: str) -> bytes:
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True)):
        with contextlib.suppress(ValueError, binascii.Error):
            key = decode(text)
            if len(key) == KEY_BYTES:
                return key
    raise MasterKeyError("the master key must be 32 bytes, written in base64 or hex")


def fingerprint(secret: str) -> str:
    """What is stored of a random secret (API key, session): enough to recognise it, no more.

    A fast hash is right here: the secrets have 256 random bits, so there is nothing to guess.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
