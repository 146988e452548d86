"""SQL of the event log."""

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from opdesk.events.model import Event, EventType
from opdesk.kit.context import Fact, Row, Tx
from opdesk.kit.sql import metadata, statement, upsert

event_counters = Table(
    "event_counters",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "organization_id"),
)
events = Table(
    "events",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("ids", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "organization_id", "number"),
)
_c, _e = event_counters.c, events.c

NEXT_NUMBERS = statement(
    upsert(event_counters)
    .values(
        company_id=bindparam("company"),
        organization_id=bindparam("organization"),
        last_number=bindparam("count"),
    )
    .on_conflict_do_update(
        index_elements=["company_id", "organization_id"],
        set_={"last_number": _c.last_number + bindparam("count")},
    )
    .returning(_c.last_number)
)
ADD = statement(
    insert(events).values(
        company_id=bindparam("company"),
        organization_id=bindparam("organization"),
        number=bindparam("number"),
        type=bindparam("type"),
        ids=bindparam("ids"),
        at=bindparam("at"),
    )
)
LAST_NUMBER = statement(
    select(_c.last_number).where(
        _c.company_id == bindparam("company"), _c.organization_id == bindparam("organization")
    )
)
AFTER = statement(
    select(_e.company_id, _e.organization_id, _e.number, _e.type, _e.ids, _e.at)
    .where(
        _e.company_id == bindparam("company"),
        _e.organization_id == bindparam("organization"),
        _e.number > bindparam("after"),
    )
    .order_by(_e.number)
    .limit(bindparam("limit"))
)
STREAMS = statement(select(_c.company_id, _c.organization_id))
FIRST_SINCE = statement(
    select(_e.number)
    .where(
        _e.company_id == bindparam("company"),
        _e.organization_id == bindparam("organization"),
        _e.at >= bindparam("since"),
    )
    .order_by(_e.number)
    .limit(1)
)
DELETE_BELOW = statement(
    delete(events).where(
        _e.company_id == bindparam("company"),
        _e.organization_id == bindparam("organization"),
        _e.number < bindparam("number"),
    )
)


def next_numbers(tx: Tx, company_id: int, organization_id: int, count: int) -> int:
    """Reserve `count` numbers and return the first of them. Holds the counter until COMMIT."""
    last = tx.scalar(NEXT_NUMBERS, company=company_id, organization=organization_id, count=count)
    return int(last) - count + 1


def insert_facts(tx: Tx, first_number: int, facts: list[Fact]) -> None:
    tx.run_many(
        ADD,
        (
            {
                "company": fact.tenant_id,
                "organization": fact.stream_id,
                "number": first_number + index,
                "type": fact.kind,
                "ids": msgspec.json.encode(fact.ids).decode(),
                "at": tx.now,
            }
            for index, fact in enumerate(facts)
        ),
    )


def last_number(tx: Tx, company_id: int, organization_id: int) -> int:
    row = tx.first(LAST_NUMBER, company=company_id, organization=organization_id)
    return row[0] if row else 0


def list_after(
    tx: Tx, company_id: int, organization_id: int, after: int, limit: int
) -> list[Event]:
    rows = tx.all(AFTER, company=company_id, organization=organization_id, after=after, limit=limit)
    return [_event(row) for row in rows]


def list_streams(tx: Tx) -> list[tuple[int, int]]:
    """(company, organization) of everyone to whom anything ever happened."""
    return [(company_id, organization_id) for company_id, organization_id in tx.all(STREAMS)]


def first_since(tx: Tx, company_id: int, organization_id: int, since: int) -> int | None:
    """The lowest number of what happened at `since` or later."""
    row = tx.first(FIRST_SINCE, company=company_id, organization=organization_id, since=since)
    return row[0] if row else None


def delete_below(tx: Tx, company_id: int, organization_id: int, number: int) -> int:
    return tx.run(DELETE_BELOW, company=company_id, organization=organization_id, number=number)


def _event(row: Row) -> Event:
    company_id, organization_id, number, kind, ids, at = row
    return Event(company_id, organization_id, number, EventType(kind), msgspec.json.decode(ids), at)
