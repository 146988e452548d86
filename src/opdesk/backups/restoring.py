"""Bring a backup to life: a new epoch, in which nothing is sent until an admin says so."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from opdesk import parts
from opdesk.accounts import actions as accounts
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.backups.files import MediaCopy
from opdesk.backups.making import stamp
from opdesk.backups.manifest import (
    MEDIA_FOLDER,
    POSTGRESQL,
    TABLES_FOLDER,
    Backup,
    BackupError,
    choose,
    told_of_the_disk,
    verified,
)
from opdesk.chats import actions as chats
from opdesk.connectors.applying import ECHO, PROFILE
from opdesk.connectors.delivery import RECEIPT
from opdesk.invitations import actions as invitations
from opdesk.kit import copies, disk, installation, outbox
from opdesk.kit.clock import SystemClock
from opdesk.kit.context import Tx
from opdesk.kit.errors import first_line
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import (
    MASTER_KEY_FILE,
    MasterKeyError,
    Vault,
    check_master_key,
    load_master_key,
    rotate_keys,
)
from opdesk.kit.mail import MAIL
from opdesk.kit.migrate import Change, SchemaTooNewError, UpgradeError, changing, sqlalchemy_url
from opdesk.kit.postgres import PostgresDriver
from opdesk.kit.sqlite import IdBlocks, SqliteDriver
from opdesk.kit.wire import time_out
from opdesk.operators.model import LEFT
from opdesk.server import owned_data_folder
from opdesk.settings import Settings, without_secrets

HARMLESS = (chats.FETCH, chats.CLEAR, RECEIPT, ECHO, PROFILE, LEFT)
"""Work that goes on after a restore: nobody is written to. All other kinds wait."""
SKIPPED_IDS = 10_000_000
"""Ids that were given out after the backup must not come to mean something else."""
STAGE = ".restoring-"
_WAL_FILES = tuple(f"{parts.DATABASE_FILE}{end}" for end in ("-wal", "-shm", "-journal"))
_OURS = (MEDIA_FOLDER, MASTER_KEY_FILE, parts.DATABASE_FILE)
"""In the order in which they get their place: the database makes it an installation."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `held`: jobs that wait; `aside`: where the old data is now."""

    backup: Backup
    held: int
    aside: Path | None


def restore(settings: Settings, source: Path, is_forced: bool = False) -> Restored:
    """Bring a backup (or the newest in a folder of them) to the place that the settings name.

    The folder must have no data of ours, unless `is_forced`: then that is moved aside. A PostgreSQL
    database must be empty. Until the last step everything is as it was. Raises BackupError, and
    StartError while a server works in the folder.
    """
    with told_of_the_disk(source):
        chosen = choose(source)
    backup, sums = verified(chosen)
    _check_kind(settings, backup)
    with told_of_the_disk(settings.data), owned_data_folder(settings):
        present = [name for name in (*_OURS, *_WAL_FILES) if _is_there(settings.data / name)]
        if present and not is_forced:
            raise BackupError(
                f"{settings.data} has data already ({', '.join(present)}): choose a new folder with"
                " --data, or move the old aside with --force"
            )
        with _stage(settings.data) as stage:
            vault = _staged_files(settings, backup, stage, sums)
            aside: list[Path] = []
            with _new_life(settings, backup, stage, vault) as held:
                disk.sync_folders(stage)
                if settings.database_url:  # its transaction ends when all else is there
                    aside = _put_in_place(settings.data, stage, present)
            if not settings.database_url:
                aside = _put_in_place(settings.data, stage, present)
    return Restored(backup, held[0], aside[0] if aside else None)


def renew(tx: Tx, vault: Vault, made_at: int) -> int:
    """Make a new life of what a backup of the moment `made_at` held; how many jobs wait.

    Clients read everything anew. What was revoked after the backup must not come back: sessions,
    tokens, signed addresses and one-time links end, with the letters that carry such links.
    """
    installation.put(tx, installation.EPOCH, new_secret(8))
    installation.put(tx, installation.RESTORED, str(tx.now))
    accounts.end_all_sessions(tx)
    invitations.forget_all(tx)
    outbox.forget_kind(tx, MAIL)
    rotate_keys(tx, vault, parts.KEY_KINDS, keep_for_ms=0)
    held = outbox.hold(tx, HARMLESS)
    _write_down(tx, made_at)
    return held


def _write_down(tx: Tx, made_at: int) -> None:
    """Each company finds in its audit log why everyone was signed out, and what waits."""
    waiting = outbox.count_held_by_company(tx)
    for company_id in accounts.list_company_ids(tx):
        server, count = CompanyCaller(company_id), waiting.get(company_id, 0)
        made = time_out(made_at)
        audit.record(tx, server, Action.SERVER_RESTORED, None, made_at=made, waiting=count)


