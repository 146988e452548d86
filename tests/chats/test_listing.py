"""The list of chats: what a search, a day, a phone and a cursor find."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from opdesk.kit.wire import time_in
from opdesk.simulators.telegram import Customer
from tests.desk import Api, Desk
from tests.telegram import TARAS, Bot, connected_bot

OLHA, OLENA = Customer(77, "Ольга", "Лис"), Customer(78, "Олена")
SPELLINGS = (
    "067 111 22 33",
    "0671112233",
    "067-111-22-33",
    "(067) 111 22 33",
    "+380 67 111 22 33",
    "+38 (067) 111-22-33",
    "+380671112233",
    "380 671112233",
    "00380671112233",
    "111 22 33",
    "Тарас 067 111",
)


async def found(bot: Bot, **query: Any) -> list[int]:
    reply = await bot.desk.acme.api.get("/api/chat/chats", params={"per_page": 100, **query})
    assert reply.status == 200, reply.text
    assert reply.json["total"] == len(reply.json["items"])
    return sorted(one["id"] for one in reply.json["items"])


async def test_a_phone_is_found_as_people_write_it(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    await bot.given_chat("зателефонуйте на 050 222 33 44", OLHA)
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233")

    for spelling in SPELLINGS:
        assert await found(bot, search=spelling) == [chat_id], spelling
    assert await found(bot, search="067 111 22 34") == []
    assert len(await found(bot, search="+38 (050) 222-33-44")) == 0
    assert len(await found(bot, search="050 2223344")) == 1


async def test_a_search_without_a_word_finds_nothing_and_a_blank_one_is_none(bot: Bot) -> None:
    chat_id = await bot.given_chat()

    for nothing in ("!!!", "...", "\0"):
        assert await found(bot, search=nothing) == []
    for blank in ("", "  "):
        assert await found(bot, search=blank) == [chat_id]


async def test_after_goes_on_to_newer_chats_without_an_end(bot: Bot) -> None:
    for n in range(7):
        await bot.writes("привіт", Customer(500 + n, f"Клієнт {n}"))
    newest_first = [one["id"] for one in await bot.chats()]

    async def page(cursor: str) -> tuple[list[int], str]:
        reply = await bot.desk.acme.api.get(f"/api/chat/chats?per_page=3&after={cursor}")
        assert reply.json["total"] is None
        return [one["id"] for one in reply.json["items"]], reply.json["next"]

    walked, cursor = [], "0-0"
    while (step := await page(cursor))[0]:
        walked += step[0][::-1]
        cursor = step[1]
    await bot.writes("новий", Customer(600, "Новий"))
    fresh, _ = await page(step[1])

    assert walked == newest_first[::-1]
    assert step == ([], cursor)
    assert len(fresh) == 1


async def test_days_and_phones_are_read_as_each_organization_reads_them(desk: Desk) -> None:
    kyiv, lviv = desk.acme.organizations
    abroad = {"id": lviv, "timeZone": "Pacific/Honolulu", "country": "PL"}
    assert (await desk.acme.api.put("/api/company/organization", abroad)).status == 200
    async with connected_bot(desk) as bot:
        token = bot.telegram.add_bot("bot_of_lviv")
        settings = {"botToken": token, "apiBaseUrl": bot.api_base_url}
        made = await desk.acme.api.post(
            "/api/channel", {"organizationId": lviv, "source": 2, "settings": settings}
        )
        other = replace(bot, token=token, channel_id=made.json["id"])
        desk.clock.move(seconds=seconds_until_noon_utc(desk))
        here = await bot.given_chat()
        await bot.telegram.shares_contact(bot.token, TARAS, "0671112233")
        await other.writes("aloha", OLHA)
        await other.telegram.shares_contact(other.token, OLHA, "501 234 567")
        [there] = [one["id"] for one in await bot.chats() if one["id"] != here]
        # At noon UTC it is 14:00 in Kyiv and 02:00 in Honolulu; 12 hours later, the next day there.
        day = (await bot.chats())[0]["activeAt"][:10]
        midnight = {"date": [f"{day}T10:00:00Z", day]}

        assert await found(bot, phone="+380671112233") == [here]
        assert await found(bot, phone="067 111 22 33") == [here]
        assert await found(bot, phone="501234567") == [there]
        assert await found(bot, phone="501234567", organizationId=kyiv) == []
        assert await found(bot, date=[day, day]) == sorted([here, there])
        assert await found(bot, **midnight) == sorted([here, there])
        desk.clock.move(seconds=11 * 3600)
        await bot.writes("завтра в Києві")
        await other.writes("ще сьогодні", OLHA)
        assert await found(bot, date=[day, day]) == [there]
        assert await found(bot, date=[day, day], organizationId=kyiv) == []
        assert await found(bot, date=[day, day], organizationId=lviv) == [there]
        assert await found(bot, date=[day, day], search="сьогодні", source=2) == [there]
        walked = await desk.acme.api.get(
            "/api/chat/chats", params={"date": [day, day], "before": "9007199254740991-1"}
        )
        assert [one["id"] for one in walked.json["items"]] == [there]
        bad = await desk.acme.api.get("/api/chat/chats?phone=abc")
        assert (bad.status, list(bad.json["errors"])) == (400, ["phone"])


def seconds_until_noon_utc(desk: Desk) -> float:
    day_ms = 24 * 3_600_000
    return (day_ms * 3 // 2 - desk.clock.now_ms() % day_ms) % day_ms / 1000


async def test_a_bare_plus_in_a_time_is_an_offset(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    reply = await bot.desk.acme.api.get(
        "/api/chat/chats?date=2020-01-01T02:00:00+02:00&date=2099-01-01%2010:00+0200"
    )
    assert [one["id"] for one in reply.json["items"]] == [chat_id]
    late = await bot.desk.acme.api.get("/api/chat/chats?date=2099-01-01T02:00:00.5+02:00")
    assert (late.status, late.json["items"]) == (200, [])


async def test_a_customers_message_stands_at_its_platforms_time(
    bot: Bot,
) -> None:
    await bot.given_chat("друга", OLHA)
    now = bot.desk.clock.now_ms() // 1000
    for n, date in enumerate((1_700_000_000, now + 3600, -5)):
        message = {"message_id": 900 + n, "date": date, "chat": TARAS.as_chat(), "text": str(n)}
        await bot.posts(msgspec.json.encode({"update_id": 900 + n, "message": message}))

    first, _ = await bot.chats()
    times = [one["createdAt"] for one in await bot.messages(first["id"])]
    assert first["client"]["name"] == "Тарас Бондар"
    assert [one["message"] for one in await bot.messages(first["id"])] == ["2", "0", "1"]
    assert times[:2] == ["1970-01-01T00:00:00.000Z", "2023-11-14T22:13:20.000Z"]
    assert time_in(times[2], "") <= bot.desk.clock.now_ms()
    assert first["lastMessage"]["message"] == "1", "one that is late is not the last"
    assert first["activeAt"] >= first["createdAt"] > times[1]


@pytest.mark.parametrize("path", ["/Hooks/{}/{}", "/HOOKS/{}/{}"])
async def test_a_webhooks_address_is_found_in_any_case(bot: Bot, path: str) -> None:
    message = {"message_id": 1, "date": 1, "chat": TARAS.as_chat(), "text": "A"}
    body = msgspec.json.encode({"update_id": 1, "message": message})

    await bot.posts(body, path=path.format(bot.desk.acme.id, bot.channel_id))

    assert len(await bot.chats()) == 1


async def test_unread_are_the_operators_own_and_nobodys(bot: Bot) -> None:
    alice, bob = bot.desk.alice, bot.desk.bob
    mine, his = await bot.given_chat("Є 42?"), await bot.given_chat("Є 43?", OLENA)
    free = await bot.given_chat("Є 44?", OLHA)
    for chat_id, person in ((mine, alice), (his, bob)):
        await alice.api.put("/api/chat/operator", {"id": chat_id, "operatorId": person.id})

    async def unread(api: Api) -> list[int]:
        found: list[int] = (await api.get("/api/chat/unread")).json["chatIds"]
        return found

    assert await unread(alice.api) == [mine, free]
    assert await unread(bob.api) == [his, free]
    await alice.api.post(f"/api/chat/{mine}/read", None)
    await alice.api.put("/api/chat/block", {"id": free, "block": 2})
    assert await unread(alice.api) == []
    assert (await bot.desk.acme.api.get("/api/chat/unread")).status == 401
