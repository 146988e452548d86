"""Signs that customers see of us on their platforms: as well as it goes, never in messages' way."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from opdesk.channels import access as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.connectors.base import Connector, Declaration, DeliveryError
from opdesk.connectors.registry import CONNECTORS, connector_of
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Vault
from opdesk.kit.limits import Pauses
from opdesk.kit.log import get_logger

log = get_logger(__name__)
REST_S = 60.0
"""How long a chat or a channel that failed is left alone: messages need the platform more."""
MAX_AT_ONCE = 16
"""Calls under way; what comes on top is dropped."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a sign is shown: the platform's ids of the chat, and of the message if it has one."""

    channel: Channel
    chat: str
    message: str = ""


class Relay(ABC):
    """Passes one kind of sign on."""

    name: ClassVar[str]
    """What the log says was not shown."""
    pause_s: ClassVar[float]
    """Between two calls for a chat."""
    call_s: float
    """Later the sign would not be true any more."""
    max_of_channel: ClassVar[int] = MAX_AT_ONCE
    rests_refused_chats: ClassVar[bool] = False
    shows_last: ClassVar[bool] = False
    """Whether a sign within a pause is shown at its end: it tells more than the one before."""

    def __init__(self, db: Database, vault: Vault, http: HttpClient, clock: Clock) -> None:
        self._db, self._vault, self._http = db, vault, http
        self._chats, self._channels = Pauses(clock), Pauses(clock)
        self._calls: dict[asyncio.Task[None], int] = {}
        self._later: dict[int, asyncio.Task[None]] = {}

    @abstractmethod
    def is_shown(self, declaration: Declaration) -> bool:
        """Whether the platform can show the sign."""

    def message_of(self, tx: Tx, company_id: int, chat_id: int) -> str | None:
        """The message that the sign is about; None: there is nothing to show."""
        return ""

    @abstractmethod
    async def call(self, connector: Connector, sight: Sight) -> None:
        """Show it. Raises DeliveryError."""

    async def show(self, company_id: int, chat_id: int) -> None:
        """Show a chat's customer the sign. Returns before the platform answers, never raises.

        The right to the chat is the caller's to check.
        """
        if self._chats.is_on(chat_id):
            if self.shows_last and chat_id not in self._later:
                self._later[chat_id] = asyncio.create_task(self._show_later(company_id, chat_id))
            return
        self._chats.begin(chat_id, self.pause_s)
        try:
            sight = await self._db.read(self._sight, company_id, chat_id)
        except Exception as error:  # nothing that goes wrong here is worth an error of the caller
            self._not_shown(chat_id, type(error).__name__)
            return
        if sight is None or not self._has_room(sight.channel.id):
            return
        task = asyncio.create_task(self._call(chat_id, sight))
        self._calls[task] = sight.channel.id
        task.add_done_callback(lambda done: self._calls.pop(done, None))

    async def close(self) -> None:
        """Drop the calls that are under way, and those that wait."""
        tasks = [*self._calls, *self._later.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show_later(self, company_id: int, chat_id: int) -> None:
        await asyncio.sleep(self.pause_s)
        del self._later[chat_id]
        await self.show(company_id, chat_id)

    def _has_room(self, channel_id: int) -> bool:
        of_channel = sum(one == channel_id for one in self._calls.values())
        is_full = len(self._calls) >= MAX_AT_ONCE or of_channel >= self.max_of_channel
        return not is_full and not self._channels.is_on(channel_id)

    async def _call(self, chat_id: int, sight: Sight) -> None:
        channel = sight.channel
        try:
            async with asyncio.timeout(self.call_s):
                await self.call(connector_of(channel, self._http), sight)
        except DeliveryError as error:
            if not error.is_permanent:
                self._channels.begin(channel.id, error.retry_after_s or REST_S)
            elif self.rests_refused_chats:
                self._chats.begin(chat_id, REST_S)
            self._not_shown(chat_id, error.problem.value)
        except Exception as error:  # as above; the text may hold an address with a token
            self._channels.begin(channel.id, REST_S)
            self._not_shown(chat_id, type(error).__name__)

    def _not_shown(self, chat_id: int, reason: str) -> None:
        log.debug("sign_not_shown", sign=self.name, chat=chat_id, reason=reason)

    def _sight(self, tx: Tx, company_id: int, chat_id: int) -> Sight | None:
        chat = chats.find_chat(tx, company_id, chat_id)
        if chat is None or not chat.is_writable:
            return None
        connector = CONNECTORS.get(chat.source)
        if connector is None or not self.is_shown(connector.declaration):
            return None
        message = self.message_of(tx, company_id, chat_id)
        channel = channels.find_any(tx, self._vault, company_id, chat.channel_id)
        if message is None or channel is None:
            return None
        return Sight(channel, chat.external_id, message)
