"""The one chat of a channel and a client, whoever begins it."""

from opdesk.channels.model import Channel
from opdesk.chats import store
from opdesk.chats.actions.writing import tell
from opdesk.chats.model import ChatState, ChatStatus
from opdesk.contacts.model import Contact
from opdesk.events.model import EventType
from opdesk.kit.context import Tx


def locked_with(
    tx: Tx, channel: Channel, external_chat_id: str, aliases: tuple[str, ...] = ()
) -> ChatState | None:
    """The one chat of (channel, client), locked; None when there is none (any more)."""
    company_id = channel.company_id
    chat_id = find_with(tx, channel, (external_chat_id, *aliases))
    if chat_id is None:
        return None
    tx.lock("chats", company_id=company_id, id=chat_id)
    return store.find_state(tx, company_id, chat_id)


def find_with(tx: Tx, channel: Channel, external_ids: tuple[str, ...]) -> int | None:
    for one in external_ids:
        found = store.find_by_external(tx, channel.company_id, channel.id, one)
        found = found or store.find_by_alias(tx, channel.company_id, channel.id, one)
        if found is not None:
            return found
    return None


def know_by(tx: Tx, state: ChatState, external_ids: tuple[str, ...]) -> None:
    """The ids of one client lead to one chat, whichever a later message names."""
    if len(external_ids) > 1 or external_ids[0] != state.external_id:
        for one in external_ids:
            store.insert_alias(tx, state.company_id, state.channel_id, one, state.id)


def new_with(
    tx: Tx,
    channel: Channel,
    external_chat_id: str,
    contact: Contact,
    begun_with: str | None = None,
) -> tuple[ChatState, bool]:
    """A new chat (True), or the one that somebody else began at the same moment."""
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
    if store.insert_chat(tx, new, begun_with):
        tell(tx, new, EventType.CHAT_CREATED)
        return new, True
    known = locked_with(tx, channel, external_chat_id)
    if known is not None:
        return known, False
    return new_with(tx, channel, external_chat_id, contact, begun_with)
