"""Start the server as a process."""

import asyncio
import contextlib
import errno
import fcntl
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import uvicorn
import uvloop

from opdesk import main, parts
from opdesk.backups.making import back_up
from opdesk.backups.manifest import BackupError
from opdesk.chats import actions as chats
from opdesk.doctor.examine import LOCK_FILE
from opdesk.kit import log, outbox
from opdesk.kit.errors import first_line
from opdesk.kit.keyring import MasterKeyError
from opdesk.kit.migrate import (
    SchemaTooNewError,
    UpgradeError,
    is_up_to_date,
    migrate,
    sqlalchemy_url,
)
from opdesk.settings import SettingError, Settings, without_secrets
from opdesk.users import actions as users
from opdesk.users.access import set_up_code

logger = log.get_logger(__name__)
SWITCH_INTERVAL_S = 0.0005
"""With Python's 5 ms, a busy thread makes a point read on the event loop take 10 ms."""
COLLECT_AFTER = (20_000, 10, 10)
"""With Python's own (700, 10, 10) the collector looks through every object again and again while
thousands of sockets connect: half of the time that they took, and whole seconds at a stretch."""
BACKLOG = 2048
BACKUPS_FOLDER, UPGRADE_PREFIX, KEPT_BACKUPS = "backups", "before-upgrade", 3
"""Backups before upgrades, in the data folder."""
FEW_FILES = 4_096
"""Each socket is an open file: with fewer, a few thousand panels would be refused."""
REQUESTS_END_S = 3
KEEP_ALIVE_S = 150
"""An idle connection outlives a proxy's patience with it (nginx 60 s, Caddy 120).

One that we end at the moment the proxy sends a POST on it would be a 502.
"""
"""How long requests under way may take when the server ends: with the hub's and the outbox's
seconds (parts.py) it stays within 10."""


class StartError(Exception):
    """One line about what keeps the server from starting, for the admin."""


@dataclass(frozen=True, slots=True)
class Started:
    """What an admin is told when the server listens.

    `set_up_code`: only while there is no company. `held`: jobs of a restored backup that wait.
    """

    url: str
    set_up_code: str | None
    held: int


async def serve_until_stopped(
    settings: Settings, started: Callable[[Started], None], *, resumes_sending: bool = False
) -> None:
    """Serve until SIGINT or SIGTERM; `started` is called once it listens."""
    kept: list[parts.Services] = []
    with owned_data_folder(settings):
        async with listening(settings, kept.append) as (server, url):
            db = kept[0].db
            if resumes_sending:
                await db.write(chats.resume_held)
            if held := await db.read(outbox.count_held):
                logger.warning("sending_held", jobs=held, resume="opdesk resume-sending")
            is_new = await db.read(users.needs_set_up)
            started(Started(url, set_up_code(kept[0].keyring) if is_new else None, held))
            await server.ended.wait()


