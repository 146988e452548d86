"""What a customer sends: the platform delivers it once or often, it is stored once."""

from dataclasses import replace

from opdesk.channels.model import Channel
from opdesk.chats import store
from opdesk.chats.actions.meeting import find_with, know_by, locked_with, new_with
from opdesk.chats.actions.waking import has_left
from opdesk.chats.actions.writing import (
    add_message,
    index_contact,
    new_message,
    save,
    tell,
    tell_of_contacts,
)
from opdesk.chats.model import (
    Author,
    Block,
    ChatState,
    ChatStatus,
    Incoming,
    IncomingFile,
    Message,
    MessageStatus,
    Sent,
    platform_position,
)
from opdesk.contacts import actions as contacts
from opdesk.events.model import EventType
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from opdesk.media import actions as media
from opdesk.media.model import Media

FETCH = "fetch_media"
"""The kind that fetches a platform's file: {"message": id, "media": id, "reference": text}."""


def receive(tx: Tx, channel: Channel, incoming: Incoming) -> Message | None:
    """Store a customer's message; None when it was stored before.

    It makes the contact and the chat if they are new, and turns a Waiting, paused or closed chat
    into Open (New when nobody is assigned). A closed one of somebody who left is nobody's.
    """
    known = locked_with(tx, channel, incoming.external_chat_id, incoming.aliases)
    if known is not None and known.external_id != incoming.sender.external_id:
        # Their first message may come under another id than the one that we wrote to.
        them = (channel.id, incoming.sender.external_id, known.contact_id)
        contacts.add_identity(tx, channel.company_id, *them)
    # Only now: whoever deletes the chat deletes its contact with it, and holds the same lock.
    contact, is_changed = contacts.recognize(tx, channel.company_id, incoming.sender)
    state = known or new_with(tx, channel, incoming.external_chat_id, contact)[0]
    know_by(tx, state, (incoming.external_chat_id, *incoming.aliases))
    if is_stored(tx, channel, incoming.external_id):
        return None
    if incoming.phone is not None and incoming.phone != contact.phone:
        _attest(tx, channel.company_id, contact.id, incoming.phone)
        contact, is_changed = replace(contact, phone=incoming.phone), True
    if incoming.phone_hint not in (None, contact.phone, contact.phone_hint):
        contacts.hint_phone(tx, channel.company_id, contact.id, incoming.phone_hint)
        tell(tx, state, EventType.CHAT_CHANGED)
    if is_changed:
        index_contact(tx, contact)
    order = incoming.order_number
    if order is not None and store.set_order(tx, state.company_id, state.id, order):
        tell(tx, state, EventType.CHAT_CHANGED)
    message = replace(_incoming_message(tx, state, incoming), phone=contact.phone)
    add_message(tx, state, message, incoming.external_id)
    _fetch_later(tx, state, message, incoming.file)
    awake = state
    if state.block is Block.NONE:
        awake = replace(_awoken(tx, state), unread=state.unread + 1)
    save(tx, state, awake, last=message)
    return message


def receive_sent(tx: Tx, channel: Channel, sent: Sent) -> Message | None:
    """Store a message that the company wrote on the platform itself.

    None when it is known, or when there is no chat with this client: nobody wrote to us.
    """
    state = locked_with(tx, channel, sent.external_chat_id)
    if state is None or is_stored(tx, channel, sent.external_id):
        return None
    message = replace(
        new_message(tx, state, Author.OPERATOR, sent.text),
        media=_announced(tx, state, sent.file),
        status=MessageStatus.SUCCESS,
        kind=sent.kind,
        created_at=min(max(sent.sent_at, 0), tx.now),
        position=platform_position(sent.sent_at, tx.now, 0, is_exact=sent.is_exact),
    )
    add_message(tx, state, message, sent.external_id)
    _fetch_later(tx, state, message, sent.file)
    answered = replace(state, status=ChatStatus.WAITING, unread=0, woke_at=None)
    save(tx, state, answered, last=message)
    return message


def is_sending(tx: Tx, channel: Channel, external_chat_id: str) -> bool:
    """Whether a message of ours is on its way in this chat: its echo may come before its answer."""
    chat_id = find_with(tx, channel, (external_chat_id,))
    return chat_id is not None and store.has_unsent(tx, channel.company_id, chat_id)


def _awoken(tx: Tx, state: ChatState) -> ChatState:
    if state.status in (ChatStatus.NEW, ChatStatus.OPEN):
        return state
    whose = state.operator_id
    is_closed = state.status is ChatStatus.CLOSED
    if is_closed and whose is not None and has_left(tx, state.company_id, whose):
        return replace(state, status=ChatStatus.NEW, operator_id=None)
    status = ChatStatus.NEW if state.operator_id is None else ChatStatus.OPEN
    return replace(state, status=status)


