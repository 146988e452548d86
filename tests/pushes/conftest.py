"""A push service beside the desk, and a pusher that does not wait long."""

from collections.abc import AsyncIterator

import pytest

from opdesk.push.pusher import Pace
from tests.desk import Desk
from tests.push import PushService
from tests.servers import serving


@pytest.fixture
async def service(desk: Desk) -> AsyncIterator[PushService]:
    desk.services.pusher.pace = Pace(settle_s=0.05, rest_s=0.1, tick_s=0.02)
    made = PushService()
    async with serving(made) as url:
        made.url = url
        yield made
