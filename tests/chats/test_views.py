"""Pinned chats and kept views: an operator's own, the same on all their screens."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.chats.test_assignment import assign
from tests.chats.test_work import OLENA, set_up
from tests.desk import Api, Reply
from tests.telegram import TARAS, Bot

VIEW = {
    "name": "Пізні замовлення",
    "status": 1,
    "source": 5,
    "channelId": None,
    "mine": True,
    "operatorId": None,
    "unassigned": False,
    "tag": "Доставка",
    "from": "2026-11-01",
    "to": None,
    "blocked": False,
    "waiting": True,
}


async def pin(api: Api, chat_id: int, *, is_pinned: bool = True) -> Reply:
    return await api.put(f"/api/chat/{chat_id}/pin", {"isPinned": is_pinned})


async def pinned(api: Api) -> list[int]:
    reply = await api.get("/api/chat/pinned")
    assert reply.status == 200, reply.text
    return [one["id"] for one in reply.json["items"]]


async def keep(api: Api, version: int, *items: Any) -> Reply:
    return await api.put("/api/chat/views", {"version": version, "items": list(items)})


async def test_a_pinned_chat_is_ones_own_and_all_ones_screens_hear_of_it(bot: Bot) -> None:
    desk = bot.desk
    first, second = await bot.given_chat(), await bot.given_chat("Вітаю", OLENA)
    feed = f"/api/events?organizationId={desk.alice.organization_id}"
    position = (await desk.acme.api.get(feed)).json

    for chat_id in (second, first, second):
        assert (await pin(desk.alice.api, chat_id)).status == 200

    assert await pinned(desk.alice.api) == [second, first], "in the order of pinning"
    assert await pinned(desk.bob.api) == []
    assert (await pin(desk.alice.api, second, is_pinned=False)).status == 200
    assert await pinned(desk.alice.api) == [first]
    since = f"{feed}&after={position['upTo']}&epoch={position['epoch']}"
    told = [one["data"] for one in (await desk.acme.api.get(since)).json["events"]]
    assert told == [
        {"chatId": chat_id, "operatorId": desk.alice.id, "isPinned": is_pinned}
        for chat_id, is_pinned in ((second, 1), (first, 1), (second, 0))
    ], "what changes nothing is not told"
    assert (await desk.acme.api.get("/api/chat/pinned")).status == 401


async def test_what_is_gone_or_a_colleagues_is_not_pinned_any_more(bot: Bot) -> None:
    desk = bot.desk
    hers, his = await bot.given_chat(), await bot.given_chat("Вітаю", OLENA)
    for chat_id in (hers, his):
        await pin(desk.alice.api, chat_id)
    await assign(desk.bob.api, his, desk.bob.id)

    await set_up(desk, ownChatsOnly=True)
    assert await pinned(desk.alice.api) == [hers]
    await assign(desk.bob.api, his, None)
    assert await pinned(desk.alice.api) == [hers, his]

    assert (await desk.acme.api.delete(f"/api/chat/chats/{hers}")).status == 200
    assert await pinned(desk.alice.api) == [his]


async def test_twenty_are_enough_also_for_many_at_once(bot: Bot) -> None:
    api = bot.desk.alice.api
    people = [replace(TARAS, id=1000 + n, first_name=f"Клієнт {n}") for n in range(24)]
    ids = [await bot.given_chat("Вітаю", one) for one in people]

    replies = await asyncio.gather(*(pin(api, chat_id) for chat_id in ids))

    assert sorted(one.status for one in replies) == [200] * 20 + [409] * 4
    refused = next(one for one in replies if one.status == 409)
    assert (refused.json["title"], refused.json["detail"]) == (
        "Too many chats are pinned",
        "20 chats are pinned already: unpin one first",
    )
    assert len(await pinned(api)) == 20
    refused = await api.put(f"/api/chat/{ids[0]}/pin", {})
    assert (refused.status, list(refused.json["errors"])) == (400, ["isPinned"])


async def test_pins_that_are_not_seen_give_way_to_one_more(bot: Bot) -> None:
    """Nobody can unpin what they do not see: the limit must not count it against them."""
    desk = bot.desk
    people = [replace(TARAS, id=1000 + n, first_name=f"Клієнт {n}") for n in range(22)]
    ids = [await bot.given_chat("Вітаю", one) for one in people]
    for chat_id in ids[:20]:
        assert (await pin(desk.alice.api, chat_id)).status == 200
    await assign(desk.bob.api, ids[3], desk.bob.id)
    await set_up(desk, ownChatsOnly=True)
    seen = [chat_id for chat_id in ids[:20] if chat_id != ids[3]]

    assert (await pin(desk.alice.api, ids[20])).status == 200
    assert await pinned(desk.alice.api) == [*seen, ids[20]]
    assert (await pin(desk.alice.api, ids[21])).status == 409

    await set_up(desk, ownChatsOnly=False)
    assert await pinned(desk.alice.api) == [*seen, ids[20]], "never more than twenty"


async def test_views_are_kept_as_a_whole_and_a_late_writer_is_told(bot: Bot) -> None:
    alice, bob = bot.desk.alice.api, bot.desk.bob.api
    assert (await alice.get("/api/chat/views")).json == {"version": 0, "items": []}

    first = await keep(alice, 0, {**VIEW, "name": "  Пізні замовлення "}, {"name": "Усі"})
    stale = await keep(alice, 0, {"name": "Інше"})

    assert (first.status, first.json["version"], first.json["items"][0]) == (200, 1, VIEW)
    assert (await alice.get("/api/chat/views")).json == first.json
    assert (stale.status, stale.json["title"]) == (409, "The views were changed elsewhere")
    assert stale.json["views"] == first.json
    assert (await bob.get("/api/chat/views")).json["items"] == []
    at_once = await asyncio.gather(*(keep(alice, 1, {"name": f"В{n}"}) for n in range(5)))
    assert sorted(one.status for one in at_once) == [200, 409, 409, 409, 409]
    assert (await keep(bot.desk.acme.api, 0)).status == 401


@pytest.mark.parametrize(
    ("items", "place"),
    [
        ([{"name": " "}], "items[0].name"),
        ([{"name": "я" * 61}], "items[0].name"),
        ([{"name": "a\nb"}], "items[0].name"),
        ([{"name": "Мої"}, {"name": "МОЇ"}], "items[1].name"),
        ([{"name": f"В{n}"} for n in range(31)], "items"),
        ([{"name": "В", "status": 5}], "items[0].status"),
        ([{"name": "В", "source": 8}], "items[0].source"),
        ([{"name": "В", "channelId": 0}], "items[0].channelId"),
        ([{"name": "В", "mine": True, "operatorId": 7}], "items[0].mine"),
        ([{"name": "В", "unassigned": True, "operatorId": 7}], "items[0].unassigned"),
        ([{"name": "В", "from": "01.11.2026"}], "items[0].from"),
        ([{"name": "В", "from": "2026-02-30"}], "items[0].from"),
        ([{"name": "В", "from": "2026-11-02", "to": "2026-11-01"}], "items[0].to"),
        ([{"name": "В", "tag": ""}], "items[0].tag"),
        ({"name": "В"}, "items"),
    ],
)
async def test_a_view_that_can_not_be_is_refused_by_its_place(
    bot: Bot, items: Any, place: str
) -> None:
    api = bot.desk.alice.api

    refused = await api.put("/api/chat/views", {"version": 0, "items": items})

    assert (refused.status, list(refused.json["errors"])) == (400, [place]), refused.text
    assert (await api.get("/api/chat/views")).json["version"] == 0


async def test_the_list_can_be_narrowed_to_ones_organizations_channels(bot: Bot) -> None:
    alice, charlie = bot.desk.alice.api, bot.desk.charlie.api

    assert (await alice.get("/api/chat/channels")).json == {
        "items": [{"id": bot.channel_id, "source": 2, "from": "demo_shop_bot"}]
    }
    assert (await charlie.get("/api/chat/channels")).json == {"items": []}
    assert (await bot.desk.acme.api.delete(f"/api/channel/{bot.channel_id}")).status == 200
    assert (await alice.get("/api/chat/channels")).json == {"items": []}
