"""A chat's status, operator, reading mark and end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from opdesk.accounts import access as accounts
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import access, store
from opdesk.chats.actions.lines import add_line
from opdesk.chats.actions.marking import known_tags, save_tags
from opdesk.chats.actions.sending import send_lane
from opdesk.chats.actions.writing import acting_operator, save, tell, tell_of_contacts
from opdesk.chats.errors import MayNotDelete, NotClosed
from opdesk.chats.model import MAX_CHAT_TAGS, MAX_SNOOZE_DAYS, ChatState, ChatStatus, LineCode
from opdesk.contacts import actions as contacts
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.text import matching_key
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
class StatusChange:
    """`until`: when an OnPause chat wakes by itself (ms UTC); `tag`: what a close puts on it."""

    status: ChatStatus
    until: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a deleted chat leaves outside the database: digests of files."""

    company_id: int
    digests: list[str]


def set_status(tx: Tx, caller: Caller, chat_id: int, wanted: StatusChange) -> None:
    """Any status may be set. An operator who opens a chat that is nobody's takes it.

    Raises ChatNotFound, and Invalid naming `until` (not ahead, or too far) or `tag` (none of the
    organization's).
    """
    state = access.locked(tx, caller, chat_id)
    status = wanted.status
    changed = replace(state, status=status, woke_at=None)
    if status is ChatStatus.ON_PAUSE:
        changed = replace(changed, paused_until=_until(tx, wanted.until))
    if status is ChatStatus.CLOSED and state.status is not ChatStatus.CLOSED:
        changed = replace(changed, closed_from=state.status)
    if wanted.tag is not None:
        changed = _tagged(tx, state, changed, wanted.tag)
    takes = status is ChatStatus.OPEN and state.operator_id is None
    if takes and isinstance(caller, OperatorCaller):
        changed = replace(changed, operator_id=caller.operator_id)
    save_tags(tx, caller, state, changed)
    if (code := _told_by(state, changed)) is not None:
        until = changed.paused_until if code is LineCode.SNOOZED else None
        add_line(tx, changed, code, caller, until=until, tag=changed.closed_with)


def _until(tx: Tx, until: int | None) -> int | None:
    if until is not None and not tx.now < until <= tx.now + MAX_SNOOZE_DAYS * DAY_MS:
        raise Invalid.field("until", f"must be ahead, by at most {MAX_SNOOZE_DAYS} days")
    return until


def _tagged(tx: Tx, state: ChatState, changed: ChatState, tag: str) -> ChatState:
    """With a tag more; one that was there before stays when the close is undone."""
    known = known_tags(tx, state).get(matching_key(tag.strip()))
    if known is None:
        raise Invalid.field("tag", f"is no tag of the organization: {tag}")
    if known in state.tags:
        return changed
    if len(state.tags) >= MAX_CHAT_TAGS:
        raise Invalid.field("tag", f"is one more than the {MAX_CHAT_TAGS} a chat may have")
    return replace(changed, tags=(*state.tags, known), closed_with=known)


def _told_by(before: ChatState, after: ChatState) -> LineCode | None:
    """What a change of status is told as; None for one that messages tell of, or none."""
    is_paused = after.status is ChatStatus.ON_PAUSE
    if is_paused and (before.status, before.paused_until) != (after.status, after.paused_until):
        return LineCode.SNOOZED
    if before.status is after.status:
        return None
    if after.status is ChatStatus.CLOSED:
        return LineCode.CLOSED
    if before.status is ChatStatus.CLOSED:
        return LineCode.REOPENED
    if before.status is ChatStatus.ON_PAUSE:
        return LineCode.RESUMED
    return LineCode.TAKEN if before.operator_id != after.operator_id else None


def undo_close(tx: Tx, caller: Caller, chat_id: int) -> None:
    """Bring a Closed chat back as it was: its status, its snooze, without the tag of the close.

    Raises ChatNotFound, NotClosed.
    """
    state = access.locked(tx, caller, chat_id)
    if state.status is not ChatStatus.CLOSED or state.closed_from is None:
        raise NotClosed("nobody has closed this chat, or a message has opened it since")
    tags = tuple(one for one in state.tags if one != state.closed_with)
    after = replace(state, status=state.closed_from, tags=tags)
    save_tags(tx, caller, state, after)
    add_line(tx, after, LineCode.REOPENED, caller)


def assign(
    tx: Tx, caller: Caller, chat_id: int, operator_id: int | None, note: str | None = None
) -> None:
    """Make a chat an operator's, or give it back to the queue (None), and say so in it.

    A New chat that is taken becomes Open; one that is given back becomes New again unless it was
    ever answered. `note` is for whoever gets it. Raises ChatNotFound; OperatorNotFound for one
    who isn't of the chat's organization, or deleted; OperatorInactive.
    """
    state = access.locked(tx, caller, chat_id)
    target = None
    if operator_id is not None:
        target = require_active(tx, state.company_id, state.organization_id, operator_id)
    give_and_tell(tx, caller, state, target, note)


def give_and_tell(
    tx: Tx, caller: Caller, state: ChatState, target: Operator | None, note: str | None = None
) -> None:
    """`give`, with a line in the chat."""
    to = target.id if target else None
    give(tx, caller, state, to)
    if to == state.operator_id:
        return
    if target is None:
        add_line(tx, state, LineCode.RETURNED, caller, note=note)
    elif to == acting_operator(caller):
        add_line(tx, state, LineCode.TAKEN, caller, note=note)
    else:
        code = LineCode.ASSIGNED if state.operator_id is None else LineCode.TRANSFERRED
        add_line(tx, state, code, caller, to=target.name, note=note)


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
    save(tx, state, replace(state, unread=0, woke_at=None))


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
