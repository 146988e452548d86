"""What a backup says of itself, and whether that is still true.

A backup is a folder:

- `opdesk.db` (SQLite) or `tables/<table>` (PostgreSQL), `media/`, `master.key` if it was a file;
- `manifest.json`: from when and what it is;
- `SHA256SUMS`: the digest of every other file, as `sha256sum -c` reads it.

It has its name only once all of it is on disk: before, the name begins with a dot.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from opdesk.kit.copies import CopyError, Tables
from opdesk.kit.disk import content_of

FORMAT = 1
MANIFEST_FILE, SUMS_FILE = "manifest.json", "SHA256SUMS"
MEDIA_FOLDER, TABLES_FOLDER = "media", "tables"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
PARTIAL = ".partial"
"""How the name ends while a backup is being made; it begins with a dot."""
_SUM = re.compile(r"([0-9a-f]{64})  ([^\n]+)")
_NO_BACKUP = "is not a backup that `opdesk backup` has finished"


class BackupError(Exception):
    """Why a backup can't be made or restored: one line for the admin."""


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """The facts of a backup. Times are milliseconds UTC."""

    format: int
    version: str
    schema: str
    database: str
    epoch: str
    started_at: int
    finished_at: int
    has_master_key: bool
    copied: Tables
    media_files: int
    media_bytes: int
    missing_media: list[str]
    files: int
    bytes: int
    """All files but this one and the sums."""

    def rows(self, table: str) -> int:
        return next((one.rows for one in self.copied.tables if one.name == table), 0)


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup and where it is."""

    folder: Path
    manifest: Manifest


@contextlib.contextmanager
def told_of_the_disk(place: Path) -> Iterator[None]:
    """What the disk or the database refuses is one line for the admin."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError(f"{error.filename or place}: {reason}") from error
    except CopyError as error:
        raise BackupError(str(error)) from error


def list_backups(folder: Path) -> list[Path]:
    """The finished backups in a folder, oldest first."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if not path.name.startswith("."))
    ours = [path for path in found if (path / SUMS_FILE).is_file()]
    return sorted(ours, key=lambda path: (path / SUMS_FILE).stat().st_mtime_ns)


def choose(folder: Path) -> Path:
    """The backup that a person means: the folder itself, else the newest one in it.

    Raises BackupError.
    """
    if not folder.is_dir():
        raise BackupError(f"{folder}: there is no such folder")
    if folder.name.startswith(".") and folder.name.endswith(PARTIAL):
        raise BackupError(f"{folder} {_NO_BACKUP}: it was interrupted")
    if (folder / MANIFEST_FILE).is_file() or (folder / SUMS_FILE).is_file():
        return folder
    if not (known := list_backups(folder)):
        raise BackupError(f"{folder} {_NO_BACKUP}, and there is none in it")
    return known[-1]


def verified(folder: Path) -> tuple[Backup, dict[str, str]]:
    """Read a backup whole; it and the digest of each of its files. Raises BackupError."""
    with told_of_the_disk(folder):
        sums = _sums(folder)
        total = 0
        for name, digest in sums.items():
            path = folder / name
            if not path.is_file():
                raise BackupError(f"{path} is missing: the backup is not whole")
            found = content_of(path)
            if found.digest != digest:
                raise BackupError(f"{path} is not what was written: the backup is damaged")
            total += found.size if name != MANIFEST_FILE else 0
        manifest = _manifest(folder)
    if (manifest.files, manifest.bytes) != (len(sums) - 1, total):
        raise BackupError(f"{folder / SUMS_FILE} does not name every file: the backup is damaged")
    return Backup(folder, manifest), sums


def _sums(folder: Path) -> dict[str, str]:
    path = folder / SUMS_FILE
    if not path.is_file():
        raise BackupError(f"{folder} {_NO_BACKUP}")
    damaged = BackupError(f"{path} is damaged")
    try:
        lines = path.read_bytes().decode().split("\n")
    except UnicodeDecodeError:
        raise damaged from None
    found = [_SUM.fullmatch(line) for line in lines[:-1]]
    sums = {match[2]: match[1] for match in found if match}
    is_whole = lines[-1] == "" and len(sums) == len(found) and MANIFEST_FILE in sums
    if not is_whole or any(not _is_inside(name) for name in sums):
        raise damaged
    return sums


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/") and "\0" not in name


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST_FILE
    try:
        kind = msgspec.json.decode(path.read_bytes(), type=_Kind).format
        if kind != FORMAT:
            raise BackupError(
                f"{path} has format {kind}, this version knows {FORMAT}: restore with a newer one"
            )
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupError(f"{path} can't be read: {error}") from error


class _Kind(msgspec.Struct):
    format: int
