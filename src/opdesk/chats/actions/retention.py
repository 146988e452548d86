"""Chats that an organization does not keep for ever, and those that nobody needs."""

from opdesk.accounts.model import CompanyCaller
from opdesk.chats import store
from opdesk.chats.actions.lifecycle import ForgetRaw, delete_chat
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.organizations import actions as organizations

UNUSED_MS = DAY_MS
"""How long a chat that was begun waits for its first message."""
BATCH = 50
"""Chats that are looked up at once; each is deleted in a transaction of its own."""


async def delete_outdated(db: Database, files: Files, forget_raw: ForgetRaw) -> int:
    """Delete the chats without a message for longer than their organization keeps them.

    For good, as when somebody deletes them; the audit log says that it was the server. How many.
    """
    deleted = 0
    while found := await db.read_slow(_outdated):
        for company_id, organization_id, chat_id in found:
            digests = await db.write(_delete_one, company_id, organization_id, chat_id, forget_raw)
            if digests is not None:
                deleted += 1
                await db.write(media.remove_unused, files, company_id, digests)
        await db.scrub()
    return deleted


async def delete_unused(db: Database, forget_raw: ForgetRaw) -> int:
    """Delete the chats that were begun and in which nobody wrote for a day. How many."""
    deleted = 0
    while found := await db.read_slow(_unused):
        for company_id, chat_id in found:
            deleted += await db.write(_delete_unused, company_id, chat_id, forget_raw)
    return deleted


def _unused(tx: Tx) -> list[tuple[int, int]]:
    return store.list_unused(tx, tx.now - UNUSED_MS, BATCH)


def _delete_unused(tx: Tx, company_id: int, chat_id: int, forget_raw: ForgetRaw) -> bool:
    """False when somebody wrote meanwhile, or began it again. There are no files to clear away."""
    tx.lock("chats", company_id=company_id, id=chat_id)
    if not store.is_unused(tx, company_id, chat_id, tx.now - UNUSED_MS):
        return False
    delete_chat(tx, CompanyCaller(company_id), chat_id, forget_raw)
    return True


def _outdated(tx: Tx) -> list[tuple[int, int, int]]:
    """(company, organization, chat) of some that are to go; none: all are gone."""
    found: list[tuple[int, int, int]] = []
    for company_id, organization_id, days in organizations.retentions(tx):
        before = tx.now - days * DAY_MS
        left = BATCH - len(found)
        chats = store.list_inactive(tx, company_id, organization_id, before, left) if left else []
        found += [(company_id, organization_id, chat_id) for chat_id in chats]
    return found


def _delete_one(
    tx: Tx, company_id: int, organization_id: int, chat_id: int, forget_raw: ForgetRaw
) -> list[str] | None:
    """None when the chat had a message meanwhile, is gone, or is to be kept after all."""
    tx.lock("chats", company_id=company_id, id=chat_id)
    days = organizations.retention_of(tx, company_id, organization_id)
    active_at = store.find_active_at(tx, company_id, chat_id)
    if days is None or active_at is None or active_at >= tx.now - days * DAY_MS:
        return None
    server = CompanyCaller(company_id)
    return delete_chat(tx, server, chat_id, forget_raw).digests
