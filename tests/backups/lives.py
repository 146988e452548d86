"""What the tests of backups share: another life of a server, and a look below the API."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opdesk.backups.restoring import Restored, restore
from opdesk.kit.context import Row, Tx
from opdesk.settings import Settings
from tests.fakes import MovableClock
from tests.servers import New, PostgresDatabases, opened_new

Places = Callable[[str], Settings]


def places(request: pytest.FixtureRequest, settings: Settings, root: Path) -> Places:
    """New homes for a backup: a folder, and an empty database where the backup is PostgreSQL's."""

    def place(name: str) -> Settings:
        url = ""
        if settings.database_url:
            databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
            url = databases.make_empty()
        return replace(settings, data=root / name, database_url=url)

    return place


@asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[New]:
    """A restored installation, served."""
    async with opened_new(settings, MovableClock()) as new:
        yield new


@asynccontextmanager
async def brought_back(source: Path, place: Settings) -> AsyncIterator[tuple[New, Restored]]:
    done = restore(place, source)
    async with living(place) as new:
        yield new, done


async def rows(new: New, sql: str) -> Sequence[Row]:
    """A look at the database itself, for what no call shows."""

    def look(tx: Tx) -> list[Row]:
        driver: Any = tx._driver
        found: list[Row] = driver.fetch(sql, {})
        return found

    return await new.services.db.read(look)
