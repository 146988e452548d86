"""A chat as its own client sees it, for channels whose platform we are ourselves."""

from dataclasses import dataclass

from opdesk.channels.model import Channel
from opdesk.chats import store
from opdesk.chats.actions.sending import record_delivery
from opdesk.chats.model import Chat, Message, MessageStatus, is_forward
from opdesk.kit.context import Tx

MARKED_AT_ONCE = 200
"""How far back a client's having seen something marks messages."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, and its id on the channel, which for the client's own is theirs."""

    message: Message
    external_id: str | None


def find_of_client(tx: Tx, channel: Channel, external_chat_id: str) -> Chat | None:
    """The chat with a client of the channel; None before their first message."""
    company_id = channel.company_id
    chat_id = store.find_by_external(tx, company_id, channel.id, external_chat_id)
    return None if chat_id is None else store.find_chat(tx, company_id, chat_id)


def find_received(tx: Tx, channel: Channel, external_id: str) -> Message | None:
    """A message by the id that the channel gave it."""
    known = store.find_message_by_external(tx, channel.company_id, channel.id, external_id)
    return store.find_message(tx, channel.company_id, known[0]) if known else None


def list_for_client(tx: Tx, chat: Chat, before: int, size: int) -> list[Shown]:
    """The `size` messages before an id that the client may see, oldest first."""
    cursor = store.cursor_before(tx, chat.company_id, chat.id, before)
    rows = store.list_shown(tx, chat.company_id, chat.id, cursor, size)
    return [Shown(message, external_id) for message, external_id in rows]


def newest_read(tx: Tx, chat: Chat) -> int:
    """Up to which of the client's own messages the organization has read; 0 for none."""
    return store.find_newest_read(tx, chat.company_id, chat.id, chat.unread)


def unmarked(tx: Tx, chat: Chat, up_to: int, status: MessageStatus) -> list[int]:
    """What was sent to the client up to an id and is not `status` yet; Rejected stays so."""
    sent = store.list_sent(tx, chat.company_id, chat.id, up_to, MARKED_AT_ONCE)
    return [found for found, known in sent if is_forward(known, status)]


def mark_for_client(tx: Tx, chat: Chat, up_to: int, status: MessageStatus) -> None:
    """The client's page has (Delivered) or showed (Read) everything up to a message's id."""
    tx.lock("chats", company_id=chat.company_id, id=chat.id)
    for message_id in unmarked(tx, chat, up_to, status):
        record_delivery(tx, chat.company_id, message_id, status)
