"""Slow, hasty, silent, half-open and too many clients: each goes away on time or just waits."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets

from opdesk.chats import actions as chats
from opdesk.chats.model import ChatStatus
from opdesk.kit.context import Tx
from opdesk.realtime.signalr import connection, dialogue, server, transports
from tests.desk import Desk, eventually
from tests.realtime.clients import BareClient, bare_client
from tests.realtime.proxy import wire_to
from tests.telegram import Bot

HANDSHAKE = '{"protocol":"json","version":1}\x1e'
LONG_TEXT = "є" * 3000


def subscribing(position: Any) -> dict[str, Any]:
    return {"type": 1, "invocationId": "1", "target": "Subscribe", "arguments": [position]}


async def none_is_left(desk: Desk) -> None:
    """The server has forgotten every connection."""

    async def forgotten() -> bool | None:
        return None if desk.services.signalr._entries else True

    await eventually(forgotten)


# --- slow -----------------------------------------------------------------------


def change_often(tx: Tx, desk: Desk, chat_id: int, count: int) -> None:
    for n in range(count):
        chats.set_status(tx, desk.acme.caller, chat_id, chats.StatusChange(ChatStatus(1 + n % 2)))


async def test_a_slow_client_is_sent_away_and_resumes_exactly(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops reading, the buffers of both machines fill up, and then so does its place here."""
    monkeypatch.setattr(connection, "MAX_WAITING_FRAMES", 200)
    desk, place = bot.desk, str(bot.desk.alice.organization_id)
    chat_id = await bot.given_chat(LONG_TEXT)
    told: list[dict[str, Any]] = []
    async with narrow_client(desk) as client:
        await client.send(json.dumps(subscribing(None)) + "\x1e")
        position = await position_in(client)
        [entry] = desk.services.signalr._entries.values()
        while not entry.connection.is_closing:
            await desk.services.db.write(change_often, desk, chat_id, 100)
            await asyncio.sleep(0.01)
        closing = None
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                for one in read(await client.recv()):
                    closing = one if one["type"] == 7 else closing
                    told += [one["arguments"][0]] if one.get("target") == "Event" else []

    numbers = [one["number"] for one in told if one["type"] != "upToDate"]
    assert closing is not None
    assert closing["allowReconnect"] is True
    assert "too slowly" in closing["error"]
    async with bare_client(desk.base_url, desk.alice.token) as back:
        resumed = told[-1]["upTo"] if told else position["numbers"][place]
        await back.send(subscribing({**position, "numbers": {place: resumed}}))
        while (found := await back.next(at_most_s=20)).get("type") != 3:
            numbers.append(found["arguments"][0]["number"])
    first = position["numbers"][place] + 1
    assert numbers == list(range(first, first + len(numbers)))
    assert numbers[-1] == found["result"]["numbers"][place]


