"""Typing on its way to the customer, and who may say that somebody types."""

import asyncio
from typing import Any

import pytest

from opdesk import parts
from opdesk.connectors.relay import MAX_AT_ONCE, REST_S
from opdesk.connectors.typing_relay import PAUSE_S, TypingRelay
from opdesk.kit.bus import Bus
from opdesk.kit.db import Outlet
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer, Refusal
from tests.desk import Api, Desk, Reply, eventually
from tests.fakes import MovableClock
from tests.telegram import TARAS, Bot

OLHA = Customer(77, "Ольга", "Лис")


async def types(api: Api, chat_id: int, author: Any = None) -> Reply:
    body = None if author is None else {"author": author}
    return await api.post(f"/api/chat/{chat_id}/typing", body)


async def shown(bot: Bot, count: int) -> list[Any]:
    """Whom Telegram was told of, once it was told `count` times."""

    async def look() -> bool | None:
        return len(bot.telegram.sent("sendChatAction")) >= count or None

    await eventually(look)
    await asyncio.sleep(0.05)
    return [call.body["chat_id"] for call in bot.telegram.sent("sendChatAction")]


async def test_the_customer_sees_that_an_operator_writes(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    reply = await types(bot.desk.alice.api, chat_id)

    assert (reply.status, reply.text) == (200, "")
    assert await shown(bot, 1) == [TARAS.id]
    [call] = bot.telegram.sent("sendChatAction")
    assert call.body == {"chat_id": TARAS.id, "action": "typing"}


async def test_the_platform_hears_of_a_chat_every_four_seconds_at_most(bot: Bot) -> None:
    chat_id, other = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)

    for api in (bot.desk.alice.api, bot.desk.bob.api, bot.desk.acme.api):
        assert (await types(api, chat_id, 0)).status == 200
    await types(bot.desk.alice.api, other)
    assert await shown(bot, 2) == [TARAS.id, OLHA.id]

    bot.desk.clock.move(seconds=PAUSE_S)
    await types(bot.desk.bob.api, chat_id)
    assert await shown(bot, 3) == [TARAS.id, OLHA.id, TARAS.id]


async def test_the_clients_typing_is_the_companys_to_tell_and_not_shown_to_the_client(
    bot: Bot,
) -> None:
    chat_id = await bot.given_chat()

    assert (await types(bot.desk.alice.api, chat_id, 1)).status == 403
    assert (await types(bot.desk.acme.api, chat_id, 1)).status == 200

    await types(bot.desk.alice.api, chat_id)
    assert await shown(bot, 1) == [TARAS.id]


@pytest.mark.parametrize("author", [2, 3, -1, "x", True, 0.5])
async def test_another_author_is_400_and_named(bot: Bot, author: Any) -> None:
    chat_id = await bot.given_chat()

    for api in (bot.desk.alice.api, bot.desk.acme.api):
        reply = await types(api, chat_id, author)
        assert (reply.status, list(reply.json["errors"])) == (400, ["author"])


