"""A bare database of either kind, with the event log's hook and nothing running."""

from collections.abc import AsyncIterator

import pytest

from opdesk import parts
from opdesk.events import actions as events
from opdesk.kit.bus import Bus
from opdesk.kit.db import Database, Outlet
from opdesk.settings import Settings
from tests.fakes import MovableClock


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
async def db(settings: Settings, clock: MovableClock, bus: Bus) -> AsyncIterator[Database]:
    database = parts.open_database(settings, Outlet(clock, bus, [events.write_collected]))
    yield database
    await database.close()
