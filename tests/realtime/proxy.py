"""A wire between a client and the server that a test can cut, at any byte."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Wire:
    """A TCP relay on the loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._budget: int | None = None
        self._is_silent = False
        self.url = ""
        self.cuts = 0
        """How often connections were broken."""

    @property
    def waits_to_cut(self) -> bool:
        """`cut_after` was called, and not so much has come yet."""
        return self._budget is not None

    def cut(self) -> None:
        """Break every connection, as a lost network does: nobody says goodbye."""
        self.cuts += bool(self._writers)
        self._budget = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def cut_after(self, size: int) -> None:
        """Let `size` more bytes through to the client and break in the middle of whatever it is."""
        self._budget = size

    def go_silent(self) -> None:
        """Let nothing through any more, and tell nobody: a network that is simply gone."""
        self._is_silent = True

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.add(ours)
        if writer.transport.is_closing():
            ours.transport.abort()
        up = asyncio.create_task(self._relay(reader, ours, is_limited=False))
        down = asyncio.create_task(self._relay(theirs, writer, is_limited=True))
        self._tasks |= {up, down}
        await asyncio.gather(up, down, return_exceptions=True)
        self._tasks -= {up, down}
        self._writers -= {writer, ours}
        for one in (writer, ours):
            one.transport.abort()

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_limited: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if self._is_silent:
                    continue
                if is_limited and self._budget is not None:
                    data, self._budget = data[: self._budget], self._budget - len(data)
                    writer.write(data)
                    if self._budget <= 0:
                        with contextlib.suppress(OSError):
                            await writer.drain()
                        self.cut()
                        return
                else:
                    writer.write(data)
                await writer.drain()
        self.cut_pair(writer)

    def cut_pair(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def close(self) -> None:
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def wire_to(base_url: str) -> AsyncIterator[Wire]:
    """A wire to the server at `base_url`; `url` is what the client connects to."""
    wire = Wire(int(base_url.rsplit(":", 1)[1]))
    server = await asyncio.start_server(wire.accept, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        await wire.close()
