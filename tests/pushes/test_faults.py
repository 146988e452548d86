"""A push service that refuses, hangs, is broken or wants to lead us elsewhere."""

import asyncio
from typing import Any

import pytest

from opdesk.devices import actions as devices
from opdesk.push.pusher import MAX_ATTEMPTS
from tests.chats.test_people import OLHA, begins
from tests.desk import eventually
from tests.push import Browser, PushService
from tests.servers import serving
from tests.telegram import Bot


async def rests(bot: Bot, failures: int) -> None:
    """Wait until the desk has taken note of a failure: only then does its pause begin."""
    hosts = bot.desk.services.pusher._hosts

    async def look() -> bool | None:
        known = hosts._known.values()
        return any(one.failures >= failures and not one.running for one in known) or None

    await eventually(look)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_has_unsubscribed_is_forgotten(
    bot: Bot, service: PushService, status: int
) -> None:
    desk, browser = bot.desk, Browser.new(service)
    device = await browser.subscribes(desk.alice.api)
    service.answers.append((status, {}))

    await begins(bot)

    async def is_gone() -> bool | None:
        return await desk.services.db.read(devices.find, desk.acme.id, device) is None or None

    await eventually(is_gone)
    await bot.writes("Ще одне")
    await asyncio.sleep(0.5)
    assert len(browser.pushes) == 1


async def test_a_busy_service_is_asked_again_when_it_says(bot: Bot, service: PushService) -> None:
    browser = Browser.new(service)
    await browser.subscribes(bot.desk.alice.api)
    service.answers.append((429, {"retry-after": "60"}))

    await begins(bot)
    await browser.told()
    await rests(bot, 1)
    await bot.writes("Друге")
    await asyncio.sleep(0.5)
    assert len(browser.pushes) == 1
    bot.desk.clock.move(seconds=61)

    # What came meanwhile is told instead.
    assert [one["body"] for one in await browser.told(2)] == ["Добрий день", "Друге"]


async def test_a_broken_service_is_given_up_and_served_again_later(
    bot: Bot, service: PushService
) -> None:
    browser = Browser.new(service)
    await browser.subscribes(bot.desk.alice.api)
    service.answers.extend([(503, {})] * MAX_ATTEMPTS)

    await begins(bot)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        await browser.told(attempt)
        await rests(bot, attempt)
        bot.desk.clock.move(seconds=400)
    await asyncio.sleep(0.5)
    assert len(browser.pushes) == MAX_ATTEMPTS
    await bot.writes("Ви ще тут?")

    assert (await browser.told(MAX_ATTEMPTS + 1))[-1]["body"] == "Ви ще тут?"


async def test_a_service_that_hangs_delays_neither_messages_nor_others(
    bot: Bot, service: PushService
) -> None:
    hanging = PushService(is_silent=True)
    async with serving(hanging) as hanging.url:
        stuck, fine = Browser.new(hanging), Browser.new(service)
        await stuck.subscribes(bot.desk.alice.api)
        await fine.subscribes(bot.desk.bob.api)

        async with asyncio.timeout(5):
            await begins(bot)
            await begins(bot, OLHA)
            await fine.told(2)

        assert len(stuck.pushes) >= 1


async def test_no_redirect_is_followed_and_nothing_is_tried_again(
    bot: Bot, service: PushService
) -> None:
    browser, elsewhere = Browser.new(service), Browser.new(service)
    device = await browser.subscribes(bot.desk.alice.api)
    service.answers.append((307, {"location": elsewhere.endpoint}))

    reply = await bot.desk.alice.api.post(f"/api/operator/push/{device}/test")

    assert (reply.status, reply.json) == (200, {"outcome": "refused"})
    assert (len(browser.pushes), elsewhere.pushes) == (1, [])


@pytest.mark.parametrize("host", ["10.1.2.3", "169.254.169.254", "[::ffff:192.168.0.1]"])
async def test_a_private_address_is_never_called(bot: Bot, service: PushService, host: str) -> None:
    """Only the tests' own loopback is allowed here; a push must not be a way into the network."""
    browser = Browser.new(service)
    endpoint = f"https://{host}/push/secret"
    device = await browser.subscribes(bot.desk.alice.api, endpoint=endpoint)

    reply = await bot.desk.alice.api.post(f"/api/operator/push/{device}/test")

    assert reply.json == {"outcome": "refused"}


async def test_a_trial_says_what_the_push_service_said(bot: Bot, service: PushService) -> None:
    alice, browser = bot.desk.alice.api, Browser.new(service)
    device = await browser.subscribes(alice, language="en")
    path = f"/api/operator/push/{device}/test"

    async def tried(*said: tuple[int, dict[str, str]]) -> Any:
        service.answers.extend(said)
        reply = await alice.post(path)
        bot.desk.clock.move(seconds=4)
        return reply.json

    assert await tried() == {"outcome": "sent"}
    assert browser.notices == [
        {
            "title": "OpDesk",
            "body": "A test: this device gets notifications.",
            "tag": "opdesk-test",
            "chatId": None,
        }
    ]
    assert await tried((503, {})) == {"outcome": "later"}
    assert await tried((400, {})) == {"outcome": "refused"}
    assert await tried((410, {})) == {"outcome": "gone"}
    assert (await alice.post(path)).status == 404
