"""Shows customers that an operator writes, on the platforms that can show it."""

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
PAUSE_S = 2.5
"""Between two calls for a chat: panels repeat every 3 s, and Telegram shows one for 5."""
REST_S = 60.0
"""How long a chat or a channel that failed is left alone: messages need the platform more."""
CALL_S = 5.0
"""Later the sign would not be true any more."""
MAX_AT_ONCE = 16
"""Calls under way; what comes on top is dropped."""


class TypingRelay:
    """Passes typing on to the customers' platforms: as well as it goes, and never in the way."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        http: HttpClient,
        clock: Clock,
        *,
        call_s: float = CALL_S,
    ) -> None:
        self._db, self._vault, self._http, self._call_s = db, vault, http, call_s
        self._chats, self._channels = Pauses(clock), Pauses(clock)
        self._calls: set[asyncio.Task[None]] = set()

    async def show(self, company_id: int, chat_id: int) -> None:
        """Show a chat's customer for about 5 seconds that someone writes.

        The right to the chat is the caller's to check. Call it as often as somebody types: the
        platform hears of it every 4 seconds. Returns before the platform answers, never raises.
        """
        if self._chats.is_on(chat_id):
            return
        self._chats.begin(chat_id, PAUSE_S)
        try:
            place = await self._db.read(_place, self._vault, company_id, chat_id)
        except Exception as error:  # nothing that goes wrong here is worth an error of the caller
            log.debug("typing_not_shown", chat=chat_id, reason=type(error).__name__)
            return
        if place is None or self._channels.is_on(place[0].id) or len(self._calls) >= MAX_AT_ONCE:
            return
        task = asyncio.create_task(self._call(chat_id, *place))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def close(self) -> None:
        """Drop the calls that are under way."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _call(self, chat_id: int, channel: Channel, external_id: str) -> None:
        try:
            async with asyncio.timeout(self._call_s):
                await connector_of(channel, self._http).show_typing(external_id)
        except DeliveryError as error:
            if error.is_permanent:
                self._chats.begin(chat_id, REST_S)
            else:
                self._channels.begin(channel.id, error.retry_after_s or REST_S)
            log.debug("typing_not_shown", chat=chat_id, reason=error.problem.value)
        except Exception as error:  # as above; the text may hold an address with a token
            self._channels.begin(channel.id, REST_S)
            log.debug("typing_not_shown", chat=chat_id, reason=type(error).__name__)


def _place(tx: Tx, vault: Vault, company_id: int, chat_id: int) -> tuple[Channel, str] | None:
    """(channel, the platform's id of the chat) where typing can be shown."""
    chat = chats.find_chat(tx, company_id, chat_id)
    if chat is None or not chat.is_writable:
        return None
    connector = CONNECTORS.get(chat.source)
    if connector is None or not connector.declaration.can_show_typing:
        return None
    channel = channels.find_any(tx, vault, company_id, chat.channel_id)
    return (channel, chat.external_id) if channel else None
