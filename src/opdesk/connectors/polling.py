"""Channels that ask their platform for news, where no webhook can reach us."""

import asyncio

from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, ChannelState
from opdesk.connectors.actions import TOPIC
from opdesk.connectors.base import PlatformError, PollGone, Trouble, Unreachable
from opdesk.connectors.inbound import take_in
from opdesk.connectors.registry import connector_class, connector_of
from opdesk.kit.bus import Alarm, Bus
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.http_client import HttpClient
from opdesk.kit.ids import jittered
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger

log = get_logger(__name__)
LONG_POLL_S = 25
LOOK_S = 10.0
LOCAL_EVERY_S = 0.5
LONGEST_PAUSE_S = 60.0
"""Between two attempts that failed; the first pause is one second, and each is twice the last."""
TOLD_AFTER = 2
"""Failures in a row before the channel's page says so: one may be a restart of the platform."""


Identity = tuple[int, int, str, tuple[tuple[str, str], ...]]


class Pollers:
    """One task for each polled channel, begun and ended as channels change."""

    def __init__(self, db: Database, bus: Bus, vault: Vault, http: HttpClient) -> None:
        self._db, self._vault, self._http = db, vault, http
        self.local_every_s = LOCAL_EVERY_S
        """Seconds between two polls of a platform on this machine, which is ours."""
        self._tasks: dict[Identity, asyncio.Task[None]] = {}
        self._alarm = Alarm(LOOK_S)
        bus.listen(TOPIC, self._alarm.ring)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._look()
                await self._alarm.wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _look(self) -> None:
        try:
            enabled = await self._db.read_slow(channels.list_enabled, self._vault)
        except Unavailable:
            return
        wanted = {_identity(one): one for one in enabled if one.state is ChannelState.POLLING}
        for identity in self._tasks.keys() - wanted.keys():
            self._tasks.pop(identity).cancel()
        for identity in wanted.keys() - self._tasks.keys():
            self._tasks[identity] = asyncio.create_task(self._follow(wanted[identity]))

    async def _follow(self, channel: Channel) -> None:
        failures = 0
        offset, told = channel.poll_offset, channel.problem
        every_s = self._pause_s(channel)
        while True:
            trouble = None
            try:
                offset = await self._once(channel, offset)
                failures = 0
                await asyncio.sleep(jittered(every_s))
            except (PlatformError, Unreachable, Unavailable) as error:
                log.warning("poll_failed", channel=channel.id, reason=type(error).__name__)
                failures += 1
                is_lasting = failures >= TOLD_AFTER and not isinstance(error, Unavailable)
                trouble = _trouble_of(error) if is_lasting else told
                if isinstance(error, PollGone):
                    await self._free(channel)
            if trouble != told and await self._tell(channel, trouble):
                told = trouble
            if failures:
                await asyncio.sleep(jittered(min(2.0 ** min(failures - 1, 10), LONGEST_PAUSE_S)))

    def _pause_s(self, channel: Channel) -> float:
        """A platform on this machine is ours, and may be asked as often as one likes."""
        every_s = connector_class(channel.source).declaration.poll_every_s
        is_ours = connector_of(channel, self._http).always_has_webhook
        return min(every_s, self.local_every_s) if is_ours else every_s

    async def _tell(self, channel: Channel, trouble: Trouble | None) -> bool:
        """Write down why a channel can't be polled, or that it can again."""
        place = (channel.company_id, channel.id, ChannelState.POLLING)
        try:
            await self._db.write(channels.note_problem, *place, trouble)
        except Unavailable:
            return False
        return True

    async def _once(self, channel: Channel, offset: int) -> int:
        """Take in what is new; each item and its offset are stored together."""
        connector = connector_of(channel, self._http)
        for body in await connector.poll(offset, LONG_POLL_S):
            following = connector_class(channel.source).next_offset(body, offset)
            await take_in(self._db, self._vault, channel, body, offset=following)
            offset = following
        return offset

    async def _free(self, channel: Channel) -> None:
        """Someone set a webhook on our bot: while it stands, there is nothing to poll."""
        try:
            await connector_of(channel, self._http).remove_webhook()
        except (PlatformError, Unreachable) as error:
            log.warning("webhook_not_removed", channel=channel.id, reason=type(error).__name__)


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, PollGone):
        return Trouble("taken", {"words": str(error)})
    if isinstance(error, PlatformError):
        return Trouble("refused", {"words": str(error)})
    return Trouble("unreachable", {"words": str(error)})


def _identity(channel: Channel) -> Identity:
    """A channel whose settings changed is another one to poll."""
    settings = tuple(sorted(channel.settings.items()))
    return channel.company_id, channel.id, channel.account_id, settings
