"""The rows of the channels: the disk's ceiling, the way to a screen, one platform's trouble."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from tests.servers import serving
from typing_extensions import override

from benchmarks.company import HEADER, Company
from benchmarks.hub_rows import bare_crowd, bare_post, hub_crowd, paced
from benchmarks.load import (
    CONNECTIONS,
    ROUNDS,
    SECONDS,
    Row,
    Wire,
    at_percent,
    posted,
    rate,
    request,
)
from benchmarks.servers import Running
from opdesk.kit.layers import Receive, Scope, Send
from opdesk.simulators.base import Call, Reply
from opdesk.simulators.telegram import TelegramPlatform

ON_SCREEN_PER_S = 200
MESSAGES = int(os.environ.get("OPDESK_BENCH_MESSAGES", "1000000"))
ENVELOPE = b"." * 400
"""About as large as a text's webhook."""
CHATS = 50
SENT = 100
SENT_PER_S = 25
"""Below what the channel's and each chat's own pace let through at once."""
STUCK = 30


async def measure_disk(company: Company) -> Row:
    """Each webhook is several rows in three tables with their indexes; the ceiling is one row."""
    pairs = []
    for _ in range(ROUNDS):
        stored, _ = await rate(company.port, company.updates(company.places[0]))
        pairs.append((stored, await asyncio.to_thread(_group_commits)))
    return Row(
        f"webhooks stored durably/s, {CONNECTIONS} at once, beside the disk",
        f"{statistics.median(one for one, _ in pairs):,.0f}/s",
        f"{statistics.median(one for _, one in pairs):,.0f} rows/s"
        f" (commits of {CONNECTIONS} rows, each on disk)",
        f"{statistics.median(one / other for one, other in pairs):.2f}",
    )


def _group_commits() -> float:
    """Rows/s of a bare SQLite with our settings."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, key TEXT, body BLOB)")
        connection.execute("CREATE UNIQUE INDEX inbox_key ON inbox (key)")
        count, began = 0, time.monotonic()
        while time.monotonic() - began < SECONDS:
            rows = [(n, f"key {n}", ENVELOPE) for n in range(count, count + CONNECTIONS)]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO inbox VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            count += CONNECTIONS
        took = time.monotonic() - began
        connection.close()
        return count / took


async def measure_screen(company: Company, bare_port: int, size: int) -> Row:
    """From the moment a webhook was due to the moment one operator's panel has it."""
    place = company.places[0]
    pairs = []
    for _ in range(ROUNDS):
        async with hub_crowd(company, 1) as crowd:
            ours = await paced(
                crowd, company.port, lambda text: company.update(place, text), ON_SCREEN_PER_S
            )
        async with bare_crowd(bare_port, 1) as crowd:
            bare = await paced(
                crowd, bare_port, lambda text: bare_post(size, text), ON_SCREEN_PER_S
            )
        pairs.append((ours, bare))
    shown = [
        f"p50 {statistics.median(one[0] for one in some):.1f} ms,"
        f" p99 {statistics.median(one[1] for one in some):.1f} ms"
        for some in zip(*pairs, strict=True)
    ]
    ratio = statistics.median(one[1] / other[1] for one, other in pairs)
    return Row(
        f"webhook to screen, {ON_SCREEN_PER_S} messages/s",
        shown[0],
        f"{shown[1]} (bare broadcaster)",
        f"{ratio:.1f} times (p99)",
    )


async def measure_million(company: Company, ours: Running) -> Row:
    """Of a server that has just started: what stays in its memory of messages that went by."""
    before, left = ours.memory_bytes, iter(range(MESSAGES - CONNECTIONS))
    updates = company.updates(company.places[0])
    took = await posted(
        company.port, updates, at_once=CONNECTIONS, is_over=lambda: next(left, None) is None
    )
    after = ours.memory_bytes
    return Row(
        f"resident memory after {len(took):,} messages",
        f"{after / 1e6:.0f} MB",
        f"{before / 1e6:.0f} MB (just started)",
        f"{(after - before) / len(took):.0f} bytes for each",
    )


