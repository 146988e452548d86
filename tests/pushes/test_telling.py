"""Who is told of what by a push, and what the push service and the browser see of it."""

import asyncio

import pytest

from opdesk.devices import actions as devices
from opdesk.push.pusher import Pace
from tests.chats.test_assignment import assign
from tests.chats.test_people import OLHA, begins
from tests.chats.test_work import set_status, set_up
from tests.push import Browser, PushService, signer_of
from tests.realtime.clients import bare_client
from tests.telegram import Bot


async def quiet(browser: Browser) -> bool:
    """Whether nothing (more) comes, for ten times as long as a notice waits."""
    before = len(browser.pushes)
    await asyncio.sleep(0.5)
    return len(browser.pushes) == before


async def test_a_clients_message_is_told_in_a_way_that_only_the_browser_reads(
    bot: Bot, service: PushService
) -> None:
    browser = Browser.new(service)
    await browser.subscribes(bot.desk.alice.api)

    chat = await begins(bot)

    notice = {
        "title": "Тарас Бондар",
        "body": "Добрий день",
        "tag": f"opdesk-chat-{chat}",
        "chatId": chat,
    }
    assert await browser.told() == [notice]
    [push] = browser.pushes
    assert "Добрий день".encode() not in push.body
    assert len(push.body) < 4096
    key, claims = signer_of(push, service.url)
    assert key == (await bot.desk.bob.api.get("/api/operator/push")).json["key"]
    assert claims["sub"].startswith(("mailto:", "https:"))
    now = bot.desk.clock.now_ms() // 1000
    assert now < claims["exp"] <= now + 24 * 3600
    heads = {name: push.headers[name] for name in ("content-encoding", "ttl", "urgency")}
    assert heads == {"content-encoding": "aes128gcm", "ttl": "3600", "urgency": "high"}
    assert push.headers["content-length"] == str(len(push.body))
    assert len(push.headers["topic"]) <= 32


async def test_many_messages_of_a_chat_are_one_notice(bot: Bot, service: PushService) -> None:
    bot.desk.services.pusher.pace = Pace(settle_s=1, rest_s=0.1, tick_s=0.02)
    browser = Browser.new(service)
    await browser.subscribes(bot.desk.alice.api, language="en")

    await begins(bot, OLHA)
    for number in range(9):
        await bot.writes(f"{number} {'довго ' * 60}", OLHA)

    [notice] = await browser.told()
    assert notice["body"].startswith("8 довго")
    assert len(notice["body"]) <= 180
    assert await quiet(browser)


async def test_who_has_a_panel_before_their_eyes_is_not_told(
    bot: Bot, service: PushService
) -> None:
    alice, bob = Browser.new(service), Browser.new(service)
    await alice.subscribes(bot.desk.alice.api)
    await bob.subscribes(bot.desk.bob.api)
    async with bare_client(bot.desk.base_url, bot.desk.alice.token) as panel:
        await panel.invoke("Subscribe", None)

        await begins(bot)
        await bob.told()
        assert await quiet(alice)

        await panel.invoke("Watching", False)
        await begins(bot, OLHA)
        [notice] = await alice.told()
        assert notice["title"].startswith("Ольга")

        await panel.invoke("Watching", True)
        await bot.writes("Ще одне", OLHA)
        await bob.told(3)
        assert await quiet(alice)


async def test_only_ones_own_and_nobodys_chats_are_told(bot: Bot, service: PushService) -> None:
    desk = bot.desk
    chat = await begins(bot)
    alice, bob, charlie = (Browser.new(service) for _ in range(3))
    for browser, person in ((alice, desk.alice), (bob, desk.bob), (charlie, desk.charlie)):
        await browser.subscribes(person.api)
    await desk.bob.api.put("/api/chat/operator", {"id": chat, "operatorId": desk.bob.id})

    await bot.writes("Для Боба")
    assert [one["body"] for one in await bob.told()] == ["Для Боба"]
    await desk.bob.api.put("/api/chat/operator", {"id": chat, "operatorId": desk.alice.id})
    await desk.alice.api.post(f"/api/chat/{chat}/note", {"text": "Хто?", "mentions": [desk.bob.id]})

    assert [one["body"] for one in await alice.told()] == ["Вам призначили чат"]
    assert (await bob.told(2))[1]["body"] == "Вас згадали в нотатці"
    assert charlie.pushes == []


async def test_a_chat_that_wakes_is_told_to_whose_it_is(bot: Bot, service: PushService) -> None:
    desk = bot.desk
    chat = await begins(bot)
    await assign(desk.alice.api, chat, desk.alice.id)
    await set_status(desk.alice.api, chat, 3, until=desk.in_hours(1))
    alice, bob = Browser.new(service), Browser.new(service)
    await alice.subscribes(desk.alice.api)
    await bob.subscribes(desk.bob.api)

    desk.clock.move(seconds=3600)

    assert [one["body"] for one in await alice.told()] == ["Час повернутися до чату"]
    assert bob.pushes == []


async def test_of_a_colleagues_chat_nothing_is_told_where_they_are_hidden(
    bot: Bot, service: PushService
) -> None:
    desk = bot.desk
    chat = await begins(bot)
    await assign(desk.alice.api, chat, desk.alice.id)
    alice, bob = Browser.new(service), Browser.new(service)
    await alice.subscribes(desk.alice.api)
    await bob.subscribes(desk.bob.api)
    await set_up(desk, ownChatsOnly=True)

    note = {"text": "Глянь", "mentions": [desk.bob.id]}
    await desk.alice.api.post(f"/api/chat/{chat}/note", note)
    await bot.writes("Ви тут?")

    await alice.told()
    assert await quiet(bob)
    assert bob.pushes == []


async def test_what_was_read_answered_or_blocked_meanwhile_is_not_told(
    bot: Bot, service: PushService
) -> None:
    desk = bot.desk
    desk.services.pusher.pace = Pace(settle_s=0.6, rest_s=0.1, tick_s=0.02)
    chat, olha = await begins(bot), await begins(bot, OLHA)
    await desk.bob.api.put("/api/chat/block", {"id": olha, "block": 2})
    browser = Browser.new(service)
    await browser.subscribes(desk.alice.api)

    await bot.writes("Спам", OLHA)
    await bot.writes("Є хто?")
    await desk.bob.api.post(f"/api/chat/{chat}/message", {"textMessage": "Так"})

    await asyncio.sleep(1)
    assert browser.pushes == []


@pytest.mark.parametrize("how", ["deactivated", "deleted", "signed out", "everywhere", "ended"])
async def test_who_has_left_is_not_told(bot: Bot, service: PushService, how: str) -> None:
    desk = bot.desk
    browser, other = Browser.new(service), Browser.new(service)
    device = await browser.subscribes(desk.alice.api)
    await other.subscribes(desk.bob.api)

    if how in ("deactivated", "deleted"):
        status = 1 if how == "deactivated" else 2
        await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": status})
    elif how == "signed out":
        await desk.acme.api.post(f"/api/operator/{desk.alice.id}/sign-out")
    elif how == "everywhere":
        await desk.alice.api.post("/api/operator/me/sign-out")
    else:
        desk.clock.move(seconds=8 * 3600)
        await other.subscribes(desk.anyone.bearer(await desk.token_of(desk.acme, desk.bob.id)))
    await begins(bot)

    await other.told()
    assert await quiet(browser)
    if how != "ended":
        assert await desk.services.db.read(devices.find, desk.acme.id, device) is None
