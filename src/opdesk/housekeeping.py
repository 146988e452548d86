"""What an installation forgets and mends by itself, so that its admin need not think of it."""

import asyncio

from opdesk.accounts import actions as accounts
from opdesk.chats import actions as chats
from opdesk.connectors.actions import Switchboard
from opdesk.connectors.inbound import forget_old_raw, run_again
from opdesk.events import actions as events
from opdesk.invitations import actions as invitations
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.widget import actions as widget

log = get_logger(__name__)
EVERY_S = 3600.0
DAY_S = 24 * EVERY_S
WAKE_EVERY_S = 2.0
"""So late a chat that was put aside wakes at most."""
SETTLE_S = 60.0
"""Not in the first minute: a start has better things to do."""


async def keep_house(
    db: Database, files: Files, vault: Vault, forget_client: chats.ForgetRaw
) -> None:
    """Once an hour, for the life of the server."""
    await asyncio.sleep(SETTLE_S)
    while True:
        try:
            await clean_up(db, files, forget_client)
            await catch_up(db, vault)
            await refresh_search(db)
        except Unavailable as error:
            log.warning("housekeeping_failed", reason=str(error))
        await asyncio.sleep(EVERY_S)


async def keep_waking(db: Database) -> None:
    """Wake the chats that were put aside until a time, for the life of the server."""
    while True:
        try:
            await chats.wake_due(db)
        except Unavailable as error:
            log.warning("chats_not_woken", reason=str(error))
        await asyncio.sleep(WAKE_EVERY_S)


async def renew_channels(board: Switchboard) -> None:
    """Once a day, and soon after a start, for the life of the server."""
    await asyncio.sleep(SETTLE_S)
    while True:
        try:
            await board.renew_all()
        except Unavailable as error:
            log.warning("channels_not_renewed", reason=str(error))
        await asyncio.sleep(DAY_S)


async def clean_up(db: Database, files: Files, forget_client: chats.ForgetRaw) -> None:
    """Drop ended sessions, old events and idempotency keys, uploads that nobody sent, chats

    that their organization keeps no longer, and those that were begun and never written in.
    """
    forgotten = await db.write(_forget)
    for company_id, digest in forgotten:
        await db.write(media.remove_unused, files, company_id, [digest])
    deleted = await chats.delete_outdated(db, files, forget_client)
    if deleted:
        log.info("outdated_chats_deleted", deleted=deleted)
    unused = await chats.delete_unused(db, forget_client)
    if unused:
        log.info("unused_chats_deleted", deleted=unused)


async def catch_up(db: Database, vault: Vault) -> None:
    """Take in what could not be read when it came: a newer version may know how."""
    mended = await run_again(db, vault)
    if mended:
        log.info("inbound_run_again", mended=mended)


async def refresh_search(db: Database) -> None:
    """Make texts of an older version findable as today's are."""
    reindexed = await chats.reindex(db)
    if reindexed:
        log.info("search_words_renewed", messages=reindexed)


def _forget(tx: Tx) -> list[tuple[int, str]]:
    accounts.forget_ended_sessions(tx)
    invitations.forget_old(tx)
    events.forget_before(tx, tx.now - events.RETENTION_DAYS * DAY_MS)
    chats.forget_old_keys(tx)
    forget_old_raw(tx)
    widget.forget_unused(tx)
    return media.delete_forgotten(tx)
