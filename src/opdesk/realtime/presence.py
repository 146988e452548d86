"""Who of an organization is online, which chats they have on screen, where they write.

All of it lives in memory and goes to the organization's open panels only. Many tabs of one
operator count as one; a tab that goes away for a moment (a reload) does not make its operator
leave.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from opdesk.kit.clock import Clock
from opdesk.operators.model import OperatorCaller
from opdesk.realtime.sessions import Listener
from opdesk.realtime.signalr.protocol import Batch, Outgoing
from opdesk.realtime.wire import PersonOut, PresenceOut, client_typing_signal, presence_signal

WRITING_S = 6.0
"""How long one `Typing` counts; clients repeat it every 3 seconds while somebody writes."""
LEAVING_S = 5.0
"""How long an operator without a tab still counts as online."""
Tell = Callable[[int, Outgoing], None]
"""(organization, signal): to the organization's open panels."""


@dataclass(slots=True)
class Operator:
    """One operator with at least one tab, or who has just closed the last one."""

    organization_id: int
    person: PersonOut
    tabs: dict[Listener, int | None] = field(default_factory=dict)
    """Open panels, each with the chat that it shows."""
    writing: dict[int, float] = field(default_factory=dict)
    """Chat -> until when (monotonic seconds)."""
    leaves_at: float | None = None
    told: PresenceOut | None = None
    signal: Outgoing | None = None
    """`told`, encoded once for everyone who hears it."""

    def state(self) -> PresenceOut:
        reading = {chat_id for chat_id in self.tabs.values() if chat_id is not None}
        return PresenceOut(
            operator=self.person,
            is_online=bool(self.tabs) or self.leaves_at is not None,
            reading=sorted(reading),
            writing=sorted(self.writing),
        )


class Presence:
    """What operators do at this moment, told to their colleagues whenever it changes."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock, self._tell = clock, tell
        self._operators: dict[int, Operator] = {}
        self._by_organization: defaultdict[int, set[int]] = defaultdict(set)
        self._everyone: dict[int, Batch] = {}

    def came(self, listener: Listener) -> None:
        """A panel has subscribed: it hears who is there, and they hear of its operator."""
        caller = listener.holder.caller
        if not isinstance(caller, OperatorCaller):
            return
        operator = self._operators.get(caller.operator_id)
        if operator is None:
            person = PersonOut(id=caller.operator_id, name=caller.name)
            operator = Operator(caller.organization_id, person)
            self._operators[caller.operator_id] = operator
            self._by_organization[caller.organization_id].add(caller.operator_id)
        operator.tabs.setdefault(listener, None)
        operator.leaves_at = None
        self._tell_change(operator)
        listener.connection.send_batch(self._everyone_of(caller.organization_id))

    def left(self, listener: Listener) -> None:
        operator = self._of(listener)
        if operator is None or listener not in operator.tabs:
            return
        del operator.tabs[listener]
        if not operator.tabs:
            operator.leaves_at = self._clock.monotonic_s() + LEAVING_S
            operator.writing.clear()
        self._tell_change(operator)

    def reads(self, listener: Listener, chat_id: int | None) -> None:
        """A panel shows this chat, or none."""
        operator = self._of(listener)
        if operator is not None and listener in operator.tabs:
            operator.tabs[listener] = chat_id
            self._tell_change(operator)

    def writes(self, operator_id: int, chat_id: int) -> None:
        operator = self._operators.get(operator_id)
        if operator is not None and operator.tabs:
            operator.writing[chat_id] = self._clock.monotonic_s() + WRITING_S
            self._tell_change(operator)

    def has_sent(self, operator_id: int, chat_id: int) -> None:
        """What was being written is on its way."""
        operator = self._operators.get(operator_id)
        if operator is not None and operator.writing.pop(chat_id, None) is not None:
            self._tell_change(operator)

    def client_writes(self, organization_id: int, chat_id: int) -> None:
        self._tell(organization_id, client_typing_signal(organization_id, chat_id))

    def look_again(self) -> None:
        """Let time pass: writing that has stopped, operators who did not come back."""
        now = self._clock.monotonic_s()
        for operator in list(self._operators.values()):
            for chat_id in _past(operator.writing.items(), now):
                del operator.writing[chat_id]
            if operator.leaves_at is not None and operator.leaves_at <= now:
                operator.leaves_at = None
                self._forget(operator)
            self._tell_change(operator)

    def _everyone_of(self, organization_id: int) -> Batch:
        """Who is there, as one frame for all panels that come while nothing changes."""
        known = self._everyone.get(organization_id)
        if known is None:
            operators = (self._operators[one] for one in self._by_organization[organization_id])
            known = Batch([operator.signal for operator in operators if operator.signal])
            self._everyone[organization_id] = known
        return known

    def _of(self, listener: Listener) -> Operator | None:
        caller = listener.holder.caller
        return (
            self._operators.get(caller.operator_id) if isinstance(caller, OperatorCaller) else None
        )

    def _forget(self, operator: Operator) -> None:
        del self._operators[operator.person.id]
        others = self._by_organization[operator.organization_id]
        others.discard(operator.person.id)
        if not others:
            del self._by_organization[operator.organization_id]

    def _tell_change(self, operator: Operator) -> None:
        state = operator.state()
        if state != operator.told:
            operator.told = state
            operator.signal = presence_signal(operator.organization_id, state)
            self._everyone.pop(operator.organization_id, None)
            self._tell(operator.organization_id, operator.signal)


def _past(ends: Iterable[tuple[int, float]], now: float) -> list[int]:
    return [chat_id for chat_id, end in ends if end <= now]
