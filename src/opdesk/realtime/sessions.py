"""Who is connected, as whom, and how far each has been told."""

from dataclasses import dataclass, field

from typing_extensions import override

from opdesk.kit.web import Credentials
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.realtime.signalr.connection import Connection


@dataclass(frozen=True, eq=False, slots=True)
class Holder:
    """Someone at the hub. Two are equal when they are the same person, however they proved it."""

    caller: Caller
    credentials: Credentials

    @property
    def person(self) -> tuple[int, int]:
        """(company, operator); operator 0 is the company itself."""
        operator_id = self.caller.operator_id if isinstance(self.caller, OperatorCaller) else 0
        return self.caller.company_id, operator_id

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holder) and self.person == other.person

    @override
    def __hash__(self) -> int:
        return hash(self.person)


@dataclass(eq=False, slots=True)
class Listener:
    """One connection and the organizations it hears."""

    connection: Connection
    holder: Holder
    seen: dict[int, int] = field(default_factory=dict)
    """Organization -> the number up to which this client was told."""
    is_subscriber: bool = False
    is_hidden: bool = False
    """Its page has said that nobody sees it."""
    is_gone: bool = False
    """Its connection has ended: nothing may hold it any more."""

    @property
    def is_panel(self) -> bool:
        """An operator's page: it hears of colleagues, and they of it."""
        return self.is_subscriber and isinstance(self.holder.caller, OperatorCaller)
