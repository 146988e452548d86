"""Decides when a device is told, and sees to it: waiting, one notice for many messages, retries.

All of it lives in memory. A notice is of the moment: what a crash loses is in the panel as soon as
somebody looks, and a write for each notice would cost the messages more than it is worth.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from opdesk.devices import actions as devices
from opdesk.devices.model import TOPIC as DEVICES, Subscription
from opdesk.events.model import TOPIC as EVENTS
from opdesk.kit.bus import Alarm, Bus, Wake
from opdesk.kit.clock import Clock
from opdesk.kit.db import Database
from opdesk.kit.errors import Unavailable
from opdesk.kit.log import get_logger
from opdesk.push.following import Heard, Stream, begin, read_on
from opdesk.push.hosts import Hosts
from opdesk.push.model import TTL_S, Reason, Shown, Word
from opdesk.push.preparing import prepare
from opdesk.push.sending import Outcome, PushSender, Verdict, host_of

log = get_logger(__name__)
LOOK_AGAIN_S = 30.0
"""A lost wake-up, or a device that another server took, is noticed so late at most."""
TICK_S = 0.5
SETTLE_S = 2.0
"""So long a notice waits for further messages, and for an operator whose page just reloads."""
REST_S = 15.0
"""Between two notices of one chat on one device."""
MAX_WAITING = 20_000
AT_ONCE = 32
BATCH = 100
MAX_ATTEMPTS = 5

Watching = Callable[[], frozenset[int]]
"""The operators before whose eyes a panel is: it speaks for itself."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A word on its way to a device. Times are monotonic seconds.

    `host`: whose push service, once that is known.
    """

    device_id: int
    operator_id: int
    word: Word
    since: float
    due_at: float
    attempts: int = 0
    host: str = ""

    @property
    def key(self) -> tuple[int, int]:
        """A chat has one notice on a device."""
        return self.device_id, self.word.chat_id


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the pusher is, in seconds."""

    settle_s: float = SETTLE_S
    rest_s: float = REST_S
    tick_s: float = TICK_S


