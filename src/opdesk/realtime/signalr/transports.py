"""The three ways frames travel: WebSockets, server-sent events, long polling.

Each hands what arrives to a connection and takes from it what is to be sent, no more.
Specification: TransportProtocols.md in dotnet/aspnetcore, src/SignalR/docs/specs.
"""

import asyncio
import contextlib
from typing import Any

from opdesk.kit.errors import TooLarge
from opdesk.kit.layers import Receive, Send, answer, read_body
from opdesk.kit.log import get_logger
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.signalr.dialogue import MAX_MESSAGE_BYTES
from opdesk.realtime.signalr.protocol import Frame

log = get_logger(__name__)
POLL_S = 90.0
LAST_WORDS_S = 5.0
"""How long a client has to take what was queued before its connection ended."""
TEXT, BINARY = b"text/plain", b"application/octet-stream"


async def serve_socket(
    connection: Connection, receive: Receive, send: Send, taken: asyncio.Event
) -> None:
    """Talk over an accepted WebSocket until it or the connection is over, or it is `taken` over."""
    sender = asyncio.create_task(_send_to_socket(connection, send))
    reader = asyncio.create_task(_read_socket(connection, receive))
    taking = asyncio.create_task(taken.wait())
    try:
        await asyncio.wait((sender, reader, taking), return_when=asyncio.FIRST_COMPLETED)
        if connection.is_closing:
            await asyncio.wait((sender,), timeout=LAST_WORDS_S)
    finally:
        await _cancelled(sender, reader, taking)


async def _send_to_socket(connection: Connection, send: Send) -> None:
    """Everything that is queued, as it comes; ends the socket at the end."""
    try:
        while (frame := await connection.next_frames()) is not None:
            kind = "text" if isinstance(frame, str) else "bytes"
            await send({"type": "websocket.send", kind: frame})
        await send({"type": "websocket.close", "code": 1000})
    except Exception as error:
        # Only the transport can fail here, and each server has its own exceptions for that.
        log.debug("socket_gone", reason=type(error).__name__)


async def _read_socket(connection: Connection, receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] != "websocket.receive":
            return
        text = event.get("text")
        await connection.feed(text.encode() if text is not None else event.get("bytes") or b"")


async def serve_events(connection: Connection, receive: Receive, send: Send) -> None:
    """Server-sent events: frames go out as they come; the client speaks by POST."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache, no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # A first comment opens the stream through proxies that wait for a body.
    await send({"type": "http.response.body", "body": b":\r\n\r\n", "more_body": True})
    leaving = asyncio.create_task(_left(receive))
    sending = asyncio.create_task(_send_events(connection, send))
    try:
        await asyncio.wait((leaving, sending), return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.gone()
        await _cancelled(leaving, sending)
    with contextlib.suppress(Exception):
        await send({"type": "http.response.body", "body": b""})


async def _send_events(connection: Connection, send: Send) -> None:
    while (frame := await connection.next_frames()) is not None:
        body = b"data: " + _bytes(frame) + b"\r\n\r\n"
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def serve_poll(connection: Connection, receive: Receive, send: Send) -> bool:
    """One long poll: what there is to say, or nothing after `POLL_S`. True: that was the last.

    A newer poll ends an older one with 204, and so does the end of the connection.
    """
    turn = connection.next_poll()
    waiting = asyncio.create_task(connection.next_frames())
    leaving = asyncio.create_task(_left(receive))
    replaced = asyncio.create_task(turn.wait())
    try:
        tasks = (waiting, leaving, replaced)
        await asyncio.wait(tasks, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        is_left, is_replaced = leaving.done(), replaced.done()
    finally:
        await _cancelled(waiting, leaving, replaced)
        connection.poll_ended(turn)
    frame = "" if waiting.cancelled() else waiting.result()
    if frame and is_left:
        connection.put_back(frame)
    if frame is None or (waiting.cancelled() and (is_left or is_replaced)):
        await answer(send, 204, b"", TEXT)
        return frame is None
    await answer(send, 200, _bytes(frame), TEXT if isinstance(frame, str) else BINARY)
    return False


async def take_post(connection: Connection, receive: Receive, send: Send) -> None:
    """What the client says over server-sent events and long polling. Raises TooLarge."""
    body = await read_body(receive, MAX_MESSAGE_BYTES)
    if body is None:
        raise TooLarge(f"a message has at most {MAX_MESSAGE_BYTES} bytes")
    await connection.feed(body)
    await answer(send, 200, b"", TEXT)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _bytes(frame: Frame) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame
