"""Consistent copies of a database that is being written to, and loading them again.

SQLite: the online backup in one step. It reads one snapshot of the write-ahead log's state, so it
neither waits for the writer nor keeps it waiting, and is never begun anew by its writes.
PostgreSQL: one REPEATABLE READ transaction that COPYs each table into a file, so that no program
of another version is needed.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import psycopg
from psycopg.sql import SQL, Composable, Identifier

from opdesk.kit.context import Row
from opdesk.kit.disk import CHUNK_BYTES, PRIVATE, sync

T = TypeVar("T")
Ask = Callable[[str], Sequence[Row]]
"""Runs a query on the copy's own state."""
CONNECT_TIMEOUT_S = 10
LONG_S = 0.5
"""Less than `Database.scrub` waits for."""
_TABLES = (
    "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p')"
    " AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0"
    " AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname ORDER BY c.relname"
)
_SEQUENCES = (
    "SELECT sequencename, COALESCE(last_value, 0) FROM pg_sequences"
    " WHERE schemaname = current_schema() ORDER BY sequencename"
)
_COPY_OUT = SQL("COPY {} ({}) TO STDOUT")
_COPY_IN = SQL("COPY {} ({}) FROM STDIN")
_EMPTY = SQL("DELETE FROM {}")
_REVISIONS = "alembic_version"
"""Migrations fill it; a restore makes the same schema by the same migrations."""


class CopyError(Exception):
    """The database can't be copied, or a copy is not what it should be; one line."""


class Table(msgspec.Struct, frozen=True, omit_defaults=True):
    """One table of a copy. `columns`: the order of the values in its file (PostgreSQL only)."""

    name: str
    rows: int
    columns: list[str] = []


class Tables(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a copy of a database holds."""

    tables: list[Table]
    sequences: dict[str, int] = {}


def copy_sqlite(source: Path, target: Path, look: Callable[[Ask], T]) -> tuple[Tables, T]:
    """Copy a file that may be in use, check the copy, and look at it. Raises CopyError."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    try:
        with (
            contextlib.closing(sqlite3.connect(source)) as origin,
            contextlib.closing(sqlite3.connect(target)) as copied,
        ):
            copied.execute("PRAGMA synchronous=OFF")  # synced below, all at once
            began = time.monotonic()
            origin.backup(copied)
            if time.monotonic() - began > LONG_S:
                # What was deleted meanwhile could not leave the log: this copy was reading it.
                origin.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        sync(target)
        with contextlib.closing(open_copy(target)) as copied:
            found = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise CopyError(f"the database itself is damaged: {found}")
            return _sqlite_tables(copied), look(lambda sql: copied.execute(sql).fetchall())
    except sqlite3.Error as error:
        raise CopyError(f"the database can't be copied: {error}") from error


def open_copy(path: Path) -> sqlite3.Connection:
    """A copy that nobody writes to, without leaving a file beside it."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _sqlite_tables(copied: sqlite3.Connection) -> Tables:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    names = sorted(row[0] for row in copied.execute(query))
    return Tables([Table(name, _count(copied, name)) for name in names if name != _REVISIONS])


def _count(copied: sqlite3.Connection, table: str) -> int:
    query = f"SELECT count(*) FROM {_quoted(table)}"  # noqa: S608  a table's own name, quoted
    return int(copied.execute(query).fetchone()[0])


def copy_postgres(url: str, folder: Path, look: Callable[[Ask], T]) -> tuple[Tables, T]:
    """Copy every table of the schema into `<folder>/<table>`, all of one moment.

    Raises CopyError, psycopg.Error.
    """
    with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = [
            Table(name, _copy_out(connection, name, columns, folder / name), columns)
            for name, columns in connection.execute(_TABLES).fetchall()
            if name != _REVISIONS
        ]
        seen = look(lambda sql: connection.execute(cast("Any", sql)).fetchall())
        # Sequences belong to no snapshot; read last, they are beyond every id that was copied.
        sequences = {name: int(last) for name, last in connection.execute(_SEQUENCES).fetchall()}
        connection.rollback()
    return Tables(tables, sequences), seen


def _copy_out(
    connection: psycopg.Connection[Row], table: str, columns: list[str], path: Path
) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb", CHUNK_BYTES) as file, connection.cursor() as cursor:
        with cursor.copy(_COPY_OUT.format(*_place(table, columns))) as copied:
            for part in copied:
                file.write(part)
        file.flush()
        os.fsync(file.fileno())
        return cursor.rowcount


def load_postgres(connection: psycopg.Connection[Row], folder: Path, found: Tables) -> None:
    """Fill the tables of a schema that was just made. Raises CopyError, psycopg.Error."""
    known = {name for name, _ in connection.execute(_TABLES).fetchall()} - {_REVISIONS}
    if strange := sorted(known ^ {table.name for table in found.tables}):
        raise CopyError(f"the backup and its schema disagree about the table {strange[0]!r}")
    for table in found.tables:
        connection.execute(_EMPTY.format(Identifier(table.name)))
        with (
            (folder / table.name).open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(_COPY_IN.format(*_place(table.name, table.columns))) as copied,
        ):
            while part := file.read(CHUNK_BYTES):
                copied.write(part)
    for name, last in found.sequences.items():
        if last:
            connection.execute("SELECT setval(%s::regclass, %s)", (_quoted(name), last))


def is_empty(connection: psycopg.Connection[Row]) -> bool:
    """Whether a PostgreSQL database has no table in the schema that we would use."""
    return not connection.execute(_TABLES).fetchall()


def skip_ids_sqlite(connection: sqlite3.Connection, count: int) -> None:
    """Leave out the next `count` ids of every table."""
    connection.execute("UPDATE id_counters SET last_id = last_id + ?", (count,))


def skip_ids_postgres(connection: psycopg.Connection[Row], count: int) -> None:
    for name, last in connection.execute(_SEQUENCES).fetchall():
        connection.execute("SELECT setval(%s::regclass, %s)", (_quoted(name), int(last) + count))


def _place(table: str, columns: list[str]) -> tuple[Composable, Composable]:
    return Identifier(table), SQL(", ").join(map(Identifier, columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
