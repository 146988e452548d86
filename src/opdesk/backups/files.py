"""The media of a backup.

A file is never changed, only added and removed, and it is in its place before the row that names
it is committed. So files are taken first, then the database, then the files that the database
names and that came in between: what was there when the backup began can't be missing.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from opdesk.kit import disk
from opdesk.kit.disk import content_of

_DIGEST = re.compile(r"[0-9a-f]{64}")
ROUNDS = 2
"""The first may copy for hours, the second finds what came meanwhile."""


class MediaCopy:
    """Brings files from one media folder to another, by a second name or as a copy.

    A file's name is the digest of its bytes: what does not fit is not taken. `earlier`: a media
    folder beside the new one that may have the same files already.
    """

    def __init__(
        self, source: Path, target: Path, earlier: Path | None = None, *, reads_all: bool = True
    ) -> None:
        self._source, self._target, self._earlier = source, target, earlier
        self._reads_all = reads_all
        self.sizes: dict[str, int] = {}
        """What is here: `<company>/<first two digits>/<digest>` -> bytes."""

    def take_all(self) -> None:
        for _ in range(ROUNDS):
            for name in list_media(self._source):
                if name not in self.sizes:
                    self._take(name)

    def keep_only(self, wanted: Iterable[str]) -> list[str]:
        """Exactly what the database names; the names of what can't be had."""
        needed = set(wanted)
        missing = [name for name in sorted(needed - self.sizes.keys()) if not self._take(name)]
        for name in self.sizes.keys() - needed:
            (self._target / name).unlink()
            del self.sizes[name]
        return missing

    def _take(self, name: str) -> bool:
        target = self._target / name
        disk.make_folder(target.parent)
        try:
            is_there = self._linked(name, target) or self._copied(name, target)
        except FileNotFoundError:
            return False  # removed since it was listed: nothing that is stored names it
        if is_there:
            self.sizes[name] = target.stat().st_size
        return is_there

    def _linked(self, name: str, target: Path) -> bool:
        if disk.link(self._source / name, target) and self._fits(target):
            return True
        # Of an earlier backup, which is often on the same disk as this one.
        with contextlib.suppress(FileNotFoundError):
            if self._earlier and disk.link(self._earlier / name, target):
                return self._fits(target)
        return False

    def _fits(self, target: Path) -> bool:
        """Whether a file is what its name says; one that isn't is taken away again."""
        if not self._reads_all or content_of(target).digest == target.name:
            return True
        target.unlink()
        return False

    def _copied(self, name: str, target: Path) -> bool:
        if disk.copy(self._source / name, target).digest == target.name:
            return True
        target.unlink()
        return False


def list_media(root: Path) -> Iterator[str]:
    """Every stored file below `root`, as `<company>/<first two digits>/<digest>`."""
    for company in _entries(root):
        for shelf in _entries(root / company) if company.isdecimal() else ():
            for name in _entries(root / company / shelf):
                if _DIGEST.fullmatch(name):
                    yield f"{company}/{shelf}/{name}"


def media_name(company_id: int, digest: str) -> str:
    return f"{company_id}/{digest[:2]}/{digest}"


def _entries(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