async def test_a_chat_of_someone_elses_is_404_before_anything_else(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk

    for api in (desk.charlie.api, desk.mallory.api, desk.rival.api):
        for author in (None, 0, 1):
            assert (await types(api, chat_id, author)).status == 404
    assert (await types(desk.alice.api, 2**40)).status == 404
    assert (await types(desk.anyone, chat_id)).status == 401
    assert bot.telegram.sent("sendChatAction") == []


async def test_a_channel_that_is_off_or_gone_is_not_called(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    api = bot.desk.acme.api
    path = f"/api/channel/{bot.channel_id}"

    assert (await api.put(path, {"isEnabled": False})).status == 200
    assert (await types(bot.desk.alice.api, chat_id)).status == 200
    bot.desk.clock.move(seconds=PAUSE_S)
    assert (await api.delete(path)).status == 200
    assert (await types(bot.desk.alice.api, chat_id)).status == 200

    await asyncio.sleep(0.1)
    assert bot.telegram.sent("sendChatAction") == []


async def test_a_customer_who_blocked_us_is_left_alone_and_the_others_are_not(bot: Bot) -> None:
    chat_id, other = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    blocked = Refusal(403, "Forbidden: bot was blocked by the user")
    bot.telegram.faults.refusals["sendChatAction"] = [blocked]
    await types(bot.desk.alice.api, chat_id)
    await shown(bot, 1)

    bot.desk.clock.move(seconds=PAUSE_S)
    await types(bot.desk.alice.api, chat_id)
    await types(bot.desk.alice.api, other)
    assert await shown(bot, 2) == [TARAS.id, OLHA.id]

    bot.desk.clock.move(seconds=REST_S)
    await types(bot.desk.alice.api, chat_id)
    assert await shown(bot, 3) == [TARAS.id, OLHA.id, TARAS.id]


@pytest.mark.parametrize(
    ("refusal", "rest_s"),
    [
        (Refusal(429, "Too Many Requests: retry after 7", {"retry_after": 7}), 7),
        (Refusal(502, "Bad Gateway"), REST_S),
    ],
)
async def test_a_bot_that_is_slowed_down_or_down_rests(
    bot: Bot, refusal: Refusal, rest_s: float
) -> None:
    chat_id, other = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    bot.telegram.faults.refusals["sendChatAction"] = [refusal]
    await types(bot.desk.alice.api, chat_id)
    await shown(bot, 1)

    await types(bot.desk.alice.api, other)
    assert await shown(bot, 1) == [TARAS.id]

    bot.desk.clock.move(seconds=rest_s)
    await types(bot.desk.alice.api, other)
    assert await shown(bot, 2) == [TARAS.id, OLHA.id]


async def test_a_lost_answer_harms_nobody(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    bot.telegram.faults.lost.add("sendChatAction")

    assert (await types(bot.desk.alice.api, chat_id)).status == 200
    await shown(bot, 1)
    sent = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Так"})

    assert (await bot.delivered(sent.json["id"], chat_id))["status"] == 1


async def test_a_platform_that_never_answers_holds_neither_callers_nor_much_of_us(
    bot: Bot,
) -> None:
    bot.telegram.faults.silent.add("sendChatAction")
    customers = [Customer(500 + n, f"Клієнт{n}") for n in range(MAX_AT_ONCE + 4)]
    for customer in customers:
        await bot.writes("Вітаю", customer)

    async with asyncio.timeout(4):
        for chat in await bot.chats():
            assert (await types(bot.desk.alice.api, chat["id"])).status == 200

    assert len(await shown(bot, MAX_AT_ONCE)) == MAX_AT_ONCE


async def test_a_chat_that_is_not_there_is_no_error(desk: Desk) -> None:
    await desk.services.typing_relay.show(desk.acme.id, 2**40)


async def test_a_database_that_fails_is_no_error(
    desk: Desk, settings: Settings, clock: MovableClock
) -> None:
    services = desk.services
    closed = parts.open_database(settings, Outlet(clock, Bus(), []))
    await closed.close()

    await TypingRelay(closed, services.vault, services.http, clock).show(desk.acme.id, 1)


async def test_a_call_that_takes_too_long_is_dropped_and_the_bot_rests(bot: Bot) -> None:
    chat_id, other = await bot.given_chat(), await bot.given_chat("Вітаю", OLHA)
    services = bot.desk.services
    relay = TypingRelay(services.db, services.vault, services.http, services.clock, call_s=1)
    bot.telegram.faults.silent.add("sendChatAction")
    await relay.show(bot.desk.acme.id, chat_id)
    await shown(bot, 1)
    await asyncio.sleep(1.2)

    await relay.show(bot.desk.acme.id, other)
    bot.desk.clock.move(seconds=REST_S)
    await relay.show(bot.desk.acme.id, chat_id)

    assert await shown(bot, 2) == [TARAS.id, TARAS.id]
    await relay.close()
