"""Bring a database to the schema of this version, with Alembic's numbered migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

_PACKAGE = Path(__file__).resolve().parent.parent
_LOCK = 7_233_018_401
"""Any number: PostgreSQL's advisory lock that lets one process migrate at a time."""


class SchemaTooNewError(Exception):
    """The database was migrated by a newer version of the program."""


def migrations_folder() -> Path:
    """Inside the installed package, or at the root of a checkout."""
    inside = _PACKAGE / "migrations"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "migrations"


def sqlalchemy_url(database_url: str, sqlite_file: Path) -> str:
    """What SQLAlchemy calls the database that our settings name."""
    if not database_url:
        return f"sqlite:///{sqlite_file}"
    return "postgresql+psycopg://" + database_url.split("://", 1)[1]


def migrate(url: str) -> tuple[str | None, str]:
    """Upgrade to the newest schema; the revisions before and after. Raises SchemaTooNewError."""
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
