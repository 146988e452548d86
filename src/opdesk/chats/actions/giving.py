"""Chats of the queue, given to operators by the server as their organization says."""

from collections.abc import Mapping

from opdesk.accounts.model import CompanyCaller
from opdesk.chats import store
from opdesk.chats.actions.lifecycle import give
from opdesk.chats.actions.lines import add_line
from opdesk.chats.model import ChatState, ChatStatus, LineCode
from opdesk.kit.context import Tx
from opdesk.operators import access as operators
from opdesk.operators.errors import OperatorNotFound
from opdesk.operators.model import Operator, OperatorStatus
from opdesk.organizations import actions as organizations
from opdesk.organizations.model import Assignment, Settings

BATCH = 50
"""Chats that one transaction gives."""


def has_queue(tx: Tx, company_id: int, organization_id: int) -> bool:
    """Whether a client waits whose chat is nobody's."""
    return bool(store.list_queued(tx, company_id, organization_id, 1))


def give_queue(tx: Tx, company_id: int, organization_id: int, present: frozenset[int]) -> int:
    """Give chats of the queue, the longest waiting first, to operators who are present.

    Those who have room: fewer open chats than the organization's capacity. Each in turn, or the
    least busy and among equals the one whose turn was longest ago. How many; at most `BATCH`.
    """
    settings = organizations.settings_of(tx, company_id, organization_id)
    if settings.assignment is Assignment.OFF or not present:
        return 0
    # One at a time: two would both see the same operator's room.
    tx.lock_name(f"assign:{company_id}:{organization_id}")
    queue = store.list_queued(tx, company_id, organization_id, BATCH)
    if not queue:
        return 0
    there = _present(tx, company_id, organization_id, present)
    busy = {one: store.count_busy(tx, company_id, one) for one in there}
    turns = dict(store.list_turns(tx, company_id, organization_id))
    given = 0
    for chat_id in queue:
        chosen = _chosen(settings, there, busy, turns)
        if chosen is None:
            break
        if _give_one(tx, company_id, chat_id, chosen):
            given += 1
            busy[chosen.id] += 1
            turns[chosen.id] = max(turns.values(), default=0) + 1
            place = (company_id, organization_id)
            store.save_turn(tx, place, chosen.id, turns[chosen.id])
    return given


def _present(
    tx: Tx, company_id: int, organization_id: int, present: frozenset[int]
) -> Mapping[int, Operator]:
    found = {}
    for operator_id in sorted(present):
        # Who leaves at this moment leaves before or after: then the chat goes back with the rest.
        tx.lock("operators", company_id=company_id, id=operator_id)
        try:
            operator = operators.operator(tx, company_id, operator_id)
        except OperatorNotFound:
            continue
        is_here = operator.organization_id == organization_id
        if is_here and operator.status is OperatorStatus.ACTIVE:
            found[operator_id] = operator
    return found


def _chosen(
    settings: Settings,
    there: Mapping[int, Operator],
    busy: Mapping[int, int],
    turns: Mapping[int, int],
) -> Operator | None:
    """None when nobody has room."""
    limit, is_fair = settings.capacity, settings.assignment is Assignment.LEAST_BUSY
    free = [one for one in there if limit is None or busy[one] < limit]
    if not free:
        return None
    first = min(free, key=lambda one: (busy[one] * is_fair, turns.get(one, 0), one))
    return there[first]


def _give_one(tx: Tx, company_id: int, chat_id: int, to: Operator) -> bool:
    """False for a chat that is not in the queue any more."""
    tx.lock("chats", company_id=company_id, id=chat_id)
    state = store.find_state(tx, company_id, chat_id)
    if state is None or not _is_queued(state):
        return False
    give(tx, CompanyCaller(company_id), state, to.id)
    add_line(tx, state, LineCode.GIVEN, to=to.name)
    return True


def _is_queued(state: ChatState) -> bool:
    is_waiting = state.status in (ChatStatus.NEW, ChatStatus.OPEN)
    return is_waiting and state.operator_id is None and not state.block
