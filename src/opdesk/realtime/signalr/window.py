"""The numbered messages of a stateful reconnect, in both directions.

Specification: HubProtocol.md in dotnet/aspnetcore, "Stateful Reconnect". It says that Sequence
names the next new message; Microsoft's own client and server send the number of the first message
that they repeat, and so do we, since only then do both ends count alike.
"""

from collections import deque

from opdesk.realtime.signalr.protocol import BadMessageError, Frame

MAX_UNACKED_BYTES = 100_000
"""How much is kept for a client that comes back; more waits until it has acknowledged."""


class Window:
    """What was sent and not acknowledged, and what was received."""

    def __init__(self) -> None:
        self.received = 0
        """The number of the last message of the client's that was acted on."""
        self._told = 0
        self._counted = 0
        self._last_sent = 0
        self._unacked: deque[Frame] = deque()
        self._unacked_bytes = 0
        self._replay: list[Frame] = []

    @property
    def has_room(self) -> bool:
        return self._unacked_bytes < MAX_UNACKED_BYTES

    @property
    def has_replay(self) -> bool:
        return bool(self._replay)

    @property
    def has_news(self) -> bool:
        """Whether the client does not know yet what has been received."""
        return self.received > self._told

    @property
    def first_unacked(self) -> int:
        """The number of the oldest message that may be lost; the next one if none may."""
        return self._last_sent - len(self._unacked) + 1

    def sent(self, frame: Frame) -> None:
        self._last_sent += 1
        self._unacked.append(frame)
        self._unacked_bytes += len(frame)

    def acked(self, number: int) -> None:
        """Everything up to `number` has arrived. Raises BadMessageError for what was never sent."""
        if number > self._last_sent:
            raise BadMessageError("a message was acknowledged that was never sent")
        while self._unacked and self.first_unacked <= number:
            self._unacked_bytes -= len(self._unacked.popleft())

    def replay(self, start: Frame) -> None:
        self._replay = [start, *self._unacked]

    def take_replay(self) -> list[Frame]:
        frames, self._replay = self._replay, []
        return frames

    def continued_at(self, number: int) -> None:
        """The client's next message has this number. Raises BadMessageError for a hole."""
        if not 1 <= number <= self.received + 1:
            raise BadMessageError("the sequence goes on behind a message that never came")
        self._counted = number - 1
        # A client that repeats what was acknowledged has not heard of it.
        self._told = min(self._told, self._counted)

    def told(self) -> None:
        self._told = self.received

    def is_new(self) -> bool:
        """Count one numbered message of the client's; False when it came before."""
        self._counted += 1
        if self._counted <= self.received:
            return False
        self.received = self._counted
        return True
