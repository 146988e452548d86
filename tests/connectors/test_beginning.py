"""A chat that an operator begins: with a phone, on a channel that may write first."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from opdesk.chats.actions import retention
from opdesk.events.actions import epoch
from opdesk.housekeeping import clean_up
from opdesk.parts import forget_client
from opdesk.simulators.base import Person
from opdesk.simulators.viber import ViberPlatform
from opdesk.simulators.whatsapp import WhatsApp
from tests.desk import Api, Desk, Reply
from tests.telegram import Bot
from tests.viber import Line, brand
from tests.whatsapp import TARAS, Line as WhatsAppLine, connected_line

PHONE = "+380936670003"
OLENA = Person("380936670003", "Олена")
HOUR_S = 3600
Viber = Line[ViberPlatform]


@pytest.fixture
async def viber(desk: Desk) -> AsyncIterator[Viber]:
    async with brand(desk) as line:
        yield line


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[WhatsAppLine]:
    """A number; Taras has WhatsApp on his phone, and has never written."""
    whatsapp = WhatsApp(desk.clock)
    whatsapp.people[TARAS.id] = TARAS
    async with connected_line(desk, whatsapp) as connected_one:
        yield connected_one


async def begun(api: Api, channel_id: int, phone: str = PHONE, **more: Any) -> dict[str, Any]:
    reply = await asked(api, channel_id, phone, **more)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


async def asked(api: Api, channel_id: int, phone: str = PHONE, **more: Any) -> Reply:
    return await api.post("/api/chat", {"channelId": channel_id, "phone": phone, **more})


async def events(desk: Desk) -> list[str]:
    place = f"organizationId={desk.alice.organization_id}"
    start = f"epoch={await desk.services.db.read(epoch)}&after=0&wait=0"
    reply = await desk.alice.api.get(f"/api/events?{place}&{start}")
    assert reply.status == 200, reply.text
    return [one["type"] for one in reply.json["events"]]


async def test_a_viber_chat_is_begun_written_in_and_answered(viber: Viber) -> None:
    desk = viber.desk

    chat = await begun(desk.alice.api, viber.channel_id, "093 667-00-03")

    assert chat["client"] | {"id": 0} == {"id": 0, "name": PHONE, "phone": None, "photo": None}
    assert (chat["chatStatus"], chat["operator"]["id"]) == (1, desk.alice.id)
    assert (chat["lastMessage"], chat["countUnread"], chat["isWritable"]) == (None, 0, True)
    can = (await desk.alice.api.get(f"/api/chat/{chat['id']}/can-send")).json
    assert (can["canSend"], can["reason"], can["hasTemplates"]) == (True, None, False)
    sent = await viber.answers(chat["id"], textMessage="Ваше замовлення готове")
    assert sent["status"] == 1
    [arrived] = viber.platform.phones[OLENA.id]
    assert arrived.text == "Ваше замовлення готове"

    await viber.platform.writes(OLENA, "Дякую!")

    [only] = await viber.chats()
    assert (only["id"], only["countUnread"]) == (chat["id"], 1)
    assert only["client"]["phone"] == PHONE, "who answers from a phone has it"
    texts = [one["message"] for one in await viber.messages(chat["id"])]
    assert texts == ["Ваше замовлення готове", "Дякую!"]


async def test_a_whatsapp_chat_is_begun_with_a_template_and_answered(line: WhatsAppLine) -> None:
    desk = line.desk
    assert TARAS.phone is not None

    chat = await begun(desk.alice.api, line.channel_id, TARAS.phone, name="  Тарас  Б. ")

    assert chat["client"]["name"] == "Тарас Б."
    path = f"/api/chat/{chat['id']}"
    can = (await desk.alice.api.get(f"{path}/can-send?language=en")).json
    assert (can["canSend"], can["reason"], can["hasTemplates"]) == (False, "windowClosed", True)
    assert can["text"].startswith("The customer has not written to you yet")
    refused = await desk.alice.api.post(f"{path}/message", {"textMessage": "Добрий день"})
    assert (refused.status, refused.json["reason"]) == (409, "windowClosed")
    templates = (await desk.alice.api.get(f"{path}/templates")).json
    assert "thanks" in [one["name"] for one in templates]
    sent = await desk.alice.api.post(f"{path}/template", {"name": "thanks", "language": "en"})
    assert sent.status == 200, sent.text
    await asyncio.wait_for(arrives(line), 10)

    await line.whatsapp.writes(TARAS, "Добрий день")

    [only] = await line.chats()
    assert (only["id"], only["client"]["name"]) == (chat["id"], TARAS.name)
    assert only["client"]["phone"] == TARAS.phone, "also under an id of WhatsApp's own"
    assert len(await line.messages(chat["id"])) == 2
    can = (await desk.alice.api.get(f"{path}/can-send")).json
    assert can["canSend"] is True
    assert (await line.send(chat["id"], textMessage="Слухаю"))["status"] == 1
    assert line.whatsapp.phones[TARAS.id][-1].text == "Слухаю"


async def test_who_hides_the_phone_answers_in_the_chat_that_was_begun_with_it(
    line: WhatsAppLine,
) -> None:
    """A status of our message tells both ids; the answer comes under WhatsApp's own alone."""
    alice = line.desk.alice.api
    assert TARAS.phone is not None
    chat = await begun(alice, line.channel_id, TARAS.phone)
    template = {"name": "thanks", "language": "en"}
    assert (await alice.post(f"/api/chat/{chat['id']}/template", template)).status == 200
    await asyncio.wait_for(arrives(line), 10)
    await line.whatsapp.tells(TARAS, line.whatsapp.phones[TARAS.id][-1].id, "delivered")

    await line.whatsapp.writes(replace(TARAS, phone=None), "Добрий день")

    [only] = await line.chats()
    assert (only["id"], only["countUnread"]) == (chat["id"], 1)
    assert only["client"]["name"] == TARAS.name
    assert only["client"]["phone"] is None, "nobody has attested it"
    line.whatsapp.people[TARAS.id] = TARAS
    assert (await line.send(chat["id"], textMessage="Слухаю"))["status"] == 1, "by the phone"
    assert line.whatsapp.phones[TARAS.id][-1].text == "Слухаю"
    assert (await line.desk.acme.api.delete(f"/api/chat/chats/{chat['id']}")).status == 200
    await line.whatsapp.writes(replace(TARAS, phone=None), "Це знову я")
    [another] = await line.chats()
    assert another["id"] != chat["id"]


