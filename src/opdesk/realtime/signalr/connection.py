"""One client of the hub: what waits to be sent to it, what came from it, when it is given up.

A connection knows nothing of its transport. A transport hands in what arrived (`feed`) and takes
what is to be sent (`next_frames`); with a stateful reconnect another transport may go on with the
same connection, and neither side loses or doubles a message.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from opdesk.realtime.signalr import protocol
from opdesk.realtime.signalr.protocol import (
    Batch,
    Frame,
    HubProtocol,
    Incoming,
    MessageType,
    Outgoing,
)
from opdesk.realtime.signalr.window import Window

MAX_WAITING_BYTES = 2 * 1024 * 1024
MAX_WAITING_FRAMES = 5_000
"""A client that is so far behind is cut off: it comes back and catches up from the log."""
MAX_ARRIVED_BYTES = 1024 * 1024
"""How much may wait to be looked at; a transport reads no further until there is room."""
_DRAINED_FRAMES = 500
PING_EVERY_S = 15
SILENCE_S = 30
"""A client that says nothing for so long, pings included, is gone."""
_BROKEN = b""
"""Stands between what came on two sockets: a message cut off by the first one is no more."""


class Connection:
    """A client, from its negotiation to its end. `caller` is who authentication said it is."""

    def __init__(self, connection_id: str, caller: Any, *, is_stateful: bool = False) -> None:
        self.id = connection_id
        self.caller = caller
        self.is_stateful = is_stateful
        """It may come back on another socket; the handshake's version 2 confirms it."""
        self.takes_binary = True
        """Its transport carries more than text."""
        self.protocol: HubProtocol | None = None
        self.is_closing = False
        self.is_introduced = False
        """The hub knows it: before that nothing goes out, so that a client that is told it is
        connected misses nothing from then on."""
        self._poll: asyncio.Event | None = None
        self.window = Window()
        self._waiting: deque[tuple[Frame, bool]] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._taken_from = asyncio.Event()
        self._quiet_s = 0
        """Seconds since something was taken to be sent."""
        self._needs_ping = False
        self._arrived: deque[bytes] = deque()
        self._arrived_bytes = 0
        self._is_gone = False
        self._is_listened_to = False
        self._silent_s = 0
        self._arrival = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    # --- what the server says ----------------------------------------------

    def send(self, told: Outgoing) -> None:
        """Queue something; never blocks. A reader that is too slow is closed instead."""
        if self.is_closing or self.protocol is None:
            return
        self._queue(told.frame(self.protocol), told.is_numbered)
        self._check_waiting()

    def send_batch(self, batch: Batch) -> None:
        """The same for several at once, which all who hear them share as one frame."""
        if self.is_stateful:
            for told in batch.told:  # Each of them has its number.
                self.send(told)
        elif batch.told and self.protocol is not None and not self.is_closing:
            self._queue(batch.frame(self.protocol), is_numbered=True)
            self._check_waiting()

    def send_raw(self, frame: Frame) -> None:
        """Queue a frame of no protocol: the answer to the handshake."""
        self._queue(frame, is_numbered=False)

    def introduced(self) -> None:
        """The hub knows it by now: what waits may go out."""
        self.is_introduced = True
        self._news.set()

    def close(self, error: str | None = None, *, allow_reconnect: bool = False) -> None:
        """Send what waits, then Close, then end."""
        if self.is_closing:
            return
        if self.protocol is not None:
            told = protocol.close(error, allow_reconnect=allow_reconnect)
            self._queue(told.frame(self.protocol), is_numbered=False)
        self._end()

    def abandon(self) -> None:
        """The client has said goodbye: nothing more is sent, not even Close."""
        self._drop_waiting()
        self._end()
        self.gone()

    async def drained(self) -> None:
        """Wait until the client has taken most of what was queued, or is no more."""
        while len(self._waiting) > _DRAINED_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES // 4:
            if self.is_closing or self._is_gone:
                return
            self._taken_from.clear()
            await self._taken_from.wait()

    async def next_frames(self) -> Frame | None:
        """Everything that may be sent, as one frame, as soon as there is something.

        None when it is over: everything has been taken and nothing more will come.
        """
        while not self._is_ready():
            self._news.clear()
            await self._news.wait()
        frames = self._take_waiting()
        self._taken_from.set()
        if not frames:
            return None
        return protocol.joined(frames)

    def put_back(self, frame: Frame) -> None:
        """A frame that was taken and could not be sent: it is the next one again.

        Not for a stateful connection, which repeats by itself what was not acknowledged.
        """
        self._waiting.appendleft((frame, False))
        self._waiting_bytes += len(frame)
        self._news.set()

    def _queue(self, frame: Frame, is_numbered: bool) -> None:
        self._waiting.append((frame, is_numbered))
        self._waiting_bytes += len(frame)
        self._news.set()

    def _check_waiting(self) -> None:
        if len(self._waiting) > MAX_WAITING_FRAMES or self._waiting_bytes > MAX_WAITING_BYTES:
            self._drop_waiting()
            self.close("this client reads too slowly; it may come back", allow_reconnect=True)

    def _drop_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    def second_passed(self) -> None:
        """Ask a quiet client for a sign of life now and then, and give up a silent one.

        Called for each connection in turn, so that none needs a timer of its own.
        """
        if self.is_polled:
            self._quiet_s = self._silent_s = 0
            return
        self._quiet_s += 1
        if self._quiet_s >= PING_EVERY_S and self.is_introduced and not self.is_closing:
            self._quiet_s, self._needs_ping = 0, True
            self._news.set()
        self._silent_s = self._silent_s + 1 if self._is_listened_to else 0
        if self._silent_s >= SILENCE_S:
            self.close("the client was silent for too long", allow_reconnect=True)

    def _end(self) -> None:
        self.is_closing = True
        for event in (self._news, self._arrival, self._taken_from):
            event.set()

    def _is_ready(self) -> bool:
        if self.window.has_replay or self.is_closing:
            return True
        if not self.is_introduced:
            return False
        if self._needs_ping:
            return True
        return bool(self._waiting) and (self.window.has_room or not self._waiting[0][1])

    def _take_waiting(self) -> list[Frame]:
        frames = self.window.take_replay()
        while self._waiting:
            frame, is_numbered = self._waiting[0]
            if frames and type(frame) is not type(frames[-1]):
                break  # The handshake's answer is text: nothing binary may share its frame.
            if is_numbered and self.is_stateful:
                if not self.window.has_room and not self.is_closing:
                    break
                self.window.sent(frame)
            self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            frames.append(frame)
        if self._needs_ping and not frames and self.protocol is not None:
            frames = [protocol.PING.frame(self.protocol)]
        self._quiet_s, self._needs_ping = 0, False
        return frames

    # --- long polls ----------------------------------------------------------

    @property
    def is_polled(self) -> bool:
        """A poll hangs: no better sign of life can be asked for."""
        return self._poll is not None

    def next_poll(self) -> asyncio.Event:
        """Begin a poll and end the one before; the event tells this one of the next."""
        if self._poll is not None:
            self._poll.set()
        self._poll = asyncio.Event()
        return self._poll

    def poll_ended(self, poll: asyncio.Event) -> None:
        if self._poll is poll:
            self._poll = None

    # --- what the client says ----------------------------------------------

    async def feed(self, data: bytes) -> None:
        """Hand in what arrived; waits while too much of it has not been looked at."""
        await self._room.wait()
        if data and not self._is_gone:
            self._arrived.append(data)
            self._arrived_bytes += len(data)
            if self._arrived_bytes > MAX_ARRIVED_BYTES:
                self._room.clear()
            self._arrival.set()

    def gone(self) -> None:
        """The transport is gone, and no other will come."""
        self._is_gone = True
        for event in (self._room, self._arrival, self._taken_from):
            event.set()

    async def arrived(self) -> bytes | None:
        """What came in next; None when the client is gone or the connection is closing."""
        self._silent_s, self._is_listened_to = 0, True
        while not self._arrived:
            if self._is_gone or self.is_closing:
                return None
            self._arrival.clear()
            await self._arrival.wait()
        self._is_listened_to = False
        data = self._arrived.popleft()
        self._arrived_bytes -= len(data)
        if self._arrived_bytes <= MAX_ARRIVED_BYTES:
            self._room.set()
        if data == _BROKEN and self.protocol is not None:
            self.protocol.forget_rest()
        return data

    async def take(self, told: Incoming, act: Callable[[Incoming], Awaitable[None]]) -> None:
        """Act on a message unless it came before. Raises BadMessageError."""
        if not self.is_stateful:
            await act(told)
        elif told.type == MessageType.ACK:
            self.window.acked(told.sequence_id or 0)
            self._news.set()
        elif told.type == MessageType.SEQUENCE:
            self.window.continued_at(told.sequence_id or 0)
        elif not told.is_numbered or self.window.is_new():
            await act(told)

    def acknowledge(self) -> None:
        """Tell a client that keeps its messages how many of them have been acted on."""
        if self.is_stateful and self.window.has_news:
            self.send(protocol.ack(self.window.received))
            self.window.told()

    def reattached(self) -> None:
        """Another socket goes on: say where we are, then again what was not acknowledged."""
        self._arrived.append(_BROKEN)
        if self.protocol is not None:
            start = protocol.sequence(self.window.first_unacked)
            self.window.replay(start.frame(self.protocol))
            self._news.set()
