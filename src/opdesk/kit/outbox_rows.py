"""The outbox's table and its SQL; what the rows mean stands in `outbox`."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from opdesk.kit.sql import in_json, metadata, statement

HELD_UNTIL = 253_402_300_799_000
"""The last second of the year 9999: held jobs wait for a person, not for a time."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("company_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("share", Text, nullable=False, server_default=""),
    Index("jobs_due", "run_at"),
    Index("jobs_lane", "lane", "id"),
)
_j = jobs.c
_earlier = jobs.alias("earlier")
_unblocked = ~exists().where(_earlier.c.lane == _j.lane, _earlier.c.id < _j.id)
_free = _j.leased_until <= bindparam("now")
_due = and_(_j.run_at <= bindparam("now"), _free)
DUE = statement(
    select(_j.id, _j.share)
    # In this order: of what waits behind a platform that hangs, the lanes are not looked at.
    .where(_due, not_(in_json(_j.share, "full")), _unblocked)
    .order_by(_j.run_at)
    .limit(bindparam("limit"))
)
NEXT_AT = statement(
    select(_j.run_at)
    .where(_j.run_at > bindparam("now"), _free, _unblocked)
    .order_by(_j.run_at)
    .limit(1)
)
CLAIM = statement(
    update(jobs)
    .where(_j.id == bindparam("job"), _due)
    .values(leased_until=bindparam("until"), attempts=_j.attempts + 1)
    .returning(_j.company_id, _j.kind, _j.payload, _j.attempts, _j.created_at)
)
WAS_LEASED = statement(select(_j.leased_until).where(_j.id == bindparam("job")))
PUT = statement(
    insert(jobs).values(
        id=bindparam("id"),
        company_id=bindparam("company"),
        kind=bindparam("kind"),
        lane=bindparam("lane"),
        payload=bindparam("payload"),
        created_at=bindparam("now"),
        run_at=bindparam("run_at"),
        leased_until=0,
        attempts=0,
        error=None,
        share=bindparam("share"),
    )
)
IN_LANE = statement(
    select(_j.id)
    .where(_j.lane == bindparam("in_lane"), _j.company_id == bindparam("company"))
    .limit(1)
)
FINISH = statement(delete(jobs).where(_j.id == bindparam("job")))
RETRY = statement(
    update(jobs)
    .where(_j.id == bindparam("job"))
    .values(run_at=bindparam("at"), leased_until=0, error=bindparam("reason"))
)
DELETE_LANE = statement(
    delete(jobs).where(_j.company_id == bindparam("company"), _j.lane == bindparam("in_lane"))
)
COUNT_LATE = statement(
    select(func.count(), func.min(_j.created_at)).where(
        _j.created_at <= bindparam("before"),
        _j.run_at < HELD_UNTIL,
        or_(_j.attempts > 0, _j.run_at <= bindparam("before")),
    )
)
EXPIRE_LEASES = statement(
    update(jobs).where(_j.leased_until > bindparam("now")).values(leased_until=1)
)
HOLD = statement(update(jobs).where(not_(in_json(_j.kind, "harmless"))).values(run_at=HELD_UNTIL))
END_LEASES = statement(update(jobs).where(_j.leased_until > 0).values(leased_until=1))
RELEASE = statement(
    update(jobs).where(_j.run_at == bindparam("held")).values(run_at=bindparam("now"))
)
COUNT_HELD = statement(select(func.count()).where(_j.run_at == bindparam("held")))
COUNT_HELD_BY_COMPANY = statement(
    select(_j.company_id, func.count())
    .where(_j.run_at == bindparam("held"))
    .group_by(_j.company_id)
    .order_by(_j.company_id)
)
_held = (_j.id, _j.company_id, _j.kind, _j.payload, _j.leased_until)
HELD_AFTER = statement(
    select(*_held)
    .where(_j.run_at == bindparam("held"), _j.id > bindparam("after"))
    .order_by(_j.id)
    .limit(bindparam("limit"))
)
# Said twice, as another command may have let it go since the ids were read.
DROP_HELD = statement(
    delete(jobs).where(in_json(_j.id, "ids"), _j.run_at == bindparam("held")).returning(*_held)
)
DELETE_KIND = statement(delete(jobs).where(_j.kind == bindparam("of_kind")))
