"""What a platform says of messages and chats that are there: receipts, edits, echoes and the like.

It may come before its message: then it is kept, and applied when the message is stored or sent.
"""

from collections.abc import Mapping

import msgspec

from opdesk.accounts import access as accounts
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import IncomingFile, MessageStatus, Sent
from opdesk.connectors import store
from opdesk.connectors.base import (
    Deletion,
    Echo,
    Edit,
    FileReference,
    Item,
    Problem,
    Reaction,
    Receipt,
    Renumbered,
    Subscription,
)
from opdesk.connectors.registry import connector_class
from opdesk.connectors.store import Early
from opdesk.contacts.model import normalize_phone
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from opdesk.kit.text import clean_foreign

ECHO = "store_echo"
"""The kind that stores a message written on the platform itself: {"channel": id, "echo": {...}}."""
ECHO_WAITS_MS = 30_000
"""How long an echo waits while a message of ours is on its way: it may be that message's own."""
PROFILE = "ask_profile"
"""The kind that asks a platform for a customer's name: {"channel", "chat", "person"}."""
OfMessage = Edit | Deletion | Reaction | Receipt
KINDS: Mapping[str, type[OfMessage]] = {
    one.__name__: one for one in (Edit, Deletion, Reaction, Receipt)
}


def apply(tx: Tx, channel: Channel, chat_id: str | None, item: Item) -> None:
    """Carry out what a platform said, but for a customer's message itself.

    `chat_id`: the platform's chat that it is about, where it says so.
    """
    if isinstance(item, OfMessage):
        _apply_to_message(tx, channel, chat_id, item)
    elif chat_id is None:
        return
    elif isinstance(item, Subscription):
        chats.set_blocked(tx, channel, chat_id, is_blocked=not item.is_open)
    elif isinstance(item, Renumbered):
        phone = phone_in(tx, channel, item.phone)
        chats.rename_client(tx, channel, chat_id, item.new_chat_id, phone)
    elif isinstance(item, Echo):
        _take_echo(tx, channel, item)


def apply_early(tx: Tx, channel: Channel, message_id: str) -> None:
    """Carry out what came before its message, which is there now."""
    _lock(tx, channel, message_id)
    for kind, content in store.take_early(tx, channel.company_id, channel.id, message_id):
        _apply_to_message(tx, channel, None, msgspec.json.decode(content, type=KINDS[kind]))


def store_echo(tx: Tx, channel: Channel, echo: Echo) -> None:
    """A message that was written on the platform itself; our own is known by its id."""
    sent = Sent(
        echo.chat_id,
        echo.message_id,
        echo.sent_at,
        clean_foreign(echo.text),
        incoming_file(echo.file),
        echo.kind,
        connector_class(channel.source).declaration.tells_ms,
    )
    if chats.receive_sent(tx, channel, sent) is not None:
        apply_early(tx, channel, echo.message_id)


def ask_profile(tx: Tx, channel: Channel, chat_id: int, person_id: str) -> None:
    """Learn the name of a customer whose messages don't say it, unless it is known already."""
    chat = chats.find_chat(tx, channel.company_id, chat_id)
    if chat is None or chat.client.name:
        return
    payload = {"channel": channel.id, "chat": chat_id, "person": person_id}
    queue = outbox.Queue(f"profile:{chat_id}", f"fetch:{channel.id}")
    outbox.put_once(tx, channel.company_id, PROFILE, payload, queue)


def incoming_file(file: FileReference | None) -> IncomingFile | None:
    if file is None:
        return None
    return IncomingFile(file.reference, file.name, file.format, file.type, file.size_bytes)


def _apply_to_message(tx: Tx, channel: Channel, chat_id: str | None, item: OfMessage) -> None:
    if isinstance(item, Receipt) and item.until is not None:
        if chat_id is not None:
            chats.receipts_until(tx, channel, chat_id, item.until, item.status)
        return
    if _is_applied(tx, channel, item) or item.message_id is None:
        return
    # Its message may be about to be committed, by one who can't see what is kept here.
    _lock(tx, channel, item.message_id)
    if _is_applied(tx, channel, item):
        return
    if isinstance(item, Deletion):
        store.take_early(tx, channel.company_id, channel.id, item.message_id)
    content = msgspec.json.encode(item).decode()
    early = Early(item.message_id, chat_id, type(item).__name__, content)
    store.keep_early(tx, channel.company_id, channel.id, early)


def _lock(tx: Tx, channel: Channel, message_id: str) -> None:
    """Have whoever stores a message and whoever is early for it do so one after the other."""
    tx.lock_name(f"early:{channel.company_id}:{channel.id}:{message_id}")


def _is_applied(tx: Tx, channel: Channel, item: OfMessage) -> bool:
    """False when there is no such message (yet)."""
    if isinstance(item, Receipt):
        return _is_receipt_applied(tx, channel, item)
    if isinstance(item, Deletion):
        store.clear_raw(tx, channel.company_id, channel.id, item.message_id)
        return chats.deletion_received(tx, channel, item.message_id)
    if isinstance(item, Edit):
        text = None if item.text is None else clean_foreign(item.text)
        return chats.edit_received(tx, channel, item.message_id, text)
    emoji = clean_foreign(item.emoji) if item.emoji else None
    return chats.reaction_received(tx, channel, item.message_id, emoji)


def _is_receipt_applied(tx: Tx, channel: Channel, item: Receipt) -> bool:
    error = None
    if item.status is MessageStatus.REJECTED:
        error = (item.problem or Problem.REJECTED).value
    outcome = (item.status, error)
    if item.our_id is not None:
        return chats.receipt_of_ours(tx, channel, item.our_id, item.message_id, outcome)
    return item.message_id is not None and chats.receipt_received(
        tx, channel, item.message_id, *outcome
    )


def _take_echo(tx: Tx, channel: Channel, echo: Echo) -> None:
    """Show it at once, unless it may be the echo of what we are sending: then a little later,

    when the send's own answer has told its id.
    """
    if not chats.is_sending(tx, channel, echo.chat_id):
        store_echo(tx, channel, echo)
        return
    payload = {"channel": channel.id, "echo": msgspec.to_builtins(echo)}
    queue = outbox.Queue(f"echo:{channel.id}:{echo.message_id}", after_ms=ECHO_WAITS_MS)
    outbox.put(tx, channel.company_id, ECHO, payload, queue)


def phone_in(tx: Tx, channel: Channel, phone: str | None) -> str | None:
    """A phone as the channel's organization writes it, in E.164; None for what is none."""
    if phone is None:
        return None
    organization = accounts.organization(tx, channel.company_id, channel.organization_id)
    return normalize_phone(phone, organization.country)
