"""Negotiation and the WebSocket transport.

Server-sent events and long polling have their place beside `_serve_socket`: a transport takes
frames from a `Connection` and feeds a `Dialogue`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from opdesk.kit import errors
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.ids import new_secret
from opdesk.kit.layers import Receive, Scope, Send, answer
from opdesk.kit.log import get_logger
from opdesk.kit.web import problem_of, send_problem
from opdesk.realtime.signalr import messages
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.signalr.messages import BadMessageError, MessageType, Splitter

log = get_logger(__name__)
TOKEN_LIFE_S = 15.0
HANDSHAKE_S = 15.0
PING_EVERY_S = 15.0
SILENCE_S = 30.0
MAX_HANDSHAKE_BYTES = 32 * 1024
MAX_MESSAGE_BYTES = 12 * 1024 * 1024
"""8 MB of media in base64, and what stands around it."""
MAX_NEGOTIATED = 10_000
VERSION = 1


class Hub(Protocol):
    """What the protocol serves."""

    async def connected(self, connection: Connection) -> None: ...

    async def disconnected(self, connection: Connection) -> None: ...

    async def call(
        self, connection: Connection, target: str, arguments: Sequence[msgspec.Raw]
    ) -> Any:
        """Run a method and return its result. Raises AppError, which the caller is told."""
        ...


Authenticate = Callable[[Scope], Awaitable[Any]]
"""Who sends a request; raises AppError. The same person compares equal."""


@dataclass(slots=True)
class _Negotiated:
    """A connection that was promised and has not begun, or has."""

    connection_id: str
    caller: Any
    ends_at: int
    is_used: bool = False


class Refusal(errors.AppError):
    """A socket that can't be opened, with the status that the specification gives."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class SignalR:
    """The ASGI application of one hub."""

    def __init__(self, hub: Hub, authenticate: Authenticate, clock: Clock) -> None:
        self._hub, self._authenticate, self._clock = hub, authenticate, clock
        self._negotiated: dict[str, _Negotiated] = {}
        self._open: set[Connection] = set()

    @property
    def connections(self) -> frozenset[Connection]:
        """Those that have shaken hands and are not over."""
        return frozenset(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
            return
        try:
            await self._negotiate(scope, send)
        except Exception as error:
            await send_problem(send, error)

    def shut_down(self) -> None:
        """Tell everyone to come back in a moment."""
        for connection in self._open:
            connection.close("the server is restarting", allow_reconnect=True)

    async def _negotiate(self, scope: Scope, send: Send) -> None:
        if not scope["path"].rstrip("/").endswith("/negotiate"):
            raise errors.Invalid("connect with a WebSocket, or POST to /chathub/negotiate first")
        if scope["method"] != "POST":
            raise errors.Invalid("negotiate is a POST")
        caller = await self._authenticate(scope)
        now = self._clock.now_ms()
        self._forget(now)
        if len(self._negotiated) >= MAX_NEGOTIATED:
            raise errors.Unavailable("too many connections are being made; try again in a moment")
        connection_id, token = new_secret(16), new_secret(24)
        is_old = _version(scope) < VERSION
        ends_at = now + int(TOKEN_LIFE_S * SECOND_MS)
        known_by = connection_id if is_old else token
        self._negotiated[known_by] = _Negotiated(connection_id, caller, ends_at)
        body: dict[str, Any] = {
            "connectionId": connection_id,
            "availableTransports": [
                {"transport": "WebSockets", "transferFormats": ["Text"]},
            ],
            "negotiateVersion": 0 if is_old else VERSION,
        }
        if not is_old:
            body["connectionToken"] = token
        await answer(send, 200, msgspec.json.encode(body), b"application/json")

    def _forget(self, now: int) -> None:
        for token in [t for t, it in self._negotiated.items() if it.ends_at <= now]:
            if not self._negotiated[token].is_used:
                del self._negotiated[token]

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            caller = await self._authenticate(scope)
            token = _query(scope, "id")
            connection_id = self._begin(token, caller) if token else new_secret(16)
        except errors.AppError as error:
            await _refuse(scope, send, error)
            return
        await send({"type": "websocket.accept"})
        try:
            await self._talk(Connection(connection_id, caller), receive, send)
        finally:
            if token:
                self._negotiated.pop(token, None)

    def _begin(self, token: str, caller: Any) -> str:
        known = self._negotiated.get(token)
        if known is None or (known.ends_at <= self._clock.now_ms() and not known.is_used):
            raise Refusal(404, "there is no such connection; negotiate first")
        if known.is_used:
            raise Refusal(409, "this connection is in use already")
        if known.caller != caller:
            raise Refusal(404, "this connection was negotiated by someone else")
        known.is_used = True
        return known.connection_id

    async def _talk(self, connection: Connection, receive: Receive, send: Send) -> None:
        splitter = Splitter(MAX_HANDSHAKE_BYTES)
        first = await _shake_hands(splitter, receive, send)
        if first is None:
            return
        splitter.limit = MAX_MESSAGE_BYTES
        self._open.add(connection)
        sender = asyncio.create_task(_send_all(connection, send))
        try:
            await self._hub.connected(connection)
            dialogue = Dialogue(self._hub, connection)
            for message in first:
                await dialogue.take(message)
            await _receive_all(dialogue, splitter, receive, connection)
        finally:
            self._open.discard(connection)
            await self._hub.disconnected(connection)
            connection.close()
            await asyncio.gather(sender, return_exceptions=True)


class Dialogue:
    """What a client says after the handshake, one thing after the other."""

    def __init__(self, hub: Hub, connection: Connection) -> None:
        self._hub, self._connection = hub, connection

    async def take(self, message: bytes) -> None:
        """Raises BadMessageError; everything else is answered and the connection goes on."""
        told = messages.read_message(message)
        if told.type == MessageType.INVOCATION:
            await self._invoke(told)
        elif told.type == MessageType.STREAM_INVOCATION and told.invocation_id:
            text = "this hub has no streams"
            self._connection.send(messages.failure(told.invocation_id, text))
        elif told.type == MessageType.CLOSE:
            self._connection.close()

    async def _invoke(self, told: messages.Incoming) -> None:
        try:
            result = await self._hub.call(self._connection, told.target or "", told.arguments)
        except errors.AppError as error:
            self._fail(told, _in_words(error))
            return
        except Exception:
            log.exception("hub_method_failed", target=told.target)
            self._fail(told, "The server made a mistake; its log says more.")
            return
        if told.invocation_id is not None:
            self._connection.send(messages.completion(told.invocation_id, result))

    def _fail(self, told: messages.Incoming, text: str) -> None:
        if told.invocation_id is not None:
            self._connection.send(messages.failure(told.invocation_id, text))


def _in_words(error: errors.AppError) -> str:
    return error.title if error.detail is None else f"{error.title}: {error.detail}"


async def _shake_hands(splitter: Splitter, receive: Receive, send: Send) -> list[bytes] | None:
    """The messages that came with the handshake; None when there was none that counts."""
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            found: list[bytes] = []
            while not found:
                data = await _received(receive)
                if data is None:
                    return None
                found = splitter.feed(data)
        wanted = messages.read_handshake(found[0])
    except (TimeoutError, BadMessageError) as error:
        text = str(error) or "no handshake came"
        await _end_socket(send, messages.handshake_refused(text))
        return None
    if wanted.protocol != "json" or wanted.version != VERSION:
        text = f"the protocol {wanted.protocol!r} version {wanted.version} is not supported"
        await _end_socket(send, messages.handshake_refused(text))
        return None
    await send({"type": "websocket.send", "text": messages.HANDSHAKE_DONE.decode()})
    return found[1:]


async def _receive_all(
    dialogue: Dialogue, splitter: Splitter, receive: Receive, connection: Connection
) -> None:
    """Until the client goes, is silent for too long, or says what can't be read."""
    try:
        while True:
            async with asyncio.timeout(SILENCE_S):
                data = await _received(receive)
            if data is None:
                return
            for message in splitter.feed(data):
                await dialogue.take(message)
    except TimeoutError:
        connection.close("the client was silent for too long")
    except BadMessageError as error:
        connection.close(str(error))


async def _send_all(connection: Connection, send: Send) -> None:
    """Everything that is queued, and a ping when there is nothing; ends the socket at the end."""
    try:
        while (frame := await connection.next_frames(PING_EVERY_S)) is not None:
            await send({"type": "websocket.send", "text": frame.decode()})
        await send({"type": "websocket.close", "code": 1000})
    except Exception as error:
        log.debug("socket_gone", reason=type(error).__name__)
        connection.is_closing = True


async def _received(receive: Receive) -> bytes | None:
    event = await receive()
    if event["type"] != "websocket.receive":
        return None
    text = event.get("text")
    data: bytes = text.encode() if text is not None else event.get("bytes") or b""
    return data


async def _end_socket(send: Send, last: bytes) -> None:
    await send({"type": "websocket.send", "text": last.decode()})
    await send({"type": "websocket.close", "code": 1000})


async def _refuse(scope: Scope, send: Send, error: errors.AppError) -> None:
    """Answer the upgrade with the error's own status, where the server can."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body, headers = problem_of(error)
    if isinstance(error, Refusal):
        body.status, body.title = error.status, "The connection can't be opened"
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-type", b"application/problem+json"))
    content = msgspec.json.encode(body)
    pairs.append((b"content-length", str(len(content)).encode()))
    start = {"type": "websocket.http.response.start", "status": body.status, "headers": pairs}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": content})


def _query(scope: Scope, name: str) -> str | None:
    for pair in scope["query_string"].decode("latin-1").split("&"):
        found, _, value = pair.partition("=")
        if found == name and value:
            return str(value)
    return None


def _version(scope: Scope) -> int:
    text = _query(scope, "negotiateVersion") or "0"
    return int(text) if text.isdecimal() and len(text) < 9 else 0
