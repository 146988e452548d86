"""SQL of both databases from one SQLAlchemy Core statement, compiled once.

A statement is a module constant: `FIND = statement(select(...).where(t.c.id == bindparam("id")))`.
Building one inside a function costs about a hundred times as much as running a constant.
Lists travel as one JSON parameter (`in_json`), so that a statement's text never changes.
"""

from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, MetaData, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import insert as upsert, psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import Boolean
from typing_extensions import override

__all__ = ["CompiledSql", "Statement", "contains", "in_json", "metadata", "statement", "upsert"]
# PostgreSQL's form of INSERT ... ON CONFLICT compiles for SQLite as well, but not the reverse.

metadata = MetaData()
"""Every table of the program; a test holds the migrations against it."""


class _SqliteCompiler(SQLiteCompiler):
    """SQLAlchemy's, which also writes the hints of `with_hint(table, text, "sqlite")`."""

    @override
    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


_SQLITE = sqlite.dialect(paramstyle="named")
_SQLITE.statement_compiler = _SqliteCompiler
_POSTGRES = psycopg.dialect()  # type: ignore[no-untyped-call]


class CompiledSql:
    """The text for one database and the values that the statement itself brings along."""

    __slots__ = ("literals", "text")

    def __init__(self, statement: ClauseElement, dialect: Any) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        required = {name for bind, name in compiled.bind_names.items() if bind.required}
        self.literals: dict[str, Any] = {
            name: value for name, value in compiled.params.items() if name not in required
        }


class Statement:
    """One statement, ready for either database."""

    def __init__(self, source: Executable) -> None:
        self._source = source

    @cached_property
    def sqlite(self) -> CompiledSql:
        return CompiledSql(self._source, _SQLITE)  # type: ignore[arg-type]

    @cached_property
    def postgres(self) -> CompiledSql:
        return CompiledSql(self._source, _POSTGRES)  # type: ignore[arg-type]


def statement(source: Executable) -> Statement:
    """Make a module constant of a Core statement; each database's text is compiled at first use."""
    return Statement(source)


class in_json(ColumnElement[bool]):  # noqa: N801  reads as the operator that it is
    """`column` is one of the values of the JSON array in parameter `name`.

    `many`: there may be thousands. PostgreSQL then joins with them: it would compare each row with
    each value should it choose an index without the column.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str, *, many: bool = False) -> None:
        self.column, self.many = column, many
        self.values: BindParameter[Any] = bindparam(name, required=True)


@compiles(in_json, "sqlite")
def _in_json_sqlite(element: in_json, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  compiled parts


@compiles(in_json, "postgresql")
def _in_json_postgres(element: in_json, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    kind = "bigint" if isinstance(element.column.type, Integer) else "text"
    array = f"SELECT jsonb_array_elements_text(CAST({values} AS jsonb))::{kind}"
    return f"{column} IN ({array})" if element.many else f"{column} = ANY(ARRAY({array}))"


class contains(ColumnElement[bool]):  # noqa: N801  reads as the operator that it is
    """The text in `column` has the one in parameter `name` in it, as it stands."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.part: BindParameter[Any] = bindparam(name, required=True)


@compiles(contains, "sqlite")
def _contains_sqlite(element: contains, compiler: Any, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"instr({column}, {part}) > 0"


@compiles(contains, "postgresql")
def _contains_postgres(element: contains, compiler: Any, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"strpos({column}, {part}) > 0"
