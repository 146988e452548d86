"""Mutated frames against the hub of a whole desk, driven without a network so that it is quick.

`python -m tests.realtime.fuzz [frames]` (`make fuzz`: 1,000,000). Clients on every transport and
both protocols say what `mutations.py` makes. Nothing may be raised that nobody expects, nobody may
wait for ever, and once the clients are gone nothing of them may be left.
"""

import asyncio
import gc
import itertools
import logging
import os
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import uvloop
from typing_extensions import override

from opdesk import parts
from opdesk.events import actions as events
from opdesk.kit.context import Tx
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer
from tests.chance import Chance, seeded
from tests.desk import Desk, Person, eventually
from tests.fakes import MovableClock
from tests.realtime.mutations import World, chunked, handshake, mutated_frame
from tests.servers import migrated_sqlite, opened_desk
from tests.telegram import Bot, connected_bot

CLIENTS = 24
"""At the same moment."""
AWAY_S = 31
"""Longer than a client may stay away."""
TOKEN_HOURS = 7
HUNG_S = 60
TIDY_EVERY = 2_000
"""Frames."""
MAX_GROWTH_BYTES = 48 * 1024 * 1024
MAX_SAMPLES = 10
MAX_FINDINGS = 500
"""So many are enough: the rest is not said any more."""
WAYS = ("socket", "socket", "stateful", "stateful", "events", "poll")


