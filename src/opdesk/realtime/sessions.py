"""Who is connected, as whom, and how far each has been told."""

from dataclasses import dataclass, field

from opdesk.kit.web import Credentials
from opdesk.operators.model import Caller
from opdesk.realtime.signalr.connection import Connection


@dataclass(frozen=True, slots=True)
class Holder:
    """Someone at the hub. Two are equal when they are the same caller, however they proved it."""

    caller: Caller
    credentials: Credentials = field(compare=False)


@dataclass(eq=False)
class Listener:
    """One connection and the organizations it hears."""

    connection: Connection
    holder: Holder
    seen: dict[int, int] = field(default_factory=dict)
    """Organization -> the number up to which this client was told."""
    is_subscriber: bool = False
