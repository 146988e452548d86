"""`GET /api/events`: the hub's log for callers without a connection."""

import asyncio
from typing import Any

import pytest

from opdesk.events import actions as events
from tests.desk import Api, Desk, Reply
from tests.telegram import Bot


async def look(api: Api, organization: int, **query: Any) -> Reply:
    pairs = {"organizationId": organization, "wait": 0, **query}
    return await api.get("/api/events?" + "&".join(f"{k}={v}" for k, v in pairs.items()))


async def test_without_a_number_it_says_where_the_log_stands(bot: Bot) -> None:
    await bot.given_chat()
    reply = await look(bot.desk.alice.api, bot.desk.alice.organization_id)

    assert reply.status == 200
    assert (reply.json["events"], reply.json["reload"]) == ([], False)
    assert reply.json["upTo"] > 0
    assert reply.json["epoch"]


async def test_pages_tell_what_happened_once_and_in_order(bot: Bot) -> None:
    desk = bot.desk
    here = (await look(desk.alice.api, desk.alice.organization_id)).json
    chat_id = await bot.given_chat("перше")
    await bot.writes("друге")

    page = (
        await look(
            desk.alice.api, desk.alice.organization_id, after=here["upTo"], epoch=here["epoch"]
        )
    ).json

    numbers = [one["number"] for one in page["events"]]
    assert numbers == sorted(set(numbers))
    assert page["upTo"] >= numbers[-1]
    texts = [e["data"]["message"] for e in page["events"] if e["type"] == "messageCreated"]
    assert texts == ["перше", "друге"]
    assert page["events"][0]["data"]["id"] == chat_id
    rest = await look(
        desk.alice.api, desk.alice.organization_id, after=page["upTo"], epoch=here["epoch"]
    )
    assert rest.json["events"] == []


async def test_it_waits_for_what_has_not_happened_yet(bot: Bot) -> None:
    desk = bot.desk
    here = (await look(desk.acme.api, desk.alice.organization_id)).json
    asked = {"after": here["upTo"], "epoch": here["epoch"], "wait": 30}
    waiting = asyncio.create_task(look(desk.acme.api, desk.alice.organization_id, **asked))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    await bot.writes("нарешті")

    async with asyncio.timeout(2):
        page = (await waiting).json
    assert page["events"][0]["type"] == "chatCreated"


async def test_who_is_signed_out_while_waiting_is_told_nothing(bot: Bot) -> None:
    desk = bot.desk
    here = (await look(desk.alice.api, desk.alice.organization_id)).json
    asked = {"after": here["upTo"], "epoch": here["epoch"], "wait": 30}
    waiting = asyncio.create_task(look(desk.alice.api, desk.alice.organization_id, **asked))
    await asyncio.sleep(0.2)

    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})
    await bot.writes("не для неї")

    async with asyncio.timeout(5):
        assert (await waiting).status == 401


@pytest.mark.parametrize("wrong", ["epoch", "future", "retention"])
async def test_what_can_not_be_told_means_reload(bot: Bot, wrong: str) -> None:
    desk = bot.desk
    here = (await look(desk.alice.api, desk.alice.organization_id)).json
    after, epoch = here["upTo"], here["epoch"]
    await bot.given_chat()
    if wrong == "epoch":
        epoch = "another"
    elif wrong == "future":
        after += 1000
    else:
        desk.clock.move(seconds=15 * 86_400)
        limit = desk.clock.now_ms() - events.RETENTION_DAYS * 86_400_000
        assert await desk.services.db.write(events.forget_before, limit) > 0
        await bot.writes("після перерви")

    page = (await look(desk.acme.api, desk.alice.organization_id, after=after, epoch=epoch)).json

    if wrong == "retention":  # The company's token has outlived the clock's jump, Alice's has not.
        assert page["reload"] is True
    assert (page["reload"], page["events"]) == (True, [])
    assert page["upTo"] > here["upTo"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "x"}, "after"),
        ({"after": -1}, "after"),
        ({"after": 1}, "epoch"),
        ({"wait": 61}, "wait"),
        ({"wait": "1.5"}, "wait"),
    ],
)
async def test_bad_queries_name_their_field(desk: Desk, query: dict[str, Any], field: str) -> None:
    reply = await look(desk.alice.api, desk.alice.organization_id, **query)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


async def test_an_organization_is_required(desk: Desk) -> None:
    reply = await desk.alice.api.get("/api/events")

    assert (reply.status, list(reply.json["errors"])) == (400, ["organizationId"])


async def test_another_organization_is_404(desk: Desk) -> None:
    kyiv = desk.alice.organization_id
    assert (await look(desk.charlie.api, kyiv)).status == 404
    assert (await look(desk.mallory.api, kyiv)).status == 404
    assert (await look(desk.rival.api, kyiv)).status == 404
    assert (await look(desk.acme.api, kyiv)).status == 200


async def test_what_is_kept_of_the_log_has_no_gap(bot: Bot) -> None:
    """Times may be out of order within a moment; the cut is made at a number all the same."""
    desk = bot.desk
    await bot.given_chat()
    db, organization = desk.services.db, desk.alice.organization_id
    company = desk.acme.id

    def kept(after: int) -> Any:
        return db.read(events.events_after, company, organization, after)

    last = (await look(desk.acme.api, organization)).json["upTo"]
    before = await kept(0)
    first_times = [event.at for event in before.events]

    await db.write(events.forget_before, first_times[-1])

    numbers = [n for n in range(last) if await kept(n) is not None]
    assert numbers
    assert numbers == list(range(numbers[0], last))
