"""Tells customers that their messages were read, on the platforms that can show it."""

import asyncio

from opdesk.channels import access as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.connectors.base import DeliveryError
from opdesk.connectors.registry import CONNECTORS, connector_of
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Vault
from opdesk.kit.limits import Pauses
from opdesk.kit.log import get_logger

log = get_logger(__name__)
PAUSE_S = 1.0
"""Between two calls for a chat: a panel marks a chat as read for each message that comes."""
REST_S = 60.0
CALL_S = 10.0
MAX_AT_ONCE = 16
MAX_OF_CHANNEL = 4


class ReadRelay:
    """Passes read marks on: as well as it goes, and never in the way of messages."""

    def __init__(self, db: Database, vault: Vault, http: HttpClient, clock: Clock) -> None:
        self._db, self._vault, self._http = db, vault, http
        self._chats, self._channels = Pauses(clock), Pauses(clock)
        self._calls: dict[asyncio.Task[None], int] = {}

    async def show(self, company_id: int, chat_id: int) -> None:
        """Show a chat's customer that all so far has been read. Returns at once, never raises.

        The right to the chat is the caller's to check.
        """
        if self._chats.is_on(chat_id):
            return
        self._chats.begin(chat_id, PAUSE_S)
        try:
            place = await self._db.read(_place, self._vault, company_id, chat_id)
        except Exception as error:  # a mark is not worth an error of the caller
            log.debug("read_not_shown", chat=chat_id, reason=type(error).__name__)
            return
        if place is None or not self._has_room(place[0].id):
            return
        task = asyncio.create_task(self._call(*place))
        self._calls[task] = place[0].id
        task.add_done_callback(lambda done: self._calls.pop(done, None))

    async def close(self) -> None:
        """Drop the calls that are under way."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _has_room(self, channel_id: int) -> bool:
        of_channel = sum(1 for one in self._calls.values() if one == channel_id)
        is_resting = self._channels.is_on(channel_id)
        return not is_resting and len(self._calls) < MAX_AT_ONCE and of_channel < MAX_OF_CHANNEL

    async def _call(self, channel: Channel, chat: str, message: str) -> None:
        try:
            async with asyncio.timeout(CALL_S):
                await connector_of(channel, self._http).mark_read(chat, message)
        except DeliveryError as error:
            if not error.is_permanent:
                self._channels.begin(channel.id, error.retry_after_s or REST_S)
            log.debug("read_not_shown", channel=channel.id, reason=error.problem.value)
        except Exception as error:  # the text may hold an address with a token
            self._channels.begin(channel.id, REST_S)
            log.debug("read_not_shown", channel=channel.id, reason=type(error).__name__)


def _place(tx: Tx, vault: Vault, company_id: int, chat_id: int) -> tuple[Channel, str, str] | None:
    """(channel, the platform's ids of the chat and of the client's newest message)."""
    chat = chats.find_chat(tx, company_id, chat_id)
    if chat is None or not chat.is_writable:
        return None
    connector = CONNECTORS.get(chat.source)
    if connector is None or not connector.declaration.can_mark_read:
        return None
    newest = chats.find_newest_of_client(tx, company_id, chat_id)
    channel = channels.find_any(tx, vault, company_id, chat.channel_id)
    if newest is None or channel is None:
        return None
    return channel, chat.external_id, newest