class Pusher:
    """Runs for the life of the server."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, sender: PushSender, watching: Watching
    ) -> None:
        self._db, self._clock, self._sender, self._watching = db, clock, sender, watching
        self.pace = Pace()
        self._positions: dict[Stream, int] = {}
        self._woken: set[int] = set()
        self._listed_at = float("-inf")
        self._waiting: dict[tuple[int, int], Notice] = {}
        self._told_at: dict[tuple[int, int], float] = {}
        self._hosts = Hosts(clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._logs, self._queue = Alarm(LOOK_AGAIN_S), Alarm(LOOK_AGAIN_S)
        bus.listen(EVENTS, self._happened)
        bus.listen(DEVICES, self._subscribed)

    async def run(self) -> None:
        """Until cancelled."""
        if self._sender.is_on:
            await asyncio.gather(self._follow(), self._deliver())

    async def close(self) -> None:
        """What is under way is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what happens ----------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            try:
                await self._look()
            except Unavailable as error:
                log.warning("push_behind", reason=str(error))
            await self._logs.wait()

    async def _look(self) -> None:
        now = self._clock.monotonic_s()
        streams = list(self._positions)
        if now - self._listed_at >= LOOK_AGAIN_S:
            streams = await self._list()
            self._listed_at = now
        else:
            woken, self._woken = self._woken, set()
            streams = [one for one in streams if one[1] in woken]
        for stream in streams:
            is_more = True
            while is_more:
                is_more = await self._read(stream)

    async def _list(self) -> list[Stream]:
        """The streams with devices; those that had none are followed from now on."""
        found = await self._db.read(devices.list_watched)
        known = self._positions
        self._positions = {
            stream: known[stream] if stream in known else await self._db.read(begin, stream)
            for stream in found
        }
        return found

    async def _read(self, stream: Stream) -> bool:
        """Whether there may be more."""
        stretch = await self._db.read(read_on, stream, self._positions[stream])
        self._positions[stream] = stretch.up_to
        watching = self._watching()
        for heard in stretch.heard:
            self._put(heard, watching)
        return stretch.is_more

    def _put(self, heard: Heard, watching: frozenset[int]) -> None:
        now = self._clock.monotonic_s()
        for device_id, operator_id in heard.devices:
            if operator_id in watching:
                continue
            due_at = now + self.pace.settle_s
            new = Notice(device_id, operator_id, heard.word, now, due_at)
            told_at = self._told_at.get(new.key)
            if told_at is not None:
                new = replace(new, due_at=max(due_at, told_at + self.pace.rest_s))
            self._wait(new)
        self._queue.ring()

    def _wait(self, new: Notice) -> None:
        """One notice of a chat: the newest word, at the time when the first one is due."""
        first = self._waiting.get(new.key)
        if first is not None:
            word = new.word if _tells_more(new.word, first.word) else first.word
            self._waiting[new.key] = replace(first, word=word)
        elif len(self._waiting) < MAX_WAITING:
            self._waiting[new.key] = new
        else:
            log.warning("push_dropped", reason="too many wait", device=new.device_id)

    def _happened(self, wake: Wake) -> None:
        if any(organization_id == wake.key for _, organization_id in self._positions):
            self._woken.add(wake.key)
            self._logs.ring()

    def _subscribed(self, _wake: Wake) -> None:
        self._listed_at = float("-inf")
        self._logs.ring()

    # --- what is told ----------------------------------------------------------

    async def _deliver(self) -> None:
        while True:
            try:
                await self._start_due()
            except Unavailable as error:
                log.warning("push_behind", reason=str(error))
            await self._queue.wait(self.pace.tick_s if self._waiting else None)

    async def _start_due(self) -> None:
        self._forget_told()
        due = self._due()
        if not due:
            return
        prepared = await self._db.read(prepare, [(one.device_id, one.word) for one in due])
        watching = self._watching()
        for notice, ready in zip(due, prepared, strict=True):
            # A newer word has come meanwhile: it is looked at by itself.
            if self._waiting.get(notice.key) is not notice:
                continue
            if ready is None or notice.operator_id in watching:
                del self._waiting[notice.key]
                continue
            self._start(notice, *ready)
        self._queue.ring()

    def _due(self) -> Sequence[Notice]:
        now = self._clock.monotonic_s()
        room = min(AT_ONCE - len(self._tasks), BATCH)
        found: list[Notice] = []
        for notice in list(self._waiting.values()):
            if len(found) >= room:
                break
            if notice.since + TTL_S < now:
                del self._waiting[notice.key]
            elif notice.due_at <= now and self._hosts.has_room(notice.host):
                found.append(notice)
        return found

    def _start(self, notice: Notice, subscription: Subscription, shown: Shown) -> None:
        host = host_of(subscription.endpoint)
        if not self._hosts.has_room(host):
            self._waiting[notice.key] = replace(notice, host=host)
            return
        del self._waiting[notice.key]
        self._hosts.begin(host)
        task = asyncio.create_task(self._send(replace(notice, host=host), subscription, shown))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._queue.ring()

    async def _send(self, notice: Notice, subscription: Subscription, shown: Shown) -> None:
        try:
            outcome = await self._sender.send(subscription, shown, notice.device_id)
            await self._note(notice, outcome)
        except Unavailable as error:
            # The device is there for the next time, which forgets it.
            log.warning("push_behind", reason=str(error))
        except Exception:
            # A bug of ours with one notice must not stop the others.
            log.exception("push_failed", device=notice.device_id)
        finally:
            self._hosts.end(notice.host)

    async def _note(self, notice: Notice, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.LATER:
            self._hosts.failed(notice.host, outcome.after_s)
            self._try_again(notice, outcome)
            return
        self._hosts.worked(notice.host)
        self._told_at[notice.key] = self._clock.monotonic_s()
        if outcome.verdict is Verdict.GONE:
            await self._db.write(devices.forget, notice.word.company_id, notice.device_id)
        if outcome.verdict is not Verdict.SENT:
            told = {"host": notice.host, "device": notice.device_id, "reason": outcome.why}
            log.info("push_not_sent", **told)

    def _try_again(self, notice: Notice, outcome: Outcome) -> None:
        if notice.attempts + 1 >= MAX_ATTEMPTS:
            told = {"host": notice.host, "device": notice.device_id, "reason": outcome.why}
            log.warning("push_given_up", **told)
            return
        # What came meanwhile tells more, and goes when the service has rested.
        self._waiting.setdefault(notice.key, replace(notice, attempts=notice.attempts + 1))

    def _forget_told(self) -> None:
        before = self._clock.monotonic_s() - self.pace.rest_s
        self._told_at = {key: at for key, at in self._told_at.items() if at > before}


def _tells_more(new: Word, old: Word) -> bool:
    """A later message replaces a former one; what is about the operator stays."""
    return new.reason is not Reason.MESSAGE or old.reason is Reason.MESSAGE
