"""PostgreSQL: worker threads, each with one psycopg connection, READ COMMITTED."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import psycopg
from psycopg import errors as pg

from opdesk.kit.context import DuplicateRow, Row, Tx
from opdesk.kit.db import Outlet
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.sql import CompiledSql, Statement

P = ParamSpec("P")
T = TypeVar("T")
log = get_logger(__name__)

CONNECT_TIMEOUT_S = 10
ATTEMPTS = 5
"""How often a transaction is run again after a deadlock or a serialization failure."""
_RETRIED = (pg.SerializationFailure, pg.DeadlockDetected)
Connection = psycopg.Connection[Row]


class PostgresDriver:
    """`Driver` over one open connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def compiled(self, statement: Statement) -> CompiledSql:
        return statement.postgres

    def fetch(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        return self._connection.execute(cast("Any", sql), params).fetchall()

    def execute(self, sql: str, params: Mapping[str, Any]) -> int:
        try:
            return self._connection.execute(cast("Any", sql), params).rowcount
        except pg.UniqueViolation as error:
            raise DuplicateRow(str(error)) from error

    def execute_many(self, sql: str, params: Sequence[Mapping[str, Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(cast("Any", sql), params)

    def new_ids(self, table: str, count: int) -> Sequence[int]:
        sql = f"SELECT nextval('{table}_id_seq') FROM generate_series(1, %(count)s)"
        return sorted(int(row[0]) for row in self.fetch(sql, {"count": count}))

    def lock(self, table: str, key: Mapping[str, int]) -> None:
        where = " AND ".join(f"{column} = %({column})s" for column in key)
        self.fetch(f"SELECT 1 FROM {table} WHERE {where} FOR UPDATE", key)

    def lock_name(self, name: str) -> None:
        sql = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
        self.fetch(sql, {"name": name})


class PostgresDatabase:
    """`Database` on a PostgreSQL server. Any number of processes may serve the same one."""

    def __init__(self, url: str, outlet: Outlet, *, connections: int) -> None:
        self._url = url
        self._outlet = outlet
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="postgres")
        self._local = threading.local()
        self._opened: list[Connection] = []

    async def read(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        value: T = await self.read_slow(f, *args, **kw)
        return value

    async def read_slow(
        self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        value: T = await self._in_thread(self._read, lambda tx: f(tx, *args, **kw))
        return value

    async def write(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        done: tuple[T, Tx] = await self._in_thread(self._write, lambda tx: f(tx, *args, **kw))
        self._outlet.bus.publish(done[1].wakes)
        return done[0]

    async def scrub(self) -> None:
        """Nothing: PostgreSQL's vacuum frees the pages (docs/architecture.md, Deleting)."""

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        for connection in self._opened:
            connection.close()

    async def _in_thread(self, call: Callable[..., T], run: Callable[[Tx], Any]) -> T:
        loop = asyncio.get_running_loop()
        result: T = await asyncio.shield(loop.run_in_executor(self._threads, call, run))
        return result

    def _read(self, run: Callable[[Tx], T]) -> T:
        return self._attempt(run, is_write=False)[0]

    def _write(self, run: Callable[[Tx], T]) -> tuple[T, Tx]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(run, is_write=True)
            except _RETRIED:
                if attempt == ATTEMPTS:
                    raise Unavailable("too many others write the same rows") from None
        raise AssertionError("unreachable")

    def _attempt(self, run: Callable[[Tx], T], *, is_write: bool) -> tuple[T, Tx]:
        connection = self._connection()
        tx = Tx(PostgresDriver(connection), self._outlet.clock.now_ms())
        try:
            value = run(tx)
            if is_write:
                self._outlet.finish(tx)
                connection.commit()
            else:
                connection.rollback()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self._drop_if_broken(connection)
            if isinstance(error, _RETRIED):
                raise
            log.error("database_failed", reason=type(error).__name__)
            raise Unavailable("the database does not answer; nothing is acknowledged") from error
        except BaseException:
            connection.rollback()
            raise
        return value, tx

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "one", None)
        if connection is None or connection.closed:
            try:
                connection = psycopg.connect(self._url, connect_timeout=CONNECT_TIMEOUT_S)
            except psycopg.OperationalError as error:
                raise Unavailable("the database can't be reached") from error
            self._local.one = connection
            self._opened.append(connection)
        return connection

    def _drop_if_broken(self, connection: Connection) -> None:
        """A connection that lost its server is replaced at the next use."""
        if not connection.closed and not connection.broken:
            connection.rollback()
            return
        connection.close()
        self._opened.remove(connection)
        self._local.one = None
