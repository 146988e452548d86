"""The real server ends on SIGTERM: nothing under way is lost, everybody is told to come back."""

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
import websockets

from opdesk import parts
from opdesk.chores import add_company
from opdesk.kit.clock import HOUR_MS, SystemClock
from opdesk.kit.wire import time_out
from opdesk.settings import Settings
from opdesk.simulators.telegram import TelegramPlatform
from tests.desk import PASSWORD, Api, eventually
from tests.realtime.clients import BareClient, bare_client
from tests.servers import Started, serving, started

ENDS_WITHIN_S = 10
HANDSHAKE = b'{"protocol":"json","version":1}\x1e'
HEADER = "X-Telegram-Bot-Api-Secret-Token"
TOLD_TO_COME_BACK = '"allowReconnect":true'


@dataclass(frozen=True)
class Shop:
    """A company with an operator and a chat, on a server in a process of its own."""

    server: Started
    company: Api
    operator: Api
    token: str
    chat_id: int
    organization_id: int

    @property
    def process(self) -> asyncio.subprocess.Process:
        return self.server.process


@asynccontextmanager
async def shop(settings: Settings, log: Path | None = None) -> AsyncIterator[Shop]:
    await add_company(settings, "acme", "Acme", PASSWORD)
    telegram = TelegramPlatform()
    environment = {"OPDESK_LOG_LEVEL": "debug" if log else "info"}
    async with serving(telegram) as telegram_url, started(settings, environment, log) as server:
        login = {"login": "acme", "password": PASSWORD}
        reply = await server.api.post("/api/company/get-token", login)
        company = server.api.bearer(reply.json)
        made = await company.post("/api/company/organization", {"name": "Kyiv"})
        place = made.json["id"]
        people = [{"organizationId": place, "name": "Alice"}]
        [person] = (await company.post("/api/operator/synchronize", people)).json
        ends = time_out(SystemClock().now_ms() + 8 * HOUR_MS)
        wish = {"id": person["id"], "expiresAt": ends}
        token = (await company.post("/api/operator/get-token", wish)).json
        await _chat(server.api, company, telegram, telegram_url, place)
        [chat] = (await company.get("/api/chat/chats")).json["items"]
        yield Shop(server, company, server.api.bearer(token), token, chat["id"], place)


async def _chat(
    api: Api, company: Api, telegram: TelegramPlatform, telegram_url: str, place: int
) -> None:
    bot = telegram.add_bot()
    settings = {"botToken": bot, "apiBaseUrl": telegram_url}
    channel = {"organizationId": place, "source": 2, "settings": settings}
    assert (await company.post("/api/channel", channel)).status == 200
    hook = telegram.hooks[bot]
    who = {"id": 7, "type": "private", "first_name": "Тарас"}
    message = {"message_id": 1, "date": 1_700_000_000, "chat": who, "text": "Добрий день"}
    body = msgspec.json.encode({"update_id": 1, "message": message})
    path = "/" + hook["url"].split("/", 3)[3]
    reply = await api.post(path, content=body, headers={HEADER: hook["secret_token"]})
    assert reply.status == 200


@contextlib.contextmanager
def nobody_writes(settings: Settings) -> Iterator[None]:
    """Hold back every write to a chat until the end."""
    if not settings.database_url:
        connection = sqlite3.connect(settings.data / parts.DATABASE_FILE, isolation_level=None)
        with contextlib.closing(connection):
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    with psycopg.connect(settings.database_url) as postgres:
        postgres.execute("LOCK TABLE chats IN EXCLUSIVE MODE")
        yield
        postgres.rollback()


