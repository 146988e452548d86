"""A client that comes back after a long time, to a busy desk, or to one that can't read its log."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import websockets

from opdesk.chats import actions as chats
from opdesk.chats.model import ChatStatus
from opdesk.events.actions import PAGE_SIZE, last_number
from opdesk.kit.context import Tx
from opdesk.kit.errors import Unavailable
from opdesk.kit.ids import new_secret
from opdesk.realtime.signalr.connection import MAX_WAITING_BYTES, MAX_WAITING_FRAMES
from opdesk.simulators.telegram import Customer
from tests.desk import Desk, eventually
from tests.realtime.clients import BareClient, bare_client
from tests.telegram import JPEG, Bot, connected_bot

Read = Callable[..., Awaitable[Any]]
LONG_TEXT = "є" * 3000
"""So that a few pages of the log are more than may wait for a client."""
MISSED = MAX_WAITING_FRAMES + 2 * PAGE_SIZE


def change_often(tx: Tx, desk: Desk, chat_id: int, count: int) -> None:
    """As many events in one transaction."""
    for n in range(count):
        chats.set_status(tx, desk.acme.caller, chat_id, chats.StatusChange(ChatStatus(1 + n % 2)))


class Replays:
    """The hub's database, with replays as a test wants them; what is live is read as always."""

    def __init__(self, db: Any, read_slow: Read) -> None:
        self.read, self.read_slow = db.read, read_slow


def company_token(desk: Desk) -> str:
    return desk.acme.api.headers["Authorization"].split()[1]


async def told_everyone(desk: Desk, organization: int) -> None:
    """Wait until the hub has told those who are up to date what the log has now."""
    number = await desk.services.db.read(last_number, desk.acme.id, organization)
    follower = desk.services.hub._followers._by_organization[organization]

    async def has_told() -> bool | None:
        return True if follower.position >= number else None

    await eventually(has_told)


def subscribing(position: Any) -> dict[str, Any]:
    return {"type": 1, "invocationId": "back", "target": "Subscribe", "arguments": [position]}


async def told_until_back(
    client: BareClient, pause: Callable[[], Awaitable[None]] | None = None
) -> list[dict[str, Any]]:
    """The events before the answer to Subscribe, and the position that it names as the last."""
    told: list[dict[str, Any]] = []
    while True:
        found = await client.next(at_most_s=20)
        assert found["type"] in (1, 3), found
        if found["type"] == 3:
            return [*told, found["result"]]
        if found["target"] == "Event":
            told.append(found["arguments"][0])
        if pause is not None:
            await pause()


@pytest.mark.parametrize("reader", ["quick", "slow"])
async def test_a_client_that_missed_thousands_of_events_gets_each_of_them_once(
    bot: Bot, reader: str
) -> None:
    desk, place = bot.desk, str(bot.desk.alice.organization_id)
    chat_id = await bot.given_chat(LONG_TEXT)
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    for _ in range(0, MISSED, PAGE_SIZE):
        await desk.services.db.write(change_often, desk, chat_id, PAGE_SIZE)
    assert PAGE_SIZE * len(LONG_TEXT.encode()) < MAX_WAITING_BYTES // 2
    assert MISSED * len(LONG_TEXT.encode()) > 10 * MAX_WAITING_BYTES

    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.send(subscribing(position))
        count = 0

        async def pause() -> None:
            """Read some and rest, while the desk goes on."""
            nonlocal count
            count += 1
            if reader == "slow" and count % 500 == 0:
                await desk.services.db.write(change_often, desk, chat_id, 20)
                await asyncio.sleep(0.1)

        *told, end = await told_until_back(client, pause)

    first = position["numbers"][place] + 1
    assert [one["number"] for one in told] == list(range(first, first + len(told)))
    assert len(told) > MAX_WAITING_FRAMES
    assert end["numbers"][place] == told[-1]["upTo"]
    assert {one["type"] for one in told} == {"chatChanged"}


