"""A leaver's chats: to a colleague, or back to the queue."""

from collections.abc import Mapping, Sequence

from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import access, store
from opdesk.chats.actions.lifecycle import give_and_tell, require_active
from opdesk.chats.actions.waking import has_left
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import AppError, Invalid
from opdesk.operators import access as operators
from opdesk.operators.model import Operator

BATCH = 200
"""Chats in one transaction: others who write wait no longer than it takes."""
_FIELD = "toOperatorId"


def count_open(tx: Tx, company_id: int, operator_ids: Sequence[int]) -> Mapping[int, int]:
    """How many chats that are not Closed each operator has, for those who have some."""
    return store.count_open(tx, company_id, operator_ids)


async def hand_over(
    db: Database, caller: CompanyCaller, operator_id: int, to_operator_id: int | None
) -> int:
    """Give an operator's chats that are not Closed to a colleague or the queue; how many moved.

    In batches, each of which is whole: should one fail, what moved before stays where it is and
    the rest is handed over by the same call again. Raises OperatorNotFound, OperatorInactive,
    Invalid.
    """
    moved = place = 0
    while True:
        count, last = await db.write(_hand_some, caller, operator_id, to_operator_id, place)
        moved += count
        if last is None:
            return moved
        place = last


def _hand_some(
    tx: Tx, caller: CompanyCaller, operator_id: int, to_operator_id: int | None, after: int
) -> tuple[int, int | None]:
    """(how many moved, the last chat looked at or None when there are no more)."""
    leaver = operators.operator(tx, caller.company_id, operator_id)
    target = None
    if to_operator_id is not None:
        if to_operator_id == operator_id:
            raise Invalid.field(_FIELD, "must be somebody else")
        try:
            target = require_active(tx, caller.company_id, leaver.organization_id, to_operator_id)
        except AppError as error:
            error.errors = {_FIELD: [str(error)]}
            raise
    moved, last = _move_some(tx, caller, operator_id, target, after)
    if moved or not after:
        _write_down(tx, caller, leaver, target, moved)
    return moved, last


async def hand_back(db: Database, company_id: int, operator_id: int) -> int:
    """Give the chats of an operator who has left back to the queue; how many.

    Nothing of one who came back meanwhile. Doing it twice does no harm.
    """
    moved = place = 0
    while True:
        count, last = await db.write(_hand_some_back, company_id, operator_id, place)
        moved += count
        if last is None:
            return moved
        place = last


def _hand_some_back(
    tx: Tx, company_id: int, operator_id: int, after: int
) -> tuple[int, int | None]:
    tx.lock("operators", company_id=company_id, id=operator_id)
    if not has_left(tx, company_id, operator_id):
        return 0, None
    server = CompanyCaller(company_id)
    moved, last = _move_some(tx, server, operator_id, None, after)
    if moved:
        leaver = operators.operator(tx, company_id, operator_id)
        _write_down(tx, server, leaver, None, moved)
    return moved, last


def _move_some(
    tx: Tx, caller: CompanyCaller, operator_id: int, target: Operator | None, after: int
) -> tuple[int, int | None]:
    found = store.list_open_of(tx, caller.company_id, operator_id, after, BATCH)
    moved = sum(_hand_one(tx, caller, chat_id, operator_id, target) for chat_id in found)
    return moved, found[-1] if len(found) == BATCH else None


def _write_down(
    tx: Tx, caller: CompanyCaller, leaver: Operator, target: Operator | None, moved: int
) -> None:
    audit.record(
        tx,
        caller,
        Action.OPERATOR_CHATS_HANDED_OVER,
        leaver.id,
        name=leaver.name,
        to=target.name if target else None,
        toId=target.id if target else None,
        chats=moved,
    )


def _hand_one(
    tx: Tx, caller: CompanyCaller, chat_id: int, from_id: int, target: Operator | None
) -> bool:
    """False for a chat that was somebody else's by the time it was locked, or is gone."""
    state = access.find_locked(tx, caller, chat_id)
    if state is None or state.operator_id != from_id:
        return False
    give_and_tell(tx, caller, state, target)
    return True
