"""An operator leaves: signed out everywhere, the chats handed over."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from opdesk.chats.actions import handing_over
from tests.chats.test_assignment import now, place, told_since
from tests.desk import PASSWORD, Desk, Reply
from tests.realtime.clients import bare_client
from tests.telegram import TARAS, Bot


async def hand_over(desk: Desk, operator_id: int, to: Any) -> Reply:
    path = f"/api/operator/{operator_id}/hand-over"
    return await desk.acme.api.post(path, {"toOperatorId": to})


async def chats_of(bot: Bot, count: int, operator_id: int | None) -> list[int]:
    """Chats of as many customers, assigned."""
    for number in range(count):
        await bot.writes("Добрий день", replace(TARAS, id=8_000 + number))
    ids = sorted(one["id"] for one in await bot.chats())
    for chat_id in ids:
        body = {"id": chat_id, "operatorId": operator_id}
        assert (await bot.desk.acme.api.put("/api/chat/operator", body)).status == 200
    return ids


async def set_status(bot: Bot, chat_id: int, status: int) -> None:
    await bot.desk.acme.api.put("/api/chat/status", {"id": chat_id, "status": status})


async def test_signing_out_ends_tokens_sessions_and_connections(desk: Desk) -> None:
    login = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", login)
    entered = await desk.anyone.post(
        "/api/operator/sign-in", login, headers={"Origin": desk.base_url}
    )
    cookie = {"Cookie": entered.headers["set-cookie"].split(";")[0]}
    assert (await desk.anyone.get("/api/operator/me", headers=cookie)).status == 200

    async with bare_client(desk.base_url, desk.alice.token) as panel:
        reply = await desk.acme.api.post(f"/api/operator/{desk.alice.id}/sign-out")
        assert (reply.status, reply.text) == (200, "")
        closing = await panel.next(at_most_s=5)
        assert (closing["type"], closing.get("allowReconnect")) == (7, None)

    assert (await desk.alice.api.get("/api/operator/me")).status == 401
    assert (await desk.anyone.get("/api/operator/me", headers=cookie)).status == 401
    assert (await desk.bob.api.get("/api/operator/me")).status == 200
    token = await desk.token_of(desk.acme, desk.alice.id)
    assert (await desk.anyone.bearer(token).get("/api/operator/me")).status == 200
    entry = (await desk.acme.api.get("/api/audit?action=operator.signedOut")).json["items"][0]
    assert (entry["subjectId"], entry["details"]) == (desk.alice.id, {"name": "Alice"})


async def test_only_the_company_signs_its_operators_out(desk: Desk) -> None:
    path = f"/api/operator/{desk.alice.id}/sign-out"

    assert (await desk.rival.api.post(path)).status == 404
    assert (await desk.charlie.api.post(path)).status == 403
    assert (await desk.alice.api.post(path)).status == 403
    assert (await desk.acme.api.post("/api/operator/999999/sign-out")).status == 404
    assert (await desk.alice.api.get("/api/operator/me")).status == 200


async def test_chats_go_to_a_colleague_but_closed_ones_stay(bot: Bot) -> None:
    desk = bot.desk
    alice, bob = desk.alice.id, desk.bob.id
    ids = await chats_of(bot, 5, alice)
    for chat_id, status in zip(ids[1:], (2, 3, 4), strict=False):
        await set_status(bot, chat_id, status)
    await desk.acme.api.put("/api/chat/operator", {"id": ids[4], "operatorId": bob})
    before = await now(bot)

    reply = await hand_over(desk, alice, bob)

    assert (reply.status, reply.json) == (200, {"moved": 3})
    assert [await place(bot, chat_id) for chat_id in ids] == [
        (1, bob),
        (2, bob),
        (3, bob),
        (4, alice),
        (1, bob),
    ]
    assert await told_since(bot, before) == [
        ("chatAssigned", {"chatId": chat_id, "operatorId": bob, "byOperatorId": 0})
        for chat_id in ids[:3]
    ]
    entry = (await desk.acme.api.get("/api/audit")).json["items"][0]
    assert (entry["action"], entry["subjectId"]) == ("operator.chatsHandedOver", alice)
    assert entry["details"] == {"name": "Alice", "to": "Bob", "toId": bob, "chats": 3}
    assert (await hand_over(desk, alice, bob)).json == {"moved": 0}


async def test_chats_go_back_to_the_queue_as_given_back_ones_do(bot: Bot) -> None:
    desk = bot.desk
    alice = desk.alice.id
    untouched, answered = await chats_of(bot, 2, alice)
    await desk.alice.api.post(f"/api/chat/{answered}/message", {"textMessage": "Так"})
    before = await now(bot)

    reply = await hand_over(desk, alice, None)

    assert reply.json == {"moved": 2}
    assert await place(bot, untouched) == (0, None)
    assert await place(bot, answered) == (2, None)
    assert await told_since(bot, before) == [
        ("chatStatusChanged", {"chatId": untouched, "status": 0}),
        ("chatAssigned", {"chatId": untouched, "operatorId": 0, "byOperatorId": 0}),
        ("chatAssigned", {"chatId": answered, "operatorId": 0, "byOperatorId": 0}),
    ]


async def test_panels_follow(bot: Bot) -> None:
    desk = bot.desk
    ids = await chats_of(bot, 2, desk.alice.id)
    async with bare_client(desk.base_url, desk.bob.token) as panel:
        await panel.invoke("Subscribe", None)
        await hand_over(desk, desk.alice.id, desk.bob.id)

        told = [await panel.signal("chatAssigned") for _ in ids]

    assert [one["data"]["chat"]["id"] for one in told] == ids
    assert {one["data"]["chat"]["operator"]["id"] for one in told} == {desk.bob.id}


async def test_more_than_one_batch(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "BATCH", 2)
    desk = bot.desk
    ids = await chats_of(bot, 5, desk.alice.id)

    assert (await hand_over(desk, desk.alice.id, desk.bob.id)).json == {"moved": 5}

    assert [await place(bot, chat_id) for chat_id in ids] == [(1, desk.bob.id)] * 5
    page = await desk.acme.api.get("/api/audit?action=operator.chatsHandedOver")
    assert [one["details"]["chats"] for one in page.json["items"]] == [1, 2, 2]
    assert (await hand_over(desk, desk.bob.id, desk.alice.id)).json == {"moved": 5}


async def test_two_at_once_move_each_chat_once(bot: Bot) -> None:
    desk = bot.desk
    ids = await chats_of(bot, 6, desk.alice.id)

    replies = await asyncio.gather(
        *(hand_over(desk, desk.alice.id, to) for to in (desk.bob.id, None, desk.bob.id))
    )

    assert sum(reply.json["moved"] for reply in replies) == 6
    assert {(await place(bot, chat_id))[1] for chat_id in ids} <= {desk.bob.id, None}


@pytest.mark.parametrize(("to", "status"), [("charlie", 404), ("mallory", 404), ("alice", 400)])
async def test_the_colleague_is_another_one_of_the_same_organization(
    bot: Bot, to: str, status: int
) -> None:
    desk = bot.desk
    [chat_id] = await chats_of(bot, 1, desk.alice.id)

    reply = await hand_over(desk, desk.alice.id, getattr(desk, to).id)

    assert (reply.status, list(reply.json["errors"])) == (status, ["toOperatorId"])
    assert await place(bot, chat_id) == (1, desk.alice.id)


@pytest.mark.parametrize(("left", "status"), [(1, 409), (2, 404)])
async def test_the_colleague_is_active(bot: Bot, left: int, status: int) -> None:
    desk = bot.desk
    [chat_id] = await chats_of(bot, 1, desk.alice.id)
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": left})

    reply = await hand_over(desk, desk.alice.id, desk.bob.id)

    assert (reply.status, list(reply.json["errors"])) == (status, ["toOperatorId"])
    assert await place(bot, chat_id) == (1, desk.alice.id)


@pytest.mark.parametrize("body", [{}, {"toOperatorId": 0}, {"toOperatorId": "x"}])
async def test_a_bad_body_is_400_and_named(desk: Desk, body: dict[str, Any]) -> None:
    reply = await desk.acme.api.post(f"/api/operator/{desk.alice.id}/hand-over", body)

    assert (reply.status, list(reply.json["errors"])) == (400, ["toOperatorId"])


async def test_only_the_company_hands_chats_over(bot: Bot) -> None:
    desk = bot.desk
    [chat_id] = await chats_of(bot, 1, desk.alice.id)
    path = f"/api/operator/{desk.alice.id}/hand-over"

    for api, status in ((desk.rival.api, 404), (desk.charlie.api, 403), (desk.bob.api, 403)):
        assert (await api.post(path, {"toOperatorId": None})).status == status
    assert (await desk.acme.api.post("/api/operator/99/hand-over", {})).status == 400
    assert (await hand_over(desk, 999_999, None)).status == 404
    assert await place(bot, chat_id) == (1, desk.alice.id)


@pytest.mark.parametrize(("status", "expected"), [(0, (1, True)), (1, (0, False)), (2, (0, False))])
async def test_a_closed_chat_of_someone_who_left_is_nobodys_when_its_client_writes(
    bot: Bot, status: int, expected: tuple[int, bool]
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    await desk.acme.api.put("/api/chat/operator", {"id": chat_id, "operatorId": desk.alice.id})
    await set_status(bot, chat_id, 4)
    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": status})

    await bot.writes("Я знову тут")

    is_now, operator = await place(bot, chat_id)
    assert (is_now, operator == desk.alice.id) == expected
