"""Whose a chat is: taken, handed on, given back to the queue."""

from collections.abc import Mapping
from typing import Any

import pytest

from opdesk.events.actions import events_after, last_number
from tests.desk import Api, Reply
from tests.telegram import Bot


async def assign(api: Api, chat_id: int, operator_id: int | None) -> Reply:
    return await api.put("/api/chat/operator", {"id": chat_id, "operatorId": operator_id})


async def place(bot: Bot, chat_id: int) -> tuple[int, int | None]:
    """(status, operator) of a chat."""
    chat = (await bot.desk.acme.api.get(f"/api/chat/{chat_id}")).json
    operator = chat["operator"]
    return chat["chatStatus"], operator["id"] if operator else None


async def told_since(bot: Bot, number: int) -> list[tuple[str, Mapping[str, int]]]:
    """What the log tells of after `number`, without the messages."""
    desk = bot.desk
    page = await desk.services.db.read(
        events_after, desk.acme.id, desk.alice.organization_id, number
    )
    assert page is not None
    return [(str(one.type), one.ids) for one in page.events if "messageId" not in one.ids]


async def now(bot: Bot) -> int:
    desk = bot.desk
    return await desk.services.db.read(last_number, desk.acme.id, desk.alice.organization_id)


async def test_taking_a_new_chat_makes_it_open(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    alice = bot.desk.alice
    before = await now(bot)

    reply = await assign(alice.api, chat_id, alice.id)

    assert (reply.status, reply.text) == (200, "")
    assert await place(bot, chat_id) == (1, alice.id)
    assert await told_since(bot, before) == [
        ("chatStatusChanged", {"chatId": chat_id, "status": 1}),
        ("chatAssigned", {"chatId": chat_id, "operatorId": alice.id, "byOperatorId": alice.id}),
    ]


async def test_a_chat_is_handed_to_a_colleague_by_anyone_of_the_desk(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    alice, bob = bot.desk.alice, bot.desk.bob
    await assign(bot.desk.acme.api, chat_id, alice.id)
    before = await now(bot)

    assert (await assign(bob.api, chat_id, bob.id)).status == 200
    assert (await assign(bob.api, chat_id, bob.id)).status == 200
    assert (await assign(bot.desk.acme.api, chat_id, alice.id)).status == 200

    assert await place(bot, chat_id) == (1, alice.id)
    assert await told_since(bot, before) == [
        ("chatAssigned", {"chatId": chat_id, "operatorId": bob.id, "byOperatorId": bob.id}),
        ("chatAssigned", {"chatId": chat_id, "operatorId": alice.id, "byOperatorId": 0}),
    ]


async def test_an_unanswered_chat_given_back_is_new_again(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    alice = bot.desk.alice
    await assign(alice.api, chat_id, alice.id)
    before = await now(bot)

    assert (await assign(alice.api, chat_id, None)).status == 200

    assert await place(bot, chat_id) == (0, None)
    assert await told_since(bot, before) == [
        ("chatStatusChanged", {"chatId": chat_id, "status": 0}),
        ("chatAssigned", {"chatId": chat_id, "operatorId": 0, "byOperatorId": alice.id}),
    ]


async def test_an_answered_chat_given_back_stays_open(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    alice = bot.desk.alice
    await alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Так"})
    await bot.writes("А ще?")

    await assign(alice.api, chat_id, None)

    assert await place(bot, chat_id) == (1, None)


@pytest.mark.parametrize("status", [2, 3, 4])
async def test_other_statuses_stay_whosever_the_chat_becomes(bot: Bot, status: int) -> None:
    chat_id = await bot.given_chat()
    bob = bot.desk.bob
    await bot.desk.acme.api.put("/api/chat/status", {"id": chat_id, "status": status})

    await assign(bob.api, chat_id, bob.id)
    taken = await place(bot, chat_id)
    await assign(bob.api, chat_id, None)

    assert (taken, await place(bot, chat_id)) == ((status, bob.id), (status, None))


async def test_the_first_answer_and_opening_are_told_as_assigning(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    alice, bob = bot.desk.alice, bot.desk.bob
    before = await now(bot)
    await alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "Так"})
    await bob.api.post(f"/api/chat/{chat_id}/message", {"textMessage": "І я"})
    await assign(alice.api, chat_id, None)
    await bob.api.put("/api/chat/status", {"id": chat_id, "status": 1})

    found = [ids for kind, ids in await told_since(bot, before) if kind == "chatAssigned"]

    assert [(ids["operatorId"], ids["byOperatorId"]) for ids in found] == [
        (alice.id, alice.id),
        (0, alice.id),
        (bob.id, bob.id),
    ]


async def test_only_active_operators_of_the_chats_organization_get_it(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    desk = bot.desk

    for stranger in (desk.charlie.id, desk.mallory.id, 2**40):
        assert (await assign(desk.acme.api, chat_id, stranger)).status == 404
    for status, answer in ((1, 409), (2, 404)):
        await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": status})
        assert (await assign(desk.alice.api, chat_id, desk.bob.id)).status == answer

    assert await place(bot, chat_id) == (0, None)


async def test_a_chat_of_someone_elses_is_404(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    for person in (bot.desk.charlie, bot.desk.mallory):
        assert (await assign(person.api, chat_id, person.id)).status == 404
        assert (await assign(person.api, chat_id, None)).status == 404
    assert (await assign(bot.desk.alice.api, 2**40, bot.desk.alice.id)).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operatorId": 1}, "id"),
        ({"id": 1}, "operatorId"),
        ({"id": 1, "operatorId": 0}, "operatorId"),
        ({"id": 1, "operatorId": True}, "operatorId"),
        ({"id": "x", "operatorId": None}, "id"),
    ],
)
async def test_a_bad_body_is_400_and_named(bot: Bot, body: dict[str, Any], field: str) -> None:
    reply = await bot.desk.alice.api.put("/api/chat/operator", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
