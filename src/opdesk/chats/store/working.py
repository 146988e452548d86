"""SQL of what the server does with chats by itself: wake them, give them to operators."""

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select

from opdesk.chats.store.tables import (
    BY_HOLDER,
    BY_QUEUE,
    BY_SNOOZE,
    BY_UNREAD,
    IS_QUEUED,
    IS_SNOOZED,
    IS_SOMEBODYS_OPEN,
    IS_UNREAD,
    assignment_turns,
    chats,
)
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement, upsert

_h, _a = chats.c, assignment_turns.c
DUE = statement(
    select(_h.company_id, _h.id)
    .with_hint(*BY_SNOOZE)
    .where(IS_SNOOZED, _h.paused_until <= bindparam("now"))
    .order_by(_h.paused_until, _h.id)
    .limit(bindparam("size"))
)
QUEUED = statement(
    select(_h.id)
    .with_hint(*BY_QUEUE)
    .where(
        _h.company_id == bindparam("company"),
        _h.organization_id == bindparam("organization"),
        IS_QUEUED,
    )
    .order_by(_h.active_at, _h.id)
    .limit(bindparam("size"))
)
_unread = (
    select(_h.id)
    .with_hint(*BY_UNREAD)
    .where(
        _h.company_id == bindparam("company"),
        _h.organization_id == bindparam("organization"),
        IS_UNREAD,
    )
    .order_by(_h.id.desc())
    .limit(bindparam("size"))
)
UNREAD_OF_NOBODY = statement(_unread.where(_h.operator_id.is_(None)))
UNREAD_OF = statement(_unread.where(_h.operator_id == bindparam("operator")))
BUSY = statement(
    select(func.count())
    .select_from(chats)
    .with_hint(*BY_HOLDER)
    .where(
        _h.company_id == bindparam("company"),
        _h.operator_id == bindparam("operator"),
        IS_SOMEBODYS_OPEN,
        _h.block == 0,
    )
)
TURNS = statement(
    select(_a.operator_id, _a.turn).where(
        _a.company_id == bindparam("company"), _a.organization_id == bindparam("organization")
    )
)
TAKE_TURN = statement(
    upsert(assignment_turns)
    .values(
        company_id=bindparam("company"),
        organization_id=bindparam("organization"),
        operator_id=bindparam("operator"),
        turn=bindparam("new_turn"),
    )
    .on_conflict_do_update(
        index_elements=["company_id", "organization_id", "operator_id"],
        set_={"turn": bindparam("new_turn")},
    )
)


def list_due(tx: Tx, size: int) -> list[tuple[int, int]]:
    """(company, chat) of some whose time to wake has come."""
    return [(row[0], row[1]) for row in tx.all(DUE, now=tx.now, size=size)]


def list_queued(tx: Tx, company_id: int, organization_id: int, size: int) -> list[int]:
    """Nobody's chats whose client waits, the longest first."""
    place = {"company": company_id, "organization": organization_id}
    return [row[0] for row in tx.all(QUEUED, **place, size=size)]


def count_busy(tx: Tx, company_id: int, operator_id: int) -> int:
    """How many chats that are neither Closed nor blocked an operator has."""
    return int(tx.scalar(BUSY, company=company_id, operator=operator_id))


def list_turns(tx: Tx, company_id: int, organization_id: int) -> Mapping[int, int]:
    """Operator -> their last turn; the highest is whose turn it was last."""
    place = {"company": company_id, "organization": organization_id}
    return {row[0]: row[1] for row in tx.all(TURNS, **place)}


def save_turn(tx: Tx, place: tuple[int, int], operator_id: int, turn: int) -> None:
    """`place` is (company, organization)."""
    company_id, organization_id = place
    tx.run(
        TAKE_TURN,
        company=company_id,
        organization=organization_id,
        operator=operator_id,
        new_turn=turn,
    )


def list_unread(
    tx: Tx, company_id: int, organization_id: int, operator_id: int, size: int
) -> list[int]:
    """At most `size` chats with something unread of an operator, and as many of nobody's."""
    place = {"company": company_id, "organization": organization_id, "size": size}
    own = tx.all(UNREAD_OF, **place, operator=operator_id)
    return [row[0] for row in (*own, *tx.all(UNREAD_OF_NOBODY, **place))]
