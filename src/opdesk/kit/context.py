"""What an action gets: one transaction, with its time, ids, events and wake-ups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from opdesk.kit.bus import Wake
from opdesk.kit.errors import AppError
from opdesk.kit.sql import CompiledSql, Statement

Row = tuple[Any, ...]


class RowMissing(AppError):
    """A row that must be there is not: a broken assumption of ours, answered as 500."""


class DuplicateRow(AppError):
    """A unique index refused a row: it is there already. The transaction can only be left."""


class Driver(Protocol):
    """What the two databases do differently, inside one open transaction."""

    def compiled(self, statement: Statement) -> CompiledSql: ...
    def fetch(self, sql: str, params: Mapping[str, Any]) -> list[Row]: ...
    def execute(self, sql: str, params: Mapping[str, Any]) -> int: ...
    def execute_many(self, sql: str, params: Sequence[Mapping[str, Any]]) -> None: ...
    def new_ids(self, table: str, count: int) -> Sequence[int]: ...
    def lock(self, table: str, key: Mapping[str, int]) -> None: ...
    def lock_name(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, told to everyone who follows `stream_id` of `tenant_id`.

    It carries ids only: whoever reads it later shows the state of that time.
    """

    tenant_id: int
    stream_id: int
    kind: str
    ids: Mapping[str, int] = field(default_factory=dict)


class Tx:
    """One transaction. A function that gets one may run twice: it has no effect outside of it."""

    def __init__(self, driver: Driver, now: int) -> None:
        self._driver = driver
        self.now = now
        """Milliseconds UTC, the same throughout the transaction."""
        self.events: list[Fact] = []
        """Facts to be numbered and stored by the last statements before COMMIT."""
        self.wakes: set[Wake] = set()
        """Whom to wake after COMMIT."""

    def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Every row, in the statement's order."""
        sql = self._driver.compiled(statement)
        return self._driver.fetch(sql.text, sql.literals | params if sql.literals else params)

    def first(self, statement: Statement, **params: Any) -> Row | None:
        rows = self.all(statement, **params)
        return rows[0] if rows else None

    def one(self, statement: Statement, **params: Any) -> Row:
        """The row that is known to be there."""
        row = self.first(statement, **params)
        if row is None:
            raise RowMissing("a row that should exist does not")
        return row

    def scalar(self, statement: Statement, **params: Any) -> Any:
        """The first column of the row that is known to be there."""
        return self.one(statement, **params)[0]

    def run(self, statement: Statement, **params: Any) -> int:
        """Change rows; how many."""
        sql = self._driver.compiled(statement)
        return self._driver.execute(sql.text, sql.literals | params if sql.literals else params)

    def run_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same change for each of `rows`, in one call of the driver."""
        sql = self._driver.compiled(statement)
        complete = [{**sql.literals, **row} for row in rows] if sql.literals else list(rows)
        self._driver.execute_many(sql.text, complete)

    def new_id(self, table: str) -> int:
        """An id that was never used for a row of `table` and never will be again."""
        return self._driver.new_ids(table, 1)[0]

    def new_ids(self, table: str, count: int) -> Sequence[int]:
        """`count` ids in ascending order; not always consecutive."""
        return self._driver.new_ids(table, count)

    def lock(self, table: str, **key: int) -> None:
        """Hold everyone else who locks this row until the transaction ends.

        For rules that check before they write: `tx.lock("chats", company_id=1, id=5)`.
        SQLite has one writer, so there it does nothing.
        """
        self._driver.lock(table, key)

    def lock_name(self, name: str) -> None:
        """The same for what has no row yet: everyone else who locks this name waits."""
        self._driver.lock_name(name)


BeforeCommit = Callable[[Tx], None]
"""Runs as the last part of each writing transaction."""
