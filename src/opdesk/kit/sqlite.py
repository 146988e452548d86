"""SQLite: one writer thread with group commit, reads on the event loop or in a reader thread.

The writer takes what has queued up, runs each function in a savepoint, commits once for all of
them (one fsync) and only then answers the callers. A function that raises rolls back alone.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from opdesk.kit.bus import Wake
from opdesk.kit.context import DuplicateRow, Row, Tx
from opdesk.kit.db import Outlet
from opdesk.kit.errors import AppError, Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.sql import CompiledSql, Statement

P = ParamSpec("P")
T = TypeVar("T")
log = get_logger(__name__)

BATCH_LIMIT = 256
"""Functions in one commit: bounds how long the first of them waits for the last."""
ID_BLOCK = 32
BUSY_TIMEOUT_MS = 5_000
SCRUB_TIMEOUT_MS = 1_000
SCRUB_PAUSE_S = 0.5
"""From the beginning of one truncation of the log to the next."""
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)
_NEW_IDS = (
    "UPDATE id_counters SET last_id = last_id + :count WHERE table_name = :table RETURNING last_id"
)
_DUPLICATE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
ConnectionHook = Callable[[sqlite3.Connection], None]


def connect(path: Path) -> sqlite3.Connection:
    """A connection with our settings; transactions are begun and ended by hand."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


