"""Work that must happen later, as rows written by the transaction that wants it done.

A job is claimed by compare-and-set with a lease, worked on outside any transaction, and recorded
in one. Jobs of the same lane run one after another in the order they were put.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from opdesk.kit.bus import Alarm, Bus, Wake
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.context import DuplicateRow, Row, Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.ids import jittered
from opdesk.kit.log import get_logger
from opdesk.kit.outbox_rows import (
    CLAIM,
    COUNT_HELD,
    COUNT_HELD_BY_COMPANY,
    COUNT_LATE,
    DELETE_KIND,
    DELETE_LANE,
    DROP_HELD,
    DUE,
    END_LEASES,
    EXPIRE_LEASES,
    FINISH,
    HELD_AFTER,
    HELD_UNTIL,
    HOLD,
    IN_LANE,
    NEXT_AT,
    PUT,
    RELEASE,
    RETRY,
    WAS_LEASED,
)

log = get_logger(__name__)
TOPIC = "outbox"
LEASE_S = 90.0
"""A job that has not reported within its lease is taken to be interrupted."""
WORK_LIMIT_S = 80.0
POLL_S = 2.0
PARALLEL = 64
PARALLEL_OF_SHARE = 6
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 300.0


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed piece of work.

    `age_ms`: how long ago it was put. `was_interrupted`: an earlier attempt ended without a word.
    """

    id: int
    company_id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    age_ms: int
    was_interrupted: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a job stands. Those of one `lane` run in the order they were put, one at a time.

    Those of one `share` run at most `PARALLEL_OF_SHARE` at a time, so that a platform that hangs
    keeps nobody else waiting; "" shares with nobody. `after_ms`: how much later it runs.
    """

    lane: str
    share: str = ""
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class HeldJob:
    """Work of a restored backup. `was_interrupted`: it was under way when the backup was made."""

    id: int
    company_id: int
    kind: str
    payload: Mapping[str, Any]
    was_interrupted: bool


class RetryLater(Exception):
    """The job should run again, after `after_s` or by the usual backoff."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


Record = Callable[[Tx], None]
"""What a finished job writes, in the transaction that ends the job."""
Handler = Callable[[Job], Awaitable[Record | None]]


def put(tx: Tx, company_id: int, kind: str, payload: Mapping[str, Any], queue: Queue) -> None:
    """Write down work."""
    tx.run(
        PUT,
        id=tx.new_id("jobs"),
        company=company_id,
        kind=kind,
        lane=queue.lane,
        payload=msgspec.json.encode(payload).decode(),
        now=tx.now,
        run_at=tx.now + queue.after_ms,
        share=queue.share,
    )
    tx.wakes.add(Wake(TOPIC))


def put_once(tx: Tx, company_id: int, kind: str, payload: Mapping[str, Any], queue: Queue) -> None:
    """The same, unless work waits or runs in that lane: one answer serves all who ask."""
    if tx.first(IN_LANE, company=company_id, in_lane=queue.lane) is None:
        put(tx, company_id, kind, payload, queue)


def forget_lane(tx: Tx, company_id: int, lane: str) -> None:
    """Drop all work of a lane whose subject is gone."""
    tx.run(DELETE_LANE, company=company_id, in_lane=lane)


def forget_kind(tx: Tx, kind: str) -> int:
    """Drop all work of a kind; how much it was."""
    return tx.run(DELETE_KIND, of_kind=kind)


def hold(tx: Tx, harmless: Sequence[str]) -> int:
    """Let all work that is there wait for `release`, but for the `harmless` kinds; how much waits.

    For a database that nobody works on: what was under way counts as interrupted. Later work of a
    lane waits behind what is held.
    """
    tx.run(END_LEASES)
    tx.run(HOLD, harmless=json.dumps(list(harmless)))
    return count_held(tx)


def release(tx: Tx) -> int:
    """Let everything that was held run now; how much it was."""
    tx.wakes.add(Wake(TOPIC))
    return tx.run(RELEASE, held=HELD_UNTIL, now=tx.now)


def count_held(tx: Tx) -> int:
    return int(tx.scalar(COUNT_HELD, held=HELD_UNTIL))


def count_held_by_company(tx: Tx) -> dict[int, int]:
    """How much waits of each company that has something waiting."""
    return {int(row[0]): int(row[1]) for row in tx.all(COUNT_HELD_BY_COMPANY, held=HELD_UNTIL)}


def list_held(tx: Tx, after: int, limit: int) -> list[HeldJob]:
    """The first `limit` of what was held behind the job `after`, in the order they were put."""
    return _held_jobs(tx.all(HELD_AFTER, held=HELD_UNTIL, after=after, limit=limit))


def drop_held(tx: Tx, limit: int) -> list[HeldJob]:
    """Take away the first `limit` of what was held; what that was. It will never run."""
    ids = json.dumps([one.id for one in list_held(tx, 0, limit)])
    dropped = _held_jobs(tx.all(DROP_HELD, held=HELD_UNTIL, ids=ids))
    tx.wakes.add(Wake(TOPIC))
    return sorted(dropped, key=lambda one: one.id)


def _held_jobs(rows: Sequence[Row]) -> list[HeldJob]:
    return [
        HeldJob(job_id, company_id, kind, msgspec.json.decode(payload), leased_until > 0)
        for job_id, company_id, kind, payload, leased_until in rows
    ]


