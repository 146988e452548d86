"""A send that names what its author had seen can't talk over a colleague."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from opdesk.events.actions import events_after
from opdesk.events.model import EventType
from opdesk.kit.context import Tx
from tests.desk import Api, Reply
from tests.telegram import JPEG, Bot

TITLE = "A colleague has answered since"


async def send(api: Api, chat_id: int, text: str, **more: Any) -> Reply:
    return await api.post(f"/api/chat/{chat_id}/message", {"textMessage": text, **more})


async def texts(bot: Bot, chat_id: int) -> list[str]:
    return [one["message"] for one in await bot.messages(chat_id)]


async def newest(bot: Bot, chat_id: int) -> int:
    found: int = (await bot.messages(chat_id))[-1]["id"]
    return found


async def test_a_send_behind_a_colleagues_answer_is_held_until_it_is_forced(bot: Bot) -> None:
    chat_id = await bot.given_chat("Чи є знижки?")
    seen = await newest(bot, chat_id)
    await send(bot.desk.bob.api, chat_id, "Так, 10 %")
    await bot.writes("Дякую")
    await bot.delivered(await newest(bot, chat_id) - 1, chat_id)
    alice = bot.desk.alice.api

    held = await send(alice, chat_id, "Немає", lastSeenMessageId=seen)

    assert (held.status, held.json["title"]) == (409, TITLE)
    assert held.headers["content-type"] == "application/problem+json"
    assert held.json["detail"].startswith("Bob has answered in this chat since you last looked")
    assert held.json["missed"] == (await bot.messages(chat_id))[1:]
    assert await texts(bot, chat_id) == ["Чи є знижки?", "Так, 10 %", "Дякую"]
    assert len(bot.telegram.sent("sendMessage")) == 1

    forced = await send(alice, chat_id, "Немає", lastSeenMessageId=seen, force=True)

    assert forced.status == 200
    await bot.delivered(forced.json["id"], chat_id)
    assert [one.body["text"] for one in bot.telegram.sent("sendMessage")] == ["Так, 10 %", "Немає"]


async def test_who_has_seen_everything_is_not_held(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await send(bot.desk.bob.api, chat_id, "раз")
    seen = await newest(bot, chat_id)
    await bot.writes("лише клієнт")

    reply = await send(bot.desk.alice.api, chat_id, "два", lastSeenMessageId=seen)

    assert reply.status == 200


async def test_ones_own_answers_from_another_tab_hold_nothing(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)

    for api in (bot.desk.alice.api, bot.desk.acme.api):
        forced = await send(api, chat_id, "раз", lastSeenMessageId=seen, force=True)
        again = await send(api, chat_id, "два", lastSeenMessageId=forced.json["id"] - 1)
        assert (forced.status, again.status) == (200, 200)


async def test_the_company_and_its_operators_are_colleagues(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    first = await send(bot.desk.acme.api, chat_id, "від CRM", lastSeenMessageId=seen)

    held = await send(bot.desk.alice.api, chat_id, "від мене", lastSeenMessageId=seen)
    await send(bot.desk.alice.api, chat_id, "від мене", lastSeenMessageId=first.json["id"])
    company = await send(bot.desk.acme.api, chat_id, "ще", lastSeenMessageId=first.json["id"])

    assert (held.status, held.json["detail"].split(" has ")[0]) == (409, "The company")
    assert (company.status, company.json["detail"].split(" has ")[0]) == (409, "Alice")
    assert await texts(bot, chat_id) == ["Добрий день", "від CRM", "від мене"]


async def test_a_bot_is_everybodys_colleague(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    await send(bot.desk.acme.api, chat_id, "від бота")
    # No call writes as a bot yet.
    await bot.desk.services.db.write(
        lambda tx: tx._driver.execute("UPDATE messages SET author = 2 WHERE author = 0", {})
    )

    for api in (bot.desk.alice.api, bot.desk.acme.api):
        held = await send(api, chat_id, "?", lastSeenMessageId=seen)
        assert (held.status, held.json["detail"].split(" has ")[0]) == (409, "A bot")


async def test_without_the_last_seen_message_nothing_is_held(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await send(bot.desk.bob.api, chat_id, "раз")

    for more in ({}, {"lastSeenMessageId": None}, {"force": True}):
        assert (await send(bot.desk.alice.api, chat_id, "два", **more)).status == 200


async def test_only_the_number_of_the_last_seen_message_counts(bot: Bot) -> None:
    """One of another chat, or one that isn't there yet, is compared and nothing else."""
    chat_id = await bot.given_chat()
    await send(bot.desk.bob.api, chat_id, "раз")
    alice = bot.desk.alice.api

    assert (await send(alice, chat_id, "два", lastSeenMessageId=2**53 - 1)).status == 200
    assert (await send(alice, chat_id, "три", lastSeenMessageId="9007199254740991")).status == 200


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lastSeenMessageId": 0}, "lastSeenMessageId"),
        ({"lastSeenMessageId": -1}, "lastSeenMessageId"),
        ({"lastSeenMessageId": 2**53}, "lastSeenMessageId"),
        ({"lastSeenMessageId": True}, "lastSeenMessageId"),
        ({"lastSeenMessageId": 1.5}, "lastSeenMessageId"),
        ({"lastSeenMessageId": "x"}, "lastSeenMessageId"),
        ({"force": 1}, "force"),
        ({"force": "yes"}, "force"),
    ],
)
async def test_a_malformed_condition_is_400_and_named(
    bot: Bot, more: Mapping[str, Any], field: str
) -> None:
    chat_id = await bot.given_chat()

    reply = await send(bot.desk.alice.api, chat_id, "раз", **more)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])
    assert len(await bot.messages(chat_id)) == 1


