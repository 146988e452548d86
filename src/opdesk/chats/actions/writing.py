"""What every change of a chat shares: write it, index it, tell of it."""

from collections.abc import Iterable
from dataclasses import replace

from opdesk.chats import store
from opdesk.chats.model import Author, ChatState, ChatStatus, Message, MessageStatus, position_at
from opdesk.contacts.model import Contact
from opdesk.events.model import EventType
from opdesk.kit.context import Fact, Tx
from opdesk.kit.searching import phone_words, search_words
from opdesk.operators.model import Caller, OperatorCaller

COMPANY = 0
"""Who acts when no operator does: company credentials."""
NOBODY = 0
"""Whose a chat of the queue is."""


def acting_operator(caller: Caller) -> int:
    """The operator's id, or `COMPANY`."""
    return caller.operator_id if isinstance(caller, OperatorCaller) else COMPANY


def new_message(tx: Tx, state: ChatState, author: Author, text: str) -> Message:
    """A message of now with nothing but a text, status New."""
    return Message(
        id=tx.new_id("messages"),
        company_id=state.company_id,
        chat_id=state.id,
        text=text,
        phone=None,
        author=author,
        operator=None,
        status=MessageStatus.NEW,
        error=None,
        media=None,
        client_key=None,
        kind=None,
        is_edited=False,
        created_at=tx.now,
        position=position_at(tx.now),
    )


def add_message(tx: Tx, state: ChatState, new: Message, external_id: str | None) -> None:
    """Store a message, findable, and tell of it; the chat's own row is `save`'s to write."""
    store.insert_message(tx, new, state.channel_id, external_id)
    store.index_words(tx, state.company_id, state.id, new.id, search_words(new.text))
    tell(tx, state, EventType.MESSAGE_CREATED, messageId=new.id)


def index_contact(tx: Tx, contact: Contact) -> None:
    words = search_words(contact.name) | phone_words(contact.phone or "")
    for chat_id in store.list_of_contact(tx, contact.company_id, contact.id):
        store.forget_words(tx, contact.company_id, chat_id, 0)
        store.index_words(tx, contact.company_id, chat_id, 0, words)


def save(
    tx: Tx,
    before: ChatState,
    after: ChatState,
    *,
    last: Message | None = None,
    by: int = COMPANY,
    is_woken: bool = False,
) -> None:
    """Write a chat's new state, and that it got a message, and tell of what changed.

    `by` is the operator who did it, or `COMPANY`. What belongs to a status goes with it.
    """
    after = _settled(after)
    if last is not None:
        store.save_state_and_last(tx, after, last)
    elif is_woken:
        store.save_woken(tx, after)
    elif before != after:
        store.save_state(tx, after)
    if before == after:
        return
    is_moved = before.operator_id != after.operator_id
    if before.status is not after.status:
        tell(tx, after, EventType.CHAT_STATUS_CHANGED, status=int(after.status))
    elif not is_moved:
        tell(tx, after, EventType.CHAT_CHANGED)
    if is_moved:
        whose = after.operator_id or NOBODY
        tell(tx, after, EventType.CHAT_ASSIGNED, operatorId=whose, byOperatorId=by)


def _settled(state: ChatState) -> ChatState:
    if state.status is not ChatStatus.CLOSED:
        state = replace(state, closed_from=None, closed_with=None)
    if state.status not in (ChatStatus.ON_PAUSE, ChatStatus.CLOSED):
        state = replace(state, paused_until=None)
    return state


def tell(tx: Tx, state: ChatState, kind: EventType, **ids: int) -> None:
    tx.events.append(
        Fact(state.company_id, state.organization_id, kind, {"chatId": state.id, **ids})
    )


def tell_of_contacts(tx: Tx, company_id: int, contact_ids: Iterable[int]) -> None:
    """Whom some contacts' chats are with has changed."""
    for contact_id in contact_ids:
        for chat_id in store.list_of_contact(tx, company_id, contact_id):
            state = store.find_state(tx, company_id, chat_id)
            if state is not None:
                tell(tx, state, EventType.CHAT_CHANGED)
