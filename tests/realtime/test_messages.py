"""Messages of the protocol: however they are cut, they come out whole, in both forms."""

import asyncio
import contextlib
import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from opdesk.realtime.signalr import protocol
from opdesk.realtime.signalr.connection import (
    MAX_WAITING_FRAMES,
    PING_EVERY_S,
    SILENCE_S,
    Connection,
)
from opdesk.realtime.signalr.protocol import (
    BadMessageError,
    JsonProtocol,
    MessagePackProtocol,
    Splitter,
)

TEXTS = st.lists(st.text(alphabet=st.characters(blacklist_characters="\x1e")), max_size=8)
CUTS = st.lists(st.integers(0, 200), max_size=10)
LIMIT = 10_000
BOTH = pytest.mark.parametrize("kind", [JsonProtocol, MessagePackProtocol])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def pieces(whole: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    return [whole[start:end] for start, end in itertools.pairwise(places)]


def packed(*rows: list[Any]) -> bytes:
    return b"".join(MessagePackProtocol().encode(protocol.Outgoing({}, row)) for row in rows)  # type: ignore[misc]


@given(texts=TEXTS, cuts=CUTS)
def test_texts_survive_any_cut(texts: list[str], cuts: list[int]) -> None:
    whole = b"".join(text.encode("utf-8", "surrogatepass") + b"\x1e" for text in texts)
    splitter = Splitter()

    found = [one for piece in pieces(whole, cuts) for one in splitter.feed(piece, LIMIT)]

    assert found == [text.encode("utf-8", "surrogatepass") for text in texts]


@given(calls=st.lists(st.lists(JSON_VALUES, max_size=3), max_size=5), cuts=CUTS)
def test_both_forms_read_the_same_calls_however_they_are_cut(
    calls: list[list[Any]], cuts: list[int]
) -> None:
    heard = []
    for kind in (JsonProtocol, MessagePackProtocol):
        speaker, listener = kind(), kind()
        frames = [speaker.encode(protocol.invocation("Do", arguments)) for arguments in calls]
        whole = b"".join(f.encode() if isinstance(f, str) else f for f in frames)
        heard.append([m for piece in pieces(whole, cuts) for m in listener.feed(piece, LIMIT)])

    for messages in heard:
        assert [one.target for one in messages] == ["Do"] * len(calls)
        found = [[msgspec.json.decode(raw) for raw in one.arguments] for one in messages]
        assert found == calls


@BOTH
def test_a_message_over_the_limit_is_refused_before_it_is_whole(kind: Any) -> None:
    with pytest.raises(BadMessageError, match="more than 10 bytes"):
        kind().feed(b"\x0b" + b"x" * 11, 10)


@BOTH
@given(data=st.binary(max_size=100))
def test_no_bytes_bring_the_reader_down(kind: Any, data: bytes) -> None:
    with contextlib.suppress(BadMessageError):
        kind().feed(data, LIMIT)


@pytest.mark.parametrize(
    "row",
    [
        "not an array",
        [],
        ["1"],
        [1, {}, None, "Do", "not arguments"],
        [1, {}, 5, "Do", []],
        [1, {}, None, 5, []],
        [8, "x"],
    ],
)
def test_a_messagepack_row_of_another_shape_is_refused(row: Any) -> None:
    with pytest.raises(BadMessageError):
        MessagePackProtocol().feed(packed(row), LIMIT)


def test_bytes_in_messagepack_are_base64_to_a_method() -> None:
    [told] = MessagePackProtocol().feed(packed([1, {}, "7", "Send", [b"abc"]]), LIMIT)

    assert msgspec.json.decode(told.arguments[0]) == "YWJj"
    assert told.invocation_id == "7"


def test_a_length_that_is_no_varint_is_refused() -> None:
    with pytest.raises(BadMessageError, match="VarInt"):
        MessagePackProtocol().feed(b"\xff" * 5, LIMIT)


def spoken(connection: Connection) -> Connection:
    """A connection that has shaken hands."""
    connection.protocol = JsonProtocol()
    connection.introduced()
    return connection


async def test_a_slow_reader_is_cut_off_and_may_come_back() -> None:
    connection = spoken(Connection("1", None))
    for _ in range(MAX_WAITING_FRAMES + 10):
        connection.send(protocol.PING)

    last = await connection.next_frames()

    assert isinstance(last, str)
    assert '"allowReconnect":true' in last
    assert await connection.next_frames() is None


async def test_a_quiet_connection_is_pinged_and_one_that_speaks_is_not() -> None:
    quiet, busy = spoken(Connection("1", None)), spoken(Connection("2", None))

    for _ in range(PING_EVERY_S - 1):
        quiet.second_passed()
        busy.second_passed()
    busy.send(protocol.ack(1))
    frames = [await busy.next_frames()]
    for connection in (quiet, busy):
        connection.second_passed()
        connection.close()
    frames += [await quiet.next_frames(), await busy.next_frames()]

    assert frames[0] == '{"type":8,"sequenceId":1}\x1e'
    assert frames[1:] == ['{"type":7}\x1e', '{"type":7}\x1e']


async def test_a_ping_goes_out_when_nothing_else_does() -> None:
    connection = spoken(Connection("1", None))
    for _ in range(PING_EVERY_S):
        connection.second_passed()

    assert await connection.next_frames() == '{"type":6}\x1e'


async def test_a_silent_client_is_told_to_come_back() -> None:
    connection = spoken(Connection("1", None))
    listening = asyncio.create_task(connection.arrived())
    await asyncio.sleep(0)
    for _ in range(SILENCE_S):
        connection.second_passed()

    assert await listening is None
    frame = await connection.next_frames()
    assert isinstance(frame, str)
    assert "silent for too long" in frame


async def test_a_poll_that_hangs_is_a_sign_of_life() -> None:
    connection = spoken(Connection("1", None))
    connection.next_poll()
    listening = asyncio.create_task(connection.arrived())
    await asyncio.sleep(0)
    for _ in range(SILENCE_S):
        connection.second_passed()

    connection.gone()
    assert await listening is None
    assert not connection.is_closing


async def test_one_event_is_encoded_once_for_all_who_speak_alike() -> None:
    told = protocol.invocation("Event", [{"number": 1}])
    connections = [spoken(Connection(str(n), None)) for n in range(3)]

    for connection in connections:
        connection.send(told)

    frames = [await connection.next_frames() for connection in connections]
    assert frames[0] is frames[1] is frames[2]
