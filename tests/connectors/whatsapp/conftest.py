"""A WhatsApp number of Alice's and Bob's organization."""

from collections.abc import AsyncIterator

import pytest

from tests.desk import Desk
from tests.whatsapp import Line, connected_line


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[Line]:
    async with connected_line(desk) as connected:
        yield connected
