"""Texts that an older version stored get the words that they are found by today."""

import asyncio

from opdesk.chats import store
from opdesk.chats.model import NEWEST
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.searching import phone_words, search_words

BATCH = 50
"""Messages of one transaction: others wait for it on SQLite."""
BREATH_S = 0.05


async def reindex(db: Database) -> int:
    """Until all have them, newest chats first; a restart goes on where this ended. How many

    messages were looked at.
    """
    total = 0
    while (done := await db.write(_step)) is not None:
        total += done
        await asyncio.sleep(BREATH_S)
    return total


def _step(tx: Tx) -> int | None:
    """A part of one chat; None when there is nothing left to do."""
    tx.lock_name("search_rebuilding")
    place = store.find_place_to_reindex(tx)
    if place is None:
        return None
    company_id, chats_before, messages_before = place
    chat = store.find_chat_to_reindex(tx, company_id, chats_before)
    if chat is None:
        store.end_reindexing(tx, company_id)
        return 0
    chat_id = chat[0]
    # Who deletes a chat locks it, and who changes a text its message: neither comes in between.
    tx.lock("chats", company_id=company_id, id=chat_id)
    chat = store.find_chat_to_reindex(tx, company_id, chats_before)
    if chat is None or chat[0] != chat_id:
        return 0
    if messages_before == NEWEST:
        _, name, phone, begun_with = chat
        words = search_words(name) | phone_words(phone or "") | phone_words(begun_with or "")
        _index(tx, company_id, chat_id, 0, words)
    ids = store.list_messages_to_reindex(tx, company_id, chat_id, messages_before, BATCH)
    for message_id in ids:
        tx.lock("messages", company_id=company_id, id=message_id)
        text = store.find_text(tx, company_id, message_id) or ""
        _index(tx, company_id, chat_id, message_id, search_words(text))
    is_done = len(ids) < BATCH
    after = (chat_id, NEWEST) if is_done else (chats_before, ids[-1])
    store.keep_place_to_reindex(tx, company_id, *after)
    return len(ids)


def _index(tx: Tx, company_id: int, chat_id: int, message_id: int, words: set[str]) -> None:
    store.forget_words(tx, company_id, chat_id, message_id)
    store.index_words(tx, company_id, chat_id, message_id, words)