def hold(tx: Tx, channel: Channel, external_chat_id: str) -> bool:
    """Whether there is a chat with this client; nobody deletes it before the transaction ends."""
    return locked_with(tx, channel, external_chat_id) is not None


def know_also_by(tx: Tx, channel: Channel, external_chat_id: str, aliases: tuple[str, ...]) -> None:
    """A client has several ids: a chat that is known by one of `aliases` is known by the first too.

    So who was written to by their phone, and answers without telling it, answers in that chat.
    """
    if find_with(tx, channel, (external_chat_id,)) is not None:
        return
    state = locked_with(tx, channel, external_chat_id, aliases)
    if state is not None:
        know_by(tx, state, (external_chat_id, *aliases))


def is_stored(tx: Tx, channel: Channel, external_id: str) -> bool:
    """Whether a message with the platform's id is there."""
    found = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    return found is not None


def set_blocked(tx: Tx, channel: Channel, external_chat_id: str, *, is_blocked: bool) -> None:
    """The client does not want our messages, or wants them again; without a chat it is nothing."""
    state = locked_with(tx, channel, external_chat_id)
    if state is not None:
        store.set_blocked(tx, state.company_id, state.id, is_blocked=is_blocked)
        tell(tx, state, EventType.CHAT_CHANGED)


def rename_client(
    tx: Tx, channel: Channel, external_chat_id: str, new_id: str, phone: str | None
) -> None:
    """The client has another id (and phone) on the platform; the chat goes on under it."""
    state = locked_with(tx, channel, external_chat_id)
    if state is None or find_with(tx, channel, (new_id,)) is not None:
        return
    know_by(tx, state, (external_chat_id, new_id))
    store.rename_external(tx, state.company_id, state.id, new_id)
    contacts.add_identity(tx, state.company_id, channel.id, new_id, state.contact_id)
    if phone is not None:
        _attest(tx, state.company_id, state.contact_id, phone)
        index_contact(tx, contacts.get(tx, state.company_id, state.contact_id))
    tell(tx, state, EventType.CHAT_CHANGED)


def name_client(tx: Tx, company_id: int, chat_id: int, name: str) -> None:
    """The client's name is known now; one that is known already stays."""
    state = store.find_state(tx, company_id, chat_id)
    if state is None:
        return
    contact = contacts.get(tx, company_id, state.contact_id)
    if not contact.name:
        contacts.rename(tx, company_id, contact.id, name)
        index_contact(tx, replace(contact, name=name))
        tell(tx, state, EventType.CHAT_CHANGED)


def _attest(tx: Tx, company_id: int, contact_id: int, phone: str) -> None:
    tell_of_contacts(tx, company_id, contacts.attest_phone(tx, company_id, contact_id, phone))


def _incoming_message(tx: Tx, state: ChatState, incoming: Incoming) -> Message:
    return replace(
        new_message(tx, state, Author.CLIENT, incoming.text),
        media=_announced(tx, state, incoming.file),
        status=MessageStatus.SUCCESS,
        kind=incoming.kind,
        created_at=min(max(incoming.sent_at, 0), tx.now),
        position=platform_position(
            incoming.sent_at, tx.now, incoming.rank, is_exact=incoming.is_exact
        ),
        reply_to=_answered(tx, state, incoming.reply_to),
        details=incoming.details,
    )


def _answered(tx: Tx, state: ChatState, external_id: str | None) -> int | None:
    if external_id is None:
        return None
    place = (state.company_id, state.channel_id)
    found = store.find_message_by_external(tx, *place, external_id)
    return found[0] if found and found[1] == state.id else None


def _announced(tx: Tx, state: ChatState, file: IncomingFile | None) -> Media | None:
    """A file that is shown as loading until it has been fetched."""
    if file is None:
        return None
    kept = media.new_media(tx, state.company_id, file.name, file.format, file.type, None)
    media.announce(tx, kept, state.id)
    return kept


def _fetch_later(tx: Tx, state: ChatState, message: Message, file: IncomingFile | None) -> None:
    if file is None or message.media is None:
        return
    payload = {
        "message": message.id,
        "media": message.media.id,
        "channel": state.channel_id,
        "reference": file.reference,
    }
    queue = outbox.Queue(f"media:{message.media.id}", f"fetch:{state.channel_id}")
    outbox.put(tx, state.company_id, FETCH, payload, queue)
