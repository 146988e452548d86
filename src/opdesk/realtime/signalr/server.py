"""Negotiation, and which request belongs to which connection."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from opdesk.kit import errors
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.ids import new_secret
from opdesk.kit.layers import Receive, Scope, Send, answer
from opdesk.kit.limits import Pace
from opdesk.kit.web import header
from opdesk.realtime.signalr import transports
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.signalr.dialogue import Dialogue, Hub
from opdesk.realtime.signalr.refusals import Refusal, answer_problem, refuse_socket

TOKEN_LIFE_S = 15.0
RETURN_S = 30.0
"""How long a connection of a stateful reconnect waits for its client."""
POLL_GAP_S = 15.0
"""How long a client may take between two polls."""
MAX_CONNECTIONS = 20_000
MAX_OF_ONE_CALLER = 1_000
"""Connections that one caller may hold: a company's panels are many callers."""
VERSION = 1
MESSAGES_PER_S, MESSAGES_AT_ONCE = 50.0, 500
"""What one connection may say, pings included."""
CALLS_PER_S, CALLS_AT_ONCE = 30.0, 300
"""What one caller may call, on all connections together."""

Authenticate = Callable[[Scope], Awaitable[Any]]
"""Who sends a request; raises AppError. The same person compares equal."""
_TRANSPORTS = [
    {"transport": "WebSockets", "transferFormats": ["Text", "Binary"]},
    {"transport": "ServerSentEvents", "transferFormats": ["Text"]},
    {"transport": "LongPolling", "transferFormats": ["Text", "Binary"]},
]


class Seat:
    """The place of a connection's WebSocket, which a newer one of the same client takes over."""

    def __init__(self) -> None:
        self.is_taken = asyncio.Event()
        self.is_free = asyncio.Event()


@dataclass(slots=True, eq=False)
class Entry:
    """A connection that was promised, is open, or waits for its client to come back."""

    token: str
    connection: Connection
    dialogue: Dialogue
    ends_at: int | None
    """When it is forgotten unless its client comes; None while it is open."""
    task: "asyncio.Task[None] | None" = None
    """The dialogue, once a transport has come."""
    transport: str | None = None
    seat: Seat | None = None


