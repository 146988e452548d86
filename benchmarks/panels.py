"""Many sockets at the least cost: frames are neither taken apart nor decoded, only searched."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import msgspec
from typing_extensions import override

MESSAGE = b'"messageCreated"'
"""Stands once in what a subscriber is told of each message, and once in what the bare server
sends for each."""
MARK = b"mark-"
"""In front of the number of a message whose way is timed."""
_NUMBER_BYTES = 8
_TAIL_BYTES = len(MESSAGE) - 1

Step = tuple[bytes, bytes]
"""What to say, and what the answer has in it."""


def frame(text: str) -> bytes:
    """A masked text frame; with a mask of zeros the payload stays as it is."""
    payload = text.encode()
    size = bytes([0x80 | len(payload)])
    if len(payload) > 125:
        size = b"\xfe" + struct.pack("!H", len(payload))
    return b"\x81" + size + bytes(4) + payload


def upgrade(path: str) -> Step:
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n", b"\r\n\r\n"


def subscribing(token: str, position: bytes = b"null") -> list[Step]:
    """The steps of a panel until `Subscribe(position)` is answered."""
    call = {
        "type": 1,
        "invocationId": "s",
        "target": "Subscribe",
        "arguments": [msgspec.Raw(position)],
    }
    return [
        upgrade(f"/chathub?access_token={token}"),
        (frame('{"protocol":"json","version":1}\x1e'), b"{}\x1e"),
        (frame(msgspec.json.encode(call).decode() + "\x1e"), b'"invocationId":"s"'),
    ]


def echoing() -> list[Step]:
    """The bare server's: an upgrade and one echo."""
    return [upgrade("/"), (frame("echo"), b"echo")]


class Crowd:
    """The sockets that are open together, and what all of them have heard."""

    def __init__(self) -> None:
        self.panels: list[Panel] = []
        self.heard_bytes = 0
        self.heard_messages = 0
        self.last_at = 0.0
        self.sent_at: dict[int, float] | None = None
        """Number of a marked message -> when it was due; None while nothing is timed."""
        self.took: list[float] = []
        self._awaited = 0
        self._are_heard = asyncio.Event()

    async def all_heard(self, messages: int, at_most_s: float) -> None:
        """Wait until so many deliveries have come in, on all sockets together."""
        self._awaited = messages
        if self.heard_messages < messages:
            self._are_heard.clear()
            async with asyncio.timeout(at_most_s):
                await self._are_heard.wait()

    def heard(self, messages: int) -> None:
        self.heard_messages += messages
        self.last_at = time.monotonic()
        if self.heard_messages >= self._awaited:
            self._are_heard.set()


class Panel(asyncio.Protocol):
    """One socket: says its steps one by one, then only counts."""

    def __init__(self, crowd: Crowd, steps: Sequence[Step]) -> None:
        self._crowd, self._steps = crowd, list(steps)
        self._heard = b""
        self.answer = b""
        """What answered the last step."""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._steps[0][0])

    @override
    def data_received(self, data: bytes) -> None:
        if self._steps:
            self._open(data)
            return
        crowd = self._crowd
        crowd.heard_bytes += len(data)
        # The end of the last piece too: a message may be cut anywhere.
        found = (self._heard + data).count(MESSAGE)
        if found:
            crowd.heard(found)
            if crowd.sent_at is not None:
                self._time(self._heard + data, crowd.sent_at)
        self._heard = data[-_TAIL_BYTES:]

    def _open(self, data: bytes) -> None:
        self._heard += data
        if self._steps[0][1] not in self._heard:
            return
        self.answer, self._heard = self._heard, b""
        del self._steps[0]
        if self._steps:
            self.transport.write(self._steps[0][0])
        elif not self.opened.done():
            self.opened.set_result(None)

    def _time(self, data: bytes, sent_at: dict[int, float]) -> None:
        """Note how long each marked message took; the first mark behind its kind is its own."""
        now = self._crowd.last_at
        place = data.find(MESSAGE)
        while place >= 0:
            start = data.find(MARK, place)
            if start < 0:
                return  # Cut within a message: one of thousands is not timed.
            start += len(MARK)
            number = data[start : start + _NUMBER_BYTES]
            if len(number) == _NUMBER_BYTES:
                self._crowd.took.append(now - sent_at[int(number)])
            place = data.find(MESSAGE, start)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed while opening"))


@asynccontextmanager
async def crowd_of(
    port: int, count: int, steps: Callable[[int], Sequence[Step]], *, at_once: int = 100
) -> AsyncIterator[Crowd]:
    """`count` open sockets; `steps` gets the number of each. At most `at_once` open together."""
    crowd = Crowd()
    try:
        for first in range(0, count, at_once):
            numbers = range(first, min(first + at_once, count))
            await asyncio.gather(*(_opened(crowd, port, steps(number)) for number in numbers))
        yield crowd
    finally:
        for panel in crowd.panels:
            panel.transport.abort()
        await asyncio.sleep(0.2)


async def _opened(crowd: Crowd, port: int, steps: Sequence[Step]) -> None:
    loop = asyncio.get_running_loop()
    _, panel = await loop.create_connection(lambda: Panel(crowd, steps), "127.0.0.1", port)
    crowd.panels.append(panel)
    async with asyncio.timeout(60):
        await panel.opened
