"""An operator's own way to see the list: chats at its top, and ways to narrow it."""

from opdesk.chats import access, store
from opdesk.chats.actions.writing import tell
from opdesk.chats.errors import TooManyPins, ViewsChanged
from opdesk.chats.model import MAX_PINS, NO_VIEWS, Chat, KeptViews, ListChannel
from opdesk.events.model import EventType
from opdesk.kit.context import Tx
from opdesk.operators import access as operators
from opdesk.operators.model import Caller


def set_pinned(tx: Tx, caller: Caller, chat_id: int, *, is_pinned: bool) -> None:
    """Keep a chat at the top of the operator's list, or let it go. Doing it twice does no harm.

    Raises ChatNotFound, TooManyPins.
    """
    state = access.locked(tx, caller, chat_id)
    me = operators.operator_of(caller)
    whose = (me.company_id, me.operator_id)
    # They are counted before one more is written.
    tx.lock_name(f"pins:{me.company_id}:{me.operator_id}")
    if is_pinned == store.is_pinned(tx, whose, chat_id):
        return
    if not is_pinned:
        store.delete_pin(tx, whose, chat_id)
    else:
        _make_room(tx, caller, whose)
        store.insert_pin(tx, whose, chat_id)
    tell(tx, state, EventType.PIN_CHANGED, operatorId=me.operator_id, isPinned=int(is_pinned))


def _make_room(tx: Tx, caller: Caller, whose: tuple[int, int]) -> None:
    """For one more. What the operator does not see (any more) gives way, for they can't unpin it.

    Raises TooManyPins.
    """
    pinned = store.list_pinned_ids(tx, whose)
    if len(pinned) < MAX_PINS:
        return
    seen = {chat.id for chat in list_pinned(tx, caller)}
    unseen = [chat_id for chat_id in pinned if chat_id not in seen]
    if not unseen:
        raise TooManyPins(f"{MAX_PINS} chats are pinned already: unpin one first")
    store.delete_pin(tx, whose, unseen[0])


def list_pinned(tx: Tx, caller: Caller) -> list[Chat]:
    """The operator's pinned chats that they may see, in the order in which they were pinned."""
    me = operators.operator_of(caller)
    own_only = access.own_only(tx, caller) is not None
    whose = (me.company_id, me.operator_id)
    return store.list_pinned(tx, whose, me.organization_id, own_only=own_only)


def list_channels(tx: Tx, caller: Caller) -> list[ListChannel]:
    """The connected accounts that the operator's list can be narrowed to."""
    me = operators.operator_of(caller)
    return store.list_channels(tx, me.company_id, me.organization_id)


def get_views(tx: Tx, caller: Caller) -> KeptViews:
    me = operators.operator_of(caller)
    return store.find_views(tx, (me.company_id, me.operator_id)) or NO_VIEWS


def keep_views(tx: Tx, caller: Caller, content: str, version: int) -> KeptViews:
    """Replace the operator's views. Raises ViewsChanged when another version stands there."""
    me = operators.operator_of(caller)
    tx.lock_name(f"views:{me.company_id}:{me.operator_id}")
    now = get_views(tx, caller)
    if version != now.version:
        raise ViewsChanged(now)
    kept = KeptViews(content, now.version + 1)
    store.save_views(tx, (me.company_id, me.operator_id), kept)
    return kept
