"""Searching: which messages and chats are found, what of them is marked, and by whom."""

from typing import Any

import pytest
from sqlalchemy import delete, insert

from opdesk.chats import actions as chats
from opdesk.chats.actions import reindexing
from opdesk.chats.model import NEWEST
from opdesk.chats.store import searching
from opdesk.chats.store.tables import search_rebuilding, search_words
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement
from opdesk.simulators.telegram import Customer
from tests.chats.test_assignment import assign
from tests.chats.test_work import OLENA, listed, set_up
from tests.desk import Api
from tests.telegram import TARAS, Bot

CORPUS = {
    "uk": "Доброго дня! Чи є М’ята й ґречка? Їдемо з Києва",
    "ru": "Ещё хочу чёрный чай, пожалуйста",
    "en": "Where is my ORDER #4521? I paid for the blue kettle",
    "de": "Die Straße heißt Müllerstraße",
    "pl": "Zażółć gęślą jaźń, proszę",
    "ar": "مُحَمَّد يسأل عن الطلب",
    "he": "שָׁלוֹם, איפה ההזמנה",
    "zh": "我的订单在哪里",
    "ja": "東京都に住んでいます",
    "emoji": "😀👍🏽 супер 🎉 сервіс",
    "phone": "Телефон: +38 (067) 111-22-33, дзвоніть",
    "lookalike": "Kава та молоко",
}
ASKED = {
    "м'ята": ["uk"],
    "мят гречк": ["uk"],
    "києв": ["uk"],
    "еще чер": ["ru"],
    "ПОЖАЛУЙСТА": ["ru"],
    "order 4521": ["en"],
    "ket blu": ["en"],
    "strasse": ["de"],
    "mullerstr": ["de"],
    "zazolc gesla": ["pl"],
    "محمد": ["ar"],
    "שלום": ["he"],
    "订单": ["zh"],
    "单订": [],
    "京都に": ["ja"],
    "супер сервіс": ["emoji"],
    "067 111 22 33": ["phone"],
    "112": ["phone"],
    "кава": ["lookalike"],
    "оло": [],
    "чай кава": [],
    "!!!": [],
}


async def searched(api: Api, text: str, **query: Any) -> dict[str, Any]:
    reply = await api.get("/api/chat/search", params={"text": text, **query})
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def marked(text: str, spans: list[dict[str, int]]) -> list[str]:
    """What a browser would mark: it counts in UTF-16."""
    units = text.encode("utf-16-le")
    parts = (units[2 * one["start"] : 2 * one["end"]] for one in spans)
    return [part.decode("utf-16-le") for part in parts]


async def test_every_script_is_found_alike_by_both_databases(bot: Bot) -> None:
    names: dict[int, str] = {}
    for name, text in CORPUS.items():
        await bot.writes(text)
        [newest] = (await searched(bot.desk.acme.api, text))["messages"][:1]
        names[newest["messageId"]] = name

    for text, expected in ASKED.items():
        found = (await searched(bot.desk.acme.api, text))["messages"]
        assert [names[one["messageId"]] for one in found] == expected, text
        assert all(one["spans"] for one in found), text


