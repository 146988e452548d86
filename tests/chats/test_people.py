"""Whose chats are one person's: by the phones that platforms attest, and as operators say."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest

from opdesk.contacts import actions as contacts
from opdesk.contacts.model import Identity
from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata
from opdesk.simulators.base import Person as WhatsAppPerson
from opdesk.simulators.telegram import Customer
from tests.chats.test_endpoints import every_row
from tests.desk import Api, Desk, Reply
from tests.rozetka import OKSANA, connected_shop as connected_rozetka
from tests.telegram import TARAS, Bot, connected_bot
from tests.whatsapp import OLHA as NO_PHONE, Line, connected_line
from tests.widget.sites import Shop, open_shop

NUMBER, OTHER = "+380501234567", "+380671112233"
OLHA = Customer(711_000_222, "Ольга", "Лис", "olha")
PETRO = Customer(711_000_333, "Петро")
TIMES = 20


@pytest.fixture
async def shop(desk: Desk) -> Shop:
    return await open_shop(desk)


@pytest.fixture
async def second(desk: Desk) -> AsyncIterator[Bot]:
    """Another bot of Alice's and Bob's organization."""
    async with connected_bot(desk, token="2001:made-up-token-of-a-bot") as connected:
        yield connected


@pytest.fixture
async def lviv(desk: Desk) -> AsyncIterator[Bot]:
    """A bot of Charlie's organization."""
    async with connected_bot(desk, organization=1, token="2002:made-up-token") as connected:
        yield connected


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[Line]:
    async with connected_line(desk) as connected:
        yield connected


async def ids(desk: Desk) -> set[int]:
    reply = await desk.acme.api.get("/api/chat/chats?per_page=100")
    return {one["id"] for one in reply.json["items"]}


async def begins(bot: Bot, customer: Customer = TARAS, phone: str | None = None) -> int:
    """A customer's new chat; with `phone` they share their own contact."""
    before = await ids(bot.desk)
    await bot.writes("Добрий день", customer)
    if phone is not None:
        await bot.telegram.shares_contact(bot.token, customer, phone)
    [chat_id] = await ids(bot.desk) - before
    return chat_id


async def visits(shop: Shop, phone: str, name: str = "Тарас") -> int:
    """A visitor's new chat, who says what their phone is."""
    before = await ids(shop.desk)
    page = await shop.page().begins(name=name, phone=phone)
    reply = await page.writes("Є розмір 42?")
    assert reply.status == 200, reply.text
    [chat_id] = await ids(shop.desk) - before
    return chat_id


async def card(api: Api, chat_id: int) -> dict[str, Any]:
    reply = await api.get(f"/api/chat/{chat_id}/client")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


async def others(api: Api, chat_id: int) -> set[int]:
    return {one["id"] for one in (await card(api, chat_id))["otherChats"]}


async def suggested(api: Api, chat_id: int) -> set[int]:
    return {one["chatId"] for one in (await card(api, chat_id))["suggestions"]}


async def join(api: Api, chat_id: int, other: int) -> Reply:
    return await api.post(f"/api/chat/{chat_id}/client/join", {"chatId": other})


async def part(api: Api, chat_id: int) -> Reply:
    return await api.delete(f"/api/chat/{chat_id}/client/join")


async def dismiss(api: Api, chat_id: int, other: int) -> Reply:
    return await api.post(f"/api/chat/{chat_id}/client/apart", {"chatId": other})


async def test_the_same_attested_phone_joins(bot: Bot, second: Bot) -> None:
    alice = bot.desk.alice.api
    first = await begins(bot, phone="380501234567")
    other = await begins(second, phone=NUMBER)

    found = await card(alice, first)

    assert found["phones"] == [{"phone": NUMBER, "isAttested": True, "crmUrl": None}]
    assert (found["isJoined"], found["suggestions"]) == (True, [])
    assert [one["id"] for one in found["otherChats"]] == [other]
    known = {(one["messSource"], one["username"], one["externalId"]) for one in found["identities"]}
    assert known == {(2, "taras", "2210498160")}
    assert len(found["identities"]) == 2
    assert await others(alice, other) == {first}