@asynccontextmanager
async def narrow_client(desk: Desk) -> AsyncIterator[websockets.ClientConnection]:
    """A client whose machine takes little at a time, and which has shaken hands."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    raw.setblocking(False)
    host, port = desk.base_url.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    url = f"{desk.base_url}/chathub?access_token={desk.alice.token}".replace("http", "ws", 1)
    async with websockets.connect(url, sock=raw, compression=None, max_queue=1) as client:
        await client.send(HANDSHAKE)
        yield client


def read(frame: str | bytes) -> list[dict[str, Any]]:
    assert isinstance(frame, str)
    return [json.loads(one) for one in frame.split("\x1e") if one not in ("", "{}")]


async def position_in(client: websockets.ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            for one in read(await client.recv()):
                if one["type"] == 3:
                    found: dict[str, Any] = one["result"]
                    return found


# --- hasty ----------------------------------------------------------------------


def slow_down(desk: Desk, monkeypatch: pytest.MonkeyPatch, pace: str, per_s: float) -> None:
    """Let few things through at once, and then `per_s`."""
    found = getattr(desk.services.signalr, pace)
    monkeypatch.setattr(found, "_interval_s", 1 / per_s)
    monkeypatch.setattr(found, "_ahead_s", 5 / per_s)


async def answered(client: BareClient, count: int) -> list[str]:
    """The ids of the next completions."""
    found: list[str] = []
    while len(found) < count:
        told = await client.next(at_most_s=20)
        found += [told["invocationId"]] if told["type"] == 3 else []
    return found


def calls(count: int) -> list[dict[str, Any]]:
    return [
        {"type": 1, "invocationId": str(n), "target": "Reading", "arguments": [None]}
        for n in range(count)
    ]


@pytest.mark.parametrize("pace", ["_messages", "_calls"])
async def test_who_is_too_fast_loses_nothing_and_slows_nobody_else_down(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, pace: str
) -> None:
    slow_down(desk, monkeypatch, pace, per_s=10)
    loop = asyncio.get_running_loop()
    async with (
        bare_client(desk.base_url, desk.alice.token) as hasty,
        bare_client(desk.base_url, desk.bob.token) as calm,
    ):
        began = loop.time()
        await hasty.send(*calls(25))
        waiting = asyncio.create_task(answered(hasty, 25))
        assert (await calm.invoke("Reading", None))["type"] == 3
        was_waiting = not waiting.done()

        ids = await waiting

    assert was_waiting
    assert ids == [str(n) for n in range(25)]
    # 5 at once, 20 at 10 in a second.
    assert loop.time() - began > 1.9


async def test_a_callers_connections_share_one_pace_of_calls(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(desk, monkeypatch, "_calls", per_s=20)
    loop = asyncio.get_running_loop()
    async with (
        bare_client(desk.base_url, desk.alice.token) as one,
        bare_client(desk.base_url, desk.alice.token) as other,
    ):
        began = loop.time()
        await one.send(*calls(12))
        await other.send(*calls(13))
        await asyncio.gather(answered(one, 12), answered(other, 13))

    assert loop.time() - began > 0.95


# --- large ----------------------------------------------------------------------


async def test_a_handshake_over_32_kib_is_refused(desk: Desk) -> None:
    async with bare_client(desk.base_url, desk.alice.token, shakes_hands=False) as client:
        await client.socket.send("x" * (32 * 1024 + 1))
        assert "32768" in (await client.next())["error"]
        with pytest.raises(websockets.ConnectionClosed):
            await client.socket.recv()


@pytest.mark.parametrize("is_whole", [True, False])
async def test_a_message_over_the_limit_ends_the_connection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_whole: bool
) -> None:
    monkeypatch.setattr(dialogue, "MAX_MESSAGE_BYTES", 10_000)
    async with bare_client(desk.base_url, desk.alice.token) as client:
        await client.socket.send("x" * 10_001 + ("\x1e" if is_whole else ""))
        closing = await client.next()

    assert closing["type"] == 7
    assert "10000 bytes" in closing["error"]


async def test_a_post_over_the_limit_is_413(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "MAX_MESSAGE_BYTES", 10_000)
    negotiated = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
    path = f"/chathub?id={negotiated.json['connectionToken']}"
    await desk.alice.api.get(path)

    assert (await desk.alice.api.post(path, content=b"x" * 10_001)).status == 413
    assert (await desk.alice.api.post(path, content=HANDSHAKE.encode())).status == 200


# --- silent -----------------------------------------------------------------------


def test_clients_have_as_long_as_the_specification_gives_them() -> None:
    assert (dialogue.HANDSHAKE_S, connection.SILENCE_S, connection.PING_EVERY_S) == (15, 30, 15)


async def test_a_client_without_a_sign_of_life_is_sent_away_to_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENCE_S", 1.5)
    async with (
        bare_client(desk.base_url, desk.alice.token) as silent,
        bare_client(desk.base_url, desk.bob.token) as lively,
    ):
        ending = asyncio.create_task(silent.next())
        while not ending.done():
            await lively.send({"type": 6})
            await asyncio.sleep(0.2)
        closing = await ending
        assert "result" in await lively.invoke("Subscribe", None)

    assert closing["type"] == 7
    assert closing["allowReconnect"] is True
    assert "silent" in closing["error"]


async def test_a_poll_that_hangs_is_a_sign_of_life(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENCE_S", 1.0)
    monkeypatch.setattr(transports, "POLL_S", 2.5)
    negotiated = await desk.alice.api.post("/chathub/negotiate?negotiateVersion=1")
    path = f"/chathub?id={negotiated.json['connectionToken']}"
    await desk.alice.api.get(path)
    await desk.alice.api.post(path, content=HANDSHAKE.encode())
    assert (await desk.alice.api.get(path)).text == "{}\x1e"

    empty = await desk.alice.api.get(path)

    assert (empty.status, empty.text) == (200, "")


async def test_a_socket_without_a_handshake_is_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "HANDSHAKE_S", 0.3)
    async with bare_client(desk.base_url, desk.alice.token, shakes_hands=False) as client:
        assert "no handshake" in (await client.next())["error"]
        with pytest.raises(websockets.ConnectionClosed):
            await client.socket.recv()
    await none_is_left(desk)


async def test_a_half_open_socket_goes_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its network is gone without a word: nothing arrives any more, in neither direction."""
    monkeypatch.setattr(connection, "SILENCE_S", 1.0)
    monkeypatch.setattr(transports, "LAST_WORDS_S", 0.2)
    async with (
        wire_to(desk.base_url) as wire,
        bare_client(wire.url, desk.alice.token) as client,
    ):
        await client.invoke("Subscribe", None)
        wire.go_silent()
        await none_is_left(desk)
        assert desk.services.hub._listeners == {}
        wire.cut()