class SqliteDriver:
    """`Driver` over one open connection."""

    def __init__(self, connection: sqlite3.Connection, ids: "IdBlocks") -> None:
        self._connection = connection
        self._ids = ids

    def compiled(self, statement: Statement) -> CompiledSql:
        return statement.sqlite

    def fetch(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        return self._connection.execute(sql, params).fetchall()

    def execute(self, sql: str, params: Mapping[str, Any]) -> int:
        try:
            return self._connection.execute(sql, params).rowcount
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode in _DUPLICATE:
                raise DuplicateRow(str(error)) from error
            raise

    def execute_many(self, sql: str, params: Sequence[Mapping[str, Any]]) -> None:
        self._connection.executemany(sql, params)

    def new_ids(self, table: str, count: int) -> Sequence[int]:
        return self._ids.take(self._connection, table, count)

    def lock(self, table: str, key: Mapping[str, int]) -> None:
        """Nothing to do: there is one writer."""

    def lock_name(self, name: str) -> None:
        """Nothing to do: there is one writer."""


class IdBlocks:
    """Ids reserved ahead of their use, so that most inserts need no counter statement.

    A block belongs to this process once its reservation is committed. What was reserved by a
    function that is rolled back is dropped with it; ids that nobody took are never used again.
    """

    def __init__(self) -> None:
        self._ready: dict[str, range] = {}
        self._reserved: set[str] = set()

    def take(self, connection: sqlite3.Connection, table: str, count: int) -> range:
        """`count` ids, always greater than those taken before."""
        ready = self._ready.get(table, range(0))
        if len(ready) < count:
            size = max(count, ID_BLOCK)
            rows = connection.execute(_NEW_IDS, {"count": size, "table": table}).fetchall()
            last = int(rows[0][0])
            ready = range(last - size + 1, last + 1)
            self._reserved.add(table)
        self._ready[table] = ready[count:]
        return ready[:count]

    def function_ended(self) -> None:
        self._reserved.clear()

    def function_rolled_back(self) -> None:
        for table in self._reserved:
            del self._ready[table]
        self._reserved.clear()

    def batch_failed(self) -> None:
        """Which reservations were committed is not known any more: none of them counts."""
        self._ready.clear()
        self._reserved.clear()


class _Work:
    """A function that waits for the writer, and the caller who waits for it."""

    __slots__ = ("future", "run")

    def __init__(self, run: Callable[[Tx], Any], future: asyncio.Future[Any]) -> None:
        self.run = run
        self.future = future


_Answer = tuple[_Work, Any, BaseException | None]


class SqliteDatabase:
    """`Database` on one file. Only one process may serve it (the data folder's lock sees to it)."""

    def __init__(
        self, path: Path, outlet: Outlet, *, on_connect: ConnectionHook | None = None
    ) -> None:
        self._path = path
        self._outlet = outlet
        self._on_connect = on_connect
        self._reader = self._connect()
        self._slow = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sqlite-reader")
        self._slow_connections = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._writer_connection = self._connect()
        self._ids = IdBlocks()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._scrubbing: asyncio.Task[None] | None = None
        self._scrubbed_at = 0.0
        self._thread = threading.Thread(
            target=self._write_forever, name="sqlite-writer", daemon=True
        )
        self._thread.start()

    async def read(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        return self._read_on(self._reader, lambda tx: f(tx, *args, **kw))

    async def read_slow(
        self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._slow,
            lambda: self._read_on(self._slow_connection(), lambda tx: f(tx, *args, **kw)),
        )

    async def write(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        if self._closed:
            raise Unavailable("the server is shutting down")
        self._loop = asyncio.get_running_loop()
        # A caller that is cancelled does not stop the work: it is queued and will be done.
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Work(lambda tx: f(tx, *args, **kw), future))
        return await future

    async def scrub(self) -> None:
        """Move the log into the main file and cut it to nothing.

        Deleted rows are overwritten in the main file (secure_delete), but the write-ahead log
        keeps older copies of their pages until it is truncated. Nobody writes meanwhile, so
        whoever asks within a moment shares one that begins after all of them have asked.
        """
        if self._scrubbing is None:
            self._scrubbing = asyncio.create_task(self._scrub_soon())
        await asyncio.shield(self._scrubbing)

    async def _scrub_soon(self) -> None:
        await asyncio.sleep(self._scrubbed_at + SCRUB_PAUSE_S - time.monotonic())
        self._scrubbing, self._scrubbed_at = None, time.monotonic()
        await asyncio.get_running_loop().run_in_executor(self._slow, self._truncate_log)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._scrubbing is not None:
            self._scrubbing.cancel()
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._slow.shutdown()
        for connection in (self._reader, self._writer_connection, *self._opened):
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self._path)
        if self._on_connect is not None:
            self._on_connect(connection)
        return connection

    def _slow_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._slow_connections, "one", None)
        if connection is None:
            connection = self._slow_connections.one = self._connect()
            self._opened.append(connection)
        return connection

    def _read_on(self, connection: sqlite3.Connection, run: Callable[[Tx], T]) -> T:
        try:
            connection.execute("BEGIN")
            try:
                return run(Tx(SqliteDriver(connection, self._ids), self._outlet.clock.now_ms()))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise Unavailable("the database can't be read") from error

    def _truncate_log(self) -> None:
        connection = self._slow_connection()
        # While it waits for a reader, such as a backup, nobody may write: less than writers wait.
        connection.execute(f"PRAGMA busy_timeout={SCRUB_TIMEOUT_MS}").fetchall()
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").fetchall()
        if busy:
            log.warning("write_ahead_log_busy")

    def _write_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            stop = False
            while len(batch) < BATCH_LIMIT and not self._queue.empty():
                work = self._queue.get()
                if work is None:
                    stop = True
                    break
                batch.append(work)
            self._write_batch(batch)
            if stop:
                return

    def _write_batch(self, batch: list[_Work]) -> None:
        """Run and commit a batch. Whatever happens, every caller hears of it."""
        connection = self._writer_connection
        answers: list[_Answer] = []
        txs: list[Tx] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work in batch:
                # One by one: what was answered before a failure must be known after it.
                answers.append(self._run_one(connection, work, txs))  # noqa: PERF401
            connection.execute("COMMIT")
        except BaseException as error:
            self._fail_batch(batch, error)
            return
        self._tell(answers, {wake for tx in txs for wake in tx.wakes})

    def _run_one(self, connection: sqlite3.Connection, work: _Work, txs: list[Tx]) -> _Answer:
        tx = Tx(SqliteDriver(connection, self._ids), self._outlet.clock.now_ms())
        connection.execute("SAVEPOINT one")
        try:
            value = work.run(tx)
            self._outlet.finish(tx)
        except Exception as error:
            # A full disk or an I/O error ends the whole transaction, savepoints included:
            # what ran before in this batch is gone as well, so nobody may be told "done".
            if not connection.in_transaction or _is_fatal(error):
                raise
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
            self._ids.function_rolled_back()
            return work, None, _as_told(error)
        connection.execute("RELEASE one")
        self._ids.function_ended()
        txs.append(tx)
        return work, value, None

    def _fail_batch(self, batch: list[_Work], error: BaseException) -> None:
        log.error("write_failed", callers=len(batch), reason=type(error).__name__, text=str(error))
        self._ids.batch_failed()
        self._reopen()
        answers: list[_Answer] = []
        for work in batch:
            failure = Unavailable("the database could not write; nothing was saved")
            failure.__cause__ = error
            answers.append((work, None, failure))
        self._tell(answers, set())

    def _reopen(self) -> None:
        """A connection that saw an I/O error is not trusted again."""
        try:
            fresh = self._connect()
        except sqlite3.Error:
            log.exception("database_reopen_failed")
            if self._writer_connection.in_transaction:
                self._writer_connection.rollback()
            return
        self._writer_connection.close()
        self._writer_connection = fresh

    def _tell(self, answers: list[_Answer], wakes: set[Wake]) -> None:
        """Answer a whole batch in one call of the loop: waking it costs more than a statement."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, answers, wakes)

    def _answer(self, answers: list[_Answer], wakes: set[Wake]) -> None:
        for work, value, failure in answers:
            if work.future.done():
                continue
            if failure is None:
                work.future.set_result(value)
            else:
                work.future.set_exception(failure)
        if wakes:
            self._outlet.bus.publish(wakes)


def _is_fatal(error: BaseException) -> bool:
    """Errors of the medium rather than of the statement."""
    codes = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT)
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in codes


def _as_told(error: Exception) -> Exception:
    if isinstance(error, AppError) or not isinstance(error, sqlite3.OperationalError):
        return error
    told = Unavailable("the database could not write; nothing was saved")
    told.__cause__ = error
    return told
