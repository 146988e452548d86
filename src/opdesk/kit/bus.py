"""Wake-ups between the parts of the program that work on what others have committed.

The bus carries no facts, only "look again": a lost wake-up costs time (every reader also polls
slowly), never a message. A broker between several nodes takes the place of `Bus` later.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from opdesk.kit.log import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wake:
    """`topic` says who should look, `key` narrows it down (a tenant's stream, or 0)."""

    topic: str
    key: int = 0


Listener = Callable[[Wake], None]


class Bus:
    """Hands wake-ups to whoever listens in this process, on the event loop's thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}

    def listen(self, topic: str, listener: Listener) -> None:
        """Call `listener` for each wake-up of `topic` from now on. It must not block or raise."""
        self._listeners.setdefault(topic, []).append(listener)

    def publish(self, wakes: Iterable[Wake]) -> None:
        for wake in wakes:
            for listener in self._listeners.get(wake.topic, ()):
                listener(wake)


class Alarm:
    """Lets a loop sleep until it is woken or `poll_s` has passed, whichever comes first."""

    def __init__(self, poll_s: float) -> None:
        self._poll_s = poll_s
        self._event = asyncio.Event()

    def ring(self, _wake: Wake | None = None) -> None:
        self._event.set()

    async def wait(self, at_most_s: float | None = None) -> None:
        """Returns at once when it rang since the last wait."""
        timeout_s = self._poll_s if at_most_s is None else min(at_most_s, self._poll_s)
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
