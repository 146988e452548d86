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
from tests.servers import PostgresDatabases, copy_cast, hire, migrated_sqlite, opened_desk, postgres
from tests.telegram import Bot, connected_bot

PAYLOADS = Path(__file__).resolve().parents[2] / "shared" / "payloads"


SLOW = ("test_kill.py", "test_cuts.py", "test_hot.py", "test_production.py", "test_shuffled.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest first, so that no process waits for the other one's last minutes."""
    items.sort(key=lambda item: item.path.name not in SLOW)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_sqlite(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def sqlite_cast(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the cast in its database; copy it, don't use it."""
    folder = tmp_path_factory.mktemp("cast")
    shutil.copy(sqlite_template, folder / parts.DATABASE_FILE)
    hire(Settings(data=folder))
    return folder


@pytest.fixture(scope="session")
def postgres_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresDatabases]:
    with postgres() as uri:
        databases = PostgresDatabases(uri, tmp_path_factory.mktemp("templates"))
        yield databases
        databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with our schema: '' for SQLite in `tmp_path`, else PostgreSQL's URL.

    It has the cast in it where the test asks for a desk.
    """
    has_cast = "desk" in request.fixturenames
    if request.param == "sqlite":
        if has_cast:
            copy_cast(request.getfixturevalue("sqlite_cast"), tmp_path)
        else:
            template = request.getfixturevalue("sqlite_template")
            shutil.copy(template, tmp_path / parts.DATABASE_FILE)
        yield ""
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    url = databases.make_with_cast(tmp_path) if has_cast else databases.make()
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
