"""Telling connections what the log says: live, after a gap, and that nothing is missing.

For each organization that somebody listens to there is one follower, which reads a page once and
hands the same bytes to everyone. Each listener knows the number up to which it was told, so that
replaying and following can't tell a thing twice or leave one out.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from opdesk.events import actions as events
from opdesk.events.model import TOPIC
from opdesk.kit.bus import Wake
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.operators.model import OperatorCaller
from opdesk.realtime.actions import Page, read_page
from opdesk.realtime.sessions import Listener
from opdesk.realtime.signalr.protocol import Batch, Outgoing
from opdesk.realtime.wire import PositionIn, Teller, Told, reload_event, up_to_date_event

log = get_logger(__name__)
UP_TO_DATE_EVERY_S = 10
MAX_SHARED_PAGES = 64
_PAUSED = 2**62
"""Larger than any number: nothing is new to a listener who is catching up."""


class ToldPage:
    """A page of the log in both its forms, each put together once for everyone who hears it.

    Where operators see their own chats alone, each of them hears a page of their own.
    """

    def __init__(self, page: Page, told: Sequence[Told]) -> None:
        self.up_to = page.up_to
        self.told = told
        self._page = page
        self._ours = Batch([one.ours for one in told if one.ours is not None])
        self._legacy = Batch([one.legacy for one in told if one.legacy is not None])

    def after(self, number: int, listener: Listener) -> Batch:
        """What somebody hears of it who was told up to `number` before."""
        caller, is_ours = listener.holder.caller, listener.is_subscriber
        is_shared = not (self._page.own_only and isinstance(caller, OperatorCaller))
        if is_shared and self.told and number < self.told[0].number:
            return self._ours if is_ours else self._legacy
        heard = []
        for event, one in zip(self._page.events, self.told, strict=True):
            shown = one.ours if is_ours else one.legacy
            if self._page.is_hidden(event, caller):
                shown = one.hidden if is_ours else None
            if one.number > number and shown is not None:
                heard.append(shown)
        return Batch(heard)


class Follower:
    """Reads one organization's log once for all of its listeners."""

    def __init__(self, company_id: int, organization_id: int, position: int, now: int) -> None:
        self.company_id = company_id
        self.organization_id = organization_id
        self.position = position
        self.read_at = now
        """When `position` was last seen to be the end of the log, ms UTC."""
        self.told_at = 0
        self.listeners: set[Listener] = set()
        self.missed: dict[int, asyncio.Task[ToldPage | None]] = {}
        """Number -> what came behind it, for clients that come back at the same moment."""
        self.is_reading = False
        self.is_woken = False

    def moved_to(self, position: int) -> None:
        """The log is known to reach to `position`; what was read of it before may not."""
        self.position = position
        self.missed.clear()