async def arrives(line: WhatsAppLine) -> None:
    while not line.whatsapp.phones[TARAS.id]:
        await asyncio.sleep(0.02)


async def test_what_was_begun_and_answered_is_deleted_with_all_it_came_as(
    line: WhatsAppLine,
) -> None:
    """The customer's messages came under another id than the one that was written to."""
    assert TARAS.phone is not None
    chat = await begun(line.desk.alice.api, line.channel_id, TARAS.phone)
    await line.whatsapp.writes(TARAS, "словомолоко")

    assert (await line.desk.acme.api.delete(f"/api/chat/chats/{chat['id']}")).status == 200

    raw = await line.desk.services.db.read(
        lambda tx: tx._driver.fetch("SELECT body FROM inbox", {})
    )
    assert {bytes(row[0]) for row in raw} == {b""}, "that it was here, and not what it said"


async def test_however_often_it_is_begun_it_is_one_chat(viber: Viber) -> None:
    """Also by two at the same moment: the first has it, the other is led to it."""
    desk = viber.desk
    for number in range(12):
        phone = f"+38093667{number:04}"
        both = await asyncio.gather(
            *(begun(one.api, viber.channel_id, phone) for one in (desk.alice, desk.bob, desk.alice))
        )
        assert len({one["id"] for one in both}) == 1
        assert len({one["client"]["id"] for one in both}) == 1
        assert len({one["operator"]["id"] for one in both}) == 1
        await begun(desk.bob.api, viber.channel_id, phone, name="Інша")
    assert len(await viber.chats()) == 12