class HastyClock(MovableClock):
    """A clock on which enough time goes by between any two looks that nobody is ever too fast."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    @override
    def monotonic_s(self) -> float:
        self._looks += 1
        return super().monotonic_s() + self._looks


@dataclass
class Findings:
    """What must not be. `samples` are the first of them, in words."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.count += 1
        if len(self.samples) < MAX_SAMPLES:
            self.samples.append(text)

    def watch_log(self, _logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
        """A processor of structlog: only our own mistakes are errors."""
        if method in ("error", "critical", "exception") or event["event"].startswith("hub_"):
            self.add(f"{event} {traceback.format_exc()}")
        raise structlog.DropEvent

    def watch_loop(self, _loop: Any, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        told = "".join(traceback.format_exception(error)) if error else ""
        self.add(f"{context.get('message')} {told}")


@dataclass
class Tally:
    """How much was said, by whom, and what came of it."""

    frames: int = 0
    sessions: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)


class Exchange:
    """One request to the application, or one WebSocket: what it is told and what it says."""

    def __init__(self, app: Any, scope: dict[str, Any]) -> None:
        self._told: deque[tuple[dict[str, Any], int]] = deque()
        self._news = asyncio.Event()
        self._app, self._scope = app, scope
        self.status: int | None = None
        self.is_closed = False
        self.said: list[bytes] = []
        self.frames = 0
        """How many were taken before the end."""
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self.is_closed = True

    def tell(self, event: dict[str, Any], frames: int = 0) -> None:
        self._told.append((event, frames))
        self._news.set()

    async def settled(self) -> None:
        """Until what was told has been taken and looked at, or it is over."""
        while self._told and not self.is_closed:
            await asyncio.sleep(0)
        for _ in range(4):
            await asyncio.sleep(0)

    async def ended(self) -> None:
        async with asyncio.timeout(HUNG_S):
            await self.task

    async def _receive(self) -> dict[str, Any]:
        while not self._told:
            self._news.clear()
            await self._news.wait()
        event, frames = self._told.popleft()
        if not self.is_closed:
            self.frames += frames
        return event

    async def _send(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind.endswith("response.start"):
            self.status = event["status"]
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.close":
            self.is_closed = True
        elif kind.endswith("response.body") and len(self.said) < 10:
            self.said.append(event.get("body", b""))
        await asyncio.sleep(0)


class Fuzzer:
    """Clients of one desk, one life after the other."""

    def __init__(self, bot: Bot, clock: HastyClock, chance: Chance, findings: Findings) -> None:
        self._bot, self._desk, self._clock, self._chance = bot, bot.desk, clock, chance
        self._app = bot.desk.services.signalr
        self._findings = findings
        self.tally = Tally()
        self._people: list[Person] = [self._desk.alice, self._desk.bob, self._desk.charlie]
        self._company = self._desk.acme.api.headers["Authorization"].split()[1]
        self._renewed_at = clock.ahead_ms
        self._world = World([], 0, "", 0)
        self._ways: dict[str, Callable[[str], Any]] = {
            "socket": self._on_a_socket,
            "stateful": self._on_stateful_sockets,
            "events": self._on_server_sent_events,
            "poll": self._on_long_polling,
        }

    async def run(self, frames: int, told: Callable[[Tally], None] = lambda _: None) -> None:
        """Say so many frames."""
        while self.tally.frames < frames and self._findings.count < MAX_FINDINGS:
            await self._tidy()
            goal = min(frames, self.tally.frames + TIDY_EVERY)
            await asyncio.gather(*(self._client(goal) for _ in range(CLIENTS)))
            told(self.tally)
        await self._tidy()

    async def _client(self, goal: int) -> None:
        while self.tally.frames < goal and self._findings.count < MAX_FINDINGS:
            way, form = self._chance.choice(WAYS), self._chance.choice(("json", "messagepack"))
            self.tally.sessions[f"{way} {form}"] += 1
            try:
                await self._ways[way](form)
            except Exception as error:
                self._findings.add("".join(traceback.format_exception(error)))

    async def _tidy(self) -> None:
        """Let time pass for those who stay away, shorten the log, look at the world anew."""
        desk = self._desk
        self._clock.move(seconds=AWAY_S)
        if self._clock.ahead_ms - self._renewed_at > TOKEN_HOURS * 3_600_000:
            self._renewed_at = self._clock.ahead_ms
            for person in self._people:
                person.token = await desk.token_of(desk.acme, person.id)
        self._bot.telegram.calls.clear()
        services, place = desk.services, desk.alice.organization_id
        await services.db.write(events.forget_before, self._clock.now_ms())
        epoch, number = await services.db.read(_position, desk.acme.id, place)
        chats = [one["id"] for one in await self._bot.chats()]
        self._world = World(chats, place, epoch, number)

    # --- one client on each transport -----------------------------------------

    async def _on_a_socket(self, form: str) -> None:
        token = self._token()
        query = f"access_token={token}"
        if self._chance.random() < 0.5:
            query += f"&id={await self._negotiated(token)}"
        socket = self._socket(query)
        await self._speak(socket, self._opening(form, 1), form)

    async def _on_stateful_sockets(self, form: str) -> None:
        """Some sockets of one connection, one after the other or over each other."""
        token = self._token()
        query = f"access_token={token}&id={await self._negotiated(token, is_stateful=True)}"
        opening = self._opening(form, 2)
        sockets: list[Exchange] = []
        for _ in range(self._chance.choice((1, 2, 3))):
            socket = self._socket(query)
            sockets.append(socket)
            await self._speak(socket, opening, form, leaves=self._chance.random() < 0.7)
            opening = mutated_frame(self._chance, self._world, form)
            if socket.status != 101:
                break
        for socket in sockets:
            socket.tell({"type": "websocket.disconnect", "code": 1006})
            await socket.ended()

    async def _speak(
        self, socket: Exchange, opening: bytes, form: str, *, leaves: bool = True
    ) -> None:
        socket.tell({"type": "websocket.connect"})
        frames = itertools.chain([opening], self._frames(form))
        for content, count in chunked(self._chance, frames):
            if socket.is_closed:
                break
            socket.tell(_received(content, form), count)
            if self._chance.random() < 0.8:
                await socket.settled()
        await socket.settled()
        if leaves:
            socket.tell({"type": "websocket.disconnect", "code": 1006})
            await socket.ended()
        self.tally.frames += socket.frames
        self.tally.answers[f"socket {socket.status}"] += 1

    async def _on_server_sent_events(self, form: str) -> None:
        token = self._token()
        query = f"access_token={token}&id={await self._negotiated(token)}"
        stream = self._request("GET", query, accept=b"text/event-stream")
        await self._post_all(query, form if self._chance.random() < 0.1 else "json", stream)
        stream.tell({"type": "http.disconnect"})
        await stream.ended()

    async def _on_long_polling(self, form: str) -> None:
        token = self._token()
        query = f"access_token={token}&id={await self._negotiated(token)}"
        first = self._request("GET", query)
        await first.ended()
        poll = self._request("GET", query)
        await self._post_all(query, form, poll)
        poll.tell({"type": "http.disconnect"})
        await poll.ended()
        if self._chance.random() < 0.5:
            await self._request("DELETE", query).ended()

    async def _post_all(self, query: str, form: str, reader: Exchange) -> None:
        frames = itertools.chain([self._opening(form, 1)], self._frames(form))
        for content, count in chunked(self._chance, frames):
            post = self._request("POST", query, body=content)
            await post.ended()
            self.tally.answers[f"post {post.status}"] += 1
            if post.status != 200:
                return
            self.tally.frames += count
            await reader.settled()

    # --- what they say -----------------------------------------------------------

    def _frames(self, form: str) -> Iterator[bytes]:
        for _ in range(self._chance.randrange(1, 40)):
            yield mutated_frame(self._chance, self._world, form)

    def _opening(self, form: str, version: int) -> bytes:
        return handshake(self._chance, form, version, is_valid=self._chance.random() < 0.95)

    def _token(self) -> str:
        return self._chance.choice([*(one.token for one in self._people), self._company])

    async def _negotiated(self, token: str, *, is_stateful: bool = False) -> str:
        """A connection's token; sometimes of a request that nobody should make."""
        query = f"access_token={token}&negotiateVersion=1"
        if is_stateful:
            query += "&useStatefulReconnect=true"
        if self._chance.random() < 0.02:
            query = query[self._chance.randrange(len(query)) :]
        asked = self._request("POST", query, path="/chathub/negotiate")
        await asked.ended()
        self.tally.answers[f"negotiate {asked.status}"] += 1
        _, _, rest = b"".join(asked.said).decode().partition('"connectionToken":"')
        return rest.partition('"')[0] or "nothing"

    def _socket(self, query: str) -> Exchange:
        extensions: dict[str, Any] = {"websocket.http.response": {}}
        scope = {"type": "websocket", **_place("/chathub", query), "extensions": extensions}
        return Exchange(self._app, scope)

    def _request(
        self,
        method: str,
        query: str,
        *,
        path: str = "/chathub",
        accept: bytes = b"*/*",
        body: bytes = b"",
    ) -> Exchange:
        place = _place(path, query)
        place["headers"].append((b"accept", accept))
        exchange = Exchange(self._app, {"type": "http", "method": method, **place})
        exchange.tell({"type": "http.request", "body": body})
        return exchange

    # --- what is left ----------------------------------------------------------------

    async def left(self, at_most_s: float = 20) -> dict[str, int]:
        """What the server still keeps of clients, once time enough has gone by: {} is well."""
        self._clock.move(seconds=AWAY_S)

        async def nothing() -> bool | None:
            return None if _registers(self._desk) else True

        try:
            await eventually(nothing, at_most_s)
        except TimeoutError:
            return _registers(self._desk)
        return {}


def _registers(desk: Desk) -> dict[str, int]:
    """The size of everything that grows with clients, where it is not what it was at the start."""
    signalr, hub = desk.services.signalr, desk.services.hub
    sizes = {
        "connections": len(signalr._entries),
        "connections of callers": len(signalr._held),
        "requests": len(signalr._requests),
        "listeners": len(hub._listeners),
        "followers": len(hub._followers._by_organization),
        "operators": len(hub._presence._operators),
        "operators of organizations": len(hub._presence._by_organization),
        # A key is forgotten when another one comes: as many stay as there were at once.
        "pace of messages": max(0, len(signalr._messages._next) - CLIENTS * 2),
        "pace of calls": max(0, len(signalr._calls._next) - CLIENTS * 2),
    }
    return {name: size for name, size in sizes.items() if size}


def _place(path: str, query: str) -> dict[str, Any]:
    named: dict[str, Any] = {"path": path, "query_string": query.encode(), "scheme": "http"}
    return {**named, "headers": [], "client": ("test", 1), "server": ("test", 80)}


def _received(content: bytes, form: str) -> dict[str, Any]:
    """As a server hands it over: text is valid UTF-8 by then."""
    if form == "json":
        try:
            return {"type": "websocket.receive", "text": content.decode()}
        except UnicodeDecodeError:
            pass
    return {"type": "websocket.receive", "bytes": content}


def _position(tx: Tx, company_id: int, organization_id: int) -> tuple[str, int]:
    return events.epoch(tx), events.last_number(tx, company_id, organization_id)


@asynccontextmanager
async def fuzzing(settings: Settings, chance: Chance, findings: Findings) -> AsyncIterator[Fuzzer]:
    """A desk under attack; what goes wrong in it is written down."""
    loop, clock = asyncio.get_running_loop(), HastyClock()
    before = structlog.get_config()
    structlog.configure(processors=[findings.watch_log], cache_logger_on_first_use=False)
    loop.set_exception_handler(findings.watch_loop)
    try:
        async with opened_desk(settings, clock) as desk, connected_bot(desk) as bot:
            for number in range(3):
                await bot.writes(f"chat {number}", Customer(50 + number, f"Клієнт {number}"))
            yield Fuzzer(bot, clock, chance, findings)
    finally:
        loop.set_exception_handler(None)
        structlog.configure(**before)


def resident_bytes() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def attack(frames: int, seed: Chance, folder: Path) -> int:
    """Say so many frames and print what came of it; the exit code."""
    migrated_sqlite(folder)
    settings = Settings(data=folder, outgoing_allow=parts.LOOPBACK)
    findings, began = Findings(), time.monotonic()
    memory: list[int] = []

    def progress(tally: Tally) -> None:
        if tally.frames >= frames * len(memory) / 20:
            memory.append(resident_bytes())
            took = time.monotonic() - began
            print(
                f"{tally.frames:>9,} frames  {took:6.0f} s  {memory[-1] / 2**20:6.0f} MB"
                f"  {findings.count} findings",
                flush=True,
            )

    async with fuzzing(settings, seed, findings) as fuzzer:
        await fuzzer.run(frames, progress)
        left = await fuzzer.left()
        tally = fuzzer.tally
    # The first twentieth fills caches; from there on nothing may grow.
    growth = memory[-1] - memory[1]
    print(f"sessions: {dict(tally.sessions)}")
    print(f"answers: {dict(tally.answers)}")
    print(f"memory: {growth / 2**20:+.1f} MB behind the first twentieth")
    print(f"left of clients: {left or 'nothing'}")
    print(f"findings: {findings.count}", *findings.samples, sep="\n")
    is_well = not findings.count and not left and growth < MAX_GROWTH_BYTES
    return 0 if is_well else 1


def main() -> int:
    frames = int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="opdesk-fuzz-") as folder:
        return uvloop.run(attack(frames, seeded(), Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
