"""A shop of Alice's and Bob's organization."""

import pytest

from tests.desk import Desk
from tests.widget.sites import Shop, open_shop


@pytest.fixture
async def shop(desk: Desk) -> Shop:
    return await open_shop(desk)