def find_late(tx: Tx, before: int) -> tuple[int, int]:
    """How many jobs, put before a time, should have run by then or failed; the oldest's time."""
    late, oldest = tx.one(COUNT_LATE, before=before)
    return int(late), int(oldest or tx.now)


def backoff_s(attempts: int) -> float:
    """Seconds until the next attempt, before jitter: 1, 2, 4 … 300."""
    return min(FIRST_RETRY_S * 2.0 ** min(attempts - 1, 16), LONGEST_RETRY_S)


class Outbox:
    """Runs due jobs, `PARALLEL` at a time, for the life of the server."""

    def __init__(self, db: Database, bus: Bus, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._handlers: dict[str, Handler] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._shares: Counter[str] = Counter()
        self._alarm = Alarm(POLL_S)
        bus.listen(TOPIC, self._alarm.ring)

    def add_handler(self, kind: str, handler: Handler) -> None:
        self._handlers[kind] = handler

    async def recover(self) -> None:
        """End every lease: only for a process that knows it is alone (SQLite)."""
        await self._db.write(_expire_leases)

    async def run(self) -> None:
        """Until cancelled. Jobs under way get to finish (`drain`)."""
        while True:
            try:
                pause_s = await self._start_due()
            except Unavailable:
                pause_s = POLL_S
            await self._alarm.wait(pause_s)

    async def drain(self, at_most_s: float) -> None:
        """Wait for the jobs under way; what does not end in time is left to its lease."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=at_most_s)
        for task in self._running.values():
            task.cancel()

    async def _start_due(self) -> float:
        room = PARALLEL - len(self._running)
        due = await self._db.read_slow(_due_jobs, room, self._full()) if room else []
        for job_id, share in due:
            has_room = not share or self._shares[share] < PARALLEL_OF_SHARE
            if has_room and job_id not in self._running:
                self._start(job_id, share)
        next_at = await self._db.read(_next_at)
        # Due jobs that found no room are started when one ends, which rings the alarm.
        return max((next_at - self._clock.now_ms()) / SECOND_MS, 0.01) if next_at else POLL_S

    def _full(self) -> list[str]:
        """The shares that have no room now."""
        return [one for one, count in self._shares.items() if count >= PARALLEL_OF_SHARE]

    def _start(self, job_id: int, share: str) -> None:
        task = asyncio.create_task(self._work(job_id))
        self._running[job_id] = task
        if share:
            self._shares[share] += 1
        task.add_done_callback(partial(self._ended, job_id, share))

    def _ended(self, job_id: int, share: str, _task: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        if share:
            self._shares[share] -= 1
        self._alarm.ring()

    async def _work(self, job_id: int) -> None:
        try:
            job = await self._db.write(_claim, job_id)
            if job is not None:
                await self._write_down(job, await self._outcome(job))
        except Unavailable as error:
            log.warning("job_not_recorded", job=job_id, reason=str(error))

    async def _write_down(self, job: Job, outcome: Record | RetryLater | None) -> None:
        try:
            await self._db.write(_record, job, outcome)
        except DuplicateRow:
            # Written by another transaction at the same moment: now the record can see it.
            await self._db.write(_record, job, outcome)

    async def _outcome(self, job: Job) -> Record | RetryLater | None:
        try:
            async with asyncio.timeout(WORK_LIMIT_S):
                return await self._handlers[job.kind](job)
        except RetryLater as later:
            return later
        except Exception as error:
            # A bug of ours in one job must not stop the others; it is logged and tried again.
            log.exception("job_failed", kind=job.kind, job=job.id)
            return RetryLater(type(error).__name__)


def _due_jobs(tx: Tx, limit: int, full: Sequence[str]) -> list[tuple[int, str]]:
    rows = tx.all(DUE, now=tx.now, limit=limit, full=json.dumps(full))
    return [(row[0], row[1]) for row in rows]


def _next_at(tx: Tx) -> int | None:
    row = tx.first(NEXT_AT, now=tx.now)
    return None if row is None else int(row[0])


def _claim(tx: Tx, job_id: int) -> Job | None:
    before = tx.first(WAS_LEASED, job=job_id)
    row = tx.first(CLAIM, job=job_id, now=tx.now, until=tx.now + int(LEASE_S * SECOND_MS))
    if row is None or before is None:
        return None
    company_id, kind, payload, attempts, created_at = row
    age_ms = tx.now - created_at
    return Job(
        job_id, company_id, kind, msgspec.json.decode(payload), attempts, age_ms, before[0] > 0
    )


def _record(tx: Tx, job: Job, outcome: Record | RetryLater | None) -> None:
    if isinstance(outcome, RetryLater):
        # A platform that says when to come back is never asked earlier, so no jitter there.
        wait_s = outcome.after_s
        if wait_s is None:
            wait_s = jittered(backoff_s(job.attempts))
        at = tx.now + int(wait_s * SECOND_MS)
        tx.run(RETRY, job=job.id, at=at, reason=str(outcome))
        return
    if outcome is not None:
        outcome(tx)
    tx.run(FINISH, job=job.id)
    tx.wakes.add(Wake(TOPIC))


def _expire_leases(tx: Tx) -> None:
    tx.run(EXPIRE_LEASES, now=tx.now)
