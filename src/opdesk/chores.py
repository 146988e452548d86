"""What an admin's command does with the database: for a moment, also beside a running server."""

import contextlib
from collections.abc import AsyncIterator

from opdesk import parts
from opdesk.accounts import actions as accounts
from opdesk.accounts.model import COMPANY_TOKEN_DAYS
from opdesk.chats import actions as chats
from opdesk.kit.clock import DAY_MS
from opdesk.kit.errors import AppError, Unavailable
from opdesk.kit.keyring import rotate_keys
from opdesk.server import StartError, bring_up_to_date, build, open_keyring
from opdesk.settings import Settings
from opdesk.users import actions as users

HELD_AT_ONCE = 200
"""Sends of a restored backup that are given up in one transaction: a server may run beside it."""


async def resume_sending(settings: Settings) -> int:
    """Let what a restored backup had queued go out; how many jobs."""
    async with _chores(settings) as services:
        return await services.db.write(chats.resume_held)


async def held_sends(settings: Settings) -> list[chats.HeldSend]:
    """What a restored backup had queued and still waits."""
    found: list[chats.HeldSend] = []
    after: int | None = 0
    async with _chores(settings) as services:
        while after is not None:
            page, after = await services.db.read_slow(chats.list_held_sends, after, HELD_AT_ONCE)
            found += page
    return found


async def drop_sending(settings: Settings) -> list[chats.HeldSend]:
    """Never send what a restored backup had queued; what that was."""
    dropped: list[chats.HeldSend] = []
    has_more = True
    async with _chores(settings) as services:
        while has_more:
            some, has_more = await services.db.write(chats.drop_held_sends, HELD_AT_ONCE)
            dropped += some
    return dropped


async def add_company(settings: Settings, login: str, name: str, password: str) -> int:
    """Make a company; its id. Raises StartError with the reason in words."""
    async with _chores(settings, may_found=True) as services:
        try:
            hashed = await accounts.hash_new_password(services.passwords, password, login)
            owner = await services.db.write(users.found_company, login, name, hashed)
        except Unavailable as error:
            raise StartError(str(error)) from error
        except AppError as error:
            raise StartError(error.detail or error.title) from error
        return owner.company_id


async def rotate_signing_keys(settings: Settings, *, revoke: bool) -> None:
    """New keys for everything that is signed; old ones verify until the last token has ended."""
    longest_ms = (COMPANY_TOKEN_DAYS + 1) * DAY_MS
    async with _chores(settings) as services:
        # New keys that another master key seals would lock out the server itself.
        await open_keyring(services)
        await services.db.write(
            rotate_keys, services.vault, parts.KEY_KINDS, keep_for_ms=0 if revoke else longest_ms
        )


@contextlib.asynccontextmanager
async def _chores(settings: Settings, *, may_found: bool = False) -> AsyncIterator[parts.Services]:
    """The database for a moment, beside a server that may be running.

    `may_found`: an empty folder becomes a new installation. Raises StartError.
    """
    if not (may_found or settings.database_url or parts.database_file(settings).exists()):
        raise StartError(
            f"there is no OpDesk in {settings.data.resolve()}; name its data folder with --data"
        )
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    bring_up_to_date(settings)
    services = build(settings)
    try:
        yield services
    finally:
        services.passwords.close()
        await services.db.close()
