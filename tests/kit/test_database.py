"""Transactions of both databases: all or nothing, one after another, numbered facts."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from opdesk.events import actions as events
from opdesk.kit.bus import Bus, Wake
from opdesk.kit.context import Fact, RowMissing, Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Conflict
from opdesk.kit.installation import installation
from opdesk.kit.sql import statement
from opdesk.users import actions as users

ADD = statement(insert(installation).values(name=bindparam("name"), value=bindparam("value")))
FIND = statement(select(installation.c.value).where(installation.c.name == bindparam("name")))
SET = statement(
    update(installation)
    .where(installation.c.name == bindparam("name"))
    .values(value=bindparam("new_value"))
)


def add(tx: Tx, name: str, value: str = "1") -> None:
    tx.run(ADD, name=name, value=value)


def find(tx: Tx, name: str) -> str | None:
    row = tx.first(FIND, name=name)
    return row[0] if row else None


def increment(tx: Tx, name: str) -> None:
    """Reads, then writes: right only when nobody else is in between."""
    tx.lock("companies", id=1)
    tx.run(SET, name=name, new_value=str(int(tx.scalar(FIND, name=name)) + 1))


def tell(tx: Tx, stream: int, kind: str = "chatChanged") -> None:
    tx.events.append(Fact(1, stream, kind, {"chatId": 7}))


async def test_what_was_written_is_read(db: Database) -> None:
    await db.write(add, "a", "first")

    assert await db.read(find, "a") == "first"
    assert await db.read_slow(find, "a") == "first"


async def test_a_function_that_raises_leaves_nothing(db: Database) -> None:
    def fails(tx: Tx) -> None:
        add(tx, "a")
        tell(tx, 5)
        raise Conflict("no")

    with pytest.raises(Conflict):
        await db.write(fails)

    assert await db.read(find, "a") is None
    assert await db.read(events.last_number, 1, 5) == 0


async def test_one_failure_among_many_at_once_is_alone(db: Database) -> None:
    def fails(_tx: Tx) -> None:
        raise Conflict("no")

    outcomes = await asyncio.gather(
        *(db.write(add, f"n{n}") if n % 3 else db.write(fails) for n in range(60)),
        return_exceptions=True,
    )

    assert [isinstance(one, Conflict) for one in outcomes] == [n % 3 == 0 for n in range(60)]
    assert [await db.read(find, f"n{n}") is not None for n in range(60)] == [
        n % 3 != 0 for n in range(60)
    ]


async def test_a_locked_row_is_counted_up_without_loss(db: Database) -> None:
    await db.write(add, "counter", "0")
    await db.write(users.found_company, "acme", "Acme", "no password")

    await asyncio.gather(*(db.write(increment, "counter") for _ in range(100)))

    assert await db.read(find, "counter") == "100"


async def test_facts_are_numbered_without_gaps_by_organization(db: Database) -> None:
    def both(tx: Tx) -> None:
        tell(tx, 6)
        tell(tx, 5)
        tell(tx, 5)

    await asyncio.gather(*(db.write(both) for _ in range(40)))

    page = await db.read(events.events_after, 1, 5, 0)
    assert page is not None
    assert [event.number for event in page.events] == list(range(1, 81))
    assert page.up_to == 80
    assert await db.read(events.last_number, 1, 6) == 40


async def test_the_log_says_when_it_cannot_tell(db: Database) -> None:
    def some(tx: Tx) -> None:
        tell(tx, 5)

    for _ in range(3):
        await db.write(some)
    await db.write(lambda tx: events.forget_before(tx, tx.now + 1))

    assert await db.read(events.events_after, 1, 5, 1) is None
    assert await db.read(events.events_after, 1, 5, 4) is None
    page = await db.read(events.events_after, 1, 5, 3)
    assert page is not None
    assert (page.events, page.up_to) == ([], 3)


async def test_ids_are_never_used_again(db: Database) -> None:
    async def one() -> int:
        return await db.write(lambda tx: tx.new_id("jobs"))

    async def failing() -> None:
        def fails(tx: Tx) -> None:
            tx.new_id("jobs")
            raise Conflict("no")

        with pytest.raises(Conflict):
            await db.write(fails)

    found = []
    for _ in range(5):
        found.append(await one())
        await failing()
    many = await db.write(lambda tx: list(tx.new_ids("jobs", 10)))

    assert found == sorted(set(found))
    assert many == sorted(set(many))
    assert many[0] > found[-1]


async def test_wake_ups_come_after_the_commit(db: Database, bus: Bus) -> None:
    seen: list[Any] = []

    async def look() -> None:
        seen.append(await db.read(find, "a"))

    tasks: list[asyncio.Task[None]] = []
    bus.listen("topic", lambda _wake: tasks.append(asyncio.ensure_future(look())))

    def write(tx: Tx) -> None:
        add(tx, "a", "here")
        tx.wakes.add(Wake("topic"))

    await db.write(write)
    while not tasks:
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)

    assert seen == ["here"]


async def test_a_missing_row_is_a_mistake_of_ours(db: Database) -> None:
    with pytest.raises(RowMissing):
        await db.read(lambda tx: tx.one(FIND, name="nobody"))


async def test_a_cancelled_caller_does_not_undo_a_commit(db: Database) -> None:
    task = asyncio.create_task(db.write(add, "a"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await db.write(add, "b")

    assert await db.read(find, "b") == "1"
