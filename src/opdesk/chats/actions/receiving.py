"""What a customer sends: the platform delivers it once or often, it is stored once."""

from dataclasses import replace

from opdesk.channels.model import Channel
from opdesk.chats import store
from opdesk.chats.actions.writing import add_message, index_contact, new_message, save, tell
from opdesk.chats.model import Author, ChatState, ChatStatus, Incoming, Message, MessageStatus
from opdesk.contacts import actions as contacts
from opdesk.contacts.model import Contact
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.context import Fact, Tx
from opdesk.kit.text import search_words
from opdesk.media import actions as media
from opdesk.media.model import Media
from opdesk.operators import access as operators
from opdesk.operators.model import OperatorStatus

FETCH = "fetch_media"
"""The kind that fetches a platform's file: {"message": id, "media": id, "reference": text}."""


def receive(tx: Tx, channel: Channel, incoming: Incoming) -> Message | None:
    """Store a customer's message; None when it was stored before.

    It makes the contact and the chat if they are new, and turns a Waiting, paused or closed chat
    into Open (New when nobody is assigned). A closed one of somebody who left is nobody's.
    """
    known = _locked(tx, channel, incoming.external_chat_id)
    # Only now: whoever deletes the chat deletes its contact with it, and holds the same lock.
    contact, is_changed = contacts.recognize(tx, channel.company_id, incoming.sender)
    state = known or _begun(tx, channel, incoming.external_chat_id, contact)
    if is_stored(tx, channel, incoming.external_id):
        return None
    if incoming.phone is not None and incoming.phone != contact.phone:
        contacts.attest_phone(tx, channel.company_id, contact.id, incoming.phone)
        contact, is_changed = replace(contact, phone=incoming.phone), True
    if is_changed:
        index_contact(tx, contact)
    message = replace(_incoming_message(tx, state, incoming), phone=contact.phone)
    add_message(tx, state, message, incoming.external_id)
    if incoming.file is not None and message.media is not None:
        payload = {
            "message": message.id,
            "media": message.media.id,
            "channel": channel.id,
            "reference": incoming.file.reference,
        }
        outbox.put(tx, state.company_id, FETCH, payload, lane=f"media:{message.media.id}")
    awake = replace(_awoken(tx, state), unread=state.unread + 1)
    save(tx, state, awake, last_message_id=message.id)
    return message


def _awoken(tx: Tx, state: ChatState) -> ChatState:
    if state.status in (ChatStatus.NEW, ChatStatus.OPEN):
        return state
    if state.status is ChatStatus.CLOSED and _has_left(tx, state):
        return replace(state, status=ChatStatus.NEW, operator_id=None)
    status = ChatStatus.NEW if state.operator_id is None else ChatStatus.OPEN
    return replace(state, status=status)


def _has_left(tx: Tx, state: ChatState) -> bool:
    if state.operator_id is None:
        return False
    operator = operators.operator(tx, state.company_id, state.operator_id)
    return operator.status is not OperatorStatus.ACTIVE


def hold(tx: Tx, channel: Channel, external_chat_id: str) -> bool:
    """Whether there is a chat with this client; nobody deletes it before the transaction ends."""
    return _locked(tx, channel, external_chat_id) is not None


def is_stored(tx: Tx, channel: Channel, external_id: str) -> bool:
    """Whether a message with the platform's id is there."""
    found = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    return found is not None


def _locked(tx: Tx, channel: Channel, external_chat_id: str) -> ChatState | None:
    """The one chat of (channel, client), locked; None when there is none (any more)."""
    company_id = channel.company_id
    chat_id = store.find_by_external(tx, company_id, channel.id, external_chat_id)
    if chat_id is None:
        return None
    tx.lock("chats", company_id=company_id, id=chat_id)
    return store.find_state(tx, company_id, chat_id)


def _begun(tx: Tx, channel: Channel, external_chat_id: str, contact: Contact) -> ChatState:
    """A new chat, or the one that somebody else began at the same moment."""
    new = ChatState(
        tx.new_id("chats"),
        channel.company_id,
        channel.organization_id,
        channel.id,
        contact.id,
        external_chat_id,
        ChatStatus.NEW,
        None,
        0,
    )
    if store.insert_chat(tx, new):
        tell(tx, new, EventType.CHAT_CREATED)
        return new
    known = _locked(tx, channel, external_chat_id)
    return known or _begun(tx, channel, external_chat_id, contact)


def _incoming_message(tx: Tx, state: ChatState, incoming: Incoming) -> Message:
    file = incoming.file
    kept: Media | None = None
    if file is not None:
        kept = media.new_media(tx, state.company_id, file.name, file.format, file.type, None)
        media.announce(tx, kept, state.id)
    new = new_message(tx, state, Author.CLIENT, incoming.text)
    return replace(
        new,
        media=kept,
        status=MessageStatus.SUCCESS,
        kind=incoming.kind,
        created_at=min(max(incoming.sent_at, 0), tx.now),
    )


def edit_received(tx: Tx, channel: Channel, external_id: str, text: str) -> None:
    """The customer changed a message of a held chat; one that we never had is left alone."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    if known is None:
        return
    message_id, chat_id = known
    store.update_text(tx, channel.company_id, message_id, text)
    store.forget_words(tx, channel.company_id, chat_id, message_id)
    store.index_words(tx, channel.company_id, chat_id, message_id, search_words(text))
    ids = {"chatId": chat_id, "messageId": message_id}
    tx.events.append(
        Fact(channel.company_id, channel.organization_id, EventType.MESSAGE_CHANGED, ids)
    )
