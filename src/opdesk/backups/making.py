"""Make a backup while the server serves."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg

import opdesk
from opdesk import parts
from opdesk.backups.files import MediaCopy, media_name
from opdesk.backups.manifest import (
    FORMAT,
    MANIFEST_FILE,
    MEDIA_FOLDER,
    PARTIAL,
    POSTGRESQL,
    SQLITE,
    SUMS_FILE,
    TABLES_FOLDER,
    Backup,
    BackupError,
    Manifest,
    list_backups,
    told_of_the_disk,
)
from opdesk.kit import disk
from opdesk.kit.clock import SECOND_MS, SystemClock
from opdesk.kit.copies import Ask, Tables, copy_postgres, copy_sqlite
from opdesk.kit.errors import first_line
from opdesk.kit.keyring import MASTER_KEY_FILE, MasterKeyError, Vault, load_master_key
from opdesk.settings import Settings, without_secrets

LOCK_FILE = ".lock"
PREFIX = "opdesk"
SETTLED_S = 3600


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the copy of the database says, whatever its schema is."""

    schema: str
    epoch: str
    media: list[str]
    sealed: tuple[str, bytes] | None
    """One signing key, to see whether a master key is this database's."""


def back_up(
    settings: Settings,
    folder: Path,
    *,
    prefix: str = PREFIX,
    keep: int | None = None,
    reads_all: bool = True,
) -> Backup:
    """Make `<folder>/<prefix>-<time>`; of those before it at most `keep` - 1 stay.

    All that was acknowledged before the call is in it. Without `reads_all`, files of the same disk
    are not looked into. Raises BackupError; nothing is left then.
    """
    clock = SystemClock()
    started_at = clock.now_ms()
    with told_of_the_disk(folder):
        disk.make_folder(folder)
        _clear_partials(folder)
        earlier = list_backups(folder)
        with _partial(folder, f"{prefix}-{stamp(started_at)}") as (partial, final):
            media = MediaCopy(
                settings.data / "media",
                partial / MEDIA_FOLDER,
                earlier[-1] / MEDIA_FOLDER if earlier else None,
                reads_all=reads_all,
            )
            media.take_all()
            tables, seen = _copied_database(settings, partial)
            missing = media.keep_only(seen.media)
            has_key = _copied_key(settings, seen, partial)
            files = _digests(partial, media)
            manifest = Manifest(
                format=FORMAT,
                version=opdesk.__version__,
                schema=seen.schema,
                database=POSTGRESQL if settings.database_url else SQLITE,
                epoch=seen.epoch,
                started_at=started_at,
                finished_at=clock.now_ms(),
                has_master_key=has_key,
                copied=tables,
                media_files=len(media.sizes),
                media_bytes=sum(media.sizes.values()),
                missing_media=missing,
                files=len(files),
                bytes=sum(one.size for one in files.values()),
            )
            _sign(partial, manifest, files)
        if keep is not None:
            _drop_older(folder, prefix, keep)
    return Backup(final, manifest)


def back_up_outside(settings: Settings, folder: Path, keep: int | None) -> Backup:
    """`back_up` to a place that is not lost with the data folder. Raises BackupError."""
    data = settings.data.resolve()
    if folder.resolve() == data or data in folder.resolve().parents:
        raise BackupError(
            f"{folder} is in the data folder and would be lost with it: choose another place"
        )
    return back_up(settings, folder, keep=keep)


def _copied_database(settings: Settings, partial: Path) -> tuple[Tables, _Seen]:
    if not settings.database_url:
        path = parts.database_file(settings)
        if not path.is_file():
            raise BackupError(f"there is no database in {settings.data}: nothing to back up")
        return copy_sqlite(path, partial / parts.DATABASE_FILE, _look)
    disk.make_folder(partial / TABLES_FOLDER)
    try:
        return copy_postgres(settings.database_url, partial / TABLES_FOLDER, _look)
    except psycopg.errors.UndefinedTable as error:
        raise BackupError("the database is empty: nothing to back up") from error
    except psycopg.Error as error:
        reason = without_secrets(first_line(error), settings.database_url)
        raise BackupError(f"the database can't be copied: {reason}") from error


