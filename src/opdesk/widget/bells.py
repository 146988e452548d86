"""Pages that wait for news of their visitor's chat, and the signs that nobody stores.

A page asks, and its answer waits until there is something to tell: that gets through every proxy,
and a tab that slept simply asks again. The log of an organization is read once for all of its
pages; a lost wake-up costs two seconds, and every answer has the whole newest page in it.
"""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Iterator

from opdesk.events import actions as events
from opdesk.events.model import TOPIC, EventPage, EventType
from opdesk.kit.bus import Alarm, Bus, Wake
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import TooManyRequests, Unavailable
from opdesk.kit.log import get_logger

log = get_logger(__name__)
MAX_WAITING = 5_000
"""Pages that wait at the same moment, in all."""
MAX_OF_VISITOR = 6
"""Of one visitor; the oldest goes on at once. It may be a page that was left."""
LOOK_AGAIN_S = 2.0
WRITING_S = 6.0
"""How long one sign of an operator's typing counts; panels repeat it every 3 seconds."""
MAX_WRITING = 10_000
NO_CHAT = 0
"""The chat of a visitor who has not written yet."""
Stream = tuple[int, int]
"""(company, organization)"""


class Bell(asyncio.Event):
    """`is_over`: whoever waits for it goes on, whether there is news or not."""

    is_over = False

    def end(self) -> None:
        self.is_over = True
        self.set()


class Bells:
    """Rings for the pages of a chat when something may have happened in it."""

    def __init__(self, db: Database, bus: Bus, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._waiting: dict[Stream, defaultdict[int, set[Bell]]] = {}
        self._of_visitor: dict[str, deque[Bell]] = {}
        self._count = 0
        self._numbers: dict[Stream, int] = {}
        self._writing: dict[int, float] = {}
        self._alarm = Alarm(LOOK_AGAIN_S)
        self._is_ending = False
        bus.listen(TOPIC, self._woken)

    @property
    def waiting_pages(self) -> int:
        """How many pages wait at this moment."""
        return self._count

    @contextlib.contextmanager
    def waiting(self, stream: Stream, chat_id: int, visitor_key: str) -> Iterator[Bell]:
        """A bell of a chat (`NO_CHAT`: of whichever begins). Raises TooManyRequests."""
        if self._count >= MAX_WAITING:
            raise TooManyRequests("too many pages wait for news", retry_after_s=5)
        bell = Bell()
        if self._is_ending:
            bell.end()
        chats = self._waiting.setdefault(stream, defaultdict(set))
        chats[chat_id].add(bell)
        pages = self._of_visitor.setdefault(visitor_key, deque())
        pages.append(bell)
        self._count += 1
        if len(pages) > MAX_OF_VISITOR:
            pages[0].end()
            pages.rotate(-1)
        try:
            yield bell
        finally:
            self._count -= 1
            self._leave(stream, chat_id, visitor_key, bell)

    def _leave(self, stream: Stream, chat_id: int, visitor_key: str, bell: Bell) -> None:
        pages = self._of_visitor[visitor_key]
        pages.remove(bell)
        if not pages:
            del self._of_visitor[visitor_key]
        chats = self._waiting[stream]
        chats[chat_id].discard(bell)
        if not chats[chat_id]:
            del chats[chat_id]
        if not chats:
            del self._waiting[stream]
            self._numbers.pop(stream, None)

    def operator_writes(self, company_id: int, chat_id: int) -> None:
        """Somebody of the organization writes to this chat's client just now."""
        now = self._clock.monotonic_s()
        was_known = self.writes_for_s(chat_id) > 0
        self._writing.pop(chat_id, None)
        self._writing[chat_id] = now + WRITING_S
        if len(self._writing) > MAX_WRITING or next(iter(self._writing.values())) <= now:
            del self._writing[next(iter(self._writing))]
        if not was_known:
            self._ring_of_company(company_id, chat_id)

    def writes_for_s(self, chat_id: int) -> float:
        """For how many seconds the last sign of typing still counts; 0 when nobody writes."""
        return max(0.0, self._writing.get(chat_id, 0.0) - self._clock.monotonic_s())

    def shut_down(self) -> None:
        """Nobody waits from here on."""
        self._is_ending = True
        for pages in self._of_visitor.values():
            for bell in pages:
                bell.end()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._alarm.wait()
            for stream in list(self._waiting):
                try:
                    await self._look(stream)
                except Unavailable as error:
                    log.warning("widget_behind", reason=str(error))

    async def _look(self, stream: Stream) -> None:
        known = self._numbers.get(stream)
        last, page = await self._db.read(_since, stream, known)
        if known is not None and known == last:
            return
        self._numbers[stream] = last if page is None else page.up_to
        if page is None:
            self._ring(stream, None)
            return
        for event in page.events:
            chat_id = event.ids.get("chatId", NO_CHAT)
            self._ring(stream, chat_id)
            if event.type is EventType.MESSAGE_CREATED:
                # What was being written may be here: the next sign begins anew.
                self._writing.pop(chat_id, None)
            if event.type is EventType.CHAT_CREATED:
                self._ring(stream, NO_CHAT)
        if page.up_to < last:
            self._alarm.ring()

    def _ring(self, stream: Stream, chat_id: int | None) -> None:
        """The pages of a chat, or (None) all of the organization."""
        chats = self._waiting.get(stream)
        if chats is None:
            return
        for place in list(chats) if chat_id is None else [chat_id]:
            for bell in chats.get(place, ()):
                bell.set()

    def _ring_of_company(self, company_id: int, chat_id: int) -> None:
        for stream in self._waiting:
            if stream[0] == company_id:
                self._ring(stream, chat_id)

    def _woken(self, wake: Wake) -> None:
        if any(organization_id == wake.key for _, organization_id in self._waiting):
            self._alarm.ring()


def _since(tx: Tx, stream: Stream, known: int | None) -> tuple[int, EventPage | None]:
    """(the log's last number, what happened behind `known`); no page: ring everyone."""
    last = events.last_number(tx, *stream)
    return last, None if known is None else events.events_after(tx, *stream, known)