async def test_a_phone_that_is_only_named_is_a_suggestion(bot: Bot, shop: Shop) -> None:
    alice = bot.desk.alice.api
    chat = await begins(bot, phone=NUMBER)
    visitor = await visits(shop, "050 123-45-67")

    found = await card(alice, visitor)
    reply = await join(alice, visitor, chat)

    assert (found["phone"], found["phoneHint"], found["isJoined"]) == (None, NUMBER, False)
    assert found["otherChats"] == []
    [suggestion] = found["suggestions"]
    assert (suggestion["chatId"], suggestion["isAttested"]) == (chat, True)
    assert suggestion["phone"] == NUMBER
    joined = reply.json
    assert (joined["isJoined"], joined["suggestions"]) == (True, [])
    assert await others(alice, chat) == {visitor}


async def test_the_other_side_is_suggested_as_told(bot: Bot, shop: Shop) -> None:
    chat = await begins(bot, phone=NUMBER)
    visitor = await visits(shop, NUMBER)

    [suggestion] = (await card(bot.desk.alice.api, chat))["suggestions"]

    assert (suggestion["chatId"], suggestion["isAttested"]) == (visitor, False)
    assert suggestion["clientName"] == "Тарас"


async def test_the_phone_of_an_order_is_a_suggestion(desk: Desk, bot: Bot) -> None:
    telegram = await begins(bot, phone=NUMBER)
    async with connected_rozetka(desk) as rozetka:
        await rozetka.platform.writes(OKSANA, "Де моє замовлення?")
        chat = await rozetka.chat_of(OKSANA)

        found = await card(desk.alice.api, chat["id"])

        assert (found["phone"], found["phoneHint"]) == (None, NUMBER)
        assert [one["chatId"] for one in found["suggestions"]] == [telegram]


async def test_a_card_that_was_asked_for_is_a_suggestion(line: Line, bot: Bot) -> None:
    """WhatsApp's people may have no phone; what they answer is what they say."""
    telegram = await begins(bot, phone=NUMBER)
    before = await ids(bot.desk)
    shared = [{"name": {"formatted_name": "Ольга"}, "phones": [{"phone": "050 123 45 67"}]}]
    await line.whatsapp.says(NO_PHONE, "contacts", shared, origin="contact_request/other")
    [chat] = await ids(bot.desk) - before

    found = await card(bot.desk.alice.api, chat)

    assert (found["phone"], found["phoneHint"], found["isJoined"]) == (None, NUMBER, False)
    assert [one["chatId"] for one in found["suggestions"]] == [telegram]


async def test_what_is_no_phone_is_not_kept(shop: Shop) -> None:
    visitor = await visits(shop, "call me maybe 123")

    found = await card(shop.desk.alice.api, visitor)

    assert (found["phoneHint"], found["phones"], found["suggestions"]) == (None, [], [])


async def test_joining_by_hand_is_undone_as_it_was_made(bot: Bot, second: Bot, shop: Shop) -> None:
    """Two with one phone are joined with a stranger, and parted from them again."""
    alice, bob = bot.desk.alice.api, bot.desk.bob.api
    first, same = await begins(bot, phone=NUMBER), await begins(second, phone=NUMBER)
    stranger = await visits(shop, OTHER, "Пан Т.")

    once, twice = await join(alice, stranger, first), await join(bob, first, stranger)
    assert (once.status, twice.status) == (200, 200)
    assert await others(bob, same) == {first, stranger}
    undone = await part(alice, first)
    again = await part(alice, stranger)

    assert (undone.status, again.status) == (200, 200)
    assert await others(alice, first) == {same}
    assert await others(alice, stranger) == set()
    audited = (await bot.desk.acme.api.get("/api/audit?limit=100")).json["items"]
    told = [one["action"] for one in audited if one["action"].startswith("client.")]
    assert told == ["client.separated", "client.joined"]