class SlowPost:
    """A request whose body comes in two halves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._body = json.dumps({"name": "Lviv"}).encode()

    async def begin(self, shop: Shop) -> None:
        head = [
            "POST /api/company/organization HTTP/1.1",
            "Host: localhost",
            f"Authorization: {shop.company.headers['Authorization']}",
            "Content-Type: application/json",
            f"Content-Length: {len(self._body)}",
            "",
            "",
        ]
        self._writer.write("\r\n".join(head).encode() + self._body[:5])
        await self._writer.drain()

    async def end(self) -> str:
        """The answer."""
        self._writer.write(self._body[5:])
        return (await self._reader.read()).decode()


@asynccontextmanager
async def slow_post(shop: Shop) -> AsyncIterator[SlowPost]:
    """One that has begun."""
    host, port = shop.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        post = SlowPost(reader, writer)
        await post.begin(shop)
        yield post
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def stream_of(shop: Shop, client: httpx.AsyncClient) -> "asyncio.Task[str]":
    """A listener by server-sent events that has shaken hands; what it heard when it ended."""
    url, begun = await _negotiated(shop), asyncio.Event()

    async def listen() -> str:
        text = ""
        headers = {**shop.operator.headers, "Accept": "text/event-stream"}
        async with client.stream("GET", url, headers=headers, timeout=30) as stream:
            async for line in stream.aiter_lines():
                text += line
                begun.set()
        return text

    task = asyncio.create_task(listen())
    await begun.wait()
    reply = await shop.operator.post(url, content=HANDSHAKE)
    assert reply.status == 200
    return task


async def poll_of(shop: Shop, client: httpx.AsyncClient) -> "asyncio.Task[str]":
    """A polling client that has shaken hands; what it heard until it was told to come back.

    Who has just taken an answer away can't be told: nobody new gets in, and that tells them.
    """
    url = await _negotiated(shop)
    await shop.operator.get(url)
    await shop.operator.post(url, content=HANDSHAKE)
    assert (await shop.operator.get(url)).text == "{}\x1e"

    async def listen() -> str:
        text = ""
        while TOLD_TO_COME_BACK not in text:
            try:
                reply = await client.get(url, headers=shop.operator.headers, timeout=30)
            except httpx.ConnectError:
                break
            assert reply.status_code == 200
            text += reply.text
        return text

    return asyncio.create_task(listen())


async def _negotiated(shop: Shop) -> str:
    reply = await shop.operator.post("/chathub/negotiate?negotiateVersion=1")
    return f"{shop.server.url}/chathub?id={reply.json['connectionToken']}"


async def refused(shop: Shop) -> bool | None:
    """Nobody new gets in."""
    host, port = shop.server.url.removeprefix("http://").split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return True
    writer.close()
    return None


async def heard_until_closed(client: BareClient) -> list[dict[str, Any]]:
    heard = []
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            heard.append(await client.next(at_most_s=ENDS_WITHIN_S))
    return heard


async def test_what_is_under_way_finishes_and_everybody_is_told_to_come_back(
    settings: Settings,
) -> None:
    loop = asyncio.get_running_loop()
    async with (
        shop(settings) as it,
        httpx.AsyncClient() as client,
        bare_client(it.server.url, it.token) as socket,
        slow_post(it) as post,
    ):
        await socket.invoke("Subscribe", None)
        stream, poll = await stream_of(it, client), await poll_of(it, client)
        here = await it.company.get(f"/api/events?organizationId={it.organization_id}")
        query = f"organizationId={it.organization_id}&after={here.json['upTo']}&wait=60"
        path = f"{it.server.url}/api/events?{query}&epoch={here.json['epoch']}"
        waits = asyncio.create_task(client.get(path, headers=it.company.headers, timeout=60))
        with nobody_writes(settings):
            call = {"type": 1, "invocationId": "7", "target": "SendMessage"}
            await socket.send({**call, "arguments": [it.chat_id, "ще встигну"]})
            # Nothing shows that a call waits for the database: it is given the time to get there.
            await asyncio.sleep(0.5)
            began = loop.time()
            it.process.send_signal(signal.SIGTERM)
            await eventually(lambda: refused(it))
        heard = await heard_until_closed(socket)
        answer = await post.end()
        code = await asyncio.wait_for(it.process.wait(), ENDS_WITHIN_S)
        took_s = loop.time() - began

    [completion] = [one for one in heard if one["type"] == 3]
    assert completion["result"]["message"] == "ще встигну"
    assert (heard[-1]["type"], heard[-1]["allowReconnect"]) == (7, True)
    assert answer.startswith("HTTP/1.1 200"), answer
    assert TOLD_TO_COME_BACK in await stream
    heard_by_poll = await poll
    assert TOLD_TO_COME_BACK in heard_by_poll or "ще встигну" in heard_by_poll
    assert ((await waits).status_code, (await waits).json()["events"]) == (200, [])
    assert code == 0
    assert took_s < ENDS_WITHIN_S
    async with started(settings) as again:
        company = again.api.bearer(it.company.headers["Authorization"].split()[1])
        names = [one["name"] for one in (await company.get("/api/company/organization")).json]
        messages = (await company.get(f"/api/chat/{it.chat_id}/messages")).json["items"]
    assert names == ["Kyiv", "Lviv"]
    assert [one["message"] for one in messages] == ["Добрий день", "ще встигну"]


async def test_clients_that_do_not_listen_delay_nothing(settings: Settings) -> None:
    """Half-open sockets and requests that never end are left behind in time."""
    loop = asyncio.get_running_loop()
    async with (
        shop(settings) as it,
        slow_post(it),
        bare_client(it.server.url, it.token, shakes_hands=False) as mute,
    ):
        mute.socket.transport.pause_reading()
        began = loop.time()
        it.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(it.process.wait(), ENDS_WITHIN_S)
        took_s = loop.time() - began
        mute.socket.transport.abort()

    assert code == 0
    assert took_s < ENDS_WITHIN_S


async def test_no_log_ever_holds_an_access_token(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "opdesk.log"
    async with (
        shop(settings, log) as it,
        httpx.AsyncClient(base_url=it.server.url) as client,
    ):
        query = f"access_token={it.token}"
        async with bare_client(it.server.url, it.token) as socket:
            assert "error" in await socket.invoke("Nonsense", it.token)
        negotiated = await client.post(f"/chathub/negotiate?negotiateVersion=1&{query}")
        path = f"/chathub?id={negotiated.json()['connectionToken']}&{query}"
        assert (await client.get(path)).status_code == 200
        assert (await client.post(path, content=HANDSHAKE)).status_code == 200
        assert (await client.get(path)).text == "{}\x1e"
        again = await client.post(f"/chathub/negotiate?negotiateVersion=1&{query}")
        path = f"/chathub?id={again.json()['connectionToken']}&{query}"
        async with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as events:
            assert events.status_code == 200
        for address in (f"/chathub?id=nothing&{query}", f"/chathub?access_token={it.token}x"):
            assert (await client.get(address)).status_code in (400, 401, 404)
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(f"{it.server.url}{address}".replace("http", "ws", 1))
        it.process.send_signal(signal.SIGTERM)
        assert it.process.stdout is not None
        said = (await it.process.stdout.read()).decode()
        assert await it.process.wait() == 0

    logged = log.read_text()
    assert "/chathub/negotiate" in logged
    for secret in (it.token, it.token.split(".")[2], "access_token"):
        assert secret not in said + logged
