"""What every change of a chat shares: write it, index it, tell of it."""

from opdesk.chats import store
from opdesk.chats.model import Author, ChatState, Message, MessageStatus
from opdesk.contacts.model import Contact
from opdesk.events.model import EventType
from opdesk.kit.context import Fact, Tx
from opdesk.kit.text import phone_words, search_words


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
    )


def stored(tx: Tx, state: ChatState, new: Message, external_id: str | None) -> Message:
    store.insert_message(tx, new, state.channel_id, external_id)
    store.set_last_message(tx, state.company_id, state.id, new.id)
    store.index_words(tx, state.company_id, state.id, new.id, search_words(new.text))
    tell(tx, state, EventType.MESSAGE_CREATED, messageId=new.id)
    stored = store.find_message(tx, state.company_id, new.id)
    assert stored is not None  # noqa: S101  it was inserted three lines above
    return stored


def index_contact(tx: Tx, contact: Contact) -> None:
    words = search_words(contact.name) | phone_words(contact.phone or "")
    for chat_id in store.list_of_contact(tx, contact.company_id, contact.id):
        store.forget_words(tx, contact.company_id, chat_id, 0)
        store.index_words(tx, contact.company_id, chat_id, 0, words)


def save(tx: Tx, before: ChatState, after: ChatState) -> None:
    if before == after:
        return
    store.save_state(tx, after)
    if before.status is not after.status:
        tell(tx, after, EventType.CHAT_STATUS_CHANGED, status=int(after.status))
    else:
        tell(tx, after, EventType.CHAT_CHANGED)


def tell(tx: Tx, state: ChatState, kind: EventType, **ids: int) -> None:
    tx.events.append(
        Fact(state.company_id, state.organization_id, kind, {"chatId": state.id, **ids})
    )