async def test_who_was_parted_is_neither_joined_nor_suggested(bot: Bot, second: Bot) -> None:
    alice = bot.desk.alice.api
    first, other = await begins(bot, phone=NUMBER), await begins(second, phone=NUMBER)
    await part(alice, first)
    third = await begins(second, OLHA, NUMBER)

    assert await others(alice, first) == await others(alice, other) == set()
    assert await suggested(alice, first) == await suggested(alice, other) == {third}
    assert await suggested(alice, third) == {first, other}, "nobody knows which of them it is"
    back = await join(alice, first, other)

    assert back.status == 200
    assert await others(alice, first) == {other}


async def test_a_dismissed_suggestion_does_not_come_back(bot: Bot, shop: Shop) -> None:
    alice = bot.desk.alice.api
    chat, visitor = await begins(bot, phone=NUMBER), await visits(shop, NUMBER)

    first, again = await dismiss(alice, chat, visitor), await dismiss(alice, visitor, chat)

    assert (first.status, again.status) == (200, 200)
    assert await suggested(alice, chat) == await suggested(alice, visitor) == set()
    await join(alice, chat, visitor)
    refused = await dismiss(alice, chat, visitor)
    assert (refused.status, refused.json["title"]) == (409, "These chats are one person's")
    kept = (await bot.desk.acme.api.get("/api/audit?action=client.keptApart")).json["items"]
    assert [one["details"] for one in kept] == [{"otherChatId": visitor}]


async def test_another_phone_parts_and_is_suggested(line: Line, bot: Bot) -> None:
    """The old number may be a stranger's soon; whoever had it is one click away."""
    alice = bot.desk.alice.api
    taras = WhatsAppPerson("UA.1029849446889445", "Тарас Бондар", NUMBER)
    before = await ids(bot.desk)
    await line.whatsapp.writes(taras, "Добрий день")
    [chat] = await ids(bot.desk) - before
    telegram = await begins(bot, phone=NUMBER)
    assert await others(alice, chat) == {telegram}

    await line.whatsapp.changes_number(taras, OTHER)

    found = await card(alice, chat)
    assert (found["phone"], found["phoneHint"], found["isJoined"]) == (OTHER, NUMBER, False)
    assert [one["chatId"] for one in found["suggestions"]] == [telegram]
    await join(alice, chat, telegram)
    await line.whatsapp.changes_number(WhatsAppPerson(taras.id + "0", taras.name, OTHER), NUMBER)
    assert await others(alice, chat) == {telegram}


async def test_an_operator_sees_and_joins_their_organizations_chats_alone(
    bot: Bot, lviv: Bot, shop: Shop
) -> None:
    desk = bot.desk
    alice, charlie, acme = desk.alice.api, desk.charlie.api, desk.acme.api
    kyiv, far = await begins(bot, phone=NUMBER), await begins(lviv, OLHA, NUMBER)
    visitor = await visits(shop, NUMBER)

    for api, chat in ((alice, kyiv), (charlie, far)):
        found = await card(api, chat)
        assert (found["isJoined"], found["otherChats"], len(found["identities"])) == (False, [], 1)
    assert await suggested(charlie, far) == set()
    assert await suggested(acme, far) == {visitor}
    assert await others(acme, kyiv) == {far}
    for refused in (
        await charlie.get(f"/api/chat/{kyiv}/client"),
        await join(alice, kyiv, far),
        await join(charlie, kyiv, far),
        await dismiss(alice, visitor, far),
        await part(charlie, kyiv),
        await join(desk.mallory.api, kyiv, far),
        await join(desk.rival.api, kyiv, far),
    ):
        assert (refused.status, refused.json["title"]) == (404, "No such chat")
    assert (await part(alice, kyiv)).status == 200, "they see nobody to be parted from"
    assert await others(acme, kyiv) == {far}
    assert (await part(acme, kyiv)).status == 200
    assert await others(acme, kyiv) == set()


async def test_a_phone_of_another_organization_is_not_told_by_a_suggestion(
    bot: Bot, lviv: Bot, shop: Shop
) -> None:
    desk = bot.desk
    kyiv, far = await begins(bot), await begins(lviv, OLHA, OTHER)
    await visits(shop, OTHER)
    await join(desk.acme.api, kyiv, far)

    assert await suggested(desk.acme.api, kyiv) != set()
    assert await suggested(desk.alice.api, kyiv) == set()
    assert OTHER not in str(await card(desk.alice.api, kyiv))


