"""Measure, print one table, write docs/benchmarks.md.

Everything runs on the loopback: `opdesk serve` in a process of its own, the load in this one. Each
figure is the median of `ROUNDS` pairs of (ours, ceiling), so that a noisy neighbour hits both.
"""

import asyncio
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httptools
import msgspec
import psutil
import websockets
from tests.servers import serving

from opdesk.demo.telegram import FakeTelegram
from opdesk.kit.wire import time_out
from opdesk.server import add_company
from opdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
CONNECTIONS = 32
TOKENS = 1_000
SECONDS = 2.0
OPERATORS = 10_000
PASSWORD = "benchmark of a desk"
PROGRAM = Path(sys.executable).with_name("opdesk")
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    figure: str
    ceiling: str
    ratio: str


class Wire:
    """One keep-alive connection that speaks just enough HTTP: the load must cost little itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        self._is_done = False

    @classmethod
    async def open(cls, port: int) -> "Wire":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._is_done = True

    async def call(self, request: bytes) -> tuple[int, bytes]:
        self._body, self._is_done = b"", False
        self._writer.write(request)
        while not self._is_done:
            data = await self._reader.read(65_536)
            if not data:
                raise ConnectionResetError
            self._parser.feed_data(data)
        status = int(self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)
        return status, self._body

    def close(self) -> None:
        self._writer.close()


def request(method: str, path: str, body: Any = None, **headers: str) -> bytes:
    content = b"" if body is None else msgspec.json.encode(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    if content:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[tuple[int, psutil.Process, float]]:
    """`opdesk serve`: its port, its process, and the seconds until it listened."""
    # A start as a user has it: with the compiled modules that Python keeps by itself.
    usual = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        "serve",
        "--port",
        "0",
        "--data",
        str(settings.data),
        stdout=asyncio.subprocess.PIPE,
        env={**usual, "OPDESK_OUTGOING_ALLOW": "127.0.0.0/8"},
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    took = time.monotonic() - began
    found = re.search(r":(\d+) ", line)
    assert found, line
    try:
        yield int(found[1]), psutil.Process(process.pid), took
    finally:
        process.terminate()
        await process.wait()


BARE = """
import asyncio, socket, sys, uvicorn
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(2048)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, http="httptools", loop="uvloop", log_config=None,
                              access_log=False, lifespan="off")).run([listener])
"""


@asynccontextmanager
async def bare_server() -> AsyncIterator[int]:
    """A handler of fixed bytes on the same server: the ceiling."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    await asyncio.sleep(0.5)
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def rate(
    port: int, next_request: Callable[[], bytes], connections: int = CONNECTIONS
) -> tuple[float, float]:
    """(requests/s, p99 in ms) for `SECONDS` at `connections` at once."""
    wires = [await Wire.open(port) for _ in range(connections)]
    took: list[float] = []
    ends = time.monotonic() + SECONDS

    async def load(wire: Wire) -> None:
        while (began := time.monotonic()) < ends:
            status, body = await wire.call(next_request())
            assert status == 200, body
            took.append(time.monotonic() - began)

    began = time.monotonic()
    await asyncio.gather(*(load(wire) for wire in wires))
    elapsed = time.monotonic() - began
    for wire in wires:
        wire.close()
    return len(took) / elapsed, sorted(took)[int(len(took) * 0.99)] * 1000


