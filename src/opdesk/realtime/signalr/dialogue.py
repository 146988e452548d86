"""What happens on a connection, whatever its transport: handshake, calls, silence, end."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from opdesk.kit import errors
from opdesk.kit.limits import Pace
from opdesk.kit.log import get_logger
from opdesk.realtime.signalr import protocol
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.signalr.protocol import (
    PROTOCOLS,
    BadMessageError,
    Incoming,
    MessageType,
    Splitter,
)

log = get_logger(__name__)
HANDSHAKE_S = 15.0
MAX_HANDSHAKE_BYTES = 32 * 1024
MAX_MESSAGE_BYTES = 12 * 1024 * 1024
"""8 MB of media in base64, and what stands around it."""
MAX_ID_CHARS = 256
STATEFUL_VERSION = 2
VERSIONS = range(STATEFUL_VERSION + 1)
"""ASP.NET takes every version up to its own, and signalrcore says 0."""


class Hub(Protocol):
    """What the protocol serves."""

    async def connected(self, connection: Connection) -> None: ...

    async def disconnected(self, connection: Connection) -> None: ...

    async def call(
        self, connection: Connection, target: str, arguments: Sequence[msgspec.Raw]
    ) -> Any:
        """Run a method and return its result. Raises AppError, which the caller is told."""
        ...


class Dialogue:
    """One connection from its handshake to its end.

    `messages` paces what each connection says, `calls` what each caller calls, on all of its
    connections together: who is too fast is read more slowly, and loses nothing.
    """

    def __init__(self, hub: Hub, connection: Connection, messages: Pace, calls: Pace) -> None:
        self._hub, self._connection = hub, connection
        self._messages, self._calls = messages, calls
        self.idle = asyncio.Event()
        """No method of the hub runs right now."""
        self.idle.set()

    async def run(self) -> None:
        """Until the client goes, is silent for too long, or says what can't be read."""
        connection = self._connection
        try:
            rest = await self._shake_hands()
            if rest is None:
                return
            try:
                await self._hub.connected(connection)
                connection.introduced()
                await self._listen(rest)
            finally:
                await self._hub.disconnected(connection)
        except BadMessageError as error:
            connection.close(str(error))
        except errors.AppError as error:
            log.warning("hub_connection_failed", reason=error.title)
            connection.close("the server can't serve this connection now", allow_reconnect=True)
        except Exception:
            log.exception("hub_connection_broken")
            connection.close("the server made a mistake; its log says more", allow_reconnect=True)
        finally:
            connection.close()

    async def _shake_hands(self) -> bytes | None:
        """What came behind the handshake; None when there was none that counts."""
        connection = self._connection
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                came = await self._first_message()
            if came is None:
                return None
            wanted = protocol.read_handshake(came[0])
        except (TimeoutError, BadMessageError) as error:
            self._refuse(str(error) or "no handshake came in time")
            return None
        kind = PROTOCOLS.get(wanted.protocol)
        if kind is None or wanted.version not in VERSIONS:
            text = f"the protocol {wanted.protocol!r} version {wanted.version} is not supported"
            self._refuse(text)
            return None
        if kind.is_binary and not connection.takes_binary:
            self._refuse(f"server-sent events carry text, and {wanted.protocol} is binary")
            return None
        connection.is_stateful = connection.is_stateful and wanted.version == STATEFUL_VERSION
        connection.send_raw(protocol.handshake_answer())
        connection.protocol = kind()
        return came[1]

    async def _first_message(self) -> tuple[bytes, bytes] | None:
        """The handshake and what came with it, which is the protocol's and may be binary."""
        splitter = Splitter()
        while (data := await self._connection.arrived()) is not None:
            head, end, tail = data.partition(protocol.SEPARATOR)
            if found := splitter.feed(head + end, MAX_HANDSHAKE_BYTES):
                return found[0], tail
        return None

    def _refuse(self, text: str) -> None:
        self._connection.send_raw(protocol.handshake_answer(text))
        self._connection.close()

    async def _listen(self, rest: bytes) -> None:
        connection = self._connection
        data: bytes | None = rest
        while data is not None and connection.protocol is not None:
            for told in connection.protocol.feed(data, MAX_MESSAGE_BYTES):
                await _pause(self._messages.wait_s(connection.id))
                await connection.take(told, self._act)
            connection.acknowledge()
            data = await connection.arrived()

    async def _act(self, told: Incoming) -> None:
        """Answer one message; only what can't be read ends the connection."""
        if told.invocation_id is not None and len(told.invocation_id) > MAX_ID_CHARS:
            raise BadMessageError(f"an invocationId has at most {MAX_ID_CHARS} characters")
        if told.type == MessageType.INVOCATION:
            await self._invoke(told)
        elif told.type == MessageType.STREAM_INVOCATION:
            if told.invocation_id is None:
                raise BadMessageError("a stream was invoked without an invocationId")
            self._fail(told, f"{_named(told)} does not stream; invoke it instead")
        elif told.type == MessageType.CLOSE:
            self._connection.close()
        # A cancelled, streamed or completed invocation that we don't know of is nobody's, and
        # types of a later version of the protocol are passed over, as the specification asks.

    async def _invoke(self, told: Incoming) -> None:
        if told.stream_ids:
            self._fail(told, f"{_named(told)} takes no streams, and {len(told.stream_ids)} came")
            return
        await _pause(self._calls.wait_s(self._connection.caller))
        self.idle.clear()
        try:
            result = await self._hub.call(self._connection, told.target or "", told.arguments)
        except errors.AppError as error:
            self._fail(told, _in_words(error))
            return
        except Exception:
            log.exception("hub_method_failed", target=_named(told))
            self._fail(told, "The server made a mistake; its log says more.")
            return
        finally:
            self.idle.set()
        if told.invocation_id is not None:
            self._connection.send(protocol.completion(told.invocation_id, result))

    def _fail(self, told: Incoming, text: str) -> None:
        if told.invocation_id is not None:
            self._connection.send(protocol.failure(told.invocation_id, text))


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _named(told: Incoming) -> str:
    return repr((told.target or "")[:100])


def _in_words(error: errors.AppError) -> str:
    return error.title if error.detail is None else f"{error.title}: {error.detail}"
