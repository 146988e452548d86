"""What clients might send: valid messages of every type, and what can go wrong in them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.chance import Chance

Message = dict[str, Any]
SEPARATOR = b"\x1e"
NASTY_VALUES: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64 - 1,
    -(2**63),
    10**40,
    float("nan"),
    float("inf"),
    "",
    "\x00",
    "\x1e",
    "\ud800",
    "x" * 300,
    "є" * 5000,
    "null",
    "1e5",
    b"\x00\xff",
    [],
    {},
    [[[[]]]],
    {"a": {"b": [1]}},
    msgspec.msgpack.Ext(5, b"abc"),
    msgspec.msgpack.Ext(-1, b"\xff" * 12),
)
JSON_TOKENS = (
    b"1e999",
    b"-",
    b"9" * 400,
    b"0.",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"[" * 3000,
    b'{"a":' * 2000,
    b"]",
    b"}",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"\\x",
    b"\x00",
    SEPARATOR,
    SEPARATOR * 5,
    b"NaN",
    b"null",
    b"true",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"A" * 40_000,
    b'"type":1,',
    b'"arguments":null,',
    b'{"type":6}\x1e',
)
MSGPACK_TOKENS = (
    b"\xc1",
    b"\xc0",
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xdb\x7f\xff\xff\xff",
    b"\xc7\x03\x05abc",
    b"\xd8\x01" + b"x" * 16,
    b"\xd6\xff\xff\xff\xff\xff",
    b"\xc7\x0c\xff" + b"\xff" * 12,
    b"\xcb\x7f\xf8" + b"\x00" * 6,
    b"\xca\x7f\x80\x00\x00",
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + b"\x00" * 7,
    b"\x91" * 3000,
    b"\x81\xa1a" * 2000,
    b"\xa2\xed\xa0",
    b"\xff\xff\xff\xff\x07",
    b"\x80\x80\x80\x80\x80",
    b"\x00",
    b"\x00" * 20,
    b"\x02\x91\x06",
    b"A" * 40_000,
    SEPARATOR,
)
_ROWS: dict[int, Sequence[str]] = {
    1: ("headers", "invocationId", "target", "arguments", "streamIds"),
    2: ("headers", "invocationId", "item"),
    3: ("headers", "invocationId", "kind", "result"),
    4: ("headers", "invocationId", "target", "arguments", "streamIds"),
    5: ("headers", "invocationId"),
    7: ("error", "allowReconnect"),
    8: ("sequenceId",),
    9: ("sequenceId",),
}


@dataclass
class World:
    """What valid messages are about, as of a moment ago."""

    chats: Sequence[int]
    organization: int
    epoch: str
    number: int


def valid_message(chance: Chance, world: World) -> Message:
    """A message that a client in its right mind sends."""
    kind = chance.choices((1, 2, 3, 4, 5, 6, 7, 8, 9, 77), (60, 3, 4, 4, 3, 6, 1, 6, 3, 2))[0]
    if kind in (1, 4):
        return _call(kind, chance, world)
    if kind in (2, 3, 5):
        rest: dict[int, Message] = {2: {"item": [1]}, 3: {"result": {"a": 1}, "kind": 3}}
        return {"type": kind, "invocationId": "7", **rest.get(kind, {})}
    if kind in (8, 9):
        return {"type": kind, "sequenceId": chance.choice((0, 1, 2, 3, 5, 50))}
    if kind == 7:
        return {"type": 7, "error": "bye", "allowReconnect": True}
    return {"type": kind}


def _call(kind: int, chance: Chance, world: World) -> Message:
    # Few sends succeed: each one is told to everybody and delivered.
    chat = chance.choice(world.chats) if chance.random() < 0.4 else 999_999
    after = chance.choice((world.number, world.number - 3, world.number + 9, 0))
    position = {"epoch": world.epoch, "numbers": {str(world.organization): after}}
    options = {
        "lastSeenMessageId": chance.choice((None, 1)),
        "force": chance.random() < 0.5,
        "clientMessageId": chance.choice((None, "same", str(chance.random()))),
    }
    media = {"name": "a.jpg", "format": "jpg", "dataBase64": "/9j/4AAQSkZJRg==", "type": 1}
    target, arguments = chance.choice(
        (
            ("SendMessage", [chat, "Добрий день"]),
            ("SendMessage", [chat, "Вітаю", options]),
            ("sendmessage", [str(chat), ""]),
            ("SendMediaMessage", [chat, media]),
            ("SendMediaMessage", [chat, {**media, "dataBase64": "?"}, options]),
            ("Subscribe", [None]),
            ("Subscribe", [position]),
            ("Reading", [chance.choice((chat, None))]),
            ("Typing", [chat]),
            ("Nonsense", []),
        )
    )
    call: Message = {"type": kind, "target": target, "arguments": arguments, "headers": {}}
    if chance.random() < 0.8:
        call["invocationId"] = str(chance.randrange(100))
    if chance.random() < 0.1:
        call["streamIds"] = ["1"]
    return call


def mutated_frame(chance: Chance, world: World, form: str) -> bytes:
    """One frame of a form of the protocol with something wrong in it; rarely nothing is.

    Most often only an argument is: whatever else is wrong, the connection ends with it.
    """
    message = valid_message(chance, world)
    arguments, how = message.get("arguments"), chance.random()
    if how < 0.7:
        _change(chance, arguments or message)
        return framed(encoded(message, form), form)
    if how < 0.8:
        _change(chance, message)
        _change(chance, message)
        return framed(encoded(message, form), form)
    content = encoded(message, form)
    for _ in range(chance.choice((1, 1, 2, 4))):
        other = encoded(valid_message(chance, world), form)
        content = _mangled(chance, content, other, form)
    # With its true length more of a mangled message is looked at.
    is_framed = form == "json" or chance.random() < 0.7
    return framed(content, form) if is_framed else content


def handshake(chance: Chance, form: str, version: int, *, is_valid: bool) -> bytes:
    content = json.dumps({"protocol": form, "version": version}).encode()
    if not is_valid:
        content = _mangled(chance, content, b'{"protocol":"x","version":-1}', "json")
    return content + SEPARATOR


def framed(content: bytes, form: str) -> bytes:
    if form == "json":
        return content + SEPARATOR
    size, prefix = len(content), bytearray()
    while size >= 0x80:
        prefix.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*prefix, size)) + content


def encoded(message: Message, form: str) -> bytes:
    """What can't be said in a form is said in its text: no client could either."""
    if form == "json":
        return json.dumps(message, default=str).encode()
    kind = message.get("type")
    names = _ROWS.get(kind, ()) if isinstance(kind, int) else tuple(message)[1:]
    row = [kind, *(message.get(name) for name in names)]
    try:
        return msgspec.msgpack.encode(row)
    except (OverflowError, UnicodeEncodeError, TypeError):
        return msgspec.msgpack.encode(repr(row))


