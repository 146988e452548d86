"""What is done with a chat: lines in it, tags, closing, snoozing, blocking, transfer."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opdesk.chats import actions as chats
from tests.chats.test_assignment import assign, place
from tests.desk import Api, Desk, Reply, eventually
from tests.realtime.clients import bare_client
from tests.telegram import TARAS, Bot

OLENA = replace(TARAS, id=7_001, first_name="Олена")
HOUR_S = 3600
TAGS = [{"name": "Доставка", "color": "#1f7a4d"}, {"name": "VIP", "color": "#b3261e"}]


async def lines(bot: Bot, chat_id: int) -> list[dict[str, Any]]:
    """What the system says in a chat, without what is null."""
    said = [one for one in await bot.messages(chat_id) if one["author"] == 3]
    return [{k: v for k, v in one["line"].items() if v is not None} for one in said]


async def set_up(desk: Desk, **settings: Any) -> None:
    body = {"id": desk.alice.organization_id, **settings}
    assert (await desk.acme.api.put("/api/company/organization", body)).status == 200


async def set_status(api: Api, chat_id: int, status: int, **more: Any) -> Reply:
    return await api.put("/api/chat/status", {"id": chat_id, "status": status, **more})


async def chat_of(bot: Bot, chat_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await bot.desk.acme.api.get(f"/api/chat/{chat_id}")).json
    return found


async def listed(api: Api, query: str = "") -> list[int]:
    return [one["id"] for one in (await api.get(f"/api/chat/chats?{query}")).json["items"]]


def company_token(desk: Desk) -> str:
    return desk.acme.api.headers["Authorization"].removeprefix("Bearer ")


async def test_what_happens_to_a_chat_stands_in_it_and_changes_nothing_else(bot: Bot) -> None:
    desk = bot.desk
    alice, bob = desk.alice, desk.bob
    older = await bot.given_chat("Перший")
    await bot.given_chat("Другий", OLENA)
    before = await chat_of(bot, older)

    await assign(alice.api, older, alice.id)
    note = {"id": older, "operatorId": bob.id, "note": "Питає про рахунок {to}"}
    assert (await alice.api.put("/api/chat/operator", note)).status == 200
    await assign(bob.api, older, None)
    await assign(desk.acme.api, older, bob.id)
    await set_status(bob.api, older, 4)
    await set_status(bob.api, older, 1)

    assert await lines(bot, older) == [
        {"code": "taken", "by": "Alice"},
        {"code": "transferred", "by": "Alice", "to": "Bob", "note": "Питає про рахунок {to}"},
        {"code": "returned", "by": "Bob"},
        {"code": "assigned", "to": "Bob"},
        {"code": "closed", "by": "Bob"},
        {"code": "reopened", "by": "Bob"},
    ]
    texts = [one["message"] for one in await bot.messages(older) if one["author"] == 3]
    assert texts[0] == "Чат узято в роботу (Alice)"
    assert texts[1] == "Чат передано оператору: Bob (Alice): Питає про рахунок {to}"
    after = await chat_of(bot, older)
    same = ("countUnread", "lastMessage", "activeAt")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert (await listed(desk.acme.api))[-1] == older
    assert await listed(desk.acme.api, "search=рахунок") == []
    assert bot.telegram.sent("sendMessage") == []


async def test_a_line_is_written_in_the_organizations_language(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    until = desk.in_hours(48)
    await set_status(desk.alice.api, chat_id, 3, until=until)
    local = datetime.fromisoformat(until).astimezone(ZoneInfo("Europe/Kyiv"))

    [line] = [one for one in await bot.messages(chat_id) if one["author"] == 3]
    assert line["message"] == f"Чат відкладено до {local:%d.%m.%Y %H:%M} (Alice)"
    assert line["line"]["until"] == until

    await set_up(desk, language="en", timeZone="UTC")
    [line] = [one for one in await bot.messages(chat_id) if one["author"] == 3]
    assert line["message"] == f"The chat was snoozed until {until[:10]} {until[11:16]} (Alice)"


async def test_a_line_is_no_answer(bot: Bot) -> None:
    """Neither for who answers at the same time, nor for a chat that is given back."""
    alice, bob = bot.desk.alice, bot.desk.bob
    chat_id = await bot.given_chat()
    [first] = await bot.messages(chat_id)
    await assign(bob.api, chat_id, bob.id)

    body = {"textMessage": "Вітаю", "lastSeenMessageId": first["id"]}
    assert (await alice.api.post(f"/api/chat/{chat_id}/message", body)).status == 200

    other = await bot.given_chat("Добрий день", OLENA)
    await assign(bob.api, other, bob.id)
    await assign(bob.api, other, None)
    assert await place(bot, other) == (0, None)


async def test_lines_reach_screens_and_chathubs_clients(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    async with (
        bare_client(desk.base_url, desk.bob.token) as panel,
        bare_client(desk.base_url, company_token(desk)) as crm,
    ):
        await panel.invoke("Subscribe", None)
        await assign(desk.alice.api, chat_id, desk.alice.id)

        told = await panel.signal("messageCreated")
        heard = [one for one in await crm.events(2) if one["target"] == "ReceiveMessage"]

    assert told["data"]["line"]["code"] == "taken"
    assert [one["arguments"][0]["author"] for one in heard] == [3]


async def test_tags_are_the_organizations_and_find_their_chats(bot: Bot) -> None:
    desk = bot.desk
    await set_up(desk, tags=TAGS)
    chat_id, other = await bot.given_chat(), await bot.given_chat("Вітаю", OLENA)
    path = f"/api/chat/{chat_id}/tags"

    reply = await desk.alice.api.put(path, {"tags": ["vip", "Доставка", "VIP"]})
    wrong = await desk.alice.api.put(path, {"tags": ["VIP", "Оплата"]})

    assert (reply.status, reply.json) == (200, {"tags": ["VIP", "Доставка"]})
    assert (wrong.status, list(wrong.json["errors"])) == (400, ["tags[1]"])
    assert "Оплата" in wrong.text
    assert (await chat_of(bot, chat_id))["tags"] == ["VIP", "Доставка"]
    assert await listed(desk.alice.api, "tag=доставка") == [chat_id]
    assert await listed(desk.alice.api, "tag=vip&status=4") == []
    assert (await chat_of(bot, other))["tags"] == []

    await set_up(desk, tags=[{"name": "Терміново", "color": "#000000"}])
    assert await listed(desk.alice.api, "tag=VIP") == [chat_id], "a chat keeps what it was given"
    kept = await desk.alice.api.put(path, {"tags": ["VIP", "Терміново"]})
    assert kept.json == {"tags": ["VIP", "Терміново"]}
    await desk.alice.api.put(path, {"tags": []})
    assert (await desk.alice.api.put(path, {"tags": ["VIP"]})).status == 400
    assert await listed(desk.alice.api, "tag=VIP") == []


async def test_a_close_with_a_tag_is_undone_with_the_snooze_before_it(bot: Bot) -> None:
    desk = bot.desk
    await set_up(desk, tags=TAGS)
    chat_id = await bot.given_chat()
    until = desk.in_hours(1)
    await set_status(desk.alice.api, chat_id, 3, until=until)

    wrong = await set_status(desk.alice.api, chat_id, 4, tag="Оплата")
    misplaced = await set_status(desk.alice.api, chat_id, 1, tag="VIP")
    assert (await set_status(desk.alice.api, chat_id, 4, tag="vip")).status == 200
    closed = await chat_of(bot, chat_id)
    assert (await desk.bob.api.post(f"/api/chat/{chat_id}/undo-close")).status == 200
    undone = await chat_of(bot, chat_id)
    again = await desk.bob.api.post(f"/api/chat/{chat_id}/undo-close")

    assert [list(one.json["errors"]) for one in (wrong, misplaced)] == [["tag"], ["tag"]]
    assert (closed["chatStatus"], closed["tags"], closed["pausedUntil"]) == (4, ["VIP"], None)
    assert (undone["chatStatus"], undone["tags"], undone["pausedUntil"]) == (3, [], until)
    assert await listed(desk.alice.api, "tag=VIP") == []
    assert (again.status, again.json["title"]) == (409, "This chat is not closed")
    assert [one["code"] for one in await lines(bot, chat_id)] == ["snoozed", "closed", "reopened"]
    assert (await lines(bot, chat_id))[1]["tag"] == "VIP"


async def test_a_message_after_the_close_leaves_nothing_to_undo(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await set_status(bot.desk.alice.api, chat_id, 4)
    await bot.writes("Ще одне питання")

    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/undo-close")

    assert reply.status == 409
    assert await place(bot, chat_id) == (0, None)


async def test_a_snoozed_chat_wakes_at_its_time_and_stands_first(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    await assign(desk.alice.api, chat_id, desk.alice.id)
    await set_status(desk.alice.api, chat_id, 3, until=desk.in_hours(2))
    nobodys = await bot.given_chat("Вітаю", OLENA)
    await set_status(desk.alice.api, nobodys, 3, until=desk.in_hours(2))
    third = await bot.given_chat("Третій", replace(TARAS, id=7_002, first_name="Іван"))

    desk.clock.move(seconds=HOUR_S)
    assert await chats.wake_due(desk.services.db) == 0
    assert (await chat_of(bot, chat_id))["chatStatus"] == 3

    desk.clock.move(seconds=HOUR_S + 1)
    await eventually(lambda: woken(bot, chat_id))
    await eventually(lambda: woken(bot, nobodys))
    assert await place(bot, chat_id) == (1, desk.alice.id)
    assert await place(bot, nobodys) == (0, None)
    assert set((await listed(desk.acme.api))[:2]) == {chat_id, nobodys}
    assert (await listed(desk.acme.api))[2] == third
    assert (await lines(bot, chat_id))[-1] == {"code": "woken"}

    await desk.alice.api.post(f"/api/chat/{chat_id}/read")
    assert (await chat_of(bot, chat_id))["wokeAt"] is None


async def woken(bot: Bot, chat_id: int) -> bool | None:
    return (await chat_of(bot, chat_id))["wokeAt"] is not None or None


@pytest.mark.parametrize(
    ("status", "until"),
    [(3, "2000-01-01T00:00:00Z"), (3, "2199-01-01T00:00:00Z"), (3, "soon"), (1, "2099-01-01")],
)
async def test_a_snooze_needs_a_time_ahead(bot: Bot, status: int, until: str) -> None:
    chat_id = await bot.given_chat()

    reply = await set_status(bot.desk.alice.api, chat_id, status, until=until)

    assert (reply.status, list(reply.json["errors"])) == (400, ["until"])
    assert await place(bot, chat_id) == (0, None)


async def test_a_clients_message_ends_the_snooze(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    await set_status(desk.alice.api, chat_id, 3, until=desk.in_hours(1))
    await bot.writes("Ще одне")

    desk.clock.move(seconds=2 * HOUR_S)

    assert await chats.wake_due(desk.services.db) == 0
    found = await chat_of(bot, chat_id)
    assert (found["chatStatus"], found["pausedUntil"], found["wokeAt"]) == (0, None, None)


async def test_a_blocked_client_disturbs_nobody_and_notices_nothing(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    other = await bot.given_chat("Вітаю", OLENA)
    await set_status(desk.alice.api, chat_id, 4)
    body = {"id": chat_id, "block": 1}

    assert (await desk.alice.api.put("/api/chat/block", body)).status == 200
    assert (await desk.alice.api.put("/api/chat/block", body)).status == 200
    before = await chat_of(bot, chat_id)
    await bot.writes("Чому мовчите?")
    after = await chat_of(bot, chat_id)

    assert [one["message"] for one in await bot.messages(chat_id)][-1] == "Чому мовчите?"
    same = ("chatStatus", "countUnread", "activeAt")
    assert (
        [after[name] for name in same]
        == [before[name] for name in same]
        == [
            4,
            0,
            before["activeAt"],
        ]
    )
    assert await listed(desk.alice.api) == [other]
    page = (await desk.alice.api.get("/api/chat/chats")).json
    assert page["total"] == 1
    page = (await desk.alice.api.get("/api/chat/chats?blocked=true")).json
    assert (page["total"], [one["id"] for one in page["items"]]) == (1, [chat_id])
    assert page["items"][0]["block"] == 1

    await desk.alice.api.put("/api/chat/block", {"id": chat_id, "block": 2})
    await desk.bob.api.put("/api/chat/block", {"id": chat_id, "block": 0})
    await bot.writes("Дякую")
    again = await chat_of(bot, chat_id)
    assert (again["chatStatus"], again["countUnread"], again["block"]) == (0, 1, 0)
    codes = [one["code"] for one in await lines(bot, chat_id)]
    assert codes == ["closed", "blocked", "spam", "notSpam"]
    entries = (await desk.acme.api.get("/api/audit")).json["items"]
    written = [(one["action"], one["details"]) for one in entries if "locked" in one["action"]]
    assert written == [
        ("client.unblocked", {"reason": "spam"}),
        ("client.blocked", {"reason": "spam"}),
        ("client.blocked", {"reason": "blocked"}),
    ]
    bad = await desk.alice.api.put("/api/chat/block", {"id": chat_id, "block": 3})
    assert (bad.status, list(bad.json["errors"])) == (400, ["block"])


async def test_a_leavers_open_chats_return_to_the_queue_by_themselves(bot: Bot) -> None:
    desk = bot.desk
    mine, closed = await bot.given_chat(), await bot.given_chat("Вітаю", OLENA)
    for chat_id in (mine, closed):
        await assign(desk.alice.api, chat_id, desk.alice.id)
    await set_status(desk.alice.api, closed, 4)

    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})

    async def returned() -> bool | None:
        return await place(bot, mine) == (0, None) or None

    await eventually(returned)
    assert await place(bot, closed) == (4, desk.alice.id)
    assert (await lines(bot, mine))[-1] == {"code": "returned"}
    entry = (await desk.acme.api.get("/api/audit?action=operator.chatsHandedOver")).json["items"]
    assert [(one["details"]["chats"], one["who"]["kind"]) for one in entry] == [(1, "system")]
