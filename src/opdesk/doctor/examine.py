"""All that the doctor looks at: from inside a server, or beside one from the command line."""

import asyncio
import fcntl
import resource
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote

import opdesk
from opdesk import parts
from opdesk.accounts import actions as accounts
from opdesk.doctor import database, desk, machine
from opdesk.doctor.model import Finding, ok, problem, warning
from opdesk.doctor.road import Road, local_url, of_networks
from opdesk.kit.clock import SystemClock
from opdesk.kit.keyring import MASTER_KEY_FILE, MasterKeyError, Vault, load_master_key
from opdesk.parts import Services
from opdesk.settings import Settings

LOCK_FILE = "opdesk.lock"
DATA = "$OPDESK_DATA"
"""What stands for the data folder where its place is nobody's business."""
ORDER = (
    "server",
    "database",
    "disk",
    "files",
    "memory",
    "openFiles",
    "clock",
    "publicUrl",
    "proxy",
    "webSocket",
    "stream",
    "body",
    "outbox",
    "channel",
)
"""Every check, in the order in which they are shown."""


class Doctor:
    """The examination of a running server, asked by its own people."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asked: asyncio.Task[list[Finding]] | None = None

    async def examine(self, company_id: int, language: str) -> list[Finding]:
        """The server, and the channels of one company.

        Where there are others, whoever asks is a guest of the server: where its files lie is told
        by `opdesk doctor` only.
        """
        services = self._services
        own = await asyncio.gather(
            self._of_server(),
            desk.of_channels(services, company_id, language),
            desk.clock(services, company_id),
        )
        found = ordered([*own[0], *own[1], own[2]])
        is_shared = await services.db.read(accounts.has_other_companies, company_id)
        return without_paths(found, services.settings.data) if is_shared else found

    async def _of_server(self) -> list[Finding]:
        """Many who ask at once are answered together: it sends a large file through the proxy."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(_inside(self._services))
        return await asyncio.shield(self._asked)


async def beside(settings: Settings) -> list[Finding]:
    """Everything, from a process of its own, whether a server runs or not; nothing is changed."""
    found = await asyncio.to_thread(database.examine, settings, parts.database_file(settings))
    found += await asyncio.to_thread(machine.examine, settings)
    vault, troubles = _vault(settings)
    found += [*troubles, *of_networks(settings)]
    if vault is None:
        return ordered([*found, _not_running(settings)])
    road = Road(settings, vault, SystemClock())
    try:
        found += await _of_running(settings, road)
    finally:
        await road.close()
    if database.is_usable(found):
        found += await _of_desk(settings)
    return ordered(found)


def without_paths(findings: Sequence[Finding], folder: Path) -> list[Finding]:
    """The findings with `$OPDESK_DATA` for the data folder, in what is told and in what to run."""
    place = str(folder.resolve())

    def hidden(value: str | int) -> str | int:
        return value.replace(place, DATA) if isinstance(value, str) else value

    return [
        replace(one, params={name: hidden(value) for name, value in one.params.items()})
        for one in findings
    ]


def is_well(findings: Sequence[Finding]) -> bool:
    return not any(one.level == "problem" for one in findings)


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: ORDER.index(one.check))


async def _inside(services: Services) -> list[Finding]:
    settings = services.settings
    road = Road(settings, services.vault, services.clock)
    try:
        looked = await asyncio.gather(
            asyncio.to_thread(database.examine, settings, parts.database_file(settings)),
            asyncio.to_thread(machine.examine, settings),
            _of_roads(settings, road),
            services.db.read_slow(desk.of_outbox),
        )
    finally:
        await road.close()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = soft if soft != resource.RLIM_INFINITY else -1
    running = ok("server.running", version=opdesk.__version__, url=local_url(settings))
    found = [finding for findings in looked for finding in findings]
    return [*found, *of_networks(settings), machine.of_open_files(limit), running]


async def _of_running(settings: Settings, road: Road) -> list[Finding]:
    """The server on this machine, if there is one, and the ways that lead to it."""
    arrival = await road.local()
    if arrival is None:
        if not _is_locked(settings):
            return [_not_running(settings)]
        # It listens on a port that only its own command line knows.
        return await _of_roads(settings, road)
    url, version = local_url(settings), arrival.version
    found = [ok("server.running", version=version, url=url)]
    if version != opdesk.__version__:
        line, ours = "systemctl restart opdesk", opdesk.__version__
        found = [warning("server.otherVersion", "restart", version=version, ours=ours, line=line)]
    found.append(machine.of_open_files(arrival.open_files))
    return [*found, *await _of_roads(settings, road)]


async def _of_roads(settings: Settings, road: Road) -> list[Finding]:
    """Each public address, one after another: they would slow each other down."""
    if not settings.public_url:
        url = settings.primary_url
        line = "OPDESK_PUBLIC_URL=https://desk.example.com"
        return [warning("publicUrl.none", "publicUrl", url=url, line=line)]
    return [finding for url in settings.public_url for finding in await road.examine(url)]


async def _of_desk(settings: Settings) -> list[Finding]:
    """What only the database can tell, with the parts of a server that serves nobody."""
    services = parts.build(settings)
    try:
        await services.keyring.refresh(services.db)
        found = await services.db.read_slow(desk.of_outbox)
        found += await desk.of_channels(services, None)
        return [*found, await desk.clock(services, None)]
    except MasterKeyError:
        line = (
            f"install -m 600 BACKUP/{MASTER_KEY_FILE} {quote(str(settings.data / MASTER_KEY_FILE))}"
        )
        return [problem("files.otherKey", "masterKey", line=line)]
    finally:
        await services.http.close()
        services.passwords.close()
        await services.db.close()


def _vault(settings: Settings) -> tuple[Vault | None, list[Finding]]:
    """With the master key that is there: none is made by looking."""
    if not settings.master_key and not (settings.data / MASTER_KEY_FILE).exists():
        return None, []
    try:
        return Vault(load_master_key(settings.master_key, settings.data)), []
    except (MasterKeyError, OSError, ValueError):
        line = (
            f"install -m 600 BACKUP/{MASTER_KEY_FILE} {quote(str(settings.data / MASTER_KEY_FILE))}"
        )
        return None, [problem("files.otherKey", "masterKey", line=line)]


def _not_running(settings: Settings) -> Finding:
    return warning("server.notRunning", "serve", url=local_url(settings), line="opdesk serve")


def _is_locked(settings: Settings) -> bool:
    """Whether a server holds the data folder."""
    try:
        with (settings.data / LOCK_FILE).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
