"""Messages of the hub protocol, in its JSON and its MessagePack form.

A protocol turns what the client sends into `Incoming`, and what the server says into frames. Both
forms carry the same content, so nothing else of the program knows which one a client speaks.
Specification: HubProtocol.md in dotnet/aspnetcore, src/SignalR/docs/specs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Protocol, cast

import msgspec

SEPARATOR = b"\x1e"
MAX_VARINT_BYTES = 5
Frame = str | bytes
"""What a transport sends: text for JSON, bytes for MessagePack."""


class MessageType(IntEnum):
    """The numbers of the specification."""

    INVOCATION = 1
    STREAM_ITEM = 2
    COMPLETION = 3
    STREAM_INVOCATION = 4
    CANCEL_INVOCATION = 5
    PING = 6
    CLOSE = 7
    ACK = 8
    SEQUENCE = 9


_LAST_NUMBERED = MessageType.CANCEL_INVOCATION
"""Only these are kept for a stateful reconnect: 1 to 5 (contract, signalr.md)."""


class BadMessageError(Exception):
    """Not a message of the protocol: the connection can't go on."""


class Incoming(msgspec.Struct, rename="camel"):
    """What a client sends. Arguments stay JSON until a method says what it takes."""

    type: int
    target: str | None = None
    arguments: list[msgspec.Raw] = []
    invocation_id: str | None = None
    stream_ids: list[str] | None = None
    sequence_id: int | None = None
    error: str | None = None

    @property
    def is_numbered(self) -> bool:
        return 1 <= self.type <= _LAST_NUMBERED


class Handshake(msgspec.Struct):
    protocol: str
    version: int


@dataclass(eq=False, slots=True)
class Outgoing:
    """Something that the server says, encoded once for each protocol, however many hear it.

    `body` is its JSON form, `row` its MessagePack form.
    """

    body: Mapping[str, Any]
    row: Sequence[Any]
    is_numbered: bool = False
    _frames: dict[str, Frame] = field(default_factory=dict)

    def frame(self, protocol: "HubProtocol") -> Frame:
        known = self._frames.get(protocol.name)
        if known is None:
            known = self._frames[protocol.name] = protocol.encode(self)
        return known


@dataclass(eq=False, slots=True)
class Batch:
    """Several things that the server says at once: one frame, put together once for everyone."""

    told: Sequence[Outgoing]
    _frames: dict[str, Frame] = field(default_factory=dict)

    def frame(self, protocol: "HubProtocol") -> Frame:
        known = self._frames.get(protocol.name)
        if known is None:
            frames = [one.frame(protocol) for one in self.told]
            known = self._frames[protocol.name] = joined(frames)
        return known


class HubProtocol(Protocol):
    """One form of the protocol for one connection: it remembers what came in pieces."""

    name: ClassVar[str]
    is_binary: ClassVar[bool]

    def feed(self, data: bytes, limit: int) -> list[Incoming]:
        """The messages that `data` completes. Raises BadMessageError."""
        ...

    def forget_rest(self) -> None:
        """Drop a message that was cut off: its end will not come."""
        ...

    def encode(self, told: Outgoing) -> Frame: ...


class JsonProtocol:
    """Text; each message ends with the byte 0x1E."""

    name: ClassVar[str] = "json"
    is_binary: ClassVar[bool] = False

    def __init__(self) -> None:
        self._splitter = Splitter()

    def feed(self, data: bytes, limit: int) -> list[Incoming]:
        return [_read_json(one) for one in self._splitter.feed(data, limit)]

    def forget_rest(self) -> None:
        self._splitter = Splitter()

    def encode(self, told: Outgoing) -> Frame:
        return msgspec.json.encode(told.body).decode() + "\x1e"


class MessagePackProtocol:
    """Binary; each message stands behind its length, written as a VarInt."""

    name: ClassVar[str] = "messagepack"
    is_binary: ClassVar[bool] = True

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes, limit: int) -> list[Incoming]:
        self._rest += data
        found = []
        while (place := _sized(self._rest, limit)) is not None:
            start, end = place
            found.append(_read_msgpack(bytes(self._rest[start:end])))
            del self._rest[:end]
        return found

    def forget_rest(self) -> None:
        self._rest.clear()

    def encode(self, told: Outgoing) -> Frame:
        content = msgspec.msgpack.encode(told.row)
        return _varint(len(content)) + content


PROTOCOLS: Mapping[str, type[JsonProtocol] | type[MessagePackProtocol]] = {
    JsonProtocol.name: JsonProtocol,
    MessagePackProtocol.name: MessagePackProtocol,
}


def joined(frames: Sequence[Frame]) -> Frame:
    """Frames of one kind as one frame."""
    if len(frames) == 1:
        return frames[0]
    if isinstance(frames[0], str):
        return "".join(cast("Sequence[str]", frames))
    return b"".join(cast("Sequence[bytes]", frames))


