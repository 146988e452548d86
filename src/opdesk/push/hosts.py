"""How each push service is treated: so many calls at once, and rest after a failure."""

from dataclasses import dataclass

from opdesk.kit.clock import Clock
from opdesk.kit.ids import jittered

AT_ONCE_OF_HOST = 8
"""So that a service that hangs keeps the others' pushes from waiting."""
FIRST_REST_S = 5.0
LONGEST_REST_S = 300.0
MAX_KNOWN = 1_000


@dataclass(slots=True)
class _Host:
    running: int = 0
    failures: int = 0
    rests_until: float = 0.0


class Hosts:
    """Who may be called now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Host] = {}

    def has_room(self, host: str) -> bool:
        known = self._known.get(host)
        if known is None:
            return True
        return known.running < AT_ONCE_OF_HOST and known.rests_until <= self._clock.monotonic_s()

    def begin(self, host: str) -> None:
        self._known.setdefault(host, _Host()).running += 1

    def end(self, host: str) -> None:
        known = self._known[host]
        known.running -= 1
        if len(self._known) > MAX_KNOWN and not known.running:
            del self._known[host]

    def worked(self, host: str) -> None:
        self._known[host].failures = 0

    def failed(self, host: str, after_s: float | None) -> None:
        """Leave it alone: as long as it says, else 5, 10, 20 … 300 seconds, more or less."""
        known = self._known[host]
        # Those that ran beside the first failure tell nothing new.
        if known.rests_until > self._clock.monotonic_s():
            return
        known.failures += 1
        usual = min(FIRST_REST_S * 2.0 ** min(known.failures - 1, 10), LONGEST_REST_S)
        rest_s = jittered(usual) if after_s is None else after_s
        known.rests_until = self._clock.monotonic_s() + rest_s
