"""Since when a client waits, and the list of those who wait."""

import asyncio
from dataclasses import replace
from typing import Any

from tests.chats.test_work import set_status
from tests.desk import Api
from tests.telegram import TARAS, Bot

CUSTOMERS = [replace(TARAS, id=9_000 + number, first_name=f"К{number}") for number in range(5)]


async def waiting(api: Api, query: str = "") -> dict[str, Any]:
    reply = await api.get(f"/api/chat/chats?waiting=true{query}")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


async def since(bot: Bot, chat_id: int) -> Any:
    return (await bot.desk.alice.api.get(f"/api/chat/{chat_id}")).json["waitingSince"]


async def answer(bot: Bot, chat_id: int) -> None:
    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Так"})
    assert reply.status == 200, reply.text


async def test_a_client_waits_from_the_first_unanswered_message_on(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    [first] = await bot.messages(chat_id)
    await bot.writes("Ви тут?")
    assert await since(bot, chat_id) == first["createdAt"]

    await answer(bot, chat_id)
    assert await since(bot, chat_id) is None
    await asyncio.sleep(1.1)  # Telegram tells whole seconds
    await bot.writes("Дякую, а доставка?")

    last = (await bot.messages(chat_id))[-1]
    assert await since(bot, chat_id) == last["createdAt"] > first["createdAt"]


async def test_who_was_let_go_waits_for_the_new_question(bot: Bot) -> None:
    api = bot.desk.alice.api
    chat_id = await bot.given_chat()
    began = await since(bot, chat_id)

    await set_status(api, chat_id, 4)
    assert await since(bot, chat_id) is None
    await api.post(f"/api/chat/{chat_id}/undo-close", None)
    assert await since(bot, chat_id) == began
    await set_status(api, chat_id, 4)
    await asyncio.sleep(1.1)  # Telegram tells whole seconds
    await bot.writes("Ще питання")

    asked = [one["createdAt"] for one in await bot.messages(chat_id) if one["author"] == 1]
    assert await since(bot, chat_id) == asked[-1] > began


async def test_the_longest_waiting_stand_first(bot: Bot) -> None:
    api = bot.desk.alice.api
    ids = [await bot.given_chat("Є 42?", one) for one in CUSTOMERS]
    await bot.writes("Ви тут?", CUSTOMERS[0])
    await answer(bot, ids[1])
    await api.put("/api/chat/block", {"id": ids[2], "block": 2})

    whole = await waiting(api)
    first = await waiting(api, "&per_page=2")
    rest = await waiting(api, f"&per_page=2&before={first['next']}")
    back = await waiting(api, f"&per_page=2&after={first['next']}")

    expected = [ids[0], ids[3], ids[4]]
    assert [one["id"] for one in whole["items"]] == expected
    assert (whole["total"], first["total"]) == (3, 3)
    pages = [[one["id"] for one in page["items"]] for page in (first, rest)]
    assert pages == [expected[:2], expected[2:]]
    assert rest["next"] is None
    assert [one["id"] for one in back["items"]] == [ids[0]]
    assert (await waiting(api, f"&operatorId={bot.desk.alice.id}"))["items"] == []