class SignalR:
    """The ASGI application of one hub."""

    def __init__(self, hub: Hub, authenticate: Authenticate, clock: Clock) -> None:
        self._hub, self._authenticate, self._clock = hub, authenticate, clock
        self._messages = Pace(clock, per_s=MESSAGES_PER_S, at_once=MESSAGES_AT_ONCE)
        self._calls = Pace(clock, per_s=CALLS_PER_S, at_once=CALLS_AT_ONCE)
        self._entries: dict[str, Entry] = {}
        self._held: dict[Any, int] = {}
        self._requests: set[asyncio.Task[Any]] = set()
        self._is_ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = asyncio.current_task()
        if mine is not None:
            self._requests.add(mine)
            mine.add_done_callback(self._requests.discard)
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
            return
        try:
            await self._serve_http(scope, receive, send)
        except errors.AppError as error:
            await answer_problem(send, error)

    async def look_after(self) -> None:
        """Keep what is open alive, and forget what was promised or left and is not coming.

        Runs until cancelled.
        """
        while True:
            await asyncio.sleep(1)
            for entry in self._entries.values():
                if entry.transport is not None:
                    entry.connection.second_passed()
            self._forget_ended()

    async def shut_down(self, at_most_s: float) -> None:
        """Refuse new connections, let calls under way finish, tell everyone to come back."""
        self._is_ending = True
        entries = list(self._entries.values())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s / 2):
                await asyncio.gather(*(entry.dialogue.idle.wait() for entry in entries))
        for entry in entries:
            entry.connection.close("the server is restarting", allow_reconnect=True)
        rest = [*self._requests, *(entry.task for entry in entries if entry.task)]
        if rest:
            await asyncio.wait(rest, timeout=at_most_s / 2)
        for entry in entries:
            entry.connection.gone()

    # --- requests ------------------------------------------------------------

    async def _serve_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = await self._authenticate(scope)
        if scope["path"].rstrip("/").endswith("/negotiate"):
            await self._negotiate(scope, send, caller)
            return
        token = _query(scope, "id")
        if token is None:
            raise errors.Invalid.field("id", "is missing; negotiate first, or use a WebSocket")
        entry = self._found(token, caller)
        if scope["method"] == "GET":
            await self._serve_get(scope, receive, send, entry)
        elif scope["method"] == "POST":
            _require_one_way(entry)
            await transports.take_post(entry.connection, receive, send)
        elif scope["method"] == "DELETE":
            _require_one_way(entry)
            self._abandon(entry)
            await answer(send, 202, b"", transports.TEXT)
        else:
            raise Refusal(405, "the hub takes GET, POST and DELETE")

    async def _negotiate(self, scope: Scope, send: Send, caller: Any) -> None:
        if scope["method"] != "POST":
            raise Refusal(405, "negotiate is a POST")
        is_old = _version(scope) < VERSION
        is_stateful = (_query(scope, "useStatefulReconnect") or "").lower() == "true"
        entry = self._promise(caller, is_stateful=is_stateful, is_old=is_old)
        body: dict[str, Any] = {
            "connectionId": entry.connection.id,
            "availableTransports": _TRANSPORTS,
            "negotiateVersion": 0 if is_old else VERSION,
        }
        if not is_old:
            body["connectionToken"] = entry.token
        if is_stateful:
            body["useStatefulReconnect"] = True
        await answer(send, 200, msgspec.json.encode(body), b"application/json")

    async def _serve_get(self, scope: Scope, receive: Receive, send: Send, entry: Entry) -> None:
        wanted = "events" if "text/event-stream" in header(scope, b"accept") else "poll"
        if entry.transport not in (None, wanted) or entry.transport == "events":
            raise Refusal(409, "this connection is in use already")
        is_first = entry.transport is None
        entry.transport = wanted
        entry.connection.takes_binary = wanted != "events"
        self._begin(entry)
        if wanted == "events":
            await transports.serve_events(entry.connection, receive, send)
            return
        if is_first:
            # The first poll answers at once: the client sends its handshake only behind it.
            await answer(send, 200, b"", transports.TEXT)
        elif await transports.serve_poll(entry.connection, receive, send):
            self._forget(entry)
            return
        if not entry.connection.is_polled:
            entry.ends_at = self._in_s(POLL_GAP_S)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            caller = await self._authenticate(scope)
            entry = self._entry_of_socket(_query(scope, "id"), caller)
        except errors.AppError as error:
            await refuse_socket(scope, send, error)
            return
        is_return, seat = entry.task is not None, Seat()
        old, entry.seat, entry.transport = entry.seat, seat, "socket"
        try:
            await _taken_over(old)
            self._begin(entry)
            await send({"type": "websocket.accept"})
            if is_return:
                entry.connection.reattached()
            await transports.serve_socket(entry.connection, receive, send, seat.is_taken)
        finally:
            seat.is_free.set()
            if entry.seat is seat:
                entry.seat = None
                self._left(entry)

    def _entry_of_socket(self, token: str | None, caller: Any) -> Entry:
        if token is None:
            return self._promise(caller)
        entry = self._found(token, caller)
        is_return = entry.transport == "socket" and entry.connection.is_stateful
        if entry.transport is not None and not is_return:
            raise Refusal(409, "this connection is in use already")
        return entry

    def _left(self, entry: Entry) -> None:
        """The socket is gone: a stateful connection waits a while, any other is over."""
        if entry.connection.is_stateful and not entry.connection.is_closing:
            entry.ends_at = self._in_s(RETURN_S)
        else:
            entry.connection.gone()

    # --- the register --------------------------------------------------------

    def _promise(self, caller: Any, *, is_stateful: bool = False, is_old: bool = False) -> Entry:
        """A new connection, which its client must take up soon."""
        if self._is_ending:
            raise errors.Unavailable("the server is restarting; try again in a moment")
        if len(self._entries) >= MAX_CONNECTIONS:
            raise errors.Unavailable("too many connections are open; try again in a moment")
        held = self._held.get(caller, 0)
        if held >= MAX_OF_ONE_CALLER:
            raise errors.TooManyRequests("this caller has too many connections", retry_after_s=15)
        connection = Connection(new_secret(16), caller, is_stateful=is_stateful)
        dialogue = Dialogue(self._hub, connection, self._messages, self._calls)
        token = connection.id if is_old else new_secret(24)
        entry = Entry(token, connection, dialogue, self._in_s(TOKEN_LIFE_S))
        self._entries[token] = entry
        self._held[caller] = held + 1
        return entry

    def _begin(self, entry: Entry) -> None:
        entry.ends_at = None
        if entry.task is None:
            entry.task = asyncio.create_task(entry.dialogue.run())
            entry.task.add_done_callback(lambda _: self._dialogue_ended(entry))

    def _dialogue_ended(self, entry: Entry) -> None:
        """A polling client still fetches what was said last, within the gap it may take."""
        if entry.transport == "poll" and not entry.connection.is_polled:
            entry.ends_at = self._in_s(POLL_GAP_S)
        elif entry.transport != "poll":
            self._forget(entry)

    def _found(self, token: str, caller: Any) -> Entry:
        entry = self._entries.get(token)
        if entry is None or self._is_over(entry):
            raise Refusal(404, "there is no such connection; negotiate first")
        if entry.connection.caller != caller:
            raise Refusal(404, "this connection was negotiated by someone else")
        return entry

    def _forget(self, entry: Entry) -> None:
        if self._entries.pop(entry.token, None) is None:
            return
        caller = entry.connection.caller
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]

    def _abandon(self, entry: Entry) -> None:
        self._forget(entry)
        entry.connection.abandon()

    def _forget_ended(self) -> None:
        for entry in [one for one in self._entries.values() if self._is_over(one)]:
            self._abandon(entry)

    def _is_over(self, entry: Entry) -> bool:
        return entry.ends_at is not None and entry.ends_at <= self._clock.now_ms()

    def _in_s(self, seconds: float) -> int:
        return self._clock.now_ms() + int(seconds * SECOND_MS)


async def _taken_over(old: Seat | None) -> None:
    """The client is on a new socket: the old one, half open perhaps, is of no more use."""
    if old is not None:
        old.is_taken.set()
        await old.is_free.wait()


def _require_one_way(entry: Entry) -> None:
    """POST and DELETE belong to the transports that can't send the other way."""
    if entry.transport == "socket":
        raise Refusal(409, "this connection speaks over its WebSocket")
    if entry.connection.is_closing:
        raise Refusal(404, "this connection is over")


def _query(scope: Scope, name: str) -> str | None:
    for pair in scope["query_string"].decode("latin-1").split("&"):
        found, _, value = pair.partition("=")
        if found == name and value:
            return str(value)
    return None


def _version(scope: Scope) -> int:
    text = _query(scope, "negotiateVersion") or "0"
    return int(text) if text.isdecimal() and len(text) < 9 else 0
