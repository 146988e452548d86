"""Bring a database to the schema of this version, with Alembic's numbered migrations.

Alembic takes a second to import, and most starts have nothing to migrate: `is_up_to_date` says
so in a millisecond, and only `migrate` imports it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

_PACKAGE = Path(__file__).resolve().parent.parent
_LOCK = 7_233_018_401
"""Any number: PostgreSQL's advisory lock that lets one process migrate at a time."""
_REVISION = "SELECT version_num FROM alembic_version"
CONNECT_TIMEOUT_S = 10


class SchemaTooNewError(Exception):
    """The database was migrated by a newer version of the program."""


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


def migrate(url: str) -> tuple[str | None, str]:
    """Upgrade to the newest schema; the revisions before and after. Raises SchemaTooNewError."""
    from alembic import command  # noqa: PLC0415  slow to import, see above
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""
    with _connection(url) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        if before is not None and before not in known:
            raise SchemaTooNewError(
                f"the database has schema {before}, this version knows up to {head}"
            )
        if before != head:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before, head


@contextmanager
def _connection(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        yield connection
    engine.dispose()
