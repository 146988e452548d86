"""A newer program meets an older database: a backup first, then all of the upgrade or nothing."""

import asyncio
import contextlib
import re
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from opdesk import parts
from opdesk.backups.making import back_up
from opdesk.backups.manifest import Backup, list_backups, verified
from opdesk.backups.restoring import restore
from opdesk.kit.keyring import load_master_key
from opdesk.kit.migrate import (
    UpgradeError,
    changing,
    migrate,
    migrations_folder,
    newest_revision,
    sqlalchemy_url,
)
from opdesk.server import KEPT_BACKUPS
from opdesk.settings import Settings
from tests.servers import PostgresDatabases, program, started
from tests.test_cli import place as options, run

OLD = "0006"
ADD_COMPANY = (
    "INSERT INTO companies (id, login, login_key, name, password_hash, token_epoch, created_at)"
    " VALUES (7, 'acme', 'acme', 'Acme', 'x', 1, 0)"
)
IN_THE_WAY = "CREATE TABLE one_time_links (something INTEGER)"
"""The migration that makes this table has made others before, and has moved rows."""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation of an earlier version, with a company."""
    url = ""
    if request.param == "postgresql":
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        url = databases.make_empty()
    settings = Settings(data=tmp_path / "data", database_url=url)
    settings.data.mkdir(mode=0o700)
    load_master_key(None, settings.data)
    with changing(place_of(settings)) as change:
        change.upgrade(OLD)
    run_sql(settings, ADD_COMPANY)
    return settings


def place_of(settings: Settings) -> str:
    return sqlalchemy_url(settings.database_url, parts.database_file(settings))


def run_sql(settings: Settings, *statements: str) -> None:
    with engine_of(settings) as engine, engine.begin() as connection:
        for text in statements:
            connection.execute(sa.text(text))


def ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with engine_of(settings) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


@contextlib.contextmanager
def engine_of(settings: Settings) -> Iterator[sa.Engine]:
    engine = sa.create_engine(place_of(settings), poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def tables(settings: Settings) -> set[str]:
    with engine_of(settings) as engine:
        return set(sa.inspect(engine).get_table_names())


def kept(settings: Settings) -> list[Backup]:
    return [verified(path)[0] for path in list_backups(settings.data / "backups")]


async def test_serve_backs_up_and_then_upgrades(
    old: Settings, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with started(old) as server:
        assert (await server.api.get("/api/setup")).json == {"isNeeded": False}
    async with started(old) as server:
        assert (await server.api.get("/api/setup")).status == 200

    [backup] = kept(old)
    assert re.fullmatch(r"before-upgrade-\d{8}T\d{6}Z", backup.folder.name)
    assert (backup.manifest.schema, backup.manifest.rows("companies")) == (OLD, 1)
    assert backup.manifest.has_master_key
    assert ask(old, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]
    again = _new_place(old, request, tmp_path / "again")
    restore(again, backup.folder)
    assert ask(again, "SELECT id, login FROM company_users") == [(7, "acme")]
    assert ask(again, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


async def test_a_new_database_needs_no_backup(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")

    said = await run("migrate", *options(settings))

    assert said.code == 0
    assert not (settings.data / "backups").exists()


async def test_a_migration_that_fails_leaves_everything_as_it_was(old: Settings) -> None:
    run_sql(old, IN_THE_WAY)
    before = tables(old)

    said = await run("serve", "--port", "0", *options(old))

    assert (said.code, said.out) == (1, "")
    [told] = [line for line in said.err.splitlines() if line.startswith("opdesk: ")]
    assert f"the upgrade from schema {OLD} to {newest_revision()} failed" in told
    assert "one_time_links" in told
    [backup] = kept(old)
    assert f"the data is as it was before, and in {backup.folder}" in told
    assert tables(old) == before
    assert ask(old, "SELECT version_num FROM alembic_version") == [(OLD,)]
    assert ask(old, "SELECT login, password_hash FROM companies") == [("acme", "x")]
    run_sql(old, "DROP TABLE one_time_links")
    async with started(old):
        assert ask(old, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


def test_a_bug_in_the_last_of_several_migrations_undoes_them_all(
    old: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), folder)
    (folder / "versions" / "9998_bug.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision, down_revision = '9998', '{newest_revision()}'\n"
        "def upgrade() -> None:\n"
        "    op.create_table('half', sa.Column('id', sa.Integer))\n"
        "    raise ZeroDivisionError\n"
    )
    before = tables(old)

    with pytest.raises(ZeroDivisionError):
        migrate(place_of(old), None, folder)

    assert tables(old) == before
    assert ask(old, "SELECT version_num FROM alembic_version") == [(OLD,)]


async def test_a_newer_schema_is_refused_and_left_alone(old: Settings) -> None:
    run_sql(old, "UPDATE alembic_version SET version_num = '9999'")

    for command in (["serve", "--port", "0"], ["migrate"]):
        said = await run(*command, *options(old))
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert "the database has schema 9999, this version knows up to" in said.err
    assert not (old.data / "backups").exists()
    assert ask(old, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_without_room_for_the_backup_nothing_is_changed(old: Settings) -> None:
    """The file size that the system allows stands for a disk that is full."""
    # Tables of PostgreSQL are small files here: the master key is the first that does not fit.
    limit = 40_000 if not old.database_url else 20
    said = await _limited(limit, "migrate", *options(old))

    assert said[0] == 1
    assert said[1].count("\n") == 1, said[1]
    assert f"the backup before the upgrade from schema {OLD}" in said[1]
    assert "so nothing was changed" in said[1]
    assert "opdesk migrate --without-backup" in said[1]
    assert list((old.data / "backups").iterdir()) == []
    assert ask(old, "SELECT version_num FROM alembic_version") == [(OLD,)]

    without = await run("migrate", "--without-backup", *options(old))

    assert without.code == 0
    assert ask(old, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


async def test_only_the_newest_backups_of_upgrades_are_kept(old: Settings) -> None:
    folder = old.data / "backups"
    mine = await asyncio.to_thread(back_up, old, folder)
    for _ in range(KEPT_BACKUPS):
        await asyncio.to_thread(back_up, old, folder, prefix="before-upgrade")
    first = list_backups(folder)[1]

    assert (await run("migrate", *options(old))).code == 0

    assert mine.folder.exists()
    assert not first.exists()
    assert len(list_backups(folder)) == KEPT_BACKUPS + 1


async def test_a_backup_of_a_newer_version_is_refused(
    old: Settings, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    run_sql(old, "UPDATE alembic_version SET version_num = '9999'")
    await asyncio.to_thread(back_up, old, tmp_path / "b")
    there = _new_place(old, request, tmp_path / "new")

    said = await run("restore", str(tmp_path / "b"), *options(there))

    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "the database has schema 9999" in said.err
    assert [path.name for path in there.data.iterdir()] in (["opdesk.lock"], [])


def test_a_failed_upgrade_says_from_where_to_where() -> None:
    assert str(UpgradeError("0006", "0007", "no room")) == (
        "the upgrade from schema 0006 to 0007 failed: no room"
    )


def _new_place(old: Settings, request: pytest.FixtureRequest, data: Path) -> Settings:
    url = ""
    if old.database_url:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        url = databases.make_empty()
    return replace(old, data=data, database_url=url)


async def _limited(size: int, *arguments: str) -> tuple[int | None, str]:
    """A command that may write no file larger than `size` bytes."""
    process = await asyncio.create_subprocess_exec(
        str(program()),
        *arguments,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    _, errors = await process.communicate()
    return process.returncode, errors.decode()