async def test_a_chat_that_the_client_began_is_the_one(viber: Viber) -> None:
    chat_id = await viber.given_chat(OLENA)

    chat = await begun(viber.desk.bob.api, viber.channel_id, PHONE, name="Хтось")

    assert (chat["id"], chat["chatStatus"], chat["operator"]) == (chat_id, 0, None)
    assert chat["client"]["name"] != "Хтось"


async def test_its_beginning_is_told_and_the_company_may_begin_too(viber: Viber) -> None:
    desk = viber.desk

    await begun(desk.alice.api, viber.channel_id)
    of_company = await begun(desk.acme.api, viber.channel_id, "+380936670004")

    assert (of_company["chatStatus"], of_company["operator"]) == (0, None)
    told = await events(desk)
    assert told[0] == "chatCreated"
    assert "chatAssigned" in told
    assert told.count("chatCreated") == 2


async def test_a_begun_chat_is_found_listed_and_read_like_any_other(viber: Viber) -> None:
    desk = viber.desk
    chat = await begun(desk.alice.api, viber.channel_id)

    for search in ("0936670003", "667 00 03", "+380936670003"):
        found = await desk.alice.api.get("/api/chat/chats", params={"search": search})
        assert [one["id"] for one in found.json["items"]] == [chat["id"]], search
    messages = (await desk.alice.api.get(f"/api/chat/{chat['id']}/messages")).json
    assert (messages["total"], messages["items"]) == (0, [])
    for path in ("read", "typing"):
        assert (await desk.alice.api.post(f"/api/chat/{chat['id']}/{path}")).status == 200
    body = {"id": chat["id"], "operatorId": None}
    assert (await desk.alice.api.put("/api/chat/operator", body)).status == 200
    [only] = await viber.chats()
    assert (only["chatStatus"], only["operator"]) == (0, None)


@pytest.mark.parametrize("phone", ["hello", "12", "+380 93", "x" * 100])
async def test_what_is_no_phone_is_refused_by_name(viber: Viber, phone: str) -> None:
    reply = await asked(viber.desk.alice.api, viber.channel_id, phone)

    assert (reply.status, list(reply.json["errors"])) == (400, ["phone"])
    assert await viber.chats() == []


@pytest.mark.parametrize("name", ["a\x00b", "x" * 201])
async def test_a_name_that_is_none_is_refused_by_name(viber: Viber, name: str) -> None:
    reply = await asked(viber.desk.alice.api, viber.channel_id, name=name)

    assert (reply.status, list(reply.json["errors"])) == (400, ["name"])


async def test_where_the_client_writes_first_nothing_is_begun(bot: Bot) -> None:
    reply = await asked(bot.desk.alice.api, bot.channel_id)

    assert (reply.status, reply.json["errors"]) == (
        400,
        {"channelId": ["On this platform the customer writes first."]},
    )


async def test_a_channel_that_is_off_or_gone_or_a_strangers_begins_nothing(viber: Viber) -> None:
    desk, channel = viber.desk, viber.channel_id
    for stranger in (desk.charlie.api, desk.mallory.api, desk.rival.api):
        assert (await asked(stranger, channel)).status == 404
    assert (await desk.acme.api.put(f"/api/channel/{channel}", {"isEnabled": False})).status == 200

    off = await asked(desk.alice.api, channel)
    await desk.acme.api.delete(f"/api/channel/{channel}")
    gone = await asked(desk.alice.api, channel)

    assert (off.status, list(off.json["errors"])) == (409, ["channelId"])
    assert gone.status == 404
    assert await viber.chats() == []


