"""Files that must be whole and on disk: copied with their digest, linked, synced."""

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 20
PRIVATE = 0o600
_NOT_LINKABLE = {
    errno.EXDEV,
    errno.EPERM,
    errno.EACCES,
    errno.EMLINK,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
}
"""Another disk, somebody else's file, too many names, or a file system without links."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds."""

    digest: str
    size: int


def content_of(path: Path) -> Content:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return Content(digest.hexdigest(), size)


def copy(source: Path, target: Path) -> Content:
    """A private, synced copy under a name that is free; what was copied."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file, os.fdopen(_new(target), "wb") as copied:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            copied.write(chunk)
        copied.flush()
        os.fsync(copied.fileno())
    return Content(digest.hexdigest(), size)


def write(path: Path, content: bytes) -> None:
    """A new private file, synced."""
    with os.fdopen(_new(path), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def link(source: Path, target: Path) -> bool:
    """Give a file a second name; False where that can't be. Raises FileNotFoundError."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in _NOT_LINKABLE:
            return False
        raise
    return True


def make_folder(path: Path) -> None:
    """A private folder, with those above it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names, are on disk after this."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(root: Path) -> None:
    """The names in a folder and in every one below it."""
    for folder, _, _ in os.walk(root):
        sync(Path(folder))


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
