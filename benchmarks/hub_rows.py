"""The rows of the hub, each beside a bare broadcaster on the same server.

The bare one sends each POST's body to every socket, one after the other. Its body has as many
bytes as the hub sends to each subscriber for one message (the message, and its chat's new state).
"""

import asyncio
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from benchmarks.company import Company
from benchmarks.load import ROUNDS, Row, Wire, after, at_percent, posted, request
from benchmarks.panels import MARK, MESSAGE, Crowd, Step, crowd_of, echoing, subscribing
from benchmarks.servers import Running

AT_ONCE = 8
DELIVERING_S = 1.5
PACED_S = 3.0
PACED_PER_S = 100
PACED_SOCKETS = 200
COUNTED_SOCKETS = 1_000
RETURNING = 3_000
MISSED = 20
"""Messages of each organization that the panels missed before they come back."""
Pair = tuple[Running, Running]
"""Ours and the bare one."""
Figures = tuple[float, float]
_POSITION = re.compile(rb'"result":(\{.*?\}\})\}\x1e')


def hub_crowd(company: Company, count: int) -> AbstractAsyncContextManager[Crowd]:
    """Subscribed panels of one organization's operators, several tabs each."""
    tokens = company.places[0].tokens
    return crowd_of(company.port, count, lambda n: subscribing(tokens[n % len(tokens)]))


def bare_crowd(port: int, count: int) -> AbstractAsyncContextManager[Crowd]:
    return crowd_of(port, count, lambda _: echoing())


async def message_bytes(company: Company) -> int:
    """What one subscriber gets for one message, in bytes. Makes every chat on the way."""
    place = company.places[0]
    await posted(company.port, company.updates(place), at_once=AT_ONCE, is_over=after(1.0))
    async with hub_crowd(company, 1) as crowd:
        await asyncio.sleep(0.5)
        crowd.heard_bytes = crowd.heard_messages = 0
        await _posted_one_by_one(company.port, [company.update(place) for _ in range(20)])
        await crowd.all_heard(20, at_most_s=10)
        await asyncio.sleep(0.1)
        return crowd.heard_bytes // 20


async def _posted_one_by_one(port: int, requests: Sequence[bytes]) -> None:
    wire = await Wire.open(port)
    for one in requests:
        await wire.done(one)
    wire.close()


def bare_post(size: int, text: str = "") -> bytes:
    content = (MESSAGE + text.encode()).ljust(size, b".")
    return request("POST", "/", content)


async def measure_deliveries(company: Company, pair: Pair, size: int, sockets: int) -> Row:
    ours, bare = pair
    update, bare_update = company.updates(company.places[0]), bare_post(size)
    found = []
    for _ in range(ROUNDS):
        async with hub_crowd(company, sockets) as crowd:
            mine = await _deliveries(crowd, ours, update)
        async with bare_crowd(bare.port, sockets) as crowd:
            found.append((mine, await _deliveries(crowd, bare, lambda: bare_update)))
    ratio, work = _ratios(found)
    return Row(
        f"hub deliveries/s to {sockets:,} subscribers, webhooks {AT_ONCE} at once",
        _rate_and_work([one for one, _ in found]),
        _rate_and_work([one for _, one in found]) + " (bare broadcaster)",
        f"{ratio:.2f} (work {work:.2f})",
    )


def _ratios(found: Sequence[tuple[Figures, Figures]]) -> tuple[float, float]:
    """The medians of ours to the bare one's, for both figures."""
    first, second = (
        statistics.median(one[place] / other[place] for one, other in found) for place in (0, 1)
    )
    return first, second


def _rate_and_work(found: Sequence[Figures]) -> str:
    rate, work = (statistics.median(one[place] for one in found) for place in (0, 1))
    return f"{rate:,.0f}/s, {work * 1e6:.1f} µs of work each"


async def _deliveries(crowd: Crowd, server: Running, next_request: Callable[[], bytes]) -> Figures:
    """(messages that arrived at clients in a second, the server's seconds of work for each).

    From the first post to the last arrival.
    """
    await asyncio.sleep(0.5)
    crowd.heard_messages = 0
    began, worked_s = time.monotonic(), server.work_s
    took = await posted(server.port, next_request, at_once=AT_ONCE, is_over=after(DELIVERING_S))
    await crowd.all_heard(len(took) * len(crowd.panels), at_most_s=30)
    worked_s = server.work_s - worked_s
    return crowd.heard_messages / (crowd.last_at - began), worked_s / crowd.heard_messages


