"""A Viber bot that is connected to the desk."""

from collections.abc import AsyncIterator

import pytest

from opdesk.simulators.viberbot import ViberBotPlatform
from tests.desk import Desk
from tests.viber import Line, connected


@pytest.fixture
async def viber(desk: Desk) -> AsyncIterator[Line[ViberBotPlatform]]:
    """A bot of Alice's and Bob's organization."""
    async with connected(desk, ViberBotPlatform()) as line:
        yield line