def _look(ask: Ask) -> _Seen:
    [[schema]] = ask("SELECT version_num FROM alembic_version")
    [[epoch]] = ask("SELECT value FROM installation WHERE name = 'epoch'")
    media = ask("SELECT DISTINCT company_id, digest FROM media WHERE digest IS NOT NULL")
    sealed = ask("SELECT kid, sealed FROM signing_keys LIMIT 1")
    return _Seen(
        str(schema),
        str(epoch),
        [media_name(int(company_id), str(digest)) for company_id, digest in media],
        (str(sealed[0][0]), bytes(sealed[0][1])) if sealed else None,
    )


def _copied_key(settings: Settings, seen: _Seen, partial: Path) -> bool:
    """Take the folder's master key if it is the one of this database."""
    path = settings.data / MASTER_KEY_FILE
    if not path.is_file() or not _opens(settings.data, seen.sealed):
        return False
    disk.copy(path, partial / MASTER_KEY_FILE)
    return True


def _opens(data: Path, sealed: tuple[str, bytes] | None) -> bool:
    """Whether the folder's master key is the one in use; before the first start nothing tells."""
    try:
        vault = Vault(load_master_key(None, data))
        if sealed is not None:
            vault.open(sealed[1], f"key:{sealed[0]}")
    except MasterKeyError:
        return False
    return True


def _digests(partial: Path, media: MediaCopy) -> dict[str, disk.Content]:
    """Every file by its name in the backup. A file of the media is named by its digest."""
    found = {
        f"{MEDIA_FOLDER}/{name}": disk.Content(name.rpartition("/")[2], size)
        for name, size in media.sizes.items()
    }
    for path in sorted(partial.rglob("*")):
        name = path.relative_to(partial).as_posix()
        if path.is_file() and name not in found and name != LOCK_FILE:
            found[name] = disk.content_of(path)
    return found


def _sign(partial: Path, manifest: Manifest, files: dict[str, disk.Content]) -> None:
    """The last two files: with them, and with every name on disk, the backup is whole."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    disk.write(partial / MANIFEST_FILE, text)
    all_files = {**files, MANIFEST_FILE: disk.content_of(partial / MANIFEST_FILE)}
    lines = [f"{content.digest}  {name}\n" for name, content in sorted(all_files.items())]
    disk.write(partial / SUMS_FILE, "".join(lines).encode())


@contextlib.contextmanager
def _partial(folder: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """A folder that gets its name when it is whole, and is gone when it can't be."""
    final, number = folder / name, 1
    partial = folder / f".{name}{PARTIAL}"
    while final.exists() or not _made(partial):
        number += 1
        final = folder / f"{name}-{number}"
        partial = folder / f".{name}-{number}{PARTIAL}"
    lock = (partial / LOCK_FILE).open("w")
    try:
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield partial, final
            (partial / LOCK_FILE).unlink()
            disk.sync_folders(partial)
            os.rename(partial, final)
            disk.sync(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _made(partial: Path) -> bool:
    try:
        partial.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _clear_partials(folder: Path) -> None:
    """What a backup that was killed has left; one that is being made holds its lock."""
    for partial in folder.glob(f".*{PARTIAL}"):
        try:
            with (partial / LOCK_FILE).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(partial, ignore_errors=True)
        except FileNotFoundError:
            _clear_if_old(partial)
        except OSError:
            continue


def _clear_if_old(partial: Path) -> None:
    """Without a lock: begun this very moment, or killed before or after it had one."""
    with contextlib.suppress(OSError):
        age_s = SystemClock().now_ms() / SECOND_MS - partial.stat().st_mtime
        if age_s > SETTLED_S:
            shutil.rmtree(partial, ignore_errors=True)


def _drop_older(folder: Path, prefix: str, keep: int) -> None:
    ours = [path for path in list_backups(folder) if path.name.startswith(f"{prefix}-")]
    for path in ours[: max(len(ours) - keep, 0)]:
        # Its name first: a half removed backup must not be taken for one.
        doomed = folder / f".{path.name}{PARTIAL}"
        os.rename(path, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def stamp(now_ms: int) -> str:
    """A moment as a part of a name."""
    return datetime.fromtimestamp(now_ms / SECOND_MS, UTC).strftime("%Y%m%dT%H%M%SZ")
