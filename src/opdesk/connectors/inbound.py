"""From a platform's envelope to a stored message: all of it in one transaction, once."""

import hashlib

from opdesk.accounts import access as accounts
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import Incoming, IncomingFile
from opdesk.connectors import store
from opdesk.connectors.base import BadPayload, Edit, Inbound, Update
from opdesk.connectors.registry import connector_class
from opdesk.contacts.model import Identity, normalize_phone
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.text import clean_foreign

log = get_logger(__name__)
RAW_KEPT_MS = 7 * DAY_MS


async def take_in(
    db: Database, channel: Channel, body: bytes, *, offset: int | None = None
) -> None:
    """Store an envelope and what it says; returns once that is on disk.

    What can't be read is kept as it came and never refused: the platform would send it again for
    a day, and everything of that customer would wait behind it. Raises Unavailable.
    """
    try:
        update = connector_class(channel.source).parse(body)
    except BadPayload as error:
        await _keep_unread(db, channel, body, str(error), offset)
        return
    try:
        await db.write(store_update, channel, body, update, offset)
    except Unavailable:
        raise
    except Exception as error:
        # A bug of ours must not lose the message: the raw row can be run again when it is mended.
        log.exception("inbound_failed", channel=channel.id)
        await _keep_unread(db, channel, body, type(error).__name__, offset)


def store_update(
    tx: Tx, channel: Channel, body: bytes, update: Update, offset: int | None = None
) -> None:
    """The envelope, its message, the events and the polling offset: all or nothing."""
    if offset is not None:
        channels.advance_poll(tx, channel.company_id, channel.id, offset)
    state = store.IGNORED if update.item is None else store.STORED
    place = (channel.company_id, channel.id)
    raw_id = store.insert_raw(tx, place, update.key, body, (state, None))
    if raw_id is None:
        return
    if isinstance(update.item, Inbound):
        message = chats.receive(tx, channel, _incoming(tx, channel, update.item))
        if message is not None:
            store.set_chat(tx, channel.company_id, raw_id, message.chat_id)
    elif isinstance(update.item, Edit):
        text = clean_foreign(update.item.text)
        chat_id = chats.edit_received(tx, channel, update.item.message_id, text)
        if chat_id is not None:
            store.set_chat(tx, channel.company_id, raw_id, chat_id)


def forget_raw(tx: Tx, company_id: int, chat_id: int) -> None:
    """Delete the envelopes of a chat that is deleted."""
    store.delete_of_chat(tx, company_id, chat_id)


def forget_old_raw(tx: Tx) -> None:
    """Envelopes live 7 days: long enough to run one again, too short to be an archive."""
    store.delete_before(tx, tx.now - RAW_KEPT_MS)


async def _keep_unread(
    db: Database, channel: Channel, body: bytes, reason: str, offset: int | None
) -> None:
    log.warning("inbound_unparsed", channel=channel.id, reason=reason[:200])
    await db.write(_store_unread, channel, body, reason[:200], offset)


def _store_unread(tx: Tx, channel: Channel, body: bytes, reason: str, offset: int | None) -> None:
    if offset is not None:
        channels.advance_poll(tx, channel.company_id, channel.id, offset)
    key = f"unread:{hashlib.sha256(body).hexdigest()}"
    place = (channel.company_id, channel.id)
    store.insert_raw(tx, place, key, body, (store.UNPARSED, reason))


def _incoming(tx: Tx, channel: Channel, item: Inbound) -> Incoming:
    file = item.file
    phone = None
    if item.phone is not None:
        organization = accounts.organization(tx, channel.company_id, channel.organization_id)
        phone = normalize_phone(item.phone, organization.country)
    name = clean_foreign(item.sender_name).replace("\n", " ").strip()
    return Incoming(
        external_chat_id=item.chat_id,
        external_id=item.message_id,
        sender=Identity(channel.id, item.sender_id, name, item.username),
        sent_at=item.sent_at,
        text=clean_foreign(item.text),
        file=(
            IncomingFile(file.reference, file.name, file.format, file.type, file.size_bytes)
            if file
            else None
        ),
        phone=phone,
        kind=item.kind,
    )
