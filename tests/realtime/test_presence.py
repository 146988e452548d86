"""Who is there, reads and writes: told to the open panels of an organization, kept nowhere."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata
from opdesk.realtime.presence import LEAVING_S, WRITING_S
from opdesk.simulators.telegram import Customer
from tests.desk import Desk, Person, eventually
from tests.realtime.clients import BareClient, bare_client
from tests.telegram import JPEG, Bot

PHOTO = {
    "name": "a.jpg",
    "format": "jpg",
    "dataBase64": base64.b64encode(JPEG).decode(),
    "type": 1,
}
OLHA = Customer(77, "Ольга")
State = tuple[bool, list[int], list[int]]
"""(online, reading, writing)"""


class Panel:
    """A client that remembers everything it hears."""

    def __init__(self, client: BareClient) -> None:
        self._client = client
        self._calls = 0
        self.heard: list[dict[str, Any]] = []
        self._listening = asyncio.create_task(self._listen())

    async def call(self, target: str, *arguments: Any) -> dict[str, Any]:
        """Call a method; its completion. What was told before it has been heard by then."""
        self._calls += 1
        number = str(self._calls)
        call = {"type": 1, "invocationId": number, "target": target, "arguments": arguments}
        await self._client.send(call)

        async def answered() -> dict[str, Any] | None:
            return next((one for one in self.heard if one.get("invocationId") == number), None)

        return await eventually(answered)

    def signals(self, kind: str) -> list[dict[str, Any]]:
        found = [one["arguments"][0] for one in self.heard if one.get("target") == "Signal"]
        return [one for one in found if one["type"] == kind]

    def state_of(self, person: Person) -> State | None:
        """What it was told last about somebody."""
        told = [one["data"] for one in self.signals("presence")]
        mine = [one for one in told if one["operator"]["id"] == person.id]
        return (mine[-1]["isOnline"], mine[-1]["reading"], mine[-1]["writing"]) if mine else None

    async def sees(self, person: Person, state: State) -> None:
        """Wait until it is told that."""
        await self.until(lambda: self.state_of(person) == state)

    async def until(self, holds: Callable[[], bool]) -> None:
        async def look() -> bool | None:
            return True if holds() else None

        await eventually(look)

    async def end(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        async for text in self._client.socket:
            assert isinstance(text, str)
            self.heard += [json.loads(one) for one in text.split("\x1e") if one]


@asynccontextmanager
async def listening(desk: Desk, token: str) -> AsyncIterator[Panel]:
    """A client that has not subscribed."""
    async with bare_client(desk.base_url, token) as client:
        panel = Panel(client)
        try:
            yield panel
        finally:
            await panel.end()


@asynccontextmanager
async def panel_of(desk: Desk, *people: Person) -> AsyncIterator[list[Panel]]:
    """A page of each of them."""
    async with AsyncExitStack() as stack:
        panels = []
        for person in people:
            panel = await stack.enter_async_context(listening(desk, person.token))
            assert "result" in await panel.call("Subscribe", None)
            panels.append(panel)
        yield panels


# --- who is there -----------------------------------------------------------------


async def test_a_panel_is_told_everybody_who_is_online(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.alice) as [of_alice]:
        await of_alice.call("Reading", chat_id)
        async with panel_of(desk, desk.bob) as [of_bob]:
            told = {
                one["data"]["operator"]["id"]: one["data"] for one in of_bob.signals("presence")
            }
            await of_alice.sees(desk.bob, (True, [], []))

    assert told.keys() == {desk.alice.id, desk.bob.id}
    assert told[desk.alice.id] == {
        "operator": {"id": desk.alice.id, "name": "Alice"},
        "isOnline": True,
        "reading": [chat_id],
        "writing": [],
    }


async def test_many_tabs_are_one_operator_who_reads_what_each_of_them_shows(bot: Bot) -> None:
    desk, first = bot.desk, await bot.given_chat()
    second = await bot.given_chat("друга", OLHA)
    async with panel_of(desk, desk.bob) as [of_bob], panel_of(desk, desk.alice) as [tab]:
        async with panel_of(desk, desk.alice) as [other]:
            await tab.call("Reading", first)
            await other.call("Reading", second)
            await of_bob.sees(desk.alice, (True, sorted([first, second]), []))
            await other.call("Reading", first)
            await of_bob.sees(desk.alice, (True, [first], []))
            await other.call("Reading", second)
        await of_bob.sees(desk.alice, (True, [first], []))
        await tab.call("Reading", None)
        await of_bob.sees(desk.alice, (True, [], []))

    states = [one["data"]["isOnline"] for one in of_bob.signals("presence")]
    assert all(states)


async def test_who_reloads_the_page_has_not_left_and_who_stays_away_has(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.bob) as [of_bob]:
        async with panel_of(desk, desk.alice) as [page]:
            await page.call("Reading", chat_id)
            await of_bob.sees(desk.alice, (True, [chat_id], []))
        await of_bob.sees(desk.alice, (True, [], []))
        desk.clock.move(seconds=LEAVING_S - 1)
        async with panel_of(desk, desk.alice) as [page]:
            await page.call("Reading", chat_id)
            await of_bob.sees(desk.alice, (True, [chat_id], []))
            desk.clock.move(seconds=LEAVING_S + 1)
            await page.call("Typing", chat_id)
            await of_bob.sees(desk.alice, (True, [chat_id], [chat_id]))
        assert all(one["data"]["isOnline"] for one in of_bob.signals("presence"))

        await of_bob.sees(desk.alice, (True, [], []))
        desk.clock.move(seconds=LEAVING_S + 1)
        await of_bob.sees(desk.alice, (False, [], []))
        async with panel_of(desk, desk.bob) as [later]:
            assert later.state_of(desk.alice) is None


# --- who writes -------------------------------------------------------------------


async def test_writing_ends_when_it_is_not_repeated(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.alice, desk.bob) as [of_alice, of_bob]:
        await of_alice.call("Typing", chat_id)
        await of_bob.sees(desk.alice, (True, [], [chat_id]))
        desk.clock.move(seconds=WRITING_S - 1)
        await of_alice.call("Typing", chat_id)
        desk.clock.move(seconds=WRITING_S - 1)
        desk.services.hub._presence.look_again()
        assert of_bob.state_of(desk.alice) == (True, [], [chat_id])

        desk.clock.move(seconds=2)

        await of_bob.sees(desk.alice, (True, [], []))


@pytest.mark.parametrize("way", ["hub", "REST", "media"])
async def test_writing_ends_with_the_message(bot: Bot, way: str) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.alice, desk.bob) as [of_alice, of_bob]:
        await of_alice.call("Typing", chat_id)
        await of_bob.sees(desk.alice, (True, [], [chat_id]))

        if way == "hub":
            await of_alice.call("SendMessage", chat_id, "готово")
        elif way == "REST":
            path = f"/api/chat/{chat_id}/message"
            await desk.alice.api.post(path, {"textMessage": "готово"})
        else:
            await of_alice.call("SendMediaMessage", chat_id, PHOTO)

        await of_bob.sees(desk.alice, (True, [], []))


async def test_typing_by_rest_is_told_as_on_the_hub(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.alice, desk.bob) as [_, of_bob]:
        await desk.alice.api.post(f"/api/chat/{chat_id}/typing")
        await of_bob.sees(desk.alice, (True, [], [chat_id]))


async def test_a_company_says_that_a_client_types(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    path = f"/api/chat/{chat_id}/typing"
    async with panel_of(desk, desk.alice, desk.charlie) as [of_alice, of_charlie]:
        by_operator = await desk.bob.api.post(path, {"author": 1})
        by_company = await desk.acme.api.post(path, {"author": 1})
        await of_alice.until(lambda: bool(of_alice.signals("clientTyping")))
        await of_charlie.call("Reading", None)

        [signal] = of_alice.signals("clientTyping")
        assert signal["organizationId"] == desk.alice.organization_id
        assert signal["data"] == {"chatId": chat_id}
        assert of_charlie.signals("clientTyping") == []
    assert (by_operator.status, by_company.status) == (403, 200)


# --- for whom ---------------------------------------------------------------------


async def test_only_panels_of_the_organization_hear_of_operators(bot: Bot) -> None:
    """Not other organizations, not companies, not those who hear ChatHub's five events."""
    desk, chat_id = bot.desk, await bot.given_chat()
    company_token = desk.acme.api.headers["Authorization"].split()[1]
    async with (
        panel_of(desk, desk.bob, desk.charlie, desk.mallory) as [of_bob, *strangers],
        listening(desk, company_token) as company,
        listening(desk, desk.bob.token) as legacy,
        panel_of(desk, desk.alice) as [of_alice],
    ):
        await company.call("Subscribe", None)
        await of_alice.call("Reading", chat_id)
        await of_alice.call("Typing", chat_id)
        await desk.acme.api.post(f"/api/chat/{chat_id}/typing", {"author": 1})
        await of_bob.sees(desk.alice, (True, [chat_id], [chat_id]))
        await of_bob.until(lambda: bool(of_bob.signals("clientTyping")))

        for other in (*strangers, company, legacy):
            await other.call("Nonsense")
            told = [one["arguments"][0] for one in other.heard if one.get("target") == "Signal"]
            places = {one["organizationId"] for one in told}
            assert desk.alice.organization_id not in places
            assert {one["type"] for one in told} <= {"presence"}
        assert company.signals("presence") == legacy.signals("presence") == []