class Server:
    """A uvicorn server that is told to stop by a signal, and says when it has."""

    def __init__(
        self, app: Any, listener: socket.socket, before_end: Callable[[], Awaitable[None]]
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=REQUESTS_END_S,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._before_end = before_end
        self._stopping: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        while not self._server.started:
            if self._task.done():
                await self._task
                raise StartError("the server did not start; the lines above say why")
            await asyncio.sleep(0.005)

    def stop(self) -> None:
        """Take no new connections, say goodbye to the open ones, end. A second call hurries."""
        if self._stopping is not None:
            self._server.should_exit = True
            return
        for server in self._server.servers:
            server.close()
        self._stopping = asyncio.create_task(self._say_goodbye())

    async def _say_goodbye(self) -> None:
        try:
            await self._before_end()
        finally:
            self._server.should_exit = True

    async def stopped(self) -> None:
        if self._stopping is None:
            self.stop()
        await self._task

    async def _run(self) -> None:
        # `serve` would take over the signals and raise them again at the end; ours are enough.
        await self._server._serve([self._listener])
        self.ended.set()


@contextlib.asynccontextmanager
async def listening(
    settings: Settings, prepared: Callable[[parts.Services], Any]
) -> AsyncIterator[tuple[Server, str]]:
    """A started server and its address; `prepared` gets its parts before it starts."""
    listener = open_socket(settings.host, settings.port)
    port = listener.getsockname()[1]
    settings = replace(settings, port=port)
    log.configure(settings.log_format, settings.log_level)  # type: ignore[arg-type]
    allow_open_files()
    bring_up_to_date(settings)
    services = build(settings)
    await open_keyring(services)
    prepared(services)
    server = Server(main.application(services), listener, services.say_goodbye)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    await server.start()
    # What was made so far lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield server, f"http://{settings.host}:{port}"
    finally:
        await server.stopped()


def build(settings: Settings) -> parts.Services:
    """The server's parts. Raises StartError, SettingError."""
    try:
        return parts.build(settings)
    except MasterKeyError as error:
        raise _wrong_master_key(error) from error
    except OSError as error:
        raise StartError(f"the data folder {settings.data} can't be used: {error}") from error


async def open_keyring(services: parts.Services) -> None:
    """See whether the master key is this database's. Raises SettingError."""
    try:
        await services.keyring.load(services.db, parts.KEY_KINDS)
    except MasterKeyError as error:
        raise _wrong_master_key(error) from error


def _wrong_master_key(error: MasterKeyError) -> SettingError:
    return SettingError(f"master_key (OPDESK_MASTER_KEY): {error}")


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket, opened before anything else is touched.

    Raises SettingError for a host that is not this machine's, else StartError.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if not isinstance(error, OSError) or _is_about_the_host(error):
            raise SettingError(
                f"host (OPDESK_HOST) is {host!r}, but it must be this machine's address: {reason}"
            ) from error
        raise StartError(
            f"can't listen on {host}:{port}: {reason}; --port takes another"
        ) from error
    listener.setblocking(False)
    return listener


def _is_about_the_host(error: OSError) -> bool:
    return isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL


def allow_open_files() -> None:
    """Take as many open files as the system lets this process have; many give it 1,024 at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        # Where the system names no limit it may still have one: then the first one stays.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        logger.warning("few_open_files", limit=soft, wanted=FEW_FILES)


@contextlib.contextmanager
def owned_data_folder(settings: Settings) -> Iterator[None]:
    """Make the folder, and hold its lock: two servers on one SQLite file would undo each other.

    With PostgreSQL any number of servers may run, each with its own folder or a shared one.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"the data folder {settings.data} can't be made: {error}") from error
    if settings.database_url:
        yield
        return
    with (settings.data / LOCK_FILE).open("a+") as file:
        _lock(file, settings.data)
        yield


def _lock(file: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        raise StartError(
            f"another OpDesk (process {holder}) works in {folder.resolve()}; stop it, "
            "or choose another folder with --data"
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def bring_up_to_date(settings: Settings) -> None:
    """Migrate unless the database has this version's schema already (which is quick to see)."""
    if not is_up_to_date(settings.database_url, parts.database_file(settings)):
        migrate_database(settings)


def migrate_database(settings: Settings, without_backup: bool = False) -> tuple[str | None, str]:
    """The schema's revision before and after. A database that has data is backed up first.

    Raises StartError; the database is as it was then.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[Path] = []

    def before_upgrade(before: str, after: str) -> None:
        if not without_backup:
            made.append(_backed_up(settings, before, after))

    try:
        url = sqlalchemy_url(settings.database_url, parts.database_file(settings))
        return migrate(url, before_upgrade)
    except SchemaTooNewError as error:
        raise StartError(f"{error}; install the newer OpDesk again") from error
    except UpgradeError as error:
        kept = f", and in {made[0]}" if made else ""
        raise StartError(f"{error}; the data is as it was before{kept}") from error
    except Exception as error:
        if "psycopg" in type(error).__module__ or "OperationalError" in type(error).__name__:
            reason = first_line(getattr(error, "orig", error))
            shown = without_secrets(reason, settings.database_url)
            raise StartError(f"the database can't be used: {shown}") from error
        raise


def _backed_up(settings: Settings, before: str, after: str) -> Path:
    """What an upgrade may need to be undone. Files share their bytes with the media folder."""
    folder = settings.data / BACKUPS_FOLDER
    try:
        made = back_up(settings, folder, prefix=UPGRADE_PREFIX, keep=KEPT_BACKUPS, reads_all=False)
    except BackupError as error:
        raise StartError(
            f"the backup before the upgrade from schema {before} to {after} failed, so nothing was"
            f" changed: {error}. Mend that, or back up elsewhere and run"
            " `opdesk migrate --without-backup`"
        ) from error
    logger.info("backed_up_before_upgrade", folder=str(made.folder), schema=before, becomes=after)
    return made.folder


def run_on_uvloop(work: Any) -> Any:
    """`asyncio.run` on the quicker loop."""
    return uvloop.run(work)
