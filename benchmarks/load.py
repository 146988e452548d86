"""What makes the load: plain HTTP over kept connections, at the least cost to this process."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httptools
import msgspec

ROUNDS = 3
SECONDS = 2.0
CONNECTIONS = 32


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

    async def done(self, request: bytes) -> bytes:
        """The answer of a request that must succeed."""
        status, body = await self.call(request)
        assert status == 200, body
        return body

    def close(self) -> None:
        self._writer.close()


def request(method: str, path: str, body: Any = None, **headers: str) -> bytes:
    """A whole request; `body` is sent as JSON, bytes as they are."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    )
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    if content:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def posted(
    port: int, next_request: Callable[[], bytes], *, at_once: int, is_over: Callable[[], bool]
) -> list[float]:
    """The seconds that each request took, `at_once` in a closed loop until it `is_over`."""
    wires = [await Wire.open(port) for _ in range(at_once)]
    took: list[float] = []

    async def load(wire: Wire) -> None:
        while not is_over():
            began = time.monotonic()
            await wire.done(next_request())
            took.append(time.monotonic() - began)

    await asyncio.gather(*(load(wire) for wire in wires))
    for wire in wires:
        wire.close()
    return took


async def rate(
    port: int, next_request: Callable[[], bytes], at_once: int = CONNECTIONS
) -> tuple[float, float]:
    """(requests/s, p99 in ms) for `SECONDS`."""
    began = time.monotonic()
    took = await posted(port, next_request, at_once=at_once, is_over=after(SECONDS))
    return len(took) / (time.monotonic() - began), at_percent(took, 99) * 1000


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed since now."""
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends


def at_percent(numbers: list[float], percent: float) -> float:
    return sorted(numbers)[min(len(numbers) - 1, int(len(numbers) * percent / 100))]
