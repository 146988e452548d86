"""SQL of the audit log."""

import json
from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
)

from opdesk.audit.model import Actor, Detail, Entry, Filter
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import contains, metadata, statement
from opdesk.kit.text import matching_key
from opdesk.kit.wire import MAX_ID

audit = Table(
    "audit",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    # 0: about nothing that has a number.
    Column("subject_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("user_id", BigInteger),
    Column("key_id", BigInteger),
    Column("who", Text),
    Column("address", Text),
    Column("details", Text),
    # What a search looks at, folded: SQLite knows only the case of English letters.
    Column("found_by", Text),
    PrimaryKeyConstraint("company_id", "id"),
)
_a = audit.c
ADD = statement(
    insert(audit).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        action=bindparam("action"),
        subject_id=bindparam("subject"),
        operator_id=bindparam("operator"),
        user_id=bindparam("user"),
        key_id=bindparam("key"),
        who=bindparam("who"),
        address=bindparam("address"),
        details=bindparam("details"),
        found_by=bindparam("found_by"),
        at=bindparam("now"),
    )
)
ENTRIES = statement(
    select(
        _a.id,
        _a.at,
        _a.action,
        _a.subject_id,
        _a.company_id,
        _a.user_id,
        _a.key_id,
        _a.operator_id,
        func.coalesce(_a.who, ""),
        func.coalesce(_a.address, ""),
        _a.details,
    )
    .where(
        _a.company_id == bindparam("company"),
        _a.id < bindparam("before"),
        (bindparam("wanted_action") == "") | (_a.action == bindparam("wanted_action")),
        (bindparam("wanted_user") == 0) | (_a.user_id == bindparam("wanted_user")),
        (bindparam("wanted_operator") == 0) | (_a.operator_id == bindparam("wanted_operator")),
        _a.at >= bindparam("since"),
        _a.at <= bindparam("until"),
        (bindparam("search") == "") | contains(_a.found_by, "search"),
    )
    .order_by(_a.id.desc())
    .limit(bindparam("limit"))
)


def insert_entry(
    tx: Tx, actor: Actor, action: str, subject_id: int | None, details: Mapping[str, Detail]
) -> None:
    found_by = " ".join([actor.name, action, *map(str, details.values())])
    tx.run(
        ADD,
        company=actor.company_id,
        id=tx.new_id("audit"),
        action=action,
        subject=subject_id or 0,
        operator=actor.operator_id,
        user=actor.user_id,
        key=actor.key_id,
        who=actor.name or None,
        address=actor.address or None,
        details=json.dumps(dict(details), ensure_ascii=False) if details else None,
        found_by=matching_key(found_by),
        now=tx.now,
    )


def list_entries(tx: Tx, company_id: int, wanted: Filter) -> list[Entry]:
    """The newest first."""
    rows = tx.all(
        ENTRIES,
        company=company_id,
        before=wanted.before if wanted.before is not None else MAX_ID,
        wanted_action=wanted.action or "",
        wanted_user=wanted.user_id or 0,
        wanted_operator=wanted.operator_id or 0,
        since=wanted.since if wanted.since is not None else 0,
        until=wanted.until if wanted.until is not None else MAX_ID,
        search=matching_key(wanted.search.strip()),
        limit=wanted.limit,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    entry_id, at, action, subject_id, *actor, details = row
    return Entry(
        entry_id, at, action, subject_id or None, Actor(*actor), json.loads(details or "{}")
    )
