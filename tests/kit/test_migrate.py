"""The migrations make exactly the tables that the code speaks of."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from opdesk import parts
from opdesk.kit.migrate import SchemaTooNewError, migrate, migrations_folder, sqlalchemy_url
from opdesk.kit.sql import metadata
from tests.servers import PostgresDatabases


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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_old_envelopes_learn_their_platforms_chat(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Those that say nothing to anybody are gone: a deleted chat's texts could hide in them."""
    url = sqlalchemy_url("", tmp_path / "opdesk.db")
    if kind == "postgresql":
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        url = sqlalchemy_url(databases.make_empty(), Path())
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(migrations_folder()))
        command.upgrade(config, "0003")
        connection.execute(sa.text(f"INSERT INTO chats VALUES {ROW_OF_A_CHAT}"))
        for row in OLD_ENVELOPES:
            connection.execute(sa.text(ADD_OLD_ENVELOPE), row)

    migrate(url)

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT id, external_chat_id FROM inbox ORDER BY id"))
        assert found.all() == [(1, "77"), (4, "88"), (5, None)]
    engine.dispose()


ROW_OF_A_CHAT = "(1, 5, 1, 1, 1, '77', 0, NULL, 0, NULL, 0, 0, 0)"
ADD_OLD_ENVELOPE = (
    "INSERT INTO inbox VALUES (1, :id, 1, CAST(:id AS TEXT), :body, :state, NULL, :chat, 0)"
)
OLD_ENVELOPES = (
    {"id": 1, "body": b"{}", "state": "stored", "chat": 5},
    {"id": 2, "body": b"an edit of nothing", "state": "stored", "chat": None},
    {"id": 3, "body": b"a notice", "state": "ignored", "chat": None},
    {"id": 4, "body": b'{"chat": {"id": 88}', "state": "unparsed", "chat": None},
    {"id": 5, "body": b"nonsense", "state": "unparsed", "chat": None},
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_contacts_that_are_there_are_joined_by_their_phones(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = sqlalchemy_url("", tmp_path / "opdesk.db")
    if kind == "postgresql":
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        url = sqlalchemy_url(databases.make_empty(), Path())
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(migrations_folder()))
        command.upgrade(config, "0010")
        for company, contact, phone in ((1, 5, "'+1'"), (1, 7, "'+1'"), (1, 8, "NULL")):
            row = f"({company}, {contact}, 'T', {phone}, NULL, 0)"
            connection.execute(sa.text(f"INSERT INTO contacts VALUES {row}"))
        connection.execute(sa.text("INSERT INTO contacts VALUES (2, 3, 'T', '+1', NULL, 0)"))

    migrate(url)

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT id, person_id FROM contacts ORDER BY id"))
        assert found.all() == [(3, 3), (5, 5), (7, 5), (8, 8)]
    engine.dispose()
