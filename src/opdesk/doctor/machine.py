"""The machine that the server runs on: disk, files and their modes, memory."""

import getpass
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from opdesk.doctor.model import Finding, ok, problem, warning
from opdesk.kit.keyring import MASTER_KEY_FILE
from opdesk.settings import Settings

FULL_BYTES, LITTLE_BYTES = 512 << 20, 2 << 30
"""Free space below which something fails soon, and below which it is time to look."""
FEW_FILES_PERCENT = 5
FEW_OPEN_FILES = 4_096
LITTLE_MEMORY = 128 << 20
_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def examine(settings: Settings) -> list[Finding]:
    """What is to be said of the machine; blocking."""
    found: list[Finding] = []
    if settings.data.is_dir():
        found += _of_disk(settings.data.resolve())
        found += _of_files(settings)
    found += _of_memory(_free_memory())
    return found


def of_open_files(limit: int) -> Finding:
    """`limit`: of the server's own process, which may have another than this one."""
    if 0 <= limit < FEW_OPEN_FILES:
        return warning("openFiles.few", "openFiles", limit=limit, line="LimitNOFILE=65536")
    return ok("openFiles.ok", limit=limit) if limit >= 0 else ok("openFiles.unlimited")


def _of_disk(folder: Path) -> Iterator[Finding]:
    free, name = shutil.disk_usage(folder).free, str(folder)
    line = f"du -xh --max-depth=2 {shlex.quote(name)} | sort -h | tail"
    about: dict[str, str | int] = {"free": free, "folder": name}
    if free < FULL_BYTES:
        yield problem("disk.full", "space", **about, line=line)
    elif free < LITTLE_BYTES:
        yield warning("disk.little", "space", **about, line=line)
    else:
        yield ok("disk.ok", **about)
    status = os.statvfs(folder)
    # Some file systems have no such limit, and say 0.
    percent = status.f_favail * 100 // status.f_files if status.f_files else 100
    if percent < FEW_FILES_PERCENT:
        line = f"du -x --inodes --max-depth=2 {shlex.quote(name)} | sort -n | tail"
        yield warning("disk.fewFiles", "inodes", percent=percent, folder=name, line=line)


def _of_files(settings: Settings) -> Iterator[Finding]:
    folder = settings.data.resolve()
    key = folder / MASTER_KEY_FILE
    user = getpass.getuser()
    wrong: list[Finding] = []
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        line = f"chown -R {user} {shlex.quote(str(folder))}"
        wrong.append(problem("files.notWritable", "own", path=str(folder), user=user, line=line))
    for path, closed in ((folder, 0o700), (key, 0o600)):
        if path.exists() and (mode := path.stat().st_mode & 0o777) & 0o077:
            line = f"chmod {closed:o} {shlex.quote(str(path))}"
            wrong.append(
                problem("files.open", "mode", path=str(path), mode=f"{mode:04o}", line=line)
            )
    if not key.exists() and not settings.master_key:
        line = f"install -m 600 BACKUP/{MASTER_KEY_FILE} {shlex.quote(str(key))}"
        wrong.append(problem("files.noKey", "masterKey", folder=str(folder), line=line))
    yield from wrong
    if not wrong:
        yield ok("files.ok", folder=str(folder))


def _of_memory(free: int | None) -> Iterator[Finding]:
    if free is None:
        return
    if free < LITTLE_MEMORY:
        yield warning("memory.little", "memory", free=free)
    else:
        yield ok("memory.ok", free=free)


def _free_memory() -> int | None:
    """What the machine, or the container's own limit, still has; None where neither tells."""
    free = []
    try:
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        free.append(int(lines["MemAvailable"].split()[0]) * 1024)
    except (OSError, KeyError, ValueError):
        pass
    try:
        most, used = (int((_GROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        kept = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        # What is only kept of files is given back when it is wanted.
        free.append(max(0, most - used + int(kept.get("inactive_file", 0))))
    except (OSError, ValueError):
        # Without a limit it says `max`.
        pass
    return min(free, default=None)