async def test_what_happens_elsewhere_waits_until_a_client_is_told_what_it_missed_there(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company hears several organizations, and catches up on one after the other."""
    desk, followers = bot.desk, bot.desk.services.hub._followers
    kyiv, lviv = desk.acme.organizations
    db = desk.services.db
    async with connected_bot(desk, organization=1, token=f"2000:{new_secret(18)}") as other:
        async with bare_client(desk.base_url, company_token(desk)) as client:
            position = (await client.invoke("Subscribe", None))["result"]
        await bot.writes("missed in Kyiv")
        await other.writes("missed in Lviv")

        async def read_while_lviv_goes_on(f: Any, *args: Any) -> Any:
            if args[1] == kyiv:
                await other.writes("live in Lviv")
                await told_everyone(desk, lviv)
            return await db.read_slow(f, *args)

        monkeypatch.setattr(followers, "_db", Replays(db, read_while_lviv_goes_on))
        async with bare_client(desk.base_url, company_token(desk)) as client:
            await client.send(subscribing(position))
            *told, end = await told_until_back(client)

    for place in (kyiv, lviv):
        numbers = [one["number"] for one in told if one["organizationId"] == place]
        first = position["numbers"][str(place)] + 1
        assert numbers == list(range(first, first + len(numbers)))
        assert end["numbers"][str(place)] == numbers[-1]
    texts = [one["data"]["message"] for one in told if one["type"] == "messageCreated"]
    assert texts == ["missed in Kyiv", "missed in Lviv", "live in Lviv"]


async def test_what_happens_while_an_empty_page_is_read_is_told_behind_it(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, followers = bot.desk, bot.desk.services.hub._followers
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    pages = []

    async def read_and_be_late(f: Any, *args: Any) -> Any:
        pages.append(await desk.services.db.read_slow(f, *args))
        if len(pages) == 1:
            await bot.writes("meanwhile")
            await told_everyone(desk, desk.alice.organization_id)
        return pages[-1]

    monkeypatch.setattr(followers, "_db", Replays(desk.services.db, read_and_be_late))
    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.send(subscribing(position))
        *told, end = await told_until_back(client)

    assert list(pages[0].told) == []
    assert [one["type"] for one in told] == ["chatCreated", "messageCreated", "chatChanged"]
    assert end["numbers"][str(desk.alice.organization_id)] == told[-1]["number"]


async def test_a_client_that_can_not_be_told_everything_is_told_nothing_more(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, followers = bot.desk, bot.desk.services.hub._followers
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    await bot.writes("missed")

    async def fail(*_: Any) -> Any:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(followers, "_db", Replays(desk.services.db, fail))
    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.send(subscribing(position))
        heard = [await client.next()]
        await bot.writes("live")
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                heard.append(await client.next())

    assert [one["type"] for one in heard] == [7]
    assert heard[0]["allowReconnect"] is True


async def test_a_page_that_could_not_be_read_is_read_again_for_who_comes_next(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are shared by those who come back at the same moment; failures must not be."""
    desk, followers = bot.desk, bot.desk.services.hub._followers
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    await bot.writes("missed")
    # Someone hears the organization all the time, so that what is known of it stays known.
    async with bare_client(desk.base_url, desk.bob.token):

        async def fail(*_: Any) -> Any:
            raise Unavailable("the disk is full")

        with monkeypatch.context() as broken:
            broken.setattr(followers, "_db", Replays(desk.services.db, fail))
            async with bare_client(desk.base_url, desk.alice.token) as client:
                await client.send(subscribing(position))
                assert (await client.next())["type"] == 7
        async with bare_client(desk.base_url, desk.alice.token) as client:
            await client.send(subscribing(position))
            *told, _ = await told_until_back(client)

    assert [one["type"] for one in told] == ["chatCreated", "messageCreated", "chatChanged"]


async def test_a_subscriber_is_told_to_read_an_organization_that_it_hears_from_now_on(
    desk: Desk,
) -> None:
    """What happened there before it could hear it, within the first two seconds, is no hole."""
    async with bare_client(desk.base_url, company_token(desk)) as client:
        await client.invoke("Subscribe", None)
        made = await desk.acme.api.post("/api/company/organization", {"name": "Odesa"})

        [told] = await client.events(1)

    assert told["arguments"][0]["type"] == "reload"
    assert told["arguments"][0]["organizationId"] == made.json["id"]


async def test_addresses_of_files_are_as_new_as_the_clients_return(bot: Bot) -> None:
    desk = bot.desk
    token, place = company_token(desk), desk.acme.organizations[0]
    async with bare_client(desk.base_url, token) as staying:
        position = (await staying.invoke("Subscribe", None))["result"]
        await bot.telegram.sends_photo(bot.token, Customer(77, "Olha"), JPEG)

        async def address() -> str | None:
            async with bare_client(desk.base_url, token) as client:
                await client.send(subscribing(position))
                told = await told_until_back(client)
            photos = [one["data"]["media"] for one in told[:-1] if one["type"] == "messageCreated"]
            uri: str | None = photos[0]["uri"] if photos else None
            return uri

        first = await eventually(address)
        await told_everyone(desk, place)
        desk.clock.move(seconds=3 * 24 * 3600)

        async def is_another() -> bool | None:
            return True if await address() not in (None, first) else None

        await eventually(is_another)
