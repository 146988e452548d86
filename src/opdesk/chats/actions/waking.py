"""Chats that were put aside until a time, which has come."""

from dataclasses import replace

from opdesk.chats import store
from opdesk.chats.actions.lines import add_line
from opdesk.chats.actions.writing import save
from opdesk.chats.model import ChatStatus, LineCode
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.operators import access as operators
from opdesk.operators.model import OperatorStatus

BATCH = 100
"""Chats that are looked up at once; each wakes in a transaction of its own."""


async def wake_due(db: Database) -> int:
    """Wake the chats whose time has come, also what it came for while no server ran. How many."""
    woken = 0
    while found := await db.read_slow(_due):
        for company_id, chat_id in found:
            woken += await db.write(_wake, company_id, chat_id)
    return woken


def _due(tx: Tx) -> list[tuple[int, int]]:
    return store.list_due(tx, BATCH)


def _wake(tx: Tx, company_id: int, chat_id: int) -> bool:
    """False for a chat that somebody was quicker with."""
    tx.lock("chats", company_id=company_id, id=chat_id)
    state = store.find_state(tx, company_id, chat_id)
    if state is None or state.status is not ChatStatus.ON_PAUSE:
        return False
    if state.paused_until is None or state.paused_until > tx.now:
        return False
    awake = replace(state, status=ChatStatus.OPEN, woke_at=tx.now)
    if state.operator_id is None or has_left(tx, company_id, state.operator_id):
        awake = replace(awake, status=ChatStatus.NEW, operator_id=None)
    save(tx, state, awake, is_woken=True)
    add_line(tx, awake, LineCode.WOKEN)
    return True


def has_left(tx: Tx, company_id: int, operator_id: int) -> bool:
    """Whether an operator is not Active any more."""
    operator = operators.operator(tx, company_id, operator_id)
    return operator.status is not OperatorStatus.ACTIVE
