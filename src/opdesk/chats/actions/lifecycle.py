"""A chat's status, operator, reading mark and end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from opdesk.accounts import access as accounts
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import access, store
from opdesk.chats.actions.sending import send_lane
from opdesk.chats.actions.writing import acting_operator, save, tell, tell_of_contacts
from opdesk.chats.errors import MayNotDelete
from opdesk.chats.model import ChatState, ChatStatus
from opdesk.contacts import actions as contacts
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.operators import access as operators
from opdesk.operators.errors import OperatorInactive, OperatorNotFound
from opdesk.operators.model import Caller, Operator, OperatorCaller, OperatorStatus

CLEAR = "clear_chat"
"""The kind that clears away what a deleted chat left outside the database: {"digests": [...]}."""
ForgetRaw = Callable[[Tx, int, int, str], None]
"""(tx, company, channel, the platform's id of the chat): deletes its raw envelopes."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a deleted chat leaves outside the database: digests of files."""

    company_id: int
    digests: list[str]


def set_status(tx: Tx, caller: Caller, chat_id: int, status: ChatStatus) -> None:
    """Any status may be set. An operator who opens a chat that is nobody's takes it."""
    state = access.locked(tx, caller, chat_id)
    changed = replace(state, status=status)
    takes = status is ChatStatus.OPEN and state.operator_id is None
    if takes and isinstance(caller, OperatorCaller):
        changed = replace(changed, operator_id=caller.operator_id)
    save(tx, state, changed, by=acting_operator(caller))


def assign(tx: Tx, caller: Caller, chat_id: int, operator_id: int | None) -> None:
    """Make a chat an operator's, or give it back to the queue (None).

    A New chat that is taken becomes Open; one that is given back becomes New again unless it was
    ever answered. Raises ChatNotFound; OperatorNotFound for one who isn't of the chat's
    organization, or deleted; OperatorInactive.
    """
    state = access.locked(tx, caller, chat_id)
    if operator_id is not None:
        require_active(tx, state.company_id, state.organization_id, operator_id)
    give(tx, caller, state, operator_id)


def give(tx: Tx, caller: Caller, state: ChatState, operator_id: int | None) -> None:
    """Make a locked chat somebody's, or nobody's; whoever they are has been looked at."""
    status = _assigned_status(tx, state, operator_id)
    changed = replace(state, status=status, operator_id=operator_id)
    save(tx, state, changed, by=acting_operator(caller))


def require_active(tx: Tx, company_id: int, organization_id: int, operator_id: int) -> Operator:
    """An operator who may get chats of an organization.

    Raises OperatorNotFound for one who isn't of the organization, or deleted; OperatorInactive.
    """
    operator = operators.operator(tx, company_id, operator_id)
    is_gone = operator.status is OperatorStatus.DELETED
    if is_gone or operator.organization_id != organization_id:
        raise OperatorNotFound(f"there is no operator {operator_id} in the chat's organization")
    if operator.status is not OperatorStatus.ACTIVE:
        raise OperatorInactive(f"{operator.name} is not active and gets no chats")
    return operator


def _assigned_status(tx: Tx, state: ChatState, operator_id: int | None) -> ChatStatus:
    if operator_id is not None:
        return ChatStatus.OPEN if state.status is ChatStatus.NEW else state.status
    is_untouched = state.status is ChatStatus.OPEN and not store.was_answered(
        tx, state.company_id, state.id
    )
    return ChatStatus.NEW if is_untouched else state.status


def mark_read(tx: Tx, caller: Caller, chat_id: int) -> None:
    """Someone of the organization has seen the client's messages."""
    state = access.locked(tx, caller, chat_id)
    save(tx, state, replace(state, unread=0))


def delete_chat(tx: Tx, caller: Caller, chat_id: int, forget_raw: ForgetRaw) -> Leftovers:
    """Delete a chat for good, raw envelopes and search entries included, and write down who did.

    What lies outside the database is left to `clear_away`: the returned leftovers, which a job
    of the outbox clears too, should the process die in between. Raises ChatNotFound, MayNotDelete.
    """
    state = access.locked(tx, caller, chat_id)
    operator_id = caller.operator_id if isinstance(caller, OperatorCaller) else None
    organization = accounts.organization(tx, state.company_id, state.organization_id)
    if operator_id is not None and not organization.operators_may_delete:
        raise MayNotDelete
    for one in {state.external_id, *store.list_aliases(tx, state.company_id, chat_id)}:
        forget_raw(tx, state.company_id, state.channel_id, one)
    store.delete_chat(tx, state.company_id, chat_id)
    outbox.forget_lane(tx, state.company_id, send_lane(chat_id))
    digests = media.delete_of_chat(tx, state.company_id, chat_id)
    if not store.list_of_contact(tx, state.company_id, state.contact_id):
        left = contacts.delete_contact(tx, state.company_id, state.contact_id)
        tell_of_contacts(tx, state.company_id, left)
    audit.record(tx, caller, Action.CHAT_DELETED, chat_id)
    tell(tx, state, EventType.CHAT_REMOVED)
    clear_later(tx, state.company_id, chat_id, digests)
    return Leftovers(state.company_id, digests)


def clear_later(tx: Tx, company_id: int, chat_id: int, digests: list[str]) -> None:
    """Have what a chat's deleted messages left outside the database cleared away."""
    outbox.put(tx, company_id, CLEAR, {"digests": digests}, outbox.Queue(f"clear:{chat_id}"))


async def clear_away(db: Database, files: Files, leftovers: Leftovers) -> None:
    """Remove a deleted chat's files and the database's own traces. Doing it twice does no harm."""
    await db.write(media.remove_unused, files, leftovers.company_id, leftovers.digests)
    await db.scrub()
