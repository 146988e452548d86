"""What tests share: a running desk on either database, and a small cast.

Alice and Bob are operators of one organization, Charlie is of another one of the same company,
and Mallory's company is a stranger to theirs.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from opdesk import parts
from opdesk.settings import Settings
from tests.desk import Desk
from tests.fakes import MovableClock
from tests.servers import PostgresDatabases, migrated_sqlite, opened_desk, postgres
from tests.telegram import Bot, connected_bot

PAYLOADS = Path(__file__).resolve().parents[2] / "shared" / "payloads"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_sqlite(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    with postgres() as uri:
        databases = PostgresDatabases(uri)
        yield databases
        databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[str]:
    """A fresh database with our schema: '' for SQLite in `tmp_path`, else PostgreSQL's URL."""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / parts.DATABASE_FILE)
        yield ""
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    url = databases.make()
    yield url
    databases.drop(url)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    loopback = parts.LOOPBACK
    return Settings(data=tmp_path, database_url=database, outgoing_allow=loopback)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def desk(settings: Settings, clock: MovableClock) -> AsyncIterator[Desk]:
    """A running server with one company and its cast."""
    async with opened_desk(settings, clock) as opened:
        yield opened


@pytest.fixture
async def bot(desk: Desk) -> AsyncIterator[Bot]:
    """A Telegram bot of Alice's and Bob's organization."""
    async with connected_bot(desk) as connected:
        yield connected


@pytest.fixture
def payloads() -> Path:
    """Messages captured from the real platforms."""
    if not PAYLOADS.is_dir():
        pytest.skip("the folder of captured messages is not beside the project")
    return PAYLOADS