async def test_the_first_fifty_missed_messages_come_along(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    for n in range(60):
        await bot.writes(str(n))
    await send(bot.desk.bob.api, chat_id, "за всіма")

    held = await send(bot.desk.alice.api, chat_id, "?", lastSeenMessageId=seen)

    assert held.status == 409
    assert [one["message"] for one in held.json["missed"]] == [str(n) for n in range(50)]


async def test_a_held_send_leaves_its_key_and_its_upload_free(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    await send(bot.desk.bob.api, chat_id, "раз")
    alice = bot.desk.alice.api
    uploaded = await alice.call(
        "POST", "/api/media?name=a.jpg&type=1", content=JPEG, headers={"Content-Type": "image/jpeg"}
    )
    more = {
        "media": {"id": uploaded.json["id"]},
        "clientMessageId": "k1",
        "lastSeenMessageId": seen,
    }

    held = await send(alice, chat_id, "ось", **more)
    forced = await send(alice, chat_id, "ось", **more, force=True)
    repeated = await send(alice, chat_id, "ось", **more)

    assert (held.status, forced.status, repeated.status) == (409, 200, 200)
    assert forced.json["media"]["name"] == "a.jpg"
    assert repeated.json["id"] == forced.json["id"]


async def test_a_repeat_of_what_was_sent_returns_it_although_colleagues_answered_since(
    bot: Bot,
) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    more = {"clientMessageId": "k1", "lastSeenMessageId": seen}
    first = await send(bot.desk.alice.api, chat_id, "раз", **more)
    await send(bot.desk.bob.api, chat_id, "два")

    again = await send(bot.desk.alice.api, chat_id, "раз", **more)

    assert (again.status, again.json["id"]) == (200, first.json["id"])
    assert len(await bot.messages(chat_id)) == 3


async def test_a_held_file_is_dropped(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    await send(bot.desk.bob.api, chat_id, "раз")
    photo = {"name": "a.jpg", "format": "jpg", "type": 1, "dataBase64": b64encode(JPEG).decode()}

    held = await send(bot.desk.alice.api, chat_id, "", media=photo, lastSeenMessageId=seen)

    assert held.status == 409
    media = bot.desk.services.settings.data / "media"
    assert [path for path in media.rglob("*") if path.is_file()] == []


async def test_of_two_operators_who_send_at_the_same_moment_one_is_held(bot: Bot) -> None:
    """Both wait for the chat, which a third transaction holds; then both go for it at once."""
    chat_id = await bot.given_chat()
    seen = await newest(bot, chat_id)
    desk = bot.desk
    let_go, is_held = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        tx.lock("chats", company_id=desk.acme.id, id=chat_id)
        is_held.set()
        assert let_go.wait(10)

    for turn in range(5):
        let_go.clear()
        is_held.clear()
        holding = asyncio.create_task(desk.services.db.write(hold))
        await asyncio.to_thread(is_held.wait, 10)
        sends = [
            asyncio.create_task(send(one.api, chat_id, one.name, lastSeenMessageId=seen))
            for one in (desk.alice, desk.bob)
        ]
        await asyncio.sleep(0.3)
        let_go.set()
        await holding
        replies = await asyncio.gather(*sends)

        assert sorted(reply.status for reply in replies) == [200, 409]
        [stored] = [reply.json for reply in replies if reply.status == 200]
        [held] = [reply.json for reply in replies if reply.status == 409]
        assert [one["id"] for one in held["missed"]] == [stored["id"]]
        seen = stored["id"]
        assert len(await bot.messages(chat_id)) == turn + 2


async def test_message_ids_ascend_in_the_order_of_the_commits(bot: Bot) -> None:
    """What `lastSeenMessageId` and the cursors rest on: nothing appears below what was seen."""
    chat_id = await bot.given_chat()
    desk = bot.desk

    await asyncio.gather(
        *(send(one.api, chat_id, str(n)) for n in range(15) for one in (desk.alice, desk.bob)),
        *(send(desk.acme.api, chat_id, str(n)) for n in range(15)),
        *(bot.writes(str(n)) for n in range(15)),
    )

    page = await desk.services.db.read(events_after, desk.acme.id, desk.alice.organization_id, 0)
    assert page is not None
    created = [one for one in page.events if one.type is EventType.MESSAGE_CREATED]
    ids = [event.ids["messageId"] for event in created]
    assert len(ids) == 61
    assert ids == sorted(ids)
