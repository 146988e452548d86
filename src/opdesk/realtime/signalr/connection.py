"""One client: what waits to be sent to it, and when it is given up.

A connection knows nothing of its transport: a transport takes frames from it and hands it what
came in, so WebSockets are one of several.
"""

import asyncio
from collections import deque
from typing import Any

from opdesk.realtime.signalr import messages

MAX_WAITING_BYTES = 2 * 1024 * 1024
MAX_WAITING_FRAMES = 5_000
"""A client that is so far behind is cut off: it comes back and catches up from the log."""


class Connection:
    """A client that has shaken hands. `caller` is whoever authentication said it is."""

    def __init__(self, connection_id: str, caller: Any) -> None:
        self.id = connection_id
        self.caller = caller
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self.is_closing = False

    def send(self, frame: bytes) -> None:
        """Queue a frame; never blocks. A reader that is too slow is closed instead."""
        if self.is_closing:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)
        if len(self._waiting) > MAX_WAITING_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES:
            self._waiting.clear()
            self._waiting_bytes = 0
            self.close("this client reads too slowly", allow_reconnect=True)
        self._news.set()

    def close(self, error: str | None = None, *, allow_reconnect: bool = False) -> None:
        """Send what waits, then Close, then end."""
        if not self.is_closing:
            self._waiting.append(messages.close(error, allow_reconnect=allow_reconnect))
            self.is_closing = True
            self._news.set()

    async def next_frames(self, at_most_s: float) -> bytes | None:
        """Everything that waits, as one frame; a ping after `at_most_s`; None when it is over."""
        if not self._waiting and not self.is_closing:
            try:
                async with asyncio.timeout(at_most_s):
                    await self._news.wait()
            except TimeoutError:
                return messages.PING
        self._news.clear()
        if not self._waiting:
            return None if self.is_closing else messages.PING
        joined = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        return joined
