"""The log of events for callers without a hub connection: a page of it, or a wait for one."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator

from opdesk.events import actions as events
from opdesk.events.model import TOPIC
from opdesk.kit.bus import Bus, Wake
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import TooManyRequests
from opdesk.operators.model import Caller
from opdesk.realtime.actions import Page, organization_for, read_page
from opdesk.realtime.wire import EventPageOut, FeedEventOut, Teller, hidden_as

MAX_WAITING = 2_000
"""Callers who wait at the same moment, in all."""


class Feed:
    """Pages of the log. `position` of a caller is (epoch, number), as on the hub."""

    def __init__(self, db: Database, bus: Bus, teller: Teller) -> None:
        self._db, self._teller = db, teller
        self._waiting: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self._is_ending = False
        bus.listen(TOPIC, self._woken)

    async def page(
        self, caller: Caller, organization_id: int, epoch: str | None, after: int | None
    ) -> EventPageOut:
        """What happened after a number; without one, only where the log stands.

        Raises OrganizationNotFound.
        """
        found = await self._db.read_slow(_look, caller, organization_id, epoch, after)
        its_epoch, last, page = found
        return EventPageOut(
            epoch=its_epoch,
            organization_id=organization_id,
            up_to=last if page is None else page.up_to,
            reload=page is None and after is not None,
            events=[] if page is None else self._shown(page, caller),
        )

    @contextlib.contextmanager
    def listening(self, organization_id: int) -> Iterator[asyncio.Event]:
        """A bell that rings when something may have happened there. Raises TooManyRequests."""
        if sum(map(len, self._waiting.values())) >= MAX_WAITING:
            raise TooManyRequests("too many callers wait for events", retry_after_s=5)
        bell = asyncio.Event()
        self._waiting[organization_id].add(bell)
        try:
            yield bell
        finally:
            self._waiting[organization_id].discard(bell)
            if not self._waiting[organization_id]:
                del self._waiting[organization_id]

    @property
    def is_ending(self) -> bool:
        return self._is_ending

    def shut_down(self) -> None:
        """Nobody waits from here on."""
        self._is_ending = True
        for bells in self._waiting.values():
            for bell in bells:
                bell.set()

    def _woken(self, wake: Wake) -> None:
        for bell in self._waiting.get(wake.key, ()):
            bell.set()

    def _shown(self, page: Page, caller: Caller) -> list[FeedEventOut]:
        found = []
        for event in page.events:
            shown = self._teller.shown(event, page.chats, page.messages)
            if page.is_hidden(event, caller):
                shown = hidden_as(event)
            if shown is not None:
                found.append(FeedEventOut(number=event.number, type=shown[0], data=shown[1]))
        return found


def _look(
    tx: Tx, caller: Caller, organization_id: int, epoch: str | None, after: int | None
) -> tuple[str, int, Page | None]:
    """(the log's epoch, its last number, the page); no page: nothing was asked, or can be told."""
    organization_for(tx, caller, organization_id)
    its_epoch = events.epoch(tx)
    last = events.last_number(tx, caller.company_id, organization_id)
    if after is None or epoch != its_epoch:
        return its_epoch, last, None
    return its_epoch, last, read_page(tx, caller.company_id, organization_id, after)
