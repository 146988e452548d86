"""Every way to the hub, with the clients that customers use, unchanged, and by hand."""

import asyncio
import base64
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from signalrcore.hub_connection_builder import HubConnectionBuilder
from signalrcore.types import HttpTransportType, HubProtocolEncoding

from tests.desk import Desk, eventually
from tests.realtime.clients import bare_client, microsoft_client
from tests.realtime.proxy import wire_to
from tests.telegram import JPEG, Bot

WAYS = [
    ("WebSockets", "json"),
    ("WebSockets", "messagepack"),
    ("ServerSentEvents", "json"),
    ("LongPolling", "json"),
    ("LongPolling", "messagepack"),
]
EACH_WAY = pytest.mark.parametrize(("transport", "protocol"), WAYS)
HANDSHAKE = b'{"protocol":"json","version":1}\x1e'


@EACH_WAY
async def test_microsofts_client_on_each_transport_and_protocol(
    bot: Bot, transport: str, protocol: str
) -> None:
    desk = bot.desk
    async with microsoft_client(
        desk.base_url, desk.alice.token, transport=transport, protocol=protocol
    ) as client:
        await client.next("started")
        await bot.writes("Добрий день 👋")
        [chat] = await client.next("ChatCreated")
        [message] = await client.next("ReceiveMessage")
        assert message["message"] == "Добрий день 👋"

        kind, sent = await client.call("SendMessage", chat["id"], "Вітаю")
        assert (kind, sent["message"], sent["author"]) == ("result", "Вітаю", 0)
        media = {
            "Name": "a.jpg",
            "Format": "jpg",
            "DataBase64": base64.b64encode(JPEG).decode(),
            "Type": 1,
        }
        kind, photo = await client.call("SendMediaMessage", chat["id"], media)
        assert (kind, photo["media"]["type"]) == ("result", 1)
        kind, error = await client.call("SendMessage", 999_999, "?")
        assert kind == "error"
        assert "No such chat" in error
        kind, position = await client.call("Subscribe", None)
        assert position["numbers"]
        await client.tell("stop")
        assert await client.next("closed") is None


@pytest.mark.parametrize(("transport", "protocol"), WAYS[:-1])
async def test_signalrcore_on_each_way_that_it_knows(
    bot: Bot, transport: str, protocol: str
) -> None:
    """Its binary long polling can't be made at all (version 1.0.2 calls the wrong constructor).

    Its long polling sends no headers, so that the token stands in the address, and it takes one
    message of each poll, so that only the first one of several is waited for.
    """
    chat_id = await bot.given_chat()
    is_polling = transport == "LongPolling"
    desk, loop = bot.desk, asyncio.get_running_loop()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    opened = threading.Event()
    query = f"?access_token={desk.alice.token}" if is_polling else ""
    builder = HubConnectionBuilder().with_url(
        f"{desk.base_url}/chathub{query}",
        options={
            "access_token_factory": lambda: desk.alice.token,
            "transport": HttpTransportType(transport),
        },
    )
    if protocol == "messagepack":
        builder = builder.with_hub_protocol(HubProtocolEncoding.binary)
    connection = builder.build()
    connection.on_open(opened.set)
    connection.on(
        "ReceiveMessage", lambda told: loop.call_soon_threadsafe(heard.put_nowait, told[0])
    )
    await asyncio.to_thread(connection.start)
    assert await asyncio.to_thread(opened.wait, 10)
    try:
        async with asyncio.timeout(15):
            await bot.writes("через signalrcore")
            assert (await heard.get())["message"] == "через signalrcore"
            await asyncio.to_thread(connection.send, "SendMessage", [chat_id, "відповідь"])

            async def answered() -> dict[str, Any] | None:
                last = (await bot.messages(chat_id))[-1]
                return last if last["message"] == "відповідь" else None

            assert (await eventually(answered))["operator"]["id"] == desk.alice.id
    finally:
        await asyncio.to_thread(connection.stop)