async def test_a_hit_says_where_it_is_who_wrote_it_and_what_to_mark(bot: Bot) -> None:
    chat_id = await bot.given_chat("😀 потрібен чайник")
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233")
    body = {"textMessage": f"{'Доброго дня. ' * 30}\nЧайник уже у вас,\nчайник синій"}
    sent = (await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", body)).json

    answer, asked = (await searched(bot.desk.alice.api, "чайн"))["messages"]

    assert asked["chatId"] == chat_id
    assert (asked["source"], asked["author"], asked["operator"]) == (2, 1, None)
    assert asked["name"] == "Тарас Бондар"
    assert marked(asked["text"], asked["spans"]) == ["чайн"]
    assert (answer["messageId"], answer["author"]) == (sent["id"], 0)
    assert answer["operator"]["id"] == bot.desk.alice.id
    assert answer["text"].startswith("…")
    assert len(answer["text"]) <= 202
    assert "\n" not in answer["text"]
    assert marked(answer["text"], answer["spans"]) == ["Чайн", "чайн"]
    [chat] = (await searched(bot.desk.alice.api, "бонд 067 111"))["chats"]
    assert chat["chat"]["id"] == chat_id
    assert marked("Тарас Бондар", chat["nameSpans"]) == ["Бонд"]
    assert marked(chat["chat"]["client"]["phone"], chat["phoneSpans"]) == ["067111"]


async def test_pages_go_through_all_of_history_whether_a_word_is_rare_or_not(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        await bot.writes(f"дякую {'червона' if n % 4 == 0 else 'синя'} {n}")
    api = bot.desk.alice.api

    async def all_of(text: str) -> list[str]:
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = await searched(api, text, limit=2, **after)
            found += [one["text"] for one in page["messages"]]
            assert not (after and page["chats"])
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    rare = await all_of("дяк"), await all_of("дяк червон")
    monkeypatch.setattr(searching, "FEW", 2)
    monkeypatch.setattr(searching, "STEP", 5)

    assert (await all_of("дяк"), await all_of("дяк червон")) == rare
    assert rare[0] == [
        f"дякую {'червона' if n % 4 == 0 else 'синя'} {n}" for n in range(11, -1, -1)
    ]
    assert rare[1] == ["дякую червона 8", "дякую червона 4", "дякую червона 0"]


async def test_clients_of_a_frequent_name_are_the_ones_heard_of_last(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        await bot.writes("привіт", Customer(900 + n, "Олена", f"Лис{n}"))
    monkeypatch.setattr(searching, "NEWEST_CHATS", 3)

    found = (await searched(bot.desk.alice.api, "олена"))["chats"]
    assert [one["chat"]["client"]["name"] for one in found] == [f"Олена Лис{n}" for n in (4, 3, 2)]
    [one] = (await searched(bot.desk.alice.api, "олена лис0"))["chats"]
    assert one["chat"]["client"]["name"] == "Олена Лис0"


async def test_only_what_one_sees_is_found(bot: Bot) -> None:
    desk = bot.desk
    hers = await bot.given_chat("Секрет перший")
    his = await bot.given_chat("Секрет другий", OLENA)
    await assign(desk.alice.api, hers, desk.alice.id)
    await assign(desk.bob.api, his, desk.bob.id)
    kyiv, lviv = desk.acme.organizations

    async def found(api: Api, **query: Any) -> list[int]:
        page = await searched(api, "секрет", **query)
        return [one["chatId"] for one in page["messages"]]

    assert await found(desk.alice.api) == await found(desk.acme.api) == [his, hers]
    assert await found(desk.acme.api, organizationId=kyiv) == [his, hers]
    assert await found(desk.acme.api, organizationId=lviv) == []
    strange = {"text": "секрет", "organizationId": lviv}
    assert (await desk.alice.api.get("/api/chat/search", params=strange)).status == 404
    await set_up(desk, ownChatsOnly=True)
    assert (await found(desk.alice.api), await found(desk.bob.api)) == ([hers], [his])
    assert (await searched(desk.alice.api, "олена"))["chats"] == []
    assert (await desk.alice.api.put("/api/chat/block", {"id": hers, "block": 1})).status == 200
    assert await found(desk.acme.api) == [his]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "я" * 201}, "text"),
        ({"text": "я", "limit": "0"}, "limit"),
        ({"text": "я", "after": "x"}, "after"),
        ({"text": "я", "organizationId": "-1"}, "organizationId"),
    ],
)
async def test_what_is_wrong_is_named(bot: Bot, query: dict[str, str], name: str) -> None:
    reply = await bot.desk.alice.api.get("/api/chat/search", params=query)

    assert reply.status == 400
    assert list(reply.json["errors"]) == [name]


async def test_messages_come_around_one_of_them(bot: Bot) -> None:
    chat_id = await bot.given_chat("0")
    other = await bot.given_chat("інший", OLENA)
    for n in range(1, 9):
        await bot.writes(str(n))
    ids = [one["id"] for one in await bot.messages(chat_id)]
    api = bot.desk.alice.api

    async def around(message_id: int, size: int) -> list[str]:
        path = f"/api/chat/{chat_id}/messages?around={message_id}&per_page={size}"
        return [one["message"] for one in (await api.get(path)).json["items"]]

    assert await around(ids[4], 4) == ["2", "3", "4", "5", "6"]
    assert await around(ids[0], 4) == ["0", "1", "2"]
    assert await around(ids[8], 5) == ["6", "7", "8"]
    assert (await api.get(f"/api/chat/{other}/messages?around={ids[4]}")).status == 404
    both = await api.get(f"/api/chat/{chat_id}/messages?around={ids[4]}&before=9")
    assert list(both.json["errors"]) == ["around"]


async def test_texts_of_an_older_version_are_found_once_they_got_their_words(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 2)
    chat_id = await bot.given_chat("ґанок перший")
    await bot.telegram.shares_contact(bot.token, TARAS, "380671112233")
    for n in range(4):
        await bot.writes(f"ґанок {n}")
    db, api = bot.desk.services.db, bot.desk.alice.api
    await db.write(as_an_older_version_left_it, bot.desk.acme.id)
    assert (await searched(api, "ганок"))["messages"] == []

    assert await chats.reindex(db) == 6

    assert len((await searched(api, "ганок"))["messages"]) == 5
    assert len((await searched(api, "тарас 0671"))["chats"]) == 1
    assert await chats.reindex(db) == 0
    assert await listed(api, "search=ганок") == [chat_id]


OLD_WORDS = statement(delete(search_words))
OLD_PLACE = statement(insert(search_rebuilding))


def as_an_older_version_left_it(tx: Tx, company_id: int) -> None:
    tx.run(OLD_WORDS)
    tx.run(OLD_PLACE, company_id=company_id, chats_before=NEWEST, messages_before=NEWEST)
