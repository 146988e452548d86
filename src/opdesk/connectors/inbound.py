"""From a platform's envelope to a stored message: all of it in one transaction, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from opdesk.channels import access as channel_access, actions as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import Card, Details, Incoming, Place
from opdesk.connectors import store
from opdesk.connectors.applying import apply, apply_early, ask_profile, incoming_file, phone_in
from opdesk.connectors.base import BadPayload, Edit, Inbound, Item, Reaction, Update
from opdesk.connectors.registry import connector_class
from opdesk.connectors.store import Envelope
from opdesk.contacts.model import Identity
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.kit.text import clean_foreign

log = get_logger(__name__)
RAW_KEPT_MS = 7 * DAY_MS
RUN_AGAIN_PAGE = 50
MAX_REASON_CHARS = 200


async def take_in(
    db: Database, vault: Vault, channel: Channel, body: bytes, *, offset: int | None = None
) -> None:
    """Store an envelope and what it says; returns once that is on disk.

    What can't be read is kept as it came and never refused: the platform would send it again for
    a day, and everything of that customer would wait behind it. Raises Unavailable.
    """
    try:
        updates = connector_class(channel.source).parse(body, channel.settings)
    except BadPayload as error:
        await db.write(_store_unread, channel, body, str(error), offset)
        return
    try:
        await db.write(store_updates, vault, channel, body, updates, offset)
    except Unavailable:
        raise
    except Exception:
        # A bug of ours must not lose the message: the raw row can be run again when it is mended.
        log.exception("inbound_failed", channel=channel.id)
        for update in updates:
            await _take_in_one(db, vault, channel, body, update)
        await db.write(_advance, channel, offset)


async def _take_in_one(
    db: Database, vault: Vault, channel: Channel, body: bytes, update: Update
) -> None:
    """What one part of a batch breaks, it breaks for itself alone."""
    try:
        await db.write(store_updates, vault, channel, body, [update], None)
    except Unavailable:
        raise
    except Exception as error:
        await db.write(_store_unread, channel, update.raw or body, type(error).__name__, None)


def store_updates(
    tx: Tx,
    vault: Vault,
    channel: Channel,
    body: bytes,
    updates: Sequence[Update],
    offset: int | None = None,
) -> None:
    """The envelopes, their messages, the events and the polling offset: all or nothing.

    Chats are locked in one order everywhere, so that two batches never wait for each other.
    """
    _advance(tx, channel, offset)
    for update in sorted(updates, key=lambda one: (one.account_id or "", one.chat_id or "")):
        its_channel = _channel_of(tx, vault, channel, update)
        if its_channel is not None:
            _store_update(tx, its_channel, update.raw or body, update)


def _advance(tx: Tx, channel: Channel, offset: int | None) -> None:
    if offset is not None:
        channels.advance_poll(tx, channel.company_id, channel.id, offset)


def _channel_of(tx: Tx, vault: Vault, channel: Channel, update: Update) -> Channel | None:
    """The channel that an update is for: a platform may call one address for several accounts.

    None: an account that is not connected here, or not by the app that proved itself.
    """
    if update.account_id is None or update.account_id == channel.account_id:
        return channel
    place = (channel.company_id, channel.source, update.account_id)
    found = channel_access.find_of_account(tx, vault, *place)
    connector = connector_class(channel.source)
    if found is None or not connector.is_one_app(channel.settings, found.settings):
        log.info("inbound_of_other_account", channel=channel.id)
        return None
    return found


def _store_update(tx: Tx, channel: Channel, body: bytes, update: Update) -> None:
    envelope = Envelope(channel.company_id, channel.id, update.key, update.chat_id, body)
    if update.unread is not None:
        _keep_unread(tx, envelope, update.unread)
    elif isinstance(update.item, Inbound):
        _store_message(tx, channel, envelope, update.item)
    else:
        if update.chat_id is not None and update.aliases:
            chats.know_also_by(tx, channel, update.chat_id, update.aliases)
        _store_other(tx, channel, envelope, update.item)


def forget_raw(tx: Tx, company_id: int, channel_id: int, external_chat_id: str) -> None:
    """Delete every envelope of a chat that is deleted, whatever became of it.

    That it was here is remembered without its name, as long as the platform may yet tell of it.
    """
    store.delete_of_chat(tx, company_id, channel_id, external_chat_id)
    key = _deleted_key(external_chat_id)
    store.insert_raw(tx, Envelope(company_id, channel_id, key, None, b""), store.IGNORED)


def _deleted_key(external_chat_id: str) -> str:
    return f"deleted:{hashlib.sha256(external_chat_id.encode()).hexdigest()}"


def forget_old_raw(tx: Tx) -> None:
    """Envelopes live 7 days: long enough to run one again, too short to be an archive."""
    store.delete_before(tx, tx.now - RAW_KEPT_MS)


def count_unread(tx: Tx, channel: Channel) -> int:
    """Envelopes of a channel that could not be read so far."""
    return store.count_unparsed(tx, channel.company_id, channel.id)


async def run_again(db: Database, vault: Vault) -> int:
    """Take in every kept envelope that can be read by now; how many could. Raises Unavailable."""
    mended, after = 0, 0
    while page := await db.read_slow(store.list_unparsed, after, RUN_AGAIN_PAGE):
        for unparsed in page:
            mended += await _run_one_again(db, vault, unparsed)
        after = page[-1].id
    return mended


async def _run_one_again(db: Database, vault: Vault, unparsed: store.Unparsed) -> bool:
    place = (unparsed.company_id, unparsed.channel_id)
    channel = await db.read(channel_access.find_any, vault, *place)
    if channel is None:
        return False
    try:
        updates = connector_class(channel.source).parse(unparsed.body, channel.settings)
        return await db.write(_store_after_all, vault, channel, unparsed, updates)
    except BadPayload:
        return False
    except Unavailable:
        raise
    except Exception:
        log.exception("inbound_failed_again", channel=channel.id)
        return False


def _store_after_all(
    tx: Tx, vault: Vault, channel: Channel, unparsed: store.Unparsed, updates: Sequence[Update]
) -> bool:
    """False when it still can't be read, or somebody else was quicker."""
    if any(update.unread is not None for update in updates):
        return False
    if not store.delete_unparsed(tx, unparsed.company_id, unparsed.id):
        return False
    store_updates(tx, vault, channel, unparsed.body, updates)
    return True


