"""Chats that an organization keeps no longer: gone for good, and only those."""

from dataclasses import replace

from opdesk.chats.actions import retention
from opdesk.housekeeping import clean_up
from opdesk.parts import forget_client
from tests.desk import Desk
from tests.telegram import TARAS, Bot, connected_bot

DAY_S = 24 * 3600
OLENA = replace(TARAS, id=7_001, first_name="Олена")


async def keep_house(desk: Desk) -> None:
    await clean_up(desk.services.db, desk.services.files, forget_client)


async def keep_for(desk: Desk, organization_id: int, days: int | None) -> None:
    body = {"id": organization_id, "retentionDays": days}
    assert (await desk.acme.api.put("/api/company/organization", body)).status == 200


async def chats_of(desk: Desk) -> set[int]:
    return {one["id"] for one in (await desk.acme.api.get("/api/chat/chats")).json["items"]}


async def test_chats_without_a_message_for_longer_are_deleted_for_good(bot: Bot) -> None:
    desk = bot.desk
    kyiv = desk.alice.organization_id
    old = await bot.given_chat("Старе повідомлення")
    desk.clock.move(seconds=20 * DAY_S)
    fresh = await bot.given_chat("Нове", OLENA)
    desk.clock.move(seconds=10 * DAY_S - 3600)

    await keep_house(desk)
    assert await chats_of(desk) == {old, fresh}

    await keep_for(desk, kyiv, 30)
    await keep_house(desk)
    assert await chats_of(desk) == {old, fresh}, "it is not older yet"

    desk.clock.move(seconds=3600)
    await keep_house(desk)
    assert await chats_of(desk) == {fresh}
    assert (await desk.acme.api.get(f"/api/chat/{old}")).status == 404
    assert (await desk.acme.api.get("/api/chat/chats?search=Старе")).json["items"] == []

    entries = (await desk.acme.api.get("/api/audit?action=chat.deleted")).json["items"]
    assert [(one["subjectId"], one["who"]["kind"]) for one in entries] == [(old, "system")]

    await keep_for(desk, kyiv, None)
    desk.clock.move(seconds=100 * DAY_S)
    await keep_house(desk)
    assert await chats_of(desk) == {fresh}


async def test_more_than_one_batch_and_other_organizations(bot: Bot) -> None:
    desk = bot.desk
    for number in range(55):
        await bot.writes("Привіт", replace(TARAS, id=5_000 + number))
    async with connected_bot(desk, organization=1, token="2000:of-another-organization") as lviv:
        await lviv.writes("Тут")
        desk.clock.move(seconds=2 * DAY_S)
        assert len(await chats_of(desk)) == 20
        await keep_for(desk, desk.alice.organization_id, 1)
        await keep_house(desk)
        left = (await desk.acme.api.get("/api/chat/chats")).json

    assert [one["organization"]["id"] for one in left["items"]] == [desk.charlie.organization_id]


async def test_a_message_that_comes_meanwhile_keeps_its_chat(bot: Bot) -> None:
    """Between the look for outdated chats and their deletion others go on working."""
    desk = bot.desk
    chat_id = await bot.given_chat()
    await keep_for(desk, desk.alice.organization_id, 1)
    desk.clock.move(seconds=2 * DAY_S)

    found = await desk.services.db.read(retention._outdated)
    await bot.writes("Ще одне")
    [(company_id, organization_id, _)] = found

    done = await desk.services.db.write(
        retention._delete_one, company_id, organization_id, chat_id, forget_client
    )

    assert done is None
    assert await chats_of(desk) == {chat_id}