class Company:
    """A signed-in company with operators' tokens and a connected bot."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = ""
        self.organization = 0
        self.tokens: list[str] = []

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        wire = await Wire.open(self.port)
        status, answer = await wire.call(
            request(method, path, body, Authorization=f"Bearer {self.token}")
        )
        wire.close()
        assert status == 200, answer
        return msgspec.json.decode(answer) if answer else None

    async def prepare(self) -> None:
        login = {"login": "bench", "password": PASSWORD}
        self.token = await self.call("POST", "/api/company/get-token", login)
        made = await self.call("POST", "/api/company/organization", {"name": "Bench"})
        self.organization = made["id"]
        names = [{"organizationId": made["id"], "name": f"Holder {n}"} for n in range(TOKENS)]
        ends = time_out(time.time_ns() // 1_000_000 + 8 * 3_600_000)
        for one in await self.call("POST", "/api/operator/synchronize", names):
            body = {"id": one["id"], "expiresAt": ends}
            self.tokens.append(await self.call("POST", "/api/operator/get-token", body))


async def measure_validation(company: Company, bare_port: int) -> Row:
    requests = [
        request(
            "POST", "/api/operator/validate-token", token, Authorization=f"Bearer {company.token}"
        )
        for token in company.tokens
    ]
    turn = iter(range(10**9))
    bare = request("POST", "/", company.tokens[0])
    pairs = []
    for _ in range(ROUNDS):
        ours = await rate(company.port, lambda: requests[next(turn) % TOKENS])
        pairs.append((ours, await rate(bare_port, lambda: bare)))
    return _rates("validate-token requests/s, 1,000 tokens, 32 connections", pairs)


async def measure_webhooks(company: Company, bare_port: int, hook: str, secret: str) -> Row:
    numbers = iter(range(1, 10**9))

    def update() -> bytes:
        number = next(numbers)
        chat = {"id": number % 500 + 1, "type": "private", "first_name": f"C{number % 500}"}
        message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "text": f"n {number}"}
        return request("POST", hook, {"update_id": number, "message": message}, **{HEADER: secret})

    bare = request("POST", "/", {"update_id": 1})
    pairs = []
    for _ in range(ROUNDS):
        ours = await rate(company.port, update)
        pairs.append((ours, await rate(bare_port, lambda: bare)))
    return _rates("webhooks stored durably/s, 32 at once", pairs)


def _rates(name: str, pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> Row:
    ours = statistics.median(one[0][0] for one in pairs)
    p99 = statistics.median(one[0][1] for one in pairs)
    ceiling = statistics.median(one[1][0] for one in pairs)
    ratio = statistics.median(one[0][0] / one[1][0] for one in pairs)
    return Row(
        name,
        f"{ours:,.0f}/s, p99 {p99:.1f} ms",
        f"{ceiling:,.0f}/s (fixed handler)",
        f"{ratio:.2f}",
    )


async def measure_synchronize(company: Company) -> Row:
    took, plain = [], []
    for turn in range(ROUNDS):
        body = [
            {"organizationId": company.organization, "name": f"Round {turn} operator {n}"}
            for n in range(OPERATORS)
        ]
        began = time.monotonic()
        await company.call("POST", "/api/operator/synchronize", body)
        took.append(time.monotonic() - began)
        plain.append(_bulk_insert())
    ratio = statistics.median(one / other for one, other in zip(took, plain, strict=True))
    return Row(
        "synchronize 10,000 new operators",
        f"{statistics.median(took) * 1000:.0f} ms",
        f"{statistics.median(plain) * 1000:.0f} ms (driver's bulk insert)",
        f"{ratio:.1f} times",
    )


def _bulk_insert() -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/bulk.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE o (c INT, id INT, org INT, n TEXT, k TEXT, s INT, e INT)")
        connection.execute("CREATE UNIQUE INDEX k ON o (c, org, k)")
        rows = [(1, n, 1, f"Operator {n}", f"Operator {n}", 0, 1) for n in range(OPERATORS)]
        began = time.monotonic()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO o VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        took = time.monotonic() - began
        connection.close()
        return took


async def measure_latency(company: Company, hook: str, secret: str) -> Row:
    """From posting a webhook to its event at a subscribed socket, one at a time."""
    url = f"ws://127.0.0.1:{company.port}/chathub?access_token={company.token}"
    took: list[float] = []
    wire = await Wire.open(company.port)
    async with websockets.connect(url, compression=None) as socket:
        await socket.send('{"protocol":"json","version":1}\x1e')
        await socket.recv()
        for number in range(10**9, 10**9 + 300):
            chat = {"id": 7, "type": "private", "first_name": "Latency"}
            message = {"message_id": number, "date": 1, "chat": chat, "text": f"mark {number}"}
            body = {"update_id": number, "message": message}
            began = time.monotonic()
            await wire.call(request("POST", hook, body, **{HEADER: secret}))
            while f"mark {number}" not in str(await socket.recv()):
                pass
            took.append(time.monotonic() - began)
    wire.close()
    took.sort()
    median, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    return Row("webhook to hub, one at a time", f"p50 {median:.1f} ms, p99 {p99:.1f} ms", "", "")


async def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        await add_company(settings, "bench", "Bench", PASSWORD)
        telegram = FakeTelegram()
        starts = []
        for _ in range(ROUNDS):
            async with desk(settings) as (_, _process, took):
                starts.append(took)
        async with (
            bare_server() as bare_port,
            serving(telegram) as telegram_url,
            desk(settings) as (port, process, _),
        ):
            idle_mb = process.memory_info().rss / 1e6
            rows = await _measure_all(port, bare_port, telegram, telegram_url)
            loaded_mb = process.memory_info().rss / 1e6
    rows.append(
        Row("start to listening, installed", f"{statistics.median(starts):.2f} s", "3 s (aim)", "")
    )
    rows.append(Row("resident memory, idle", f"{idle_mb:.0f} MB", "110 MB (aim)", ""))
    rows.append(Row("resident memory, after all of the above", f"{loaded_mb:.0f} MB", "", ""))
    return rows


async def _measure_all(
    port: int, bare_port: int, telegram: FakeTelegram, telegram_url: str
) -> list[Row]:
    company = Company(port)
    await company.prepare()
    bot = telegram.add_bot()
    settings = {"botToken": bot, "apiBaseUrl": telegram_url}
    body = {"organizationId": company.organization, "source": 2, "settings": settings}
    await company.call("POST", "/api/channel", body)
    hook = "/" + telegram.hooks[bot]["url"].split("/", 3)[3]
    secret = telegram.hooks[bot]["secret_token"]
    steps: list[tuple[str, Callable[[], Awaitable[Row]]]] = [
        ("validate-token", lambda: measure_validation(company, bare_port)),
        ("webhook to hub", lambda: measure_latency(company, hook, secret)),
        ("webhooks", lambda: measure_webhooks(company, bare_port, hook, secret)),
        ("synchronize", lambda: measure_synchronize(company)),
    ]
    rows = []
    for name, step in steps:
        print(f"> {name}", flush=True)
        rows.append(await step())
    return rows


def table(rows: list[Row]) -> str:
    lines = ["| row | figure | ceiling in the same run | ratio |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.name} | {row.figure} | {row.ceiling} | {row.ratio} |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    found = table(asyncio.run(run()))
    print(found)
    text = (
        "# Benchmarks\n\nWritten by `make bench`; medians of "
        f"{ROUNDS} pairs on {psutil.cpu_count()} cores, SQLite, load and server on one machine.\n"
        "Quote the ratios: the bare figures are this machine's.\n\n"
    )
    (ROOT / "docs" / "benchmarks.md").write_text(text + found + "\n")


if __name__ == "__main__":
    main()