class Splitter:
    """Puts texts together that came in pieces, several in a frame, or both."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes, limit: int) -> list[bytes]:
        """The texts that `data` completes. Raises BadMessageError over `limit` bytes."""
        *whole, rest = data.split(SEPARATOR)
        if whole:
            whole[0] = b"".join((*self._pieces, whole[0]))
            self._pieces, self._size = [], 0
        if rest:
            self._pieces.append(rest)
            self._size += len(rest)
        if self._size > limit or any(len(one) > limit for one in whole):
            raise BadMessageError(f"a message has more than {limit} bytes")
        return whole


_incoming = msgspec.json.Decoder(Incoming)
_handshake = msgspec.json.Decoder(Handshake)


def read_handshake(message: bytes) -> Handshake:
    """Raises BadMessageError."""
    try:
        return _handshake.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"the handshake is not valid: {error}") from error


def handshake_answer(error: str | None = None) -> str:
    """Always JSON, whichever protocol it settles on."""
    return msgspec.json.encode({} if error is None else {"error": error}).decode() + "\x1e"


def invocation(target: str, arguments: Sequence[Any]) -> Outgoing:
    """A call of the client's method; no answer is wanted."""
    body = {"type": int(MessageType.INVOCATION), "target": target, "arguments": arguments}
    # signalrcore reads the stream ids too, which Microsoft's server always writes.
    return Outgoing(body, [int(MessageType.INVOCATION), {}, None, target, arguments, []], True)


def completion(invocation_id: str, result: Any = msgspec.UNSET) -> Outgoing:
    body = {"type": int(MessageType.COMPLETION), "invocationId": invocation_id}
    row = [int(MessageType.COMPLETION), {}, invocation_id, _VOID]
    if result is not msgspec.UNSET:
        body["result"] = result
        row = [*row[:3], _RESULT, result]
    return Outgoing(body, row, True)


def failure(invocation_id: str, error: str) -> Outgoing:
    body = {"type": int(MessageType.COMPLETION), "invocationId": invocation_id, "error": error}
    return Outgoing(body, [int(MessageType.COMPLETION), {}, invocation_id, _ERROR, error], True)


def close(error: str | None, *, allow_reconnect: bool) -> Outgoing:
    body: dict[str, Any] = {"type": int(MessageType.CLOSE)}
    if error is not None:
        body["error"] = error
    if allow_reconnect:
        body["allowReconnect"] = True
    return Outgoing(body, [int(MessageType.CLOSE), error, allow_reconnect])


def ack(sequence_id: int) -> Outgoing:
    """Everything up to this number of the client's has arrived."""
    return _about_sequence(MessageType.ACK, sequence_id)


def sequence(sequence_id: int) -> Outgoing:
    """The number of the next message, after a reconnect."""
    return _about_sequence(MessageType.SEQUENCE, sequence_id)


def _about_sequence(kind: MessageType, sequence_id: int) -> Outgoing:
    return Outgoing({"type": int(kind), "sequenceId": sequence_id}, [int(kind), sequence_id])


PING = Outgoing({"type": int(MessageType.PING)}, [int(MessageType.PING)])
_ERROR, _VOID, _RESULT = 1, 2, 3
"""What a completion in MessagePack carries."""


def _read_json(message: bytes) -> Incoming:
    try:
        return _incoming.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(f"the message is not valid: {error}") from error


_PLACES: Mapping[int, Sequence[str]] = {
    MessageType.INVOCATION: ("headers", "invocation_id", "target", "arguments", "stream_ids"),
    MessageType.STREAM_ITEM: ("headers", "invocation_id"),
    MessageType.COMPLETION: ("headers", "invocation_id"),
    MessageType.STREAM_INVOCATION: (
        "headers",
        "invocation_id",
        "target",
        "arguments",
        "stream_ids",
    ),
    MessageType.CANCEL_INVOCATION: ("headers", "invocation_id"),
    MessageType.CLOSE: ("error",),
    MessageType.ACK: ("sequence_id",),
    MessageType.SEQUENCE: ("sequence_id",),
}
"""What stands where in a MessagePack message, behind its type."""


def _read_msgpack(message: bytes) -> Incoming:
    try:
        row = msgspec.msgpack.decode(message)
        if not isinstance(row, list) or not row or not isinstance(row[0], int):
            raise BadMessageError("the message is not an array that begins with its type")
        names = _PLACES.get(row[0], ())
        values = dict(zip(names, row[1:], strict=False))
        values.pop("headers", None)
        arguments = values.pop("arguments", [])
        if not isinstance(arguments, list):
            raise BadMessageError("the arguments are not an array")
        raw = [msgspec.Raw(msgspec.json.encode(one)) for one in arguments]
        found = msgspec.convert({"type": row[0], **_camel(values)}, Incoming)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise BadMessageError(f"the message is not valid: {error}") from error
    found.arguments = raw
    return found


def _camel(values: Mapping[str, Any]) -> dict[str, Any]:
    spelled = {"invocation_id": "invocationId", "stream_ids": "streamIds"}
    spelled["sequence_id"] = "sequenceId"
    return {spelled.get(name, name): value for name, value in values.items()}


def _sized(data: bytearray, limit: int) -> tuple[int, int] | None:
    """(start, end) of the first message in `data`, when it is whole. Raises BadMessageError."""
    size = 0
    for index, byte in enumerate(data[:MAX_VARINT_BYTES]):
        size |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if size > limit:
                raise BadMessageError(f"a message has more than {limit} bytes")
            start = index + 1
            return (start, start + size) if len(data) >= start + size else None
    if len(data) >= MAX_VARINT_BYTES:
        raise BadMessageError("a message's length is not a VarInt")
    return None


def _varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
