"""Bring a database to the schema of this version, with Alembic's numbered migrations.

Alembic takes a second to import, and most starts have nothing to migrate: `is_up_to_date` says
so in a millisecond, and only `migrate` imports it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from opdesk.kit.errors import first_line

_PACKAGE = Path(__file__).resolve().parent.parent
_LOCK = 7_233_018_401
"""Any number: PostgreSQL's advisory lock that lets one process migrate at a time."""
_REVISION = "SELECT version_num FROM alembic_version"
CONNECT_TIMEOUT_S = 10


class SchemaTooNewError(Exception):
    """The database was migrated by a newer version of the program."""


class UpgradeError(Exception):
    """A migration failed; the database is as it was before."""

    def __init__(self, before: str | None, after: str, reason: str) -> None:
        super().__init__(
            f"the upgrade from schema {before or 'nothing'} to {after} failed: {reason}"
        )


def migrations_folder() -> Path:
    """Inside the installed package, or at the root of a checkout."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "migrations"


def newest_revision() -> str:
    """The number that the newest migration's file begins with."""
    return max(path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*.py"))


def is_up_to_date(database_url: str, sqlite_file: Path) -> bool:
    """Whether the database is there and has this version's schema."""
    try:
        if database_url:
            with psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
                found = connection.execute(_REVISION).fetchone()
        elif sqlite_file.is_file():
            with sqlite3.connect(f"file:{sqlite_file}?mode=ro", uri=True) as reader:
                found = reader.execute(_REVISION).fetchone()
            reader.close()
        else:
            return False
    except (sqlite3.Error, psycopg.Error):
        return False
    return found is not None and found[0] == newest_revision()


def sqlalchemy_url(database_url: str, sqlite_file: Path) -> str:
    """What SQLAlchemy calls the database that our settings name."""
    if not database_url:
        return f"sqlite:///{sqlite_file}"
    return "postgresql+psycopg://" + database_url.split("://", 1)[1]


def migrate(
    url: str, before_upgrade: Callable[[str, str], None] | None = None, folder: Path | None = None
) -> tuple[str | None, str]:
    """Upgrade to the newest schema; the revisions before and after.

    `before_upgrade` gets both when a database that has a schema is about to change; what it raises
    leaves all as it is. `folder`: other migrations than ours. Raises SchemaTooNewError,
    UpgradeError.
    """
    with changing(url, folder) as change:
        before = change.found
        if before is not None and before != change.newest and before_upgrade is not None:
            before_upgrade(before, change.newest)
        if before != change.newest:
            change.upgrade()
    return before, change.newest


class Change:
    """One transaction in which a database's schema changes: all of it or nothing."""

    def __init__(self, connection: sa.Connection, folder: Path) -> None:
        from alembic.config import Config  # noqa: PLC0415  slow to import, see above
        from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        self._connection = connection
        self._config = Config(attributes={"connection": connection})
        self._config.set_main_option("script_location", str(folder).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(self._config)
        self._known = {script.revision for script in scripts.walk_revisions()}
        self.newest = scripts.get_current_head() or ""
        self.found: str | None = MigrationContext.configure(connection).get_current_revision()
        self.check(self.found)

    @property
    def raw(self) -> Any:
        """The driver's own connection, in this transaction."""
        return self._connection.connection.driver_connection

    def check(self, revision: str | None) -> None:
        """Raises SchemaTooNewError for a schema that we don't know."""
        if revision is not None and revision not in self._known:
            raise SchemaTooNewError(
                f"the database has schema {revision}, this version knows up to {self.newest}"
            )

    def upgrade(self, revision: str | None = None) -> None:
        """To `revision`, else to the newest. Raises UpgradeError."""
        from alembic import command  # noqa: PLC0415

        goal = revision or self.newest
        try:
            command.upgrade(self._config, goal)
        except sa.exc.DBAPIError as error:
            raise UpgradeError(self.found, goal, first_line(error.orig)) from error


@contextmanager
def changing(url: str, folder: Path | None = None) -> Iterator[Change]:
    """A transaction to change the schema in; what fails in it leaves the database as it was."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _begin_by_hand)
        sa.event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield Change(connection, folder or migrations_folder())
    finally:
        engine.dispose()


def _begin_by_hand(connection: sqlite3.Connection, _record: object) -> None:
    """Python would begin a transaction at the first INSERT only: tables made before stay made."""
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
