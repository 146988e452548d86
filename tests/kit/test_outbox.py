"""The outbox: in order within a lane, retried, never dropped, never twice at once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from opdesk.kit import outbox
from opdesk.kit.bus import Bus
from opdesk.kit.context import DuplicateRow, Tx
from opdesk.kit.db import Database
from opdesk.kit.outbox import Job, Outbox, Record, RetryLater
from tests.fakes import MovableClock


class Worker:
    """A handler that notes what it got and does what the test says."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.running = 0
        self.most_running: dict[str, int] = {}
        self.act: Callable[[Job], Awaitable[Record | None]] | None = None

    async def __call__(self, job: Job) -> Record | None:
        self.seen.append((job.payload["n"], job.attempts))
        return await self.act(job) if self.act else None


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def box(db: Database, bus: Bus, clock: MovableClock, worker: Worker) -> Outbox:
    made = Outbox(db, bus, clock)
    made.add_handler("work", worker)
    return made


async def put(db: Database, n: int, lane: str, after_ms: int = 0) -> None:
    queue = outbox.Queue(lane, after_ms=after_ms)
    await db.write(lambda tx: outbox.put(tx, 1, "work", {"n": n}, queue))


async def run_until(box: Outbox, is_done: Callable[[], bool], at_most_s: float = 10) -> None:
    task = asyncio.create_task(box.run())
    async with asyncio.timeout(at_most_s):
        while not is_done():
            await asyncio.sleep(0.01)
    await box.drain(2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_jobs_of_a_lane_run_in_the_order_they_were_put(
    db: Database, box: Outbox, worker: Worker
) -> None:
    for n in range(12):
        await put(db, n, lane=f"lane:{n % 2}")

    await run_until(box, lambda: len(worker.seen) == 12)

    assert [n for n, _ in worker.seen if n % 2] == [1, 3, 5, 7, 9, 11]
    assert [n for n, _ in worker.seen if not n % 2] == [0, 2, 4, 6, 8, 10]


async def test_what_is_asked_once_waits_once_until_it_is_done(
    db: Database, box: Outbox, worker: Worker
) -> None:
    async def ask(n: int, lane: str) -> None:
        queue = outbox.Queue(lane)
        await db.write(lambda tx: outbox.put_once(tx, 1, "work", {"n": n}, queue))

    await ask(1, "of one")
    await ask(2, "of one")
    await ask(3, "of another")
    await run_until(box, lambda: len(worker.seen) == 2)
    await ask(4, "of one")
    await run_until(box, lambda: len(worker.seen) == 3)

    assert sorted(n for n, _ in worker.seen) == [1, 3, 4]


async def test_a_failing_job_holds_its_lane_and_no_other(
    db: Database, box: Outbox, worker: Worker, clock: MovableClock
) -> None:
    async def act(job: Job) -> Record | None:
        if job.payload["n"] == 1 and job.attempts < 3:
            clock.move(seconds=5)
            raise RetryLater("not yet")
        return None

    worker.act = act
    await put(db, 1, "a")
    await put(db, 2, "a")
    await put(db, 3, "b")

    await run_until(box, lambda: (2, 1) in worker.seen)

    assert (3, 1) in worker.seen
    own = [entry for entry in worker.seen if entry[0] != 3]
    assert own == [(1, 1), (1, 2), (1, 3), (2, 1)]


async def test_what_a_job_writes_and_its_end_are_one_transaction(
    db: Database, box: Outbox, worker: Worker
) -> None:
    async def act(job: Job) -> Record | None:
        def record(tx: Tx) -> None:
            outbox.put(tx, 1, "work", {"n": job.payload["n"] + 1}, outbox.Queue("a"))

        return record if job.payload["n"] < 3 else None

    worker.act = act
    await put(db, 0, "a")

    await run_until(box, lambda: len(worker.seen) == 4)

    assert [n for n, _ in worker.seen] == [0, 1, 2, 3]


async def test_a_bug_in_one_job_is_tried_again_and_stops_nobody(
    db: Database, box: Outbox, worker: Worker, clock: MovableClock
) -> None:
    async def act(job: Job) -> Record | None:
        if job.payload["n"] == 1 and job.attempts == 1:
            clock.move(seconds=5)
            raise ZeroDivisionError
        return None

    worker.act = act
    await put(db, 1, "a")
    await put(db, 2, "b")

    await run_until(box, lambda: (1, 2) in worker.seen)

    assert (2, 1) in worker.seen


async def test_a_job_for_later_waits(
    db: Database, box: Outbox, worker: Worker, clock: MovableClock
) -> None:
    await put(db, 1, "a", after_ms=60_000)
    await put(db, 2, "b")
    await run_until(box, lambda: len(worker.seen) == 1)
    assert worker.seen == [(2, 1)]

    clock.move(seconds=61)
    await run_until(box, lambda: len(worker.seen) == 2)

    assert worker.seen == [(2, 1), (1, 1)]


async def test_an_interrupted_job_says_so_after_its_lease(
    db: Database, bus: Bus, clock: MovableClock, box: Outbox, worker: Worker
) -> None:
    interrupted: list[bool] = []

    async def hang(_job: Job) -> Record | None:
        await asyncio.sleep(60)
        return None

    async def note(job: Job) -> Record | None:
        interrupted.append(job.was_interrupted)
        return None

    worker.act = hang
    await put(db, 1, "a")
    dying = asyncio.create_task(box.run())
    while not worker.seen:
        await asyncio.sleep(0.01)
    dying.cancel()
    await box.drain(0.01)

    successor = Outbox(db, bus, clock)
    successor.add_handler("work", worker)
    worker.act = note
    clock.move(seconds=outbox.LEASE_S + 1)
    await run_until(successor, lambda: bool(interrupted))

    assert interrupted == [True]


async def test_two_workers_share_the_jobs_without_doing_one_twice(
    db: Database, bus: Bus, clock: MovableClock, worker: Worker
) -> None:
    boxes = [Outbox(db, bus, clock) for _ in range(2)]
    for box in boxes:
        box.add_handler("work", worker)
    for n in range(30):
        await put(db, n, lane=f"lane:{n}")

    tasks = [asyncio.create_task(box.run()) for box in boxes]
    async with asyncio.timeout(10):
        while len(worker.seen) < 30:
            await asyncio.sleep(0.01)
    for task, box in zip(tasks, boxes, strict=True):
        await box.drain(2)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert sorted(worker.seen) == [(n, 1) for n in range(30)]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (50, 300)])
def test_the_pause_doubles_up_to_five_minutes(attempts: int, seconds: float) -> None:
    assert outbox.backoff_s(attempts) == seconds


async def test_a_record_that_met_its_double_is_written_again_and_the_work_is_not_repeated(
    db: Database, box: Outbox, worker: Worker
) -> None:
    records = 0

    async def act(job: Job) -> Record | None:
        def record(tx: Tx) -> None:
            nonlocal records
            records += 1
            if records == 1:
                raise DuplicateRow("written by another at the same moment")

        return record

    worker.act = act
    await put(db, 1, "a")

    await run_until(box, lambda: records == 2)

    assert worker.seen == [(1, 1)]
