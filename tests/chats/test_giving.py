"""Automatic assignment: who is connected and has room gets the chats of the queue."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from opdesk.chats import actions as chats
from tests.chats.test_assignment import assign, place
from tests.chats.test_work import chat_of, lines, set_status, set_up
from tests.desk import Person, eventually
from tests.realtime.clients import BareClient, bare_client
from tests.telegram import TARAS, Bot

IN_TURN, LEAST_BUSY = 1, 2


class Door:
    """Lets operators come to the desk."""

    def __init__(self, stack: AsyncExitStack, base_url: str) -> None:
        self._stack, self._base_url = stack, base_url

    async def enter(self, person: Person) -> BareClient:
        return await self._stack.enter_async_context(bare_client(self._base_url, person.token))


@pytest.fixture
async def door(bot: Bot) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        yield Door(stack, bot.desk.base_url)


async def given_chats(bot: Bot, first: int, count: int) -> list[int]:
    names = [f"Клієнт{number}" for number in range(first, first + count)]
    return [
        await bot.given_chat("Вітаю", replace(TARAS, id=9_000 + first + index, first_name=name))
        for index, name in enumerate(names)
    ]


async def whose(bot: Bot, ids: list[int]) -> list[int | None]:
    return [(await place(bot, chat_id))[1] for chat_id in ids]


async def all_given(bot: Bot, ids: list[int]) -> list[int | None]:
    async def look() -> list[int | None] | None:
        found = await whose(bot, ids)
        return found if None not in found else None

    return await eventually(look)


async def test_new_chats_go_to_those_who_are_there_each_in_turn(bot: Bot, door: Door) -> None:
    desk = bot.desk
    await set_up(desk, assignment=IN_TURN)
    waiting = await given_chats(bot, 0, 2)
    assert await whose(bot, waiting) == [None, None], "nobody is there"

    await door.enter(desk.alice)
    assert set(await all_given(bot, waiting)) == {desk.alice.id}
    await door.enter(desk.bob)
    later = [await all_given(bot, await given_chats(bot, 2 + n, 1)) for n in range(4)]

    assert later == [[desk.bob.id], [desk.alice.id], [desk.bob.id], [desk.alice.id]]
    assert (await chat_of(bot, waiting[0]))["chatStatus"] == 1
    assert await lines(bot, waiting[0]) == [{"code": "given", "to": "Alice"}]


async def test_the_least_busy_gets_the_next_one(bot: Bot, door: Door) -> None:
    desk = bot.desk
    for chat_id in await given_chats(bot, 0, 3):
        await assign(desk.alice.api, chat_id, desk.alice.id)
    await door.enter(desk.alice)
    await door.enter(desk.bob)
    await set_up(desk, assignment=LEAST_BUSY)

    given = await all_given(bot, await given_chats(bot, 3, 4))

    assert Counter(given) == {desk.bob.id: 3, desk.alice.id: 1} or Counter(given) == {
        desk.bob.id: 4
    }
    assert given[:3] == [desk.bob.id] * 3


async def test_who_is_full_gets_nothing_until_there_is_room(bot: Bot, door: Door) -> None:
    desk = bot.desk
    await set_up(desk, assignment=IN_TURN, capacity=1)
    await door.enter(desk.alice)
    first, second = await given_chats(bot, 0, 2)
    assert await all_given(bot, [first]) == [desk.alice.id]
    assert await desk.services.assigner.look() == 0
    assert await place(bot, second) == (0, None)

    await set_status(desk.alice.api, first, 4)
    assert await all_given(bot, [second]) == [desk.alice.id]

    [third] = await given_chats(bot, 2, 1)
    assert await desk.services.assigner.look() == 0
    await door.enter(desk.bob)
    assert await all_given(bot, [third]) == [desk.bob.id]


async def test_only_active_operators_of_the_organization_get_chats(bot: Bot, door: Door) -> None:
    desk = bot.desk
    await set_up(desk, assignment=IN_TURN)
    await door.enter(desk.charlie)
    await door.enter(desk.mallory)
    [chat_id] = await given_chats(bot, 0, 1)

    assert await desk.services.assigner.look() == 0
    db, here = desk.services.db, desk.alice.organization_id
    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})
    everyone = frozenset(
        {desk.alice.id, desk.charlie.id, desk.mallory.id, 999_999},
    )
    assert await db.write(chats.give_queue, desk.acme.id, here, everyone) == 0

    assert await place(bot, chat_id) == (0, None)


async def test_neither_paused_nor_blocked_chats_are_given(bot: Bot, door: Door) -> None:
    desk = bot.desk
    paused, blocked, answered = await given_chats(bot, 0, 3)
    await set_status(desk.acme.api, paused, 3)
    await desk.acme.api.put("/api/chat/block", {"id": blocked, "block": 2})
    await desk.acme.api.post(f"/api/chat/{answered}/message", {"textMessage": "Вітаю"})
    await set_up(desk, assignment=IN_TURN)
    await door.enter(desk.alice)

    assert await desk.services.assigner.look() == 0
    assert await whose(bot, [paused, blocked, answered]) == [None] * 3


async def test_two_at_once_give_each_chat_once_and_nobody_too_many(bot: Bot) -> None:
    desk = bot.desk
    ids = await given_chats(bot, 0, 6)
    await set_up(desk, assignment=LEAST_BUSY, capacity=2)
    db, place_ = desk.services.db, (desk.acme.id, desk.alice.organization_id)
    both = frozenset({desk.alice.id, desk.bob.id})

    given = await asyncio.gather(*(db.write(chats.give_queue, *place_, both) for _ in range(4)))

    assert sum(given) == 4
    found = Counter(await whose(bot, ids))
    assert found == {desk.alice.id: 2, desk.bob.id: 2, None: 2}
    for chat_id in ids:
        assert len(await lines(bot, chat_id)) <= 1
