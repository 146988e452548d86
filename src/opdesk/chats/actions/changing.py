"""What becomes of a stored message: receipts, edits, reactions, and that it was taken back.

The platform names the message by its own id. Each function says whether there is such a message:
what comes earlier than it is the caller's to keep.
"""

import json

from opdesk.channels.model import Channel
from opdesk.chats import store
from opdesk.chats.actions.lifecycle import clear_later
from opdesk.chats.actions.sending import record_delivery
from opdesk.chats.model import MessageStatus, position_at
from opdesk.events.model import EventType
from opdesk.kit.context import Fact, Tx
from opdesk.kit.searching import search_words
from opdesk.media import actions as media

MAX_RECEIPTS = 500
"""How many messages one "all until" marks: what is older was marked by an earlier one."""
_BEFORE = {
    MessageStatus.DELIVERED: (MessageStatus.SUCCESS,),
    MessageStatus.READ: (MessageStatus.SUCCESS, MessageStatus.DELIVERED),
}


def edit_received(tx: Tx, channel: Channel, external_id: str, text: str | None) -> bool:
    """The customer changed a message's text; None: to something that the platform does not say."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    if known is None:
        return False
    message_id, chat_id = known
    if not store.update_text(tx, channel.company_id, message_id, text):
        return True
    if text is not None:
        store.forget_words(tx, channel.company_id, chat_id, message_id)
        store.index_words(tx, channel.company_id, chat_id, message_id, search_words(text))
    _tell(tx, channel, chat_id, message_id)
    return True


def deletion_received(tx: Tx, channel: Channel, external_id: str) -> bool:
    """The customer took a message back: its text, its files and its search words go.

    A message of several files is several of ours: `<id>`, `<id>#2` and so on.
    """
    parts = store.list_parts_by_external(tx, channel.company_id, channel.id, external_id)
    for message_id, chat_id in parts:
        _clear(tx, channel, chat_id, message_id)
    return bool(parts)


def _clear(tx: Tx, channel: Channel, chat_id: int, message_id: int) -> None:
    message = store.find_message(tx, channel.company_id, message_id)
    store.clear_message(tx, channel.company_id, message_id)
    store.forget_words(tx, channel.company_id, chat_id, message_id)
    digests = []
    if message is not None and message.media is not None:
        digests = media.delete_one(tx, channel.company_id, message.media.id)
    clear_later(tx, channel.company_id, chat_id, digests)
    _tell(tx, channel, chat_id, message_id)


def reaction_received(tx: Tx, channel: Channel, external_id: str, emoji: str | None) -> bool:
    """The customer's reaction to a message; None takes it back."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    if known is None:
        return False
    store.update_reaction(tx, channel.company_id, known[0], emoji)
    _tell(tx, channel, known[1], known[0])
    return True


def receipt_received(
    tx: Tx, channel: Channel, external_id: str, status: MessageStatus, error: str | None
) -> bool:
    """What became of a message of ours. Its status only moves forward."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    if known is None:
        return False
    record_delivery(tx, channel.company_id, known[0], status, error)
    return True


def receipt_of_ours(
    tx: Tx,
    channel: Channel,
    message_id: int,
    external_id: str | None,
    outcome: tuple[MessageStatus, str | None],
) -> bool:
    """The same where the platform gives our own number back; another channel's is none of it.

    A message whose send had no answer is known to have arrived by this.
    """
    message = store.find_message(tx, channel.company_id, message_id)
    state = store.find_state(tx, channel.company_id, message.chat_id) if message else None
    if state is None or state.channel_id != channel.id:
        return False
    record_delivery(tx, channel.company_id, message_id, *outcome, external_id)
    return True


def receipts_until(
    tx: Tx, channel: Channel, external_chat_id: str, until: int, status: MessageStatus
) -> None:
    """Everything of ours in a chat that was sent until a time (ms UTC) is delivered, or read."""
    chat_id = store.find_by_external(tx, channel.company_id, channel.id, external_chat_id)
    if chat_id is None or status not in _BEFORE:
        return
    statuses = json.dumps([int(one) for one in _BEFORE[status]])
    place = (channel.company_id, chat_id, position_at(until + 1) - 1)
    for message_id in store.list_sent_until(tx, *place, statuses, MAX_RECEIPTS):
        record_delivery(tx, channel.company_id, message_id, status)


def _tell(tx: Tx, channel: Channel, chat_id: int, message_id: int) -> None:
    ids = {"chatId": chat_id, "messageId": message_id}
    place = (channel.company_id, channel.organization_id)
    tx.events.append(Fact(*place, EventType.MESSAGE_CHANGED, ids))