async def test_nobody_reads_or_types_where_they_may_not(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    company_token = desk.acme.api.headers["Authorization"].split()[1]
    async with (
        panel_of(desk, desk.alice, desk.charlie) as [of_alice, of_charlie],
        listening(desk, company_token) as company,
    ):
        for target in ("Reading", "Typing"):
            assert "No such chat" in (await of_charlie.call(target, chat_id))["error"]
            assert "error" in await company.call(target, chat_id)
            assert "chatId" in (await of_alice.call(target, "x"))["error"]

        assert of_charlie.state_of(desk.charlie) == (True, [], [])
        assert of_alice.state_of(desk.alice) == (True, [], [])


def every_row(tx: Tx) -> dict[str, list[Any]]:
    """The whole database."""
    return {
        name: sorted(map(repr, tx._driver.fetch(f"SELECT * FROM {name}", {})))
        for name in metadata.tables
    }


async def test_nothing_of_it_is_stored(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    before = await desk.services.db.read(every_row)
    async with panel_of(desk, desk.bob, desk.alice) as [of_bob, of_alice]:
        await of_alice.call("Reading", chat_id)
        await of_alice.call("Typing", chat_id)
        await desk.acme.api.post(f"/api/chat/{chat_id}/typing", {"author": 1})
        await of_bob.sees(desk.alice, (True, [chat_id], [chat_id]))
        await of_bob.until(lambda: bool(of_bob.signals("clientTyping")))

        during = await desk.services.db.read(every_row)

    assert before["events"]
    assert during == before


# --- what becomes of a chat ---------------------------------------------------------


async def test_an_assignment_says_whose_the_chat_became_and_who_did_it(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    alice, bob = desk.alice, desk.bob
    async with panel_of(desk, alice) as [of_alice]:
        give = {"id": chat_id, "operatorId": bob.id}
        await alice.api.put("/api/chat/operator", give)
        await desk.acme.api.put("/api/chat/operator", {"id": chat_id, "operatorId": None})

        def assigned() -> list[dict[str, Any]]:
            told = [one["arguments"][0] for one in of_alice.heard if one.get("target") == "Event"]
            return [one["data"] for one in told if one["type"] == "chatAssigned"]

        await of_alice.until(lambda: len(assigned()) == 2)

    assert [(one["operatorId"], one["byOperatorId"]) for one in assigned()] == [
        (bob.id, alice.id),
        (None, None),
    ]
    assert {one["chat"]["id"] for one in assigned()} == {chat_id}


# --- a send that can't talk over a colleague ----------------------------------------


@pytest.mark.parametrize("kind", ["text", "media"])
async def test_a_send_behind_a_colleagues_answer_is_held_on_the_hub_too(
    bot: Bot, kind: str
) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    seen = (await bot.messages(chat_id))[-1]["id"]
    target, content = ("SendMessage", "я теж") if kind == "text" else ("SendMediaMessage", PHOTO)
    async with panel_of(desk, desk.alice, desk.bob) as [of_alice, of_bob]:
        first = await of_bob.call("SendMessage", chat_id, "я відповім")

        held = await of_alice.call(target, chat_id, content, {"lastSeenMessageId": seen})
        after_held = await bot.messages(chat_id)
        forced = await of_alice.call(
            target, chat_id, content, {"lastSeenMessageId": seen, "force": True}
        )
        up_to_date = {"lastSeenMessageId": forced["result"]["id"]}
        next_one = await of_alice.call(target, chat_id, content, up_to_date)

    assert held["error"].startswith("A colleague has answered since")
    assert "Bob" in held["error"]
    assert after_held[-1]["id"] == first["result"]["id"]
    assert "result" in next_one
    assert len(await bot.messages(chat_id)) == 4


async def test_a_repeat_with_its_clients_id_is_sent_once(bot: Bot) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    options = {"clientMessageId": "b7e1c6de"}
    async with panel_of(desk, desk.alice) as [of_alice]:
        first = await of_alice.call("SendMessage", chat_id, "один раз", options)
        again = await of_alice.call("SendMessage", chat_id, "один раз", options)
        other = await of_alice.call("SendMessage", chat_id, "інше", options)
        by_rest = await desk.alice.api.post(
            f"/api/chat/{chat_id}/message", {"textMessage": "один раз", **options}
        )

    assert first["result"]["id"] == again["result"]["id"] == by_rest.json["id"]
    assert first["result"]["clientMessageId"] == "b7e1c6de"
    assert "error" in other
    assert [one["message"] for one in await bot.messages(chat_id)][1:] == ["один раз"]


@pytest.mark.parametrize(
    "options",
    [7, "force", [], {"force": "yes"}, {"lastSeenMessageId": -1}, {"clientMessageId": ""}],
)
async def test_options_that_are_none_are_refused(bot: Bot, options: Any) -> None:
    desk, chat_id = bot.desk, await bot.given_chat()
    async with panel_of(desk, desk.alice) as [of_alice]:
        refused = await of_alice.call("SendMessage", chat_id, "текст", options)
        taken = await of_alice.call("SendMessage", chat_id, "текст", None)

    assert "error" in refused
    assert "result" in taken
    assert len(await bot.messages(chat_id)) == 2


async def test_what_one_tab_has_read_is_read_in_every_other(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    async with (
        bare_client(desk.base_url, desk.alice.token) as one_tab,
        bare_client(desk.base_url, desk.alice.token) as another_tab,
        bare_client(desk.base_url, desk.bob.token) as colleague,
    ):
        screens = (one_tab, another_tab, colleague)
        for screen in screens:
            await screen.invoke("Subscribe", None)

        await desk.alice.api.post(f"/api/chat/{chat_id}/read")

        for screen in screens:
            [told] = await screen.events(1)
            assert told["arguments"][0]["type"] == "chatChanged"
            assert told["arguments"][0]["data"]["countUnread"] == 0