class Followers:
    """One follower for each organization that somebody listens to."""

    def __init__(
        self, db: Database, clock: Clock, teller: Teller, noticed: Callable[[Page], None]
    ) -> None:
        self._db, self._clock, self._teller, self._noticed = db, clock, teller, noticed
        self._by_organization: dict[int, Follower] = {}
        self._tasks: set[asyncio.Task[bool]] = set()
        self.epoch = ""

    async def join(self, listener: Listener, organizations: Iterable[int]) -> None:
        """Let a listener hear what happens from now on."""
        self.epoch = self.epoch or await self._db.read(events.epoch)
        for organization_id in organizations:
            if organization_id in listener.seen:
                continue
            follower = self._by_organization.get(organization_id)
            if follower is None:
                follower = await self._begin(listener.holder.caller.company_id, organization_id)
            # While that was awaited it may have gone, or joined by another way and read on.
            if not listener.is_gone and organization_id not in listener.seen:
                self._add(listener, follower)
            self._drop_if_unheard(follower)

    def _add(self, listener: Listener, follower: Follower) -> None:
        listener.seen[follower.organization_id] = follower.position
        follower.listeners.add(listener)
        if listener.is_subscriber:
            # It has no number of this organization, whose log did not begin just now.
            self._tell_reload(listener, follower.organization_id, follower.position)

    async def _begin(self, company_id: int, organization_id: int) -> Follower:
        now = self._clock.now_ms()
        number = await self._db.read(events.last_number, company_id, organization_id)
        new = Follower(company_id, organization_id, number, now)
        follower = self._by_organization.setdefault(organization_id, new)
        # What was committed since that number was read has woken nobody.
        self.woken(Wake(TOPIC, organization_id))
        return follower

    def leave(self, listener: Listener) -> None:
        listener.is_gone = True
        for organization_id in listener.seen:
            follower = self._by_organization.get(organization_id)
            if follower is not None:
                follower.listeners.discard(listener)
                self._drop_if_unheard(follower)

    def _drop_if_unheard(self, follower: Follower) -> None:
        if not follower.listeners:
            self._by_organization.pop(follower.organization_id, None)

    def say_up_to_date_to(self, listener: Listener) -> None:
        """Tell a client that has just caught up so, as far as that is known."""
        for organization_id in listener.seen:
            follower = self._by_organization[organization_id]
            _say_up_to_date_to(listener, follower, self._up_to_date(follower))

    def panels(self, organization_id: int) -> list[Listener]:
        """The operators' pages that hear an organization."""
        follower = self._by_organization.get(organization_id)
        return [one for one in follower.listeners if one.is_panel] if follower else []

    def woken(self, wake: Wake) -> None:
        follower = self._by_organization.get(wake.key)
        if follower is None:
            return
        follower.is_woken = True
        if not follower.is_reading:
            task = asyncio.create_task(self._read_on(follower))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def look_again(self) -> None:
        """Make lost wake-ups good, and tell subscribers now and then that nothing is missing."""
        for follower in list(self._by_organization.values()):
            if await self._read_on(follower):
                self._say_up_to_date(follower)

    async def catch_up(self, listener: Listener, known: PositionIn) -> None:
        """Send what happened since the client's numbers; following waits until that is done.

        Every organization waits, not only the one whose turn it is: a live event would put the
        client's position behind what it has still to be told.
        """
        organizations = sorted(listener.seen)
        listener.seen.update(dict.fromkeys(organizations, _PAUSED))
        try:
            for organization_id in organizations:
                number = await self._caught_up(listener, organization_id, known)
                listener.seen[organization_id] = number
        except BaseException:
            # What was told so far has no end, so that nothing may follow on this connection.
            listener.connection.close("the log can't be read right now", allow_reconnect=True)
            raise

    async def _caught_up(self, listener: Listener, organization_id: int, known: PositionIn) -> int:
        """The number up to which the listener has been told by then."""
        after = known.numbers.get(str(organization_id))
        if after is None or known.epoch != self.epoch or after < 0:
            number = self._by_organization[organization_id].position
            self._tell_reload(listener, organization_id, number)
            return number
        return await self._replay(listener, organization_id, after)

    async def _replay(self, listener: Listener, organization_id: int, after: int) -> int:
        """The number up to which the listener has been told, which is the follower's by then."""
        connection, follower = listener.connection, self._by_organization[organization_id]
        number = after
        while not connection.is_closing:
            page = await self._missed(follower, number)
            if page is None:
                self._tell_reload(listener, organization_id, follower.position)
                return follower.position
            number = page.up_to
            connection.send_batch(page.after(after, listener))
            # Nothing is awaited between this look and the end of the pause. An empty page is no
            # end: while it was read the others may have been told more.
            if number >= follower.position:
                break
            await connection.drained()
        return number

    async def _missed(self, follower: Follower, number: int) -> ToldPage | None:
        """What came behind a number, read once for all who ask until the log goes on."""
        reading = follower.missed.get(number)
        if reading is None:
            place = (follower.company_id, follower.organization_id, number)
            reading = asyncio.create_task(self._db.read_slow(self._read_and_tell, *place))
            follower.missed[number] = reading
            if len(follower.missed) > MAX_SHARED_PAGES:
                del follower.missed[next(iter(follower.missed))]
        try:
            # One of them may go away meanwhile; the others still wait for it.
            return await asyncio.shield(reading)
        except Unavailable:
            # Whoever comes next tries again.
            if follower.missed.get(number) is reading:
                del follower.missed[number]
            raise

    def _read_and_tell(
        self, tx: Tx, company_id: int, organization_id: int, number: int
    ) -> ToldPage | None:
        page = read_page(tx, company_id, organization_id, number)
        return None if page is None else self._told(page)

    async def _read_on(self, follower: Follower) -> bool:
        """Tell everything that is new; False when that is not known. One reader at a time."""
        if follower.is_reading:
            follower.is_woken = True
            return False
        follower.is_reading = True
        try:
            is_more = True
            while is_more or follower.is_woken:
                follower.is_woken = False
                is_more = await self._tell_page(follower)
        except Unavailable as error:
            log.warning("hub_behind", organization=follower.organization_id, reason=str(error))
            return False
        finally:
            follower.is_reading = False
        return True

    async def _tell_page(self, follower: Follower) -> bool:
        """Whether there may be more."""
        place = (follower.company_id, follower.organization_id)
        began_at = self._clock.now_ms()
        page = await self._db.read(read_page, *place, follower.position)
        if page is None:
            # The log was cut below us: everyone reads anew from its end.
            follower.moved_to(await self._db.read(events.last_number, *place))
            for listener in follower.listeners:
                self._send_to_end(listener, follower)
            return False
        if not page.events:
            follower.read_at = began_at
            # What was shared so far has addresses of files in it, which end.
            follower.missed.clear()
            return False
        told = self._told(page)
        follower.moved_to(page.up_to)
        for listener in follower.listeners:
            _hand_out(listener, follower.organization_id, told)
        self._noticed(page)
        return True

    def _told(self, page: Page) -> ToldPage:
        tell, known = self._teller.tell, (page.chats, page.messages)
        return ToldPage(page, [tell(event, self.epoch, *known) for event in page.events])

    def _send_to_end(self, listener: Listener, follower: Follower) -> None:
        if listener.seen[follower.organization_id] == _PAUSED:
            return  # It is catching up, and finds the cut by itself.
        listener.seen[follower.organization_id] = follower.position
        if listener.is_subscriber:
            self._tell_reload(listener, follower.organization_id, follower.position)

    def _tell_reload(self, listener: Listener, organization_id: int, number: int) -> None:
        listener.connection.send(reload_event(self.epoch, organization_id, number))

    def _say_up_to_date(self, follower: Follower) -> None:
        now = self._clock.now_ms()
        if now - follower.told_at < UP_TO_DATE_EVERY_S * SECOND_MS:
            return
        follower.told_at = now
        told = self._up_to_date(follower)
        for listener in follower.listeners:
            _say_up_to_date_to(listener, follower, told)

    def _up_to_date(self, follower: Follower) -> Outgoing:
        place = (follower.organization_id, follower.position)
        return up_to_date_event(self.epoch, *place, follower.read_at)


def _say_up_to_date_to(listener: Listener, follower: Follower, told: Outgoing) -> None:
    if listener.is_subscriber and listener.seen[follower.organization_id] == follower.position:
        listener.connection.send(told)


def _hand_out(listener: Listener, organization_id: int, page: ToldPage) -> None:
    seen = listener.seen[organization_id]
    if page.up_to > seen:
        listener.connection.send_batch(page.after(seen, listener))
        listener.seen[organization_id] = page.up_to
