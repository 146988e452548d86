"""Stand-ins for what tests must hold in their hands: the time."""

from typing_extensions import override

from opdesk.kit.clock import SystemClock


class MovableClock(SystemClock):
    """The machine's clock, which a test can put ahead."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    @override
    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    @override
    def monotonic_s(self) -> float:
        return super().monotonic_s() + self.ahead_ms / 1000

    def move(self, *, seconds: float) -> None:
        self.ahead_ms += round(seconds * 1000)