async def measure_latency(company: Company, bare_port: int, size: int) -> Row:
    place = company.places[0]
    pairs = []
    for _ in range(ROUNDS):
        async with hub_crowd(company, PACED_SOCKETS) as crowd:
            ours = await paced(
                crowd, company.port, lambda text: company.update(place, text), PACED_PER_S
            )
        async with bare_crowd(bare_port, PACED_SOCKETS) as crowd:
            bare = await paced(crowd, bare_port, lambda text: bare_post(size, text), PACED_PER_S)
            pairs.append((ours, bare))
    ratio = statistics.median(one[1] / other[1] for one, other in pairs)
    return Row(
        f"webhook to {PACED_SOCKETS} subscribers, one way, {PACED_PER_S} messages/s",
        _spread([one for one, _ in pairs]),
        _spread([one for _, one in pairs]) + " (bare broadcaster)",
        f"{ratio:.1f} times (p99)",
    )


def _spread(found: Sequence[Figures]) -> str:
    p50, p99 = (statistics.median(one[place] for one in found) for place in (0, 1))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"


async def paced(crowd: Crowd, port: int, marked: Callable[[str], bytes], per_s: int) -> Figures:
    """(p50, p99) in ms, from the moment a message was due to be posted to its arrival."""
    await asyncio.sleep(0.5)
    crowd.heard_messages, crowd.sent_at, crowd.took = 0, {}, []
    free = asyncio.Queue[Wire]()
    for _ in range(AT_ONCE):
        free.put_nowait(await Wire.open(port))
    began = time.monotonic()
    count = int(PACED_S * per_s)
    posts = []
    for number in range(count):
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        crowd.sent_at[number] = due
        wire = await free.get()
        posts.append(asyncio.create_task(_post(wire, free, marked(_mark(number)))))
    await asyncio.gather(*posts)
    await crowd.all_heard(count * len(crowd.panels), at_most_s=30)
    while not free.empty():
        free.get_nowait().close()
    assert len(crowd.took) > 0.95 * crowd.heard_messages
    return at_percent(crowd.took, 50) * 1000, at_percent(crowd.took, 99) * 1000


def _mark(number: int) -> str:
    return f"{MARK.decode()}{number:08}"


async def _post(wire: Wire, free: "asyncio.Queue[Wire]", body: bytes) -> None:
    await wire.done(body)
    free.put_nowait(wire)


async def measure_memory(company: Company, pair: Pair) -> Row:
    """Of servers that have just started: memory that was used before would hide the growth."""
    ours = await _bytes_each(pair[0], hub_crowd(company, COUNTED_SOCKETS))
    bare = await _bytes_each(pair[1], bare_crowd(pair[1].port, COUNTED_SOCKETS))
    return Row(
        f"server memory for each of {COUNTED_SOCKETS:,} subscribed sockets",
        f"{ours / 1000:.1f} KB",
        f"{bare / 1000:.1f} KB (bare broadcaster)",
        f"{ours / bare:.1f} times",
    )


async def _bytes_each(server: Running, opening: AbstractAsyncContextManager[Crowd]) -> float:
    before = server.memory_bytes
    async with opening as crowd:
        await asyncio.sleep(1)
        return (server.memory_bytes - before) / len(crowd.panels)


async def measure_return(company: Company, pair: Pair) -> Row:
    """Everyone was there, was cut off, missed something, and comes back at the same moment."""
    found = []
    for _ in range(ROUNDS):
        positions = [await _position(company.port, place.tokens[0]) for place in company.places]
        for place in company.places:
            missed = [company.update(place) for _ in range(MISSED)]
            await _posted_one_by_one(company.port, missed)
        everyone = [
            subscribing(token, position)
            for place, position in zip(company.places, positions, strict=True)
            for token in place.tokens
        ]
        ours = await _returned(pair[0], lambda n, all=everyone: all[n % len(all)])  # type: ignore[misc]
        found.append((ours, await _returned(pair[1], lambda _: echoing())))
    ratio, work = _ratios(found)
    return Row(
        f"{RETURNING:,} panels back at the same moment, {MISSED} messages missed by each",
        _return_and_work([one for one, _ in found]),
        _return_and_work([one for _, one in found]) + " (bare: an upgrade and one echo)",
        f"{ratio:.1f} times (work {work:.1f})",
    )


def _return_and_work(found: Sequence[Figures]) -> str:
    seconds, work = (statistics.median(one[place] for one in found) for place in (0, 1))
    return f"{seconds:.2f} s until all are resumed, {work * 1000:.2f} ms of work each"


async def _position(port: int, token: str) -> bytes:
    """Where an organization's log stands, as JSON for `Subscribe`."""
    async with crowd_of(port, 1, lambda _: subscribing(token)) as crowd:
        found = _POSITION.search(crowd.panels[0].answer)
        assert found, crowd.panels[0].answer
        return found[1]


async def _returned(server: Running, steps: Callable[[int], Sequence[Step]]) -> Figures:
    """(seconds until all are resumed, the server's seconds of work for each)."""
    began, worked_s = time.monotonic(), server.work_s
    async with crowd_of(server.port, RETURNING, steps, at_once=RETURNING):
        return time.monotonic() - began, (server.work_s - worked_s) / RETURNING