# --- many -----------------------------------------------------------------------


async def test_too_many_connections_of_one_caller_are_429(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_OF_ONE_CALLER", 3)
    path = "/chathub/negotiate?negotiateVersion=1"
    async with bare_client(desk.base_url, desk.alice.token):
        for _ in range(2):
            assert (await desk.alice.api.post(path)).status == 200
        refused = await desk.alice.api.post(path)
        with pytest.raises(websockets.InvalidStatus) as socket_refused:
            async with bare_client(desk.base_url, desk.alice.token):
                pass
        of_bob = await desk.bob.api.post(path)

    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert socket_refused.value.response.status_code == 429
    assert of_bob.status == 200
    desk.clock.move(seconds=16)
    await none_is_left(desk)
    assert (await desk.alice.api.post(path)).status == 200


async def test_300_clients_that_come_back_at_the_same_moment_are_all_served(bot: Bot) -> None:
    desk, count = bot.desk, 300
    async with bare_client(desk.base_url, desk.alice.token) as client:
        position = (await client.invoke("Subscribe", None))["result"]
    for n in range(10):
        await bot.writes(f"missed {n}")

    async def come_back(number: int) -> list[str]:
        person = (desk.alice, desk.bob)[number % 2]
        async with bare_client(desk.base_url, person.token) as back:
            await back.send(subscribing(position))
            texts = []
            while (told := await back.next(at_most_s=60)).get("type") != 3:
                event = told["arguments"][0]
                texts += [event["data"]["message"]] if event["type"] == "messageCreated" else []
            return texts

    heard = await asyncio.gather(*(come_back(number) for number in range(count)))

    assert heard == [[f"missed {n}" for n in range(10)]] * count
    await none_is_left(desk)


# --- signed out -----------------------------------------------------------------


async def test_a_panel_hears_that_its_operator_is_signed_out_before_it_is_closed(
    desk: Desk,
) -> None:
    async with (
        bare_client(desk.base_url, desk.alice.token) as panel,
        bare_client(desk.base_url, desk.bob.token) as colleague,
    ):
        await panel.invoke("Subscribe", None)
        await colleague.invoke("Subscribe", None)
        await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})

        signal = await panel.signal("signedOut", at_most_s=5)
        closing = await panel.next()

        assert signal["organizationId"] == desk.alice.organization_id
        assert signal["data"] == {"reason": "revoked"}
        assert closing["type"] == 7
        assert not closing.get("allowReconnect")
        with pytest.raises(TimeoutError):
            await colleague.signal("signedOut", at_most_s=0.3)


async def test_a_signed_out_operator_does_not_come_back(desk: Desk) -> None:
    await desk.acme.api.post("/api/operator/status", {"id": desk.alice.id, "status": 1})

    with pytest.raises(websockets.InvalidStatus) as refused:
        async with bare_client(desk.base_url, desk.alice.token):
            pass

    assert refused.value.response.status_code == 401
