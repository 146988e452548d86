"""Messages of the protocol: however they are cut, they come out whole."""

import contextlib
import itertools

import pytest
from hypothesis import given, strategies as st

from opdesk.realtime.signalr.connection import MAX_WAITING_FRAMES, Connection
from opdesk.realtime.signalr.messages import BadMessageError, Splitter, read_message

TEXTS = st.lists(st.text(alphabet=st.characters(blacklist_characters="\x1e")), max_size=8)


@given(texts=TEXTS, cuts=st.lists(st.integers(0, 200), max_size=10))
def test_messages_survive_any_cut(texts: list[str], cuts: list[int]) -> None:
    whole = b"".join(text.encode("utf-8", "surrogatepass") + b"\x1e" for text in texts)
    places = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    splitter = Splitter(10_000)

    found = [
        message
        for start, end in itertools.pairwise(places)
        for message in splitter.feed(whole[start:end])
    ]

    assert found == [text.encode("utf-8", "surrogatepass") for text in texts]


def test_a_message_over_the_limit_is_refused_before_it_is_whole() -> None:
    splitter = Splitter(10)
    splitter.feed(b"x" * 10)

    with pytest.raises(BadMessageError):
        splitter.feed(b"x")


@given(data=st.binary(max_size=100))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    with contextlib.suppress(BadMessageError):
        read_message(data)


async def test_a_slow_reader_is_cut_off_and_may_come_back() -> None:
    connection = Connection("1", None)
    for _ in range(MAX_WAITING_FRAMES + 10):
        connection.send(b"x\x1e")

    last = await connection.next_frames(1)

    assert last is not None
    assert b'"allowReconnect":true' in last
    assert await connection.next_frames(1) is None
