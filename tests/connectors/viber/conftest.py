"""A desk's channel of Viber Business Messages."""

from collections.abc import AsyncIterator

import pytest

from opdesk.simulators.viber import ViberPlatform
from tests.desk import Desk
from tests.viber import Line, connected


@pytest.fixture
async def viber(desk: Desk) -> AsyncIterator[Line[ViberPlatform]]:
    """A channel of Alice's and Bob's organization; SMSBAT's manager has entered its address."""
    async with connected(desk, ViberPlatform()) as line:
        [channel] = (await desk.acme.api.get("/api/channel")).json
        line.platform.inbound_url = line.platform.status_url = channel["webhookUrl"]
        yield line
