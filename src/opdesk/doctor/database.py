"""The database as it lies there: read beside a running server, or when none runs."""

import getpass
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shlex import quote

import psycopg

from opdesk.doctor.model import Finding, ok, problem, warning
from opdesk.kit import sqlite
from opdesk.kit.errors import first_line
from opdesk.kit.migrate import CONNECT_TIMEOUT_S, newest_revision
from opdesk.settings import Settings, without_secrets

LOOK_S = 3.0
"""How long the check of SQLite's pages may take: it reads all of them."""
STEPS = 20_000
OLDEST_POSTGRES = 15
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_SPARE_CONNECTIONS = 8
_REVISION = "SELECT version_num FROM alembic_version"


def examine(settings: Settings, file: Path) -> list[Finding]:
    """What is to be said of the database; blocking."""
    return list(_of_postgres(settings) if settings.database_url else _of_sqlite(file.resolve()))


def is_usable(findings: list[Finding]) -> bool:
    """Whether the program can work with what is there."""
    unusable = ("missing", "unreachable", "older", "newer", "readOnly")
    return not any(one.text == f"database.{word}" for one in findings for word in unusable)


def _of_sqlite(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        yield problem("database.missing", "serve", folder=str(file.parent), line="opdesk serve")
        return
    for path in (file.parent, file):
        if not os.access(path, os.R_OK | os.W_OK):
            yield _read_only(path)
            return
    try:
        with closing(sqlite.connect(file)) as connection:
            yield from _of_file(connection)
    except sqlite3.Error as error:
        yield _failed(error, file)


def _of_file(connection: sqlite3.Connection) -> Iterator[Finding]:
    schema = _schema(connection)
    wrong = _of_schema(schema)
    if wrong is not None:
        yield wrong
        return
    mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    if mode != "wal":
        yield problem("database.journal", "localDisk", mode=mode)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
    kind = f"SQLite {sqlite3.sqlite_version}"
    damage = _damage(connection)
    if damage is None:
        yield ok("database.unfinished", kind=kind, schema=schema, seconds=int(LOOK_S))
    elif damage:
        yield problem("database.damaged", "restore", words=damage, line="opdesk restore DIR")
    else:
        yield ok("database.ok", kind=kind, schema=schema)


def _schema(connection: sqlite3.Connection) -> str:
    """The schema's number; 0 for a file that nothing was made in yet."""
    known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(known).fetchone() is None:
        return "0"
    found = connection.execute(_REVISION).fetchone()
    return str(found[0]) if found else "0"


def _damage(connection: sqlite3.Connection) -> str | None:
    """What is broken, '' for nothing, None when there was no time to see it all."""
    ends = time.monotonic() + LOOK_S
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    try:
        rows = connection.execute("PRAGMA quick_check(3)").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    words = "; ".join(str(row[0]) for row in rows)
    return "" if words == "ok" else words


def _failed(error: sqlite3.Error, file: Path) -> Finding:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        seconds = sqlite.BUSY_TIMEOUT_MS // 1000
        return warning(
            "database.busy", "wait", seconds=seconds, line=f"fuser -v {quote(str(file))}"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _read_only(file)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return problem("database.damaged", "restore", words=str(error), line="opdesk restore DIR")
    return problem(
        "database.unreachable", "space", words=str(error), line=f"df -h {quote(str(file.parent))}"
    )


def _read_only(path: Path) -> Finding:
    user = getpass.getuser()
    line = f"chown -R {user} {quote(str(path if path.is_dir() else path.parent))}"
    return problem("database.readOnly", "own", path=str(path), user=user, line=line)


def _of_schema(schema: str) -> Finding | None:
    wanted = newest_revision()
    if schema == wanted:
        return None
    if schema < wanted:
        line = "opdesk migrate"
        return problem("database.older", "migrate", found=schema, wanted=wanted, line=line)
    return problem("database.newer", "install", found=schema, wanted=wanted)


def _of_postgres(settings: Settings) -> Iterator[Finding]:
    try:
        with psycopg.connect(
            settings.database_url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True
        ) as connection:
            yield from _of_server(connection, settings)
    except psycopg.Error as error:
        words = without_secrets(first_line(error), settings.database_url)
        line = "OPDESK_DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/NAME"
        yield problem("database.unreachable", "databaseUrl", words=words, line=line)


def _of_server(connection: psycopg.Connection, settings: Settings) -> Iterator[Finding]:
    number = connection.info.server_version
    version = f"{number // 10_000}.{number % 10_000}"
    if number < OLDEST_POSTGRES * 10_000:
        yield problem(
            "database.oldPostgres", "postgresVersion", version=version, wanted=OLDEST_POSTGRES
        )
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        yield problem(
            "database.older", "migrate", found="0", wanted=newest_revision(), line="opdesk migrate"
        )
        return
    row = connection.execute(_REVISION).fetchone()
    schema = str(row[0]) if row else "0"
    wrong = _of_schema(schema)
    if wrong is not None:
        yield wrong
        return
    weak = list(_of_durability(connection))
    yield from weak
    yield from _of_connections(connection, settings.database_connections)
    if not weak:
        yield ok("database.ok", kind=f"PostgreSQL {version}", schema=schema)


def _of_durability(connection: psycopg.Connection) -> Iterator[Finding]:
    for name, wanted in DURABLE.items():
        value = _setting(connection, name)
        if value == "off":
            line = f"ALTER SYSTEM SET {name} = {wanted}; SELECT pg_reload_conf();"
            yield problem("database.notDurable", "durable", setting=name, value=value, line=line)


def _of_connections(connection: psycopg.Connection, ours: int) -> Iterator[Finding]:
    most = int(_setting(connection, "max_connections"))
    if most < ours + _SPARE_CONNECTIONS:
        line = f"OPDESK_DATABASE_CONNECTIONS={max(1, most - _SPARE_CONNECTIONS)}"
        yield warning("database.fewConnections", "connections", most=most, wanted=ours, line=line)


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""
