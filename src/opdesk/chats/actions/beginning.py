"""A chat that we begin: with a phone, before its owner has ever written."""

from dataclasses import replace

from opdesk.channels.model import Channel
from opdesk.chats import access, store
from opdesk.chats.actions.lifecycle import give
from opdesk.chats.actions.meeting import locked_with, new_with
from opdesk.chats.actions.writing import index_contact
from opdesk.chats.model import Beginning, Chat, ChatState
from opdesk.contacts import actions as contacts
from opdesk.contacts.model import Contact, Identity
from opdesk.kit.context import Tx
from opdesk.kit.searching import phone_words
from opdesk.operators.model import Caller, OperatorCaller


def begin(tx: Tx, caller: Caller, channel: Channel, beginning: Beginning) -> Chat:
    """The chat of a channel with a phone: the one that there is, as it is, or a new one.

    However often and at how many places at once it is begun, it is one chat. A new one is the
    operator's who began it, and Open; with company credentials it is New and nobody's. That the
    channel writes first, and is the caller's, has been looked at. Raises ChatNotFound.
    """
    known = locked_with(tx, channel, beginning.external_chat_id)
    if known is None:
        return access.chat(tx, caller, _new(tx, caller, channel, beginning).id)
    chat = access.chat(tx, caller, known.id)
    if chat.last_message is None:
        # Housekeeping waits for its first message from now on.
        store.save_state(tx, known)
    return chat


def _new(tx: Tx, caller: Caller, channel: Channel, beginning: Beginning) -> ChatState:
    company_id = channel.company_id
    them = Identity(channel.id, beginning.external_chat_id, "", None)
    contact, _ = contacts.recognize(tx, company_id, them)
    place = (channel, beginning.external_chat_id, contact)
    state, is_new = new_with(tx, *place, beginning.phone)
    if not is_new:
        return state
    _name(tx, contact, beginning.name)
    # Findable by the phone as if it were the contact's, which nobody has said.
    store.index_words(tx, company_id, state.id, 0, phone_words(beginning.phone))
    if isinstance(caller, OperatorCaller):
        give(tx, caller, state, caller.operator_id)
    return state


def _name(tx: Tx, contact: Contact, name: str) -> None:
    """A name that is known stays."""
    if name and not contact.name:
        contacts.rename(tx, contact.company_id, contact.id, name)
        contact = replace(contact, name=name)
    index_contact(tx, contact)
