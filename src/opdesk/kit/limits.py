"""Brakes, in this process's memory: on guessing, on haste, on what need not be so often."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.errors import TooManyRequests

MAX_KEYS = 50_000
_ROUNDING_S = 1e-6


@dataclass
class _Window:
    started_at: int
    count: int


class Pauses:
    """Until when each key is to be left alone; of too many, the oldest are forgotten."""

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        self._clock, self._max_keys = clock, max_keys
        self._ends: OrderedDict[int, float] = OrderedDict()

    def is_on(self, key: int) -> bool:
        return self._clock.monotonic_s() < self._ends.get(key, 0)

    def begin(self, key: int, pause_s: float) -> None:
        """Leave `key` alone for `pause_s` from now on."""
        now = self._clock.monotonic_s()
        self._ends[key] = now + pause_s
        self._ends.move_to_end(key)
        while self._ends and (len(self._ends) > self._max_keys or self._oldest_end() <= now):
            self._ends.popitem(last=False)

    def _oldest_end(self) -> float:
        return next(iter(self._ends.values()))


class FailureLimit:
    """Lets `allowed` attempts through in `window_s`; a success takes its own attempt back.

    An attempt is counted before it is checked, so that a thousand guesses at the same moment
    do not all slip through before the first of them has failed.
    """

    def __init__(self, clock: Clock, *, allowed: int, window_s: int) -> None:
        self._clock, self._allowed, self._window_s = clock, allowed, window_s
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def count(self, key: str) -> None:
        """Count one attempt. Raises TooManyRequests, with the seconds until it makes sense."""
        now = self._clock.now_ms()
        window = self._windows.get(key)
        if window is None or now - window.started_at >= self._window_s * SECOND_MS:
            window = self._windows[key] = _Window(now, 0)
            self._windows.move_to_end(key)
            if len(self._windows) > MAX_KEYS:
                self._windows.popitem(last=False)
        if window.count >= self._allowed:
            ends_in_ms = window.started_at + self._window_s * SECOND_MS - now
            raise TooManyRequests(
                "too many failed attempts; wait before the next one",
                retry_after_s=max(1, -(-ends_in_ms // SECOND_MS)),
            )
        window.count += 1

    def forgive(self, key: str) -> None:
        """The attempt was a success."""
        window = self._windows.get(key)
        if window is not None and window.count > 0:
            window.count -= 1


class Brake:
    """Lets `at_once` things of a key through at any time, and after that `per_s` of them.

    Whoever is faster is refused, and what is refused does not count.
    """

    def __init__(self, clock: Clock, *, per_s: float, at_once: int) -> None:
        self._clock = clock
        self._interval_s = 1 / per_s
        self._ahead_s = at_once / per_s
        self._next: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, key: Hashable) -> None:
        """Count one thing of `key`. Raises TooManyRequests, with the seconds until the next."""
        now = self._clock.monotonic_s()
        due = max(self._next.get(key, 0.0), now) + self._interval_s
        wait_s = due - self._ahead_s - now
        if wait_s > _ROUNDING_S:
            raise TooManyRequests(
                "this comes too fast; wait before the next one", retry_after_s=math.ceil(wait_s)
            )
        self._next[key] = due
        self._next.move_to_end(key)
        oldest = next(iter(self._next))
        if self._next[oldest] <= now or len(self._next) > MAX_KEYS:
            del self._next[oldest]


class Pace:
    """Lets `at_once` things through at any time, and after that `per_s` of them.

    Whoever is faster is told how long to wait, so that nothing is refused and nothing is lost.
    """

    def __init__(self, clock: Clock, *, per_s: float, at_once: int) -> None:
        self._clock = clock
        self._interval_s = 1 / per_s
        self._ahead_s = at_once / per_s
        self._next: OrderedDict[Hashable, float] = OrderedDict()

    def wait_s(self, key: Hashable) -> float:
        """Count one thing of `key`; the seconds to wait before it is done."""
        now = self._clock.monotonic_s()
        due = max(self._next.get(key, 0.0), now) + self._interval_s
        self._next[key] = due
        self._next.move_to_end(key)
        self._forget(now)
        return max(0.0, due - self._ahead_s - now)

    def _forget(self, now: float) -> None:
        """Keys whose time has come are as good as new; of the others the oldest give way."""
        oldest = next(iter(self._next))
        if self._next[oldest] <= now or len(self._next) > MAX_KEYS:
            del self._next[oldest]
