"""What operators write down about a client: a note, fields, and the way to the CRM."""

import asyncio
from typing import Any

from tests.chats.test_endpoints import every_row
from tests.chats.test_people import NUMBER, OLHA, begins, card, join, part
from tests.chats.test_work import set_up
from tests.desk import Api, Reply
from tests.telegram import Bot

SIZE = {"name": "Розмір взуття", "value": "42"}
NOTHING = {"note": "", "fields": [], "version": 0}


async def write(api: Api, chat_id: int, version: int = 0, **about: Any) -> Reply:
    return await api.put(f"/api/chat/{chat_id}/client/about", {"version": version, **about})


async def test_what_is_written_stands_in_the_card(bot: Bot) -> None:
    alice = bot.desk.alice.api
    chat_id = await begins(bot)
    assert (await card(alice, chat_id))["about"] == NOTHING

    first = await write(alice, chat_id, note=" Дзвонити ввечері\r\nабо зранку ", fields=[SIZE])
    again = await write(alice, chat_id, note="Дзвонити ввечері\nабо зранку", fields=[SIZE])
    emptied = await write(bot.desk.bob.api, chat_id, 1)

    kept = {"note": "Дзвонити ввечері\nабо зранку", "fields": [SIZE], "version": 1}
    assert first.json["about"] == again.json["about"] == kept
    assert emptied.json["about"] == {**NOTHING, "version": 2}


async def test_of_two_writers_the_second_reads_first(bot: Bot) -> None:
    alice, bob = bot.desk.alice.api, bot.desk.bob.api
    chat_id = await begins(bot)

    replies = await asyncio.gather(
        *(write(api, chat_id, note=note) for api, note in ((alice, "перша"), (bob, "друга")))
    )

    won, lost = sorted(replies, key=lambda reply: reply.status)
    assert (won.status, lost.status) == (200, 409)
    assert lost.json["title"] == "Somebody has changed this meanwhile"
    assert lost.json["about"] == won.json["about"] == (await card(alice, chat_id))["about"]


async def test_bad_input_names_its_field_and_nothing_is_kept(bot: Bot) -> None:
    alice = bot.desk.alice.api
    chat_id = await begins(bot)
    for about, place in (
        ({"note": "о" * 4001}, "note"),
        ({"note": "\x07"}, "note"),
        ({"fields": [SIZE, {"name": "РОЗМІР взуття", "value": "43"}]}, "fields[1].name"),
        ({"fields": [{"name": " ", "value": "1"}]}, "fields[0].name"),
        ({"fields": [{"name": "a", "value": "1\n2"}]}, "fields[0].value"),
        ({"fields": [{"name": str(one), "value": "1"} for one in range(21)]}, "fields"),
        ({"fields": [{"name": "a"}]}, "fields[0].value"),
    ):
        refused = await write(alice, chat_id, **about)

        assert (refused.status, list(refused.json["errors"])) == (400, [place]), refused.text
    assert (await card(alice, chat_id))["about"] == NOTHING


async def test_joined_clients_keep_what_was_written_about_each(bot: Bot) -> None:
    alice = bot.desk.alice.api
    mine, other = await begins(bot), await begins(bot, OLHA)
    await write(alice, mine, note="Оптовик")
    await write(alice, other, fields=[SIZE])

    await join(alice, mine, other)
    joined = await card(alice, mine)
    await part(alice, mine)

    assert joined["about"]["note"] == "Оптовик"
    assert joined["alsoAbout"] == [
        {"chatId": other, "clientName": "Ольга Лис", "messSource": 2, "note": "", "fields": [SIZE]}
    ]
    assert (await card(alice, mine))["alsoAbout"] == []


async def test_open_panels_are_told(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await begins(bot)
    news = f"/api/events?organizationId={desk.alice.organization_id}&wait=0"
    position = (await desk.alice.api.get(news)).json

    await write(desk.alice.api, chat_id, note="Оптовик")

    after = f"{news}&epoch={position['epoch']}&after={position['upTo']}"
    told = (await desk.bob.api.get(after)).json["events"]
    assert [(one["type"], one["data"]["id"]) for one in told] == [("chatChanged", chat_id)]


async def test_it_goes_with_the_last_chat(bot: Bot) -> None:
    chat_id = await begins(bot)
    await write(bot.desk.alice.api, chat_id, note="Неповторний рядок", fields=[SIZE])

    assert (await bot.desk.acme.api.delete(f"/api/chat/chats/{chat_id}")).status == 200

    assert "Неповторний рядок" not in await bot.desk.services.db.read(every_row)


async def test_each_phone_has_its_page_in_the_crm(bot: Bot) -> None:
    alice = bot.desk.alice.api
    chat_id = await begins(bot, phone=NUMBER)
    [without] = (await card(alice, chat_id))["phones"]

    await set_up(bot.desk, crmUrl="https://crm.example.com/client?phone={phone}#{phone}")

    [phone] = (await card(alice, chat_id))["phones"]
    assert without["crmUrl"] is None
    assert phone["crmUrl"] == "https://crm.example.com/client?phone=%2B380501234567#%2B380501234567"