async def test_a_company_joins_none_of_anothers(desk: Desk, bot: Bot) -> None:
    async with connected_bot(desk, desk.rival, token="2003:made-up-token") as theirs:
        mine = await begins(bot, phone=NUMBER)
        await theirs.writes("Добрий день", OLHA)
        await theirs.telegram.shares_contact(theirs.token, OLHA, NUMBER)
        chats = (await desk.rival.api.get("/api/chat/chats")).json["items"]

        found = await card(desk.rival.api, chats[0]["id"])

        assert (found["otherChats"], found["suggestions"]) == ([], [])
        assert (await join(desk.rival.api, chats[0]["id"], mine)).status == 404
        assert await others(desk.acme.api, mine) == set()


async def test_a_deleted_contact_leaves_nothing_and_the_others_together(
    bot: Bot, second: Bot, shop: Shop
) -> None:
    desk = bot.desk
    alice = desk.alice.api
    first, visitor = await begins(bot, phone=NUMBER), await visits(shop, OTHER)
    away, second_chat = await begins(second, OLHA), await begins(second, PETRO)
    await join(alice, first, visitor)
    await join(alice, first, second_chat)
    await dismiss(alice, first, away)
    its_id = (await card(alice, first))["id"]

    await desk.acme.api.delete(f"/api/chat/chats/{first}")

    assert await others(alice, visitor) == {second_chat}
    rows = await desk.services.db.read(rows_of_people)
    assert its_id not in {one for row in rows for one in row}
    assert NUMBER not in await desk.services.db.read(every_row)


def rows_of_people(tx: Tx) -> list[tuple[Any, ...]]:
    """Every id by which contacts know each other."""
    from opdesk.kit.sql import statement  # noqa: PLC0415

    pairs, people = metadata.tables["contact_pairs"], metadata.tables["contacts"]
    asked = (
        pairs.select().with_only_columns(pairs.c.low_id, pairs.c.high_id),
        people.select().with_only_columns(people.c.id, people.c.person_id),
    )
    return [row for each in asked for row in tx.all(statement(each))]


async def test_open_panels_are_told(bot: Bot, second: Bot) -> None:
    desk = bot.desk
    first, other = await begins(bot), await begins(second, OLHA)
    news = f"/api/events?organizationId={desk.alice.organization_id}&wait=0"
    position = (await desk.alice.api.get(news)).json

    await join(desk.alice.api, first, other)

    after = f"{news}&epoch={position['epoch']}&after={position['upTo']}"
    told = (await desk.alice.api.get(after)).json["events"]
    told = [one["data"]["id"] for one in told if one["type"] == "chatChanged"]
    assert sorted(told) == [first, other]


async def test_of_two_attestations_at_once_neither_misses_the_other(desk: Desk) -> None:
    db, company = desk.services.db, desk.acme.id

    def known(tx: Tx, external: str) -> int:
        return contacts.recognize(tx, company, Identity(1, external, "T", None))[0].id

    for number in range(TIMES):
        phone = f"+38050123{number:04}"
        two = [await db.write(known, f"{number}{side}") for side in "ab"]

        await asyncio.gather(*(db.write(contacts.attest_phone, company, one, phone) for one in two))

        people = [await db.read(contacts.get, company, one) for one in two]
        assert {one.person_id for one in people} == {min(two)}


async def test_groups_that_are_joined_at_once_are_one(desk: Desk) -> None:
    """A chain of joins from all ends, and a phone in the middle of it."""
    db, company = desk.services.db, desk.acme.id

    def known(tx: Tx, external: str) -> int:
        return contacts.recognize(tx, company, Identity(1, external, "T", None))[0].id

    row = [await db.write(known, f"one of a row {number}") for number in range(8)]
    joins = [db.write(contacts.join, company, *two) for two in pairwise(row)]
    phones = [db.write(contacts.attest_phone, company, one, NUMBER) for one in row[::3]]

    await asyncio.gather(*joins, *phones)

    people = [await db.read(contacts.get, company, one) for one in row]
    assert {one.person_id for one in people} == {min(row)}
