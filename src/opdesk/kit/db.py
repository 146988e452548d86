"""The database port: `read` and `write` run a plain function in one transaction.

There is no await inside a transaction, so a network call in one can't be written by mistake, and
the same function serves both databases.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from opdesk.kit.bus import Bus
from opdesk.kit.clock import Clock
from opdesk.kit.context import BeforeCommit, Tx

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Either database. All three calls raise what `f` raises, after rolling its work back.

    `Unavailable` means the database could not do it: nothing of `f` is acknowledged.
    """

    async def read(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """A short read: on SQLite it runs on the event loop itself (a point read takes 4 µs)."""
        ...

    async def read_slow(
        self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """A read that may take milliseconds: always in a thread."""
        ...

    async def write(self, f: Callable[Concatenate[Tx, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """Returns once the transaction is on disk. `f` may run twice."""
        ...

    async def scrub(self) -> None:
        """Take what was deleted out of the files as well, where the database allows it."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of every connection."""
        ...


class Outlet:
    """What every writing transaction of either database shares: its hooks, clock and bus."""

    def __init__(self, clock: Clock, bus: Bus, before_commit: Sequence[BeforeCommit]) -> None:
        self.clock = clock
        self.bus = bus
        self._before_commit = tuple(before_commit)

    def finish(self, tx: Tx) -> None:
        """The last statements before COMMIT."""
        for hook in self._before_commit:
            hook(tx)