class Watched(TelegramPlatform):
    """Knows when each text came, and holds what is sent to it while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.came_at: dict[str, float] = {}
        self._came, self.goes_on = asyncio.Event(), asyncio.Event()
        self.goes_on.set()

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/sendMessage"):
            await self.goes_on.wait()
        await super().__call__(scope, receive, send)

    @override
    async def answer_to(self, call: Call) -> Reply:
        if self.name_of(call) == "sendMessage":
            self.came_at[call.body["text"]] = time.monotonic()
            self._came.set()
        return await super().answer_to(call)

    async def all_came(self, texts: Sequence[str]) -> None:
        async with asyncio.timeout(60):
            while not all(one in self.came_at for one in texts):
                self._came.clear()
                await self._came.wait()


async def measure_isolation(company: Company) -> Row:
    """From the operator's POST to the platform's having the message, in pairs."""
    async with AsyncExitStack() as stack:
        well, well_chats = await stack.enter_async_context(_channel(company, first=10_000_000))
        ill, ill_chats = await stack.enter_async_context(_channel(company, first=20_000_000))
        beside, alone = [], []
        for turn in range(ROUNDS):
            alone.append(await _send_p99(company, well, well_chats, f"alone {turn}"))
            ill.goes_on.clear()
            stuck = [f"stuck {turn} {n}" for n in range(STUCK)]
            for chat_id, text in zip(ill_chats, stuck, strict=False):
                await _send(company, chat_id, text)
            beside.append(await _send_p99(company, well, well_chats, f"beside {turn}"))
            ill.goes_on.set()
            await ill.all_came(stuck)
    ratio = statistics.median(one / other for one, other in zip(beside, alone, strict=True))
    return Row(
        "other channels' send p99 while one platform hangs",
        f"{statistics.median(beside):.1f} ms",
        f"{statistics.median(alone):.1f} ms (none hangs)",
        f"{ratio:.2f} times",
    )


@asynccontextmanager
async def _channel(company: Company, first: int) -> AsyncIterator[tuple[Watched, list[int]]]:
    """A bot on a platform of its own, and its chats; `first` tells its customers apart."""
    platform, place = Watched(), company.places[0]
    async with serving(platform) as url:
        bot = platform.add_bot(f"bot_{first}", token=f"{first}:bench-of-one-platform-that-hangs")
        settings = {"botToken": bot, "apiBaseUrl": url}
        body = {"organizationId": place.id, "source": 2, "settings": settings}
        made = await company.call("POST", "/api/channel", body)
        hook = platform.hooks[bot]
        path, headers = "/" + hook["url"].split("/", 3)[3], {HEADER: hook["secret_token"]}
        wire = await Wire.open(company.port)
        for number in range(first, first + CHATS):
            chat = {"id": number, "type": "private", "first_name": f"Customer of {first}"}
            message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "text": "?"}
            update = {"update_id": number, "message": message}
            await wire.done(request("POST", path, update, **headers))
        wire.close()
        found = await company.call("GET", f"/api/chat/chats?per_page=100&search={first}")
        names = f"Customer of {first}"
        ids = [one["id"] for one in found["items"] if one["client"]["name"] == names]
        assert len(ids) == CHATS, len(ids)
        try:
            yield platform, ids
        finally:
            platform.goes_on.set()
            await company.call("DELETE", f"/api/channel/{made['id']}")


async def _send(company: Company, chat_id: int, text: str) -> None:
    await company.call("POST", f"/api/chat/{chat_id}/message", {"textMessage": text})


async def _send_p99(company: Company, platform: Watched, chats: list[int], name: str) -> float:
    """In ms."""
    began, due_at, sends = time.monotonic(), {}, []
    for number in range(SENT):
        text, due = f"{name} {number}", began + number / SENT_PER_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due_at[text] = due
        sends.append(asyncio.create_task(_send(company, chats[number % len(chats)], text)))
    await asyncio.gather(*sends)
    await platform.all_came(list(due_at))
    return at_percent([platform.came_at[one] - due for one, due in due_at.items()], 99) * 1000