def _change(chance: Chance, message: Any) -> None:
    """Some value within it becomes another, goes, or comes in addition."""
    place, key = message, None
    while place:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], dict | list) or chance.random() < 0.3:
            break
        place = place[key]
    if not place or chance.random() < 0.1:
        _add(place, chance)
    elif chance.random() < 0.15:
        del place[key]
    else:
        place[key] = _nasty(chance)


def _add(place: Any, chance: Chance) -> None:
    if isinstance(place, list):
        place.append(_nasty(chance))
    else:
        place[chance.choice(("", "type", "x" * 100, "streamIds", "arguments"))] = _nasty(chance)


def _nasty(chance: Chance) -> Any:
    if chance.random() < 0.02:
        deep: list[Any] = []
        for _ in range(300):
            deep = [deep]
        return deep
    found = chance.choice(NASTY_VALUES)
    return deepcopy(found) if isinstance(found, dict | list) else found


def _mangled(chance: Chance, content: bytes, other: bytes, form: str) -> bytes:
    start, end = sorted(chance.choices(range(len(content) + 1), k=2))
    head, middle, tail = content[:start], content[start:end], content[end:]
    tokens = JSON_TOKENS if form == "json" else MSGPACK_TOKENS
    ways: Sequence[Callable[[], bytes]] = (
        lambda: _flipped(chance, content),
        lambda: head,
        lambda: tail,
        lambda: head + tail,
        lambda: content + middle,
        lambda: head + middle * chance.choice((2, 3, 200)) + tail,
        lambda: head + other[chance.randrange(len(other)) :],
        lambda: head + other + tail,
        lambda: head + chance.choice(tokens) + content[start:],
        lambda: head + chance.choice(tokens) + tail,
        lambda: head + chance.randbytes(chance.randrange(1, 20)) + tail,
    )
    return chance.choice(ways)()[:100_000]


def _flipped(chance: Chance, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 1, 3)) if content else 0):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def chunked(chance: Chance, frames: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """The frames as they might arrive, in pieces and together: (bytes, frames that end in it)."""
    waiting, count = b"", 0
    for frame in frames:
        waiting, count = waiting + frame, count + 1
        how = chance.random()
        if how < 0.1:
            continue
        if how < 0.25 and len(frame) > 1:
            place = chance.randrange(1, len(frame))
            yield waiting[:-place], count - 1
            waiting, count = waiting[-place:], 1
        yield waiting, count
        waiting, count = b"", 0
    if waiting:
        yield waiting, count