def _store_message(tx: Tx, channel: Channel, envelope: Envelope, item: Inbound) -> None:
    """A known key of an unknown message is another update: platforms may count anew."""
    if not store.insert_raw(tx, envelope, store.STORED):
        if chats.is_stored(tx, channel, item.message_id):
            return
        store.insert_raw(
            tx, replace(envelope, key=f"{envelope.key}:{item.message_id}"), store.STORED
        )
    stored = chats.receive(tx, channel, _incoming(tx, channel, item))
    if stored is None:
        return
    apply_early(tx, channel, item.message_id)
    if not item.sender_name:
        ask_profile(tx, channel, stored.chat_id, item.sender_id)


def _store_other(tx: Tx, channel: Channel, envelope: Envelope, item: Item | None) -> None:
    """What is about a message or a chat, or nothing for us.

    Of what is in no chat of ours only the key is kept: no deletion of a chat could ever reach the
    rest. An edit and a reaction may come before their chat's first message, though: they wait for
    it as long as the platform may yet deliver it, and go with the chat; of a chat that was deleted
    they are dropped. Nor is an edit's body kept, which holds a text that its writer may take back,
    under another key than the message's.
    """
    has_chat = envelope.chat_id is not None and chats.hold(tx, channel, envelope.chat_id)
    if not has_chat and isinstance(item, Edit | Reaction) and _is_late(tx, envelope):
        return
    is_kept = has_chat and not isinstance(item, Edit)
    kept = envelope if is_kept else replace(envelope, body=b"")
    state = store.IGNORED if item is None else store.STORED
    if store.insert_raw(tx, kept, state) and item is not None:
        apply(tx, channel, envelope.chat_id, item)


def _is_late(tx: Tx, envelope: Envelope) -> bool:
    """Whether its chat is not to be expected: it was deleted, or the platform names none."""
    if envelope.chat_id is None:
        return True
    key = _deleted_key(envelope.chat_id)
    return store.has_key(tx, envelope.company_id, envelope.channel_id, key)


def _store_unread(tx: Tx, channel: Channel, body: bytes, reason: str, offset: int | None) -> None:
    _advance(tx, channel, offset)
    key = f"unread:{hashlib.sha256(body).hexdigest()}"
    chat_id = connector_class(channel.source).chat_of(body)
    _keep_unread(tx, Envelope(channel.company_id, channel.id, key, chat_id, body), reason)


def _keep_unread(tx: Tx, envelope: Envelope, reason: str) -> None:
    reason = clean_foreign(reason)[:MAX_REASON_CHARS]
    log.warning("inbound_unparsed", channel=envelope.channel_id, reason=reason)
    store.insert_raw(tx, envelope, store.UNPARSED, reason)


def _incoming(tx: Tx, channel: Channel, item: Inbound) -> Incoming:
    name = clean_foreign(item.sender_name).replace("\n", " ").strip()
    username = clean_foreign(item.username) if item.username else None
    return Incoming(
        external_chat_id=item.chat_id,
        external_id=item.message_id,
        sender=Identity(channel.id, item.sender_id, name, username),
        sent_at=item.sent_at,
        text=clean_foreign(item.text),
        file=incoming_file(item.file),
        phone=phone_in(tx, channel, item.phone),
        kind=clean_foreign(item.kind) if item.kind else None,
        details=Details(_clean_place(item.place), _clean_card(item.card)),
        reply_to=item.reply_to,
        aliases=item.aliases,
        rank=item.rank,
        phone_hint=phone_in(tx, channel, item.phone_hint),
        is_exact=connector_class(channel.source).declaration.tells_ms,
        order_number=clean_foreign(item.order_number) if item.order_number else None,
    )


def _clean_place(place: Place | None) -> Place | None:
    if place is None:
        return None
    return replace(place, title=_line(place.title), address=_line(place.address))


def _clean_card(card: Card | None) -> Card | None:
    if card is None:
        return None
    return Card(_line(card.name), tuple(_line(phone) for phone in card.phones))


def _line(text: str) -> str:
    return clean_foreign(text).replace("\n", " ").strip()
