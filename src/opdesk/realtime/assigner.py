"""Gives the chats of the queue to the operators who are connected, as organizations say."""

import asyncio
from collections.abc import Callable

from opdesk.chats import actions as chats
from opdesk.events.model import TOPIC
from opdesk.kit.bus import Alarm, Bus, Wake
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.organizations import actions as organizations

log = get_logger(__name__)
LOOK_EVERY_S = 5.0
"""Who comes or goes wakes nobody, and neither does a setting: so late they count at most."""
Present = Callable[[int], frozenset[int]]
"""(organization) -> its operators who are connected."""


class Assigner:
    """Looks when something happened in an organization that assigns, and now and then at all."""

    def __init__(self, db: Database, bus: Bus, present: Present) -> None:
        self._db, self._present = db, present
        self._alarm = Alarm(LOOK_EVERY_S)
        self._watched: frozenset[int] = frozenset()
        bus.listen(TOPIC, self._woken)

    async def run(self) -> None:
        """For the life of the server."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("assigner_behind", reason=str(error))
            await self._alarm.wait()

    async def look(self) -> int:
        """Give what can be given now; how many chats."""
        found = await self._db.read(organizations.assigning)
        self._watched = frozenset(organization_id for _, organization_id in found)
        return sum([await self._serve(*place) for place in found])

    async def _serve(self, company_id: int, organization_id: int) -> int:
        given, some = 0, True
        while some:
            present = self._present(organization_id)
            place = (company_id, organization_id)
            if not present or not await self._db.read(chats.has_queue, *place):
                break
            count = await self._db.write(chats.give_queue, *place, present)
            given, some = given + count, count > 0
            # Others write between two helpings.
            await asyncio.sleep(0)
        return given

    def _woken(self, wake: Wake) -> None:
        if wake.key in self._watched:
            self._alarm.ring()