def _check_kind(settings: Settings, backup: Backup) -> None:
    is_postgres = backup.manifest.database == POSTGRESQL
    if is_postgres and not settings.database_url:
        raise BackupError(
            "this is a backup of PostgreSQL: give --database-url with an empty database"
        )
    if not is_postgres and settings.database_url:
        raise BackupError("this is a backup of SQLite: it can't be brought into PostgreSQL")


@contextmanager
def _stage(data: Path) -> Iterator[Path]:
    """A folder on the same disk; those of a restore that was killed are removed."""
    for left in data.glob(f"{STAGE}*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=data))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _staged_files(settings: Settings, backup: Backup, stage: Path, sums: dict[str, str]) -> Vault:
    """Everything but PostgreSQL's tables, and the vault that opens it."""
    media = MediaCopy(backup.folder / MEDIA_FOLDER, stage / MEDIA_FOLDER, reads_all=False)
    prefix = f"{MEDIA_FOLDER}/"
    names = [name.removeprefix(prefix) for name in sums if name.startswith(prefix)]
    disk.make_folder(stage / MEDIA_FOLDER)
    if missing := media.keep_only(names):
        raise BackupError(f"{backup.folder / MEDIA_FOLDER / missing[0]} can't be read")
    for name in (parts.DATABASE_FILE, MASTER_KEY_FILE):
        if name in sums and disk.copy(backup.folder / name, stage / name).digest != sums[name]:
            raise BackupError(f"{backup.folder / name} has changed while it was read")
    if not settings.master_key and MASTER_KEY_FILE not in sums:
        raise BackupError(
            "this backup does not contain the master key: give the one that the server had as"
            " OPDESK_MASTER_KEY"
        )
    try:
        return Vault(load_master_key(settings.master_key, stage))
    except MasterKeyError as error:
        raise BackupError(f"master_key (OPDESK_MASTER_KEY): {error}") from error


@contextmanager
def _new_life(settings: Settings, backup: Backup, stage: Path, vault: Vault) -> Iterator[list[int]]:
    """The database of this version's schema, in its new life, all in one transaction.

    It is committed when the caller has put everything else in its place.
    """
    url = sqlalchemy_url(settings.database_url, stage / parts.DATABASE_FILE)
    try:
        with changing(url) as change:
            yield [_renewed(change, settings, backup, vault)]
    except SchemaTooNewError as error:
        raise BackupError(f"{error}; restore with OpDesk {backup.manifest.version}") from error
    except (UpgradeError, MasterKeyError) as error:
        raise BackupError(str(error)) from error
    except Exception as error:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, psycopg.Error):
            raise
        reason = without_secrets(first_line(cause), settings.database_url)
        raise BackupError(f"the database can't be used: {reason}") from error


def _renewed(change: Change, settings: Settings, backup: Backup, vault: Vault) -> int:
    now = SystemClock().now_ms()
    raw: Any = change.raw
    change.check(backup.manifest.schema)
    if settings.database_url:
        if not copies.is_empty(raw):
            raise BackupError("the database is not empty: a backup is restored into a new one")
        change.upgrade(backup.manifest.schema)
        copies.load_postgres(raw, backup.folder / TABLES_FOLDER, backup.manifest.copied)
    change.upgrade()
    if settings.database_url:
        copies.skip_ids_postgres(raw, SKIPPED_IDS)
        tx = Tx(PostgresDriver(raw), now)
    else:
        copies.skip_ids_sqlite(raw, SKIPPED_IDS)
        tx = Tx(SqliteDriver(raw, IdBlocks()), now)
    check_master_key(tx, vault)
    return renew(tx, vault, backup.manifest.started_at)


def _put_in_place(data: Path, stage: Path, present: list[str]) -> list[Path]:
    """Give everything its name; where what was there before is now, if there was something."""
    aside = [_moved_aside(data, present)] if present else []
    if (data / MEDIA_FOLDER).is_dir():
        shutil.rmtree(data / MEDIA_FOLDER)  # empty but for folders, or it would be aside
    for name in _OURS:
        if (stage / name).exists():
            os.rename(stage / name, data / name)
            disk.sync(data)
    return aside


def _moved_aside(data: Path, present: list[str]) -> Path:
    aside = data / f"before-restore-{stamp(SystemClock().now_ms())}"
    disk.make_folder(aside)
    # The database first: without it the folder is no installation.
    for name in reversed(present):
        os.rename(data / name, aside / name)
    disk.sync(aside)
    disk.sync(data)
    return aside


def _is_there(path: Path) -> bool:
    """A file, or a folder with a file in it."""
    return any(one.is_file() for one in path.rglob("*")) if path.is_dir() else path.exists()
