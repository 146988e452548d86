"""How fast visitors may be, on a clock that stands still until a test moves it."""

import pytest
from typing_extensions import override

from opdesk.kit.errors import TooManyRequests
from opdesk.kit.limits import Brake
from opdesk.widget.limits import household
from tests.fakes import MovableClock
from tests.telegram import JPEG
from tests.widget.sites import ORIGIN, Shop


class StoppedClock(MovableClock):
    """Its seconds pass only when they are moved; the time of day goes on."""

    @override
    def monotonic_s(self) -> float:
        return self.ahead_ms / 1000


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


async def test_whoever_is_too_fast_waits(shop: Shop) -> None:
    page, other = await shop.page().begins(), await shop.page().begins()

    replies = [await page.writes(str(number)) for number in range(20)]

    refused = [reply for reply in replies if reply.status == 429]
    assert len(refused) == 5
    assert int(refused[0].headers["retry-after"]) >= 1
    assert refused[0].headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in refused[0].headers["access-control-expose-headers"]
    assert (await other.writes("інший")).status == 200
    shop.desk.clock.move(seconds=10)
    assert (await page.writes("знову")).status == 200


async def test_files_and_new_visitors_have_their_pace(shop: Shop) -> None:
    page = await shop.page().begins()
    files = [(await page.sends_file(JPEG)).status for _ in range(12)]
    visitors = [(await shop.page().call("POST", "/session", json={})).status for _ in range(22)]

    assert files == [200] * 10 + [429] * 2
    assert visitors == [200] * 19 + [429] * 3
    again = await page.call("POST", "/session", json={"name": "Олена"})
    assert again.status == 200, "who is known already is not new"


async def test_one_address_has_its_pace_whatever_it_asks(shop: Shop) -> None:
    page = shop.page()

    statuses = [(await page.call("GET", "")).status for _ in range(310)]

    assert statuses[:300] == [200] * 300
    assert 429 in statuses[300:]


def test_what_is_refused_does_not_count() -> None:
    clock = StoppedClock()
    brake = Brake(clock, per_s=0.5, at_once=3)
    for _ in range(3):
        brake.take("a")

    for _ in range(10):
        with pytest.raises(TooManyRequests) as refused:
            brake.take("a")
        assert refused.value.retry_after_s == 2
    brake.take("b")
    clock.move(seconds=2)
    brake.take("a")
    with pytest.raises(TooManyRequests):
        brake.take("a")
    clock.move(seconds=60)
    for _ in range(3):
        brake.take("a")


def test_an_ipv6_line_is_one_caller() -> None:
    same = {household("2001:db8:1:2::1"), household("2001:db8:1:2:ffff::9")}

    assert len(same) == 1
    assert household("2001:db8:1:3::1") not in same
    assert household("192.0.2.1") != household("192.0.2.2")
    assert household("") == ""
