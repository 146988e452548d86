"""Sockets are cut at any byte while messages flow: what a client holds is always what there is.

The client here knows nothing but the rules that every client is given: it applies what it is told
in the order in which it is told, and says its position when it comes back.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
import websockets

from opdesk.kit.ids import new_secret
from opdesk.simulators.telegram import Customer, Refusal
from tests.chance import Chance, seeded
from tests.desk import Api, Desk, Reply
from tests.realtime.proxy import Wire, wire_to
from tests.telegram import Bot, connected_bot

CLIENTS = 4
ROUNDS = int(os.environ.get("OPDESK_CUTS", "1000")) // CLIENTS
"""Each client is cut at least once in each round, and compared behind it."""
OPERATIONS = 6
BURST_S = 0.03
"""Over how long the operations of a round are spread."""
CUSTOMERS = 2
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LOST = (OSError, EOFError, TimeoutError, websockets.WebSocketException)

Shown = tuple[Any, ...]


SYSTEM = 3


def shown_message(told: dict[str, Any]) -> Shown:
    """A message without what changes by itself: the addresses of files."""
    operator = told["operator"] and told["operator"]["id"]
    names = ("id", "position", "message", "author", "status", "error", "isEdited")
    return (*(told[name] for name in names), told["clientMessageId"], operator)


def shown_chat(told: dict[str, Any]) -> Shown:
    operator = told["operator"] and told["operator"]["id"]
    last = told["lastMessage"] and told["lastMessage"]["id"]
    return (*(told[name] for name in ("id", "chatStatus", "countUnread")), operator, last)


@dataclass
class Screen:
    """Chats, and their messages in the order of their places."""

    chats: dict[int, Shown] = field(default_factory=dict)
    messages: dict[int, list[Shown]] = field(default_factory=dict)

    def apply(self, kind: str, told: dict[str, Any]) -> None:
        if kind == "chatRemoved":
            self.chats.pop(told["id"], None)
            self.messages.pop(told["id"], None)
        elif kind.startswith("message"):
            self._apply_message(kind, told)
        else:
            chat = told["chat"] if kind == "chatAssigned" else told
            self.chats[chat["id"]] = shown_chat(chat)
            self.messages.setdefault(chat["id"], [])

    def _apply_message(self, kind: str, told: dict[str, Any]) -> None:
        messages, shown = self.messages[told["chatId"]], shown_message(told)
        known = [one[0] for one in messages]
        if kind == "messageCreated":
            assert shown[0] not in known, "a message was told twice"
            messages.append(shown)
            messages.sort(key=lambda one: (one[1], one[0]))
            # A message that changes nothing else of its chat is not followed by the chat. A line
            # of the system is never its last.
            written = [one[0] for one in messages if one[3] != SYSTEM]
            *state, _ = self.chats[told["chatId"]]
            self.chats[told["chatId"]] = (*state, written[-1] if written else None)
        else:
            assert shown[0] in known, "a message changed that was never told"
            messages[known.index(shown[0])] = shown

    def __or__(self, other: "Screen") -> "Screen":
        return Screen(self.chats | other.chats, self.messages | other.messages)


class Client:
    """A subscriber that comes back at once, whatever happens to its socket."""

    def __init__(self, wire: Wire, token: str, organizations: Iterable[int], form: str) -> None:
        self.wire = wire
        self.organizations = list(organizations)
        self.screen = Screen()
        self.position: dict[str, Any] | None = None
        self.told_at: dict[str, int] = {}
        self.settled_behind = -1
        """How many cuts there had been when the socket was opened on which it caught up last."""
        self._form = form
        self._url = wire.url.replace("http", "ws", 1) + f"/chathub?access_token={token}"
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    @property
    def numbers(self) -> dict[str, int]:
        """Up to where it was told, by organization."""
        return self.position["numbers"] if self.position else {}

    async def reached(self, numbers: dict[str, int], at_most_s: float = 20) -> None:
        """Wait until it is back from every cut and was told so much."""
        try:
            async with asyncio.timeout(at_most_s):
                while not self._is_at(numbers):
                    self._news.clear()
                    waiting = asyncio.create_task(self._news.wait())
                    both = (waiting, self._task)
                    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                    waiting.cancel()
                    if self._task.done():
                        self._task.result()
        except TimeoutError:
            behind = f"{self.settled_behind} of {self.wire.cuts} cuts"
            pytest.fail(f"a client is at {self.numbers} behind {behind}, not at {numbers}")

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _is_at(self, numbers: dict[str, int]) -> bool:
        if self.settled_behind != self.wire.cuts:
            return False
        return all(self.numbers[str(one)] >= numbers[str(one)] for one in self.organizations)

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(*LOST):
                await self._one_life()
            await asyncio.sleep(0.001)

    async def _one_life(self) -> None:
        cuts = self.wire.cuts
        async with websockets.connect(
            self._url, compression=None, proxy=None, close_timeout=0.1, open_timeout=5
        ) as socket:
            handshake = json.dumps({"protocol": self._form, "version": 1}) + "\x1e"
            await socket.send(handshake)
            await socket.send(self._called("Subscribe", self.position))
            async for frame in socket:
                for told in self._read(frame):
                    self._hear(told, cuts)

    def _called(self, target: str, *arguments: Any) -> str | bytes:
        if self._form == "json":
            call = {"type": 1, "invocationId": "1", "target": target, "arguments": arguments}
            return json.dumps(call) + "\x1e"
        content = msgspec.msgpack.encode([1, {}, "1", target, arguments, []])
        assert len(content) < 0x4000
        return bytes((len(content) & 0x7F | 0x80, len(content) >> 7)) + content

    def _read(self, frame: str | bytes) -> list[Any]:
        """What a frame tells, as JSON has it."""
        if isinstance(frame, str):
            return [json.loads(one) for one in frame.split("\x1e") if one]
        found, start = [], 0
        while start < len(frame):
            size = shift = 0
            while frame[start] >= 0x80:
                size |= (frame[start] & 0x7F) << shift
                start, shift = start + 1, shift + 7
            size |= frame[start] << shift
            start += 1
            found.append(_as_json(msgspec.msgpack.decode(frame[start : start + size])))
            start += size
        return found

    def _hear(self, told: dict[str, Any], cuts: int) -> None:
        if told == {}:
            return  # the answer to the handshake
        if told["type"] == 3:
            self._take_position(told["result"])
            self.settled_behind = cuts
        elif told["type"] == 1 and told["target"] == "Event":
            self._take_event(told["arguments"][0])
        self._news.set()

    def _take_position(self, position: dict[str, Any]) -> None:
        if self.position is not None:
            for place, number in self.position["numbers"].items():
                assert position["numbers"][place] >= number, "the position went back"
        self.position = position

    def _take_event(self, event: dict[str, Any]) -> None:
        place, kind = str(event["organizationId"]), event["type"]
        assert kind != "reload", event
        if self.position is None:
            # It is told that it knows everything before the answer that names its first position.
            assert kind == "upToDate", event
            return
        assert event["epoch"] == self.position["epoch"]
        if kind == "upToDate":
            assert event["upTo"] >= self.position["numbers"][place]
        else:
            assert event["number"] > self.told_at.get(place, 0), f"told twice: {event}"
            self.told_at[place] = event["number"]
            self.screen.apply(kind, event["data"])
        self.position["numbers"][place] = event["upTo"]


def _as_json(row: list[Any]) -> dict[str, Any]:
    """A MessagePack message of the kinds that the client looks at."""
    if row[0] == 1:
        return {"type": 1, "target": row[3], "arguments": row[4]}
    assert row[0] != 3 or row[3] == 3, row
    return {"type": row[0], "result": row[4] if row[0] == 3 else None}


class Life:
    """What goes on at a desk: customers who write, operators who answer, and their company."""

    def __init__(self, desk: Desk, bots: list[Bot], chance: Chance) -> None:
        self._desk, self._bots, self._chance = desk, bots, chance
        self._client = httpx.AsyncClient(trust_env=False)
        self._last = 0
        self.chats: list[tuple[int, int]] = []
        """(chat, organization), as of a moment ago."""
        self._written: list[tuple[Bot, dict[str, Any]]] = []

    async def close(self) -> None:
        await self._client.aclose()

    async def something(self) -> None:
        """One thing happens, at some moment of the burst."""
        chance = self._chance
        [act] = chance.choices(
            [
                self._a_customer_writes,
                self._a_customer_edits,
                self._an_operator_answers,
                self._a_status_is_set,
                self._somebody_reads,
                self._a_chat_is_assigned,
                self._a_chat_is_deleted,
            ],
            (10, 2, 8, 2, 2, 2, 1),
        )
        await asyncio.sleep(chance.uniform(0, BURST_S))
        await act()

    async def _a_customer_writes(self) -> None:
        bot = self._chance.choice(self._bots)
        customer = Customer(100 + self._chance.randrange(CUSTOMERS), "Клієнт")
        self._last += 1
        text = f"{self._last} " + "є" * self._chance.choice((0, 5, 40, 400))
        message = bot.telegram._message(customer, text=text)
        self._written = [*self._written[-20:], (bot, message)]
        await self._post(bot, {"message": message})

    async def _a_customer_edits(self) -> None:
        if self._written:
            bot, message = self._chance.choice(self._written)
            self._last += 1
            changed = {**message, "text": f"edit {self._last}", "edit_date": message["date"]}
            await self._post(bot, {"edited_message": changed})

    async def _post(self, bot: Bot, content: dict[str, Any]) -> None:
        """As Telegram posts, on a connection that is kept."""
        bot.telegram._last_update += 1
        hook = bot.telegram.hooks[bot.token]
        update = {"update_id": bot.telegram._last_update, **content}
        headers = {HEADER: hook["secret_token"]}
        reply = await self._client.post(hook["url"], json=update, headers=headers)
        assert reply.status_code == 200, reply.text

    async def _an_operator_answers(self) -> None:
        if self._chance.random() < 0.1:
            bot = self._chance.choice(self._bots)
            refusal = Refusal(400, "Bad Request: message text is not good")
            bot.telegram.faults.refusals["sendMessage"].append(refusal)
        self._last += 1
        body = {"textMessage": f"answer {self._last}", "clientMessageId": str(self._last)}
        await self._at_a_chat(lambda api, chat_id: api.post(f"/api/chat/{chat_id}/message", body))

    async def _a_status_is_set(self) -> None:
        status = self._chance.randrange(5)
        await self._at_a_chat(
            lambda api, chat_id: api.put("/api/chat/status", {"id": chat_id, "status": status})
        )

    async def _somebody_reads(self) -> None:
        await self._at_a_chat(lambda api, chat_id: api.post(f"/api/chat/{chat_id}/read"))

    async def _a_chat_is_assigned(self) -> None:
        desk = self._desk
        operator = self._chance.choice((None, desk.alice.id, desk.bob.id))
        await self._at_a_chat(
            lambda api, chat_id: api.put(
                "/api/chat/operator", {"id": chat_id, "operatorId": operator}
            )
        )

    async def _a_chat_is_deleted(self) -> None:
        await self._at_a_chat(
            lambda _, chat_id: self._desk.acme.api.delete(f"/api/chat/chats/{chat_id}")
        )

    async def _at_a_chat(self, act: Callable[[Api, int], Awaitable[Reply]]) -> None:
        """At any chat, by an operator of its organization or their company."""
        if not self.chats:
            return
        desk = self._desk
        chat_id, organization = self._chance.choice(self.chats)
        is_kyiv = organization == desk.alice.organization_id
        people = (desk.alice, desk.bob) if is_kyiv else (desk.charlie,)
        reply = await act(self._chance.choice((*people, desk.acme)).api, chat_id)
        # Meanwhile the chat may be gone, and an operator of the other organization is not found.
        assert reply.status in (200, 404), reply.text


async def fresh_load(api: Api, places: list[int]) -> tuple[dict[str, int], dict[int, Screen]]:
    """What a client finds that reads everything now, and where the log stands at that moment."""
    numbers = await _stand_at(api, places)
    while True:
        before, numbers = numbers, await _stand_at(api, places)
        if before != numbers:
            continue
        loads = await asyncio.gather(*(_screen(api, place) for place in places))
        before, numbers = numbers, await _stand_at(api, places)
        if before == numbers:
            return numbers, dict(zip(places, loads, strict=True))


async def _screen(api: Api, organization: int) -> Screen:
    chats = await _all_of(api, f"/api/chat/chats?organizationId={organization}&per_page=100")
    pages = await asyncio.gather(*(_messages(api, one["id"]) for one in chats))
    ids = [one["id"] for one in chats]
    shown = map(shown_chat, chats)
    return Screen(dict(zip(ids, shown, strict=True)), dict(zip(ids, pages, strict=True)))


async def _stand_at(api: Api, places: list[int]) -> dict[str, int]:
    asked = (api.get(f"/api/events?organizationId={place}&wait=0") for place in places)
    replies = await asyncio.gather(*asked)
    return {str(p): reply.json["upTo"] for p, reply in zip(places, replies, strict=True)}


async def _all_of(api: Api, path: str) -> list[dict[str, Any]]:
    reply = await api.get(path)
    items: list[dict[str, Any]] = reply.json["items"] if reply.status == 200 else []
    return items


async def _messages(api: Api, chat_id: int) -> list[Shown]:
    found: list[Shown] = []
    while True:
        after = found[-1][0] if found else 0
        items = await _all_of(api, f"/api/chat/{chat_id}/messages?per_page=100&after={after}")
        found += [shown_message(one) for one in items]
        if len(items) < 100:
            return found


async def cut_somehow(client: Client, chance: Chance) -> None:
    """At a byte of what is told live, at a moment, or at a byte of coming back; or all of them."""
    wire = client.wire
    for _ in range(chance.choice((1, 1, 2))):
        await asyncio.sleep(chance.uniform(0, BURST_S))
        how = chance.choice(("moment", "byte", "both"))
        if how != "byte":
            wire.cut()
        if how != "moment":
            # The answer to the upgrade has some 200 bytes, the handshake's 5, an event 1,000.
            wire.cut_after(chance.randrange(2 ** chance.randint(1, 12)))


@asynccontextmanager
async def clients_of(desk: Desk) -> AsyncIterator[list[Client]]:
    kyiv, lviv = desk.acme.organizations
    company_token = desk.acme.api.headers["Authorization"].split()[1]
    wanted = [
        (desk.alice.token, [kyiv], "json"),
        (desk.bob.token, [kyiv], "messagepack"),
        (desk.charlie.token, [lviv], "json"),
        (company_token, [kyiv, lviv], "json"),
    ]
    assert len(wanted) == CLIENTS
    async with AsyncExitStack() as stack:
        clients = []
        for token, organizations, form in wanted:
            wire = await stack.enter_async_context(wire_to(desk.base_url))
            client = Client(wire, token, organizations, form)
            stack.push_async_callback(client.end)
            clients.append(client)
        yield clients


async def test_what_a_client_holds_after_any_cut_is_what_there_is(bot: Bot) -> None:
    chance, desk = seeded(), bot.desk
    async with (
        connected_bot(desk, organization=1, token=f"2000:{new_secret(18)}") as other,
        clients_of(desk) as clients,
    ):
        life = Life(desk, [bot, other], chance)
        for client in clients:
            await client.reached(dict.fromkeys(map(str, client.organizations), 0))
        try:
            for number in range(ROUNDS):
                await asyncio.gather(
                    *(life.something() for _ in range(OPERATIONS)),
                    *(cut_somehow(client, chance) for client in clients),
                )
                screens = await _compare(desk, clients, f"round {number}")
                life.chats = [(one, place) for place, it in screens.items() for one in it.chats]
        finally:
            await life.close()

        assert sum(client.wire.cuts for client in clients) >= ROUNDS * CLIENTS
        assert all(sum(client.told_at.values()) > ROUNDS for client in clients)


async def _compare(desk: Desk, clients: list[Client], moment: str) -> dict[int, Screen]:
    for client in clients:
        if client.wire.waits_to_cut or client.wire.cuts < 1:
            client.wire.cut()
    numbers, screens = await _settled(desk, clients)
    for client in clients:
        expected = Screen()
        for place in client.organizations:
            expected |= screens[place]
        assert client.screen == expected, f"{moment}, at {numbers}"
    return screens


async def _settled(desk: Desk, clients: list[Client]) -> tuple[dict[str, int], dict[int, Screen]]:
    """A fresh load, once everybody is where it stands: deliveries may still change something."""
    while True:
        numbers, screens = await fresh_load(desk.acme.api, desk.acme.organizations)
        for client in clients:
            await client.reached(numbers)
        if all(client.numbers.items() <= numbers.items() for client in clients):
            return numbers, screens