async def test_a_chat_in_which_nobody_wrote_for_a_day_goes(viber: Viber) -> None:
    desk, api = viber.desk, viber.desk.alice.api
    unused = await begun(api, viber.channel_id)
    again = await begun(api, viber.channel_id, "+380936670004")
    used = await begun(api, viber.channel_id, "+380936670005")
    await viber.answers(used["id"], textMessage="Добрий день")
    answered = await begun(api, viber.channel_id, "+380936670006")
    await viber.platform.writes(replace(OLENA, id="380936670006"), "Добрий день")
    desk.clock.move(seconds=23 * HOUR_S)
    await begun(desk.acme.api, viber.channel_id, "+380936670004")
    await keep_house(desk)
    assert len(await viber.chats()) == 4

    desk.clock.move(seconds=HOUR_S + 1)
    await keep_house(desk)

    left = {one["id"] for one in await viber.chats()}
    assert left == {again["id"], used["id"], answered["id"]}
    assert (await desk.acme.api.get(f"/api/chat/{unused['id']}")).status == 404
    anew = await begun(desk.acme.api, viber.channel_id)
    assert anew["id"] != unused["id"]


async def test_a_chat_that_is_written_in_at_the_last_moment_stays(viber: Viber) -> None:
    desk = viber.desk
    chat = await begun(desk.acme.api, viber.channel_id)
    desk.clock.move(seconds=25 * HOUR_S)
    assert await desk.services.db.read(retention._unused) == [(desk.acme.id, chat["id"])]

    await viber.platform.writes(OLENA, "Добрий день")

    place = (desk.acme.id, chat["id"])
    assert not await desk.services.db.write(retention._delete_unused, *place, forget_client)
    assert [one["id"] for one in await viber.chats()] == [chat["id"]]


async def keep_house(desk: Desk) -> None:
    await clean_up(desk.services.db, desk.services.files, forget_client)


async def test_a_link_by_phone_opens_what_was_begun_with_it(viber: Viber) -> None:
    desk = viber.desk
    chat = await begun(desk.alice.api, viber.channel_id)

    for query in (
        "phone=0936670003",
        f"source=0&phone=%2B{OLENA.id}",
        f"from=mybrand&phone={PHONE}",
    ):
        reply = await desk.anyone.get(f"/?{query}&token={desk.bob.token}")
        assert reply.headers["location"] == f"/chats/{chat['id']}", query


async def test_a_link_without_a_chat_puts_the_channel_asked_for_first(
    viber: Viber, bot: Bot
) -> None:
    desk = bot.desk
    for query, first in (("source=2&", 2), ("source=0&", 0), ("from=demo_shop_bot&", 2), ("", 0)):
        told = await told_of(desk, f"{query}phone={PHONE}")
        assert told["outcome"] == "none"
        assert told["channels"][0]["source"] == first, query
        assert reasons_in(told) == {0: None, 2: "clientWritesFirst"}

    await desk.acme.api.put(f"/api/channel/{viber.channel_id}", {"isEnabled": False})

    off = await told_of(desk, f"phone={PHONE}")
    assert reasons_in(off) == {0: "channelGone", 2: "clientWritesFirst"}


async def told_of(desk: Desk, query: str) -> dict[str, Any]:
    """What the panel is told of a link that Alice has opened."""
    reply = await desk.anyone.get(f"/?{query}&token={desk.alice.token}")
    sealed = reply.headers["location"].removeprefix("/links/")
    found: dict[str, Any] = (await desk.alice.api.get(f"/api/link/{sealed}")).json
    return found


def reasons_in(link: dict[str, Any]) -> dict[int, str | None]:
    return {one["source"]: one["reason"] for one in link["channels"]}


async def test_the_link_checker_names_the_channels_that_may_write_first(
    viber: Viber, bot: Bot
) -> None:
    desk = bot.desk
    body = {"link": f"/?source=2&phone={PHONE}", "operatorId": desk.alice.id}

    told = (await desk.acme.api.post("/api/link/check", body)).json

    result = told["steps"][-1]
    assert (told["leadsTo"], result["text"]) == ("composer", "opens_composer")
    assert result["params"] == {"phone": PHONE, "channels": "MyBrand"}
