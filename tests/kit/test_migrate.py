"""The migrations make exactly the tables that the code speaks of."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from opdesk import parts
from opdesk.kit.migrate import SchemaTooNewError, migrate, sqlalchemy_url
from opdesk.kit.sql import metadata


def test_migrations_and_tables_agree(database: str, tmp_path: Path) -> None:
    engine = sa.create_engine(sqlalchemy_url(database, tmp_path / parts.DATABASE_FILE))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, metadata)

    engine.dispose()
    known = {"id_counters", "alembic_version"}
    assert [one for one in found if not (one[0] == "remove_table" and one[1].name in known)] == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    url = sqlalchemy_url("", tmp_path / "opdesk.db")

    first = migrate(url)
    second = migrate(url)

    assert first[0] is None
    assert second == (first[1], first[1])


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = sqlalchemy_url("", tmp_path / "opdesk.db")
    migrate(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(SchemaTooNewError, match="9999"):
        migrate(url)