class Poller:
    """Long polling by hand."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._url = f"{desk.base_url}/chathub?id={token}"
        self._headers = {"Authorization": f"Bearer {desk.alice.token}"}

    async def poll(self) -> httpx.Response:
        return await self._client.get(self._url, headers=self._headers, timeout=120)

    async def say(self, body: bytes) -> int:
        reply = await self._client.post(self._url, content=body, headers=self._headers)
        return reply.status_code

    async def end(self) -> int:
        return (await self._client.delete(self._url, headers=self._headers)).status_code


@asynccontextmanager
async def poller(desk: Desk, *, shakes_hands: bool = True) -> AsyncIterator[Poller]:
    negotiated = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
    async with httpx.AsyncClient() as client:
        polling = Poller(desk, client, negotiated.json["connectionToken"])
        if shakes_hands:
            assert (await polling.poll()).content == b""
            assert await polling.say(HANDSHAKE) == 200
            assert (await polling.poll()).content == b"{}\x1e"
        yield polling


async def test_the_first_poll_answers_at_once_and_empty(desk: Desk) -> None:
    async with poller(desk, shakes_hands=False) as polling, asyncio.timeout(5):
        first = await polling.poll()

    assert (first.status_code, first.content) == (200, b"")


async def test_a_newer_poll_ends_an_older_one_with_204(bot: Bot) -> None:
    async with poller(bot.desk) as polling:
        older = asyncio.create_task(polling.poll())
        await asyncio.sleep(0.2)
        newer = asyncio.create_task(polling.poll())
        assert (await older).status_code == 204

        await bot.writes("для новішого")

        assert "для новішого" in await _told_by(polling, newer)


async def _told_by(polling: Poller, poll: "asyncio.Task[httpx.Response]") -> str:
    """What this poll and the next ones bring, until a message is among it."""
    text = (await poll).text
    while "ReceiveMessage" not in text:
        text += (await polling.poll()).text
    return text


async def test_delete_ends_the_poll_under_way_with_204_and_the_connection(desk: Desk) -> None:
    async with poller(desk) as polling:
        poll = asyncio.create_task(polling.poll())
        await asyncio.sleep(0.2)

        assert await polling.end() == 202

        assert (await poll).status_code == 204
        assert (await polling.poll()).status_code == 404
        assert await polling.say(b'{"type":6}\x1e') == 404


async def test_a_polling_client_hears_why_it_is_closed(desk: Desk) -> None:
    async with poller(desk) as polling:
        assert await polling.say(b"nonsense\x1e") == 200

        last = await polling.poll()

        assert '"type":7' in last.text
        assert (await polling.poll()).status_code == 204


async def test_a_poll_brings_together_what_came_between_two_polls(bot: Bot) -> None:
    async with poller(bot.desk) as polling:
        # Words that stand in no id and no address.
        texts = [f"the text number {n}" for n in range(3)]
        for one in texts:
            await bot.writes(one)

        text = ""
        while text.count("ReceiveMessage") < 3:
            text += (await polling.poll()).text

    places = [text.index(one) for one in texts]
    assert places == sorted(places)


async def test_polling_that_stops_is_forgotten(desk: Desk) -> None:
    async with poller(desk) as polling:
        desk.clock.move(seconds=16)
        assert (await polling.poll()).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_request_without_id_is_400_and_with_a_wrong_one_404(
    desk: Desk, method: str
) -> None:
    missing = await desk.alice.api.call(method, "/chathub")
    unknown = await desk.alice.api.call(method, "/chathub?id=nothing")

    assert (missing.status, missing.json["errors"].keys()) == (400, {"id"})
    assert unknown.status == 404


async def test_a_connection_is_served_by_one_transport(desk: Desk) -> None:
    async with poller(desk) as polling:
        url = f"{polling._url}&access_token={desk.alice.token}".replace("http", "ws", 1)
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url)
    assert refused.value.response.status_code == 409


async def test_anothers_connection_can_be_neither_read_nor_written_nor_ended(desk: Desk) -> None:
    async with poller(desk) as polling:
        polling._headers = {"Authorization": f"Bearer {desk.bob.token}"}
        assert (await polling.poll()).status_code == 404
        assert await polling.say(b'{"type":6}\x1e') == 404
        assert await polling.end() == 404


async def test_server_sent_events_refuse_a_binary_protocol(desk: Desk) -> None:
    negotiated = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
    url = f"{desk.base_url}/chathub?id={negotiated.json['connectionToken']}"
    headers = {"Authorization": f"Bearer {desk.alice.token}"}
    stream = {**headers, "Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", url, headers=stream) as events,
    ):
        body = b'{"protocol":"messagepack","version":1}\x1e'
        await client.post(url, content=body, headers=headers)
        lines = [line async for line in events.aiter_lines() if line.startswith("data:")]

    assert events.headers["content-type"] == "text/event-stream"
    assert "is binary" in lines[0]


async def test_a_body_over_the_limit_is_413(desk: Desk) -> None:
    async with poller(desk) as polling:
        assert await polling.say(b"x" * (12 * 1024 * 1024 + 1)) == 413


STREAMED: list[tuple[dict[str, Any], str | None]] = [
    ({"type": 4, "invocationId": "1", "target": "Subscribe", "arguments": []}, "not stream"),
    (
        {
            "type": 1,
            "invocationId": "1",
            "target": "Subscribe",
            "arguments": [None],
            "streamIds": ["s"],
        },
        "takes no streams",
    ),
    ({"type": 5, "invocationId": "unknown"}, None),
    ({"type": 2, "invocationId": "s", "item": 1}, None),
    ({"type": 3, "invocationId": "s"}, None),
    ({"type": 77, "something": "of the future"}, None),
]


@pytest.mark.parametrize(("said", "error"), STREAMED)
async def test_streams_are_answered_and_what_concerns_nobody_is_passed_over(
    desk: Desk, said: dict[str, Any], error: str | None
) -> None:
    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.send(said)
        if error is not None:
            completion = await client.next()
            assert (completion["type"], completion["invocationId"]) == (3, "1")
            assert error in completion["error"]
        assert "result" in await client.invoke("Subscribe", None)


async def test_headers_of_a_message_are_ignored(desk: Desk) -> None:
    async with bare_client(desk.base_url, desk.alice.token) as client:
        call = {"type": 1, "invocationId": "1", "target": "Subscribe", "arguments": [None]}
        await client.send({**call, "headers": {"a": "b"}})
        assert "result" in await client.next()


# --- stateful reconnect -------------------------------------------------------


@pytest.mark.parametrize("protocol", ["json", "messagepack"])
async def test_microsofts_client_goes_on_over_a_new_socket_as_if_nothing_had_been(
    bot: Bot, protocol: str
) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    async with (
        wire_to(desk.base_url) as wire,
        microsoft_client(wire.url, desk.alice.token, protocol=protocol, is_stateful=True) as client,
    ):
        await client.next("started")
        heard: list[str] = []
        for turn in range(5):
            await bot.writes(f"before {turn}")
            wire.cut()
            await bot.writes(f"after {turn}")
            kind, _ = await client.call("SendMessage", chat_id, f"answer {turn}")
            assert kind == "result"
        while len(heard) < 15:
            kind, data = await client.next()
            assert kind != "closed"
            if kind == "ReceiveMessage":
                heard.append(data[0]["message"])

    stored = [one["message"] for one in await bot.messages(chat_id)][1:]
    assert heard == stored


@asynccontextmanager
async def stateful(desk: Desk) -> AsyncIterator[Callable[[], Any]]:
    """Opens sockets of one stateful connection."""
    negotiated = await desk.alice.api.post(
        "/chathub/negotiate?negotiateVersion=1&useStatefulReconnect=true"
    )
    assert negotiated.json["useStatefulReconnect"] is True
    query = f"id={negotiated.json['connectionToken']}"
    yield lambda: bare_client(desk.base_url, desk.alice.token, query=query, shakes_hands=False)


def numbered(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in told if one["type"] in range(1, 6)]


async def test_what_was_not_acknowledged_is_sent_again_behind_a_sequence(bot: Bot) -> None:
    async with stateful(bot.desk) as connect:
        async with connect() as client:
            await client.send({"protocol": "json", "version": 2})
            assert await client.next() == {}
            await bot.writes("one")
            first = [await client.next() for _ in range(2)]
            await client.send({"type": 8, "sequenceId": 1})
        async with connect() as client:
            await client.send({"type": 9, "sequenceId": 1})
            again = [await client.next() for _ in range(2)]

    assert [one["target"] for one in first] == ["ChatCreated", "ReceiveMessage"]
    assert again[0] == {"type": 9, "sequenceId": 2}
    assert again[1] == first[1]


async def test_a_repeated_call_is_done_once(bot: Bot) -> None:
    chat_id = await bot.given_chat()
    call = {
        "type": 1,
        "invocationId": "7",
        "target": "SendMessage",
        "arguments": [chat_id, "once"],
    }
    async with stateful(bot.desk) as connect:
        async with connect() as client:
            await client.send({"protocol": "json", "version": 2})
            await client.send(call)
            while (await client.next()).get("type") != 3:
                pass
        async with connect() as client:
            await client.send({"type": 9, "sequenceId": 1}, call, {"type": 6})
            told: list[dict[str, Any]] = []
            while not told or told[-1] != {"type": 8, "sequenceId": 1}:
                told.append(await client.next())

    assert [one["message"] for one in await bot.messages(chat_id)].count("once") == 1


@pytest.mark.parametrize(
    "said",
    [{"type": 9, "sequenceId": 5}, {"type": 9, "sequenceId": 0}, {"type": 8, "sequenceId": 99}],
)
async def test_a_sequence_with_a_hole_ends_the_connection(desk: Desk, said: dict[str, Any]) -> None:
    async with stateful(desk) as connect:
        async with connect() as client:
            await client.send({"protocol": "json", "version": 2})
            assert await client.next() == {}
        async with connect() as client:
            await client.send(said)
            while (told := await client.next())["type"] != 7:
                assert told["type"] == 9
            assert told["error"]


async def test_a_message_cut_off_on_the_old_socket_does_not_spoil_the_new_one(bot: Bot) -> None:
    async with stateful(bot.desk) as connect:
        async with connect() as client:
            await client.send({"protocol": "json", "version": 2})
            assert await client.next() == {}
            await client.socket.send('{"type":1,"invocationId":"1","tar')
        async with connect() as client:
            await client.send({"type": 9, "sequenceId": 1})
            completion = await client.invoke("Subscribe", None)

    assert "result" in completion


async def test_a_new_socket_takes_the_place_of_one_that_looks_open(desk: Desk) -> None:
    async with stateful(desk) as connect, connect() as old:
        await old.send({"protocol": "json", "version": 2})
        assert await old.next() == {}
        async with connect() as new:
            await new.send({"type": 9, "sequenceId": 1})
            assert "result" in await new.invoke("Subscribe", None)
            with pytest.raises(websockets.ConnectionClosed):
                await old.next()


async def test_a_client_that_stays_away_is_forgotten(desk: Desk) -> None:
    async with stateful(desk) as connect:
        async with connect() as client:
            await client.send({"protocol": "json", "version": 2})
            assert await client.next() == {}
        [entry] = desk.services.signalr._entries.values()

        async def waits() -> bool | None:
            return True if entry.ends_at is not None else None

        await eventually(waits)
        desk.clock.move(seconds=31)
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with connect():
                pass

    assert refused.value.response.status_code == 404


async def test_without_the_handshakes_version_2_a_connection_ends_with_its_socket(
    desk: Desk,
) -> None:
    async with stateful(desk) as connect:
        async with connect() as client:
            await client.socket.send(json.dumps({"protocol": "json", "version": 1}) + "\x1e")
            assert await client.next() == {}
        with pytest.raises(websockets.InvalidStatus):
            async with connect():
                pass
