"""Messages of the hub protocol in its JSON form: each ends with the byte 0x1E."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec

SEPARATOR = 0x1E
_END = bytes([SEPARATOR])


class MessageType(IntEnum):
    """The numbers of the specification."""

    INVOCATION = 1
    STREAM_ITEM = 2
    COMPLETION = 3
    STREAM_INVOCATION = 4
    CANCEL_INVOCATION = 5
    PING = 6
    CLOSE = 7


class BadMessageError(Exception):
    """Not a message of the protocol: the connection can't go on."""


class Incoming(msgspec.Struct, rename="camel"):
    """What a client sends. Arguments stay undecoded until a method says what it takes."""

    type: int
    target: str | None = None
    arguments: list[msgspec.Raw] = []
    invocation_id: str | None = None
    error: str | None = None


class Handshake(msgspec.Struct):
    protocol: str
    version: int


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a handshake settled on."""

    name: str
    version: int


_incoming = msgspec.json.Decoder(Incoming)
_handshake = msgspec.json.Decoder(Handshake)

PING = msgspec.json.encode({"type": int(MessageType.PING)}) + _END
HANDSHAKE_DONE = b"{}" + _END


class Splitter:
    """Puts messages together that came in pieces, several in a frame, or both."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes. Raises BadMessageError over `limit` bytes."""
        *whole, self._rest = (self._rest + data).split(_END)
        if any(len(one) > self.limit for one in (*whole, self._rest)):
            raise BadMessageError(f"a message has more than {self.limit} bytes")
        return whole


def read_handshake(message: bytes) -> Handshake:
    """Raises BadMessageError."""
    try:
        return _handshake.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"the handshake is not valid: {error}") from error


def read_message(message: bytes) -> Incoming:
    """Raises BadMessageError."""
    try:
        return _incoming.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"the message is not valid: {error}") from error


def handshake_refused(error: str) -> bytes:
    return msgspec.json.encode({"error": error}) + _END


def invocation(target: str, arguments: Sequence[Any]) -> bytes:
    """A call of the client's method; no answer is wanted. Made once for all who get it."""
    body = {"type": int(MessageType.INVOCATION), "target": target, "arguments": arguments}
    return msgspec.json.encode(body) + _END


def completion(invocation_id: str, result: Any = msgspec.UNSET) -> bytes:
    body = {"type": int(MessageType.COMPLETION), "invocationId": invocation_id}
    if result is not msgspec.UNSET:
        body["result"] = result
    return msgspec.json.encode(body) + _END


def failure(invocation_id: str, error: str) -> bytes:
    body = {"type": int(MessageType.COMPLETION), "invocationId": invocation_id, "error": error}
    return msgspec.json.encode(body) + _END


def close(error: str | None, *, allow_reconnect: bool) -> bytes:
    body: dict[str, Any] = {"type": int(MessageType.CLOSE)}
    if error is not None:
        body["error"] = error
    if allow_reconnect:
        body["allowReconnect"] = True
    return msgspec.json.encode(body) + _END
