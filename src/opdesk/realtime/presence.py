"""Who of an organization is online, which chats they have on screen, where they write.

All of it lives in memory and goes to the organization's open panels only. Many tabs of one
operator count as one; a tab that goes away for a moment (a reload) does not make its operator
leave. Where operators see their own and nobody's chats alone, a chat that somebody has is told to
no colleague: not that it is there, nor that anybody reads or writes in it.
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
Tell = Callable[[int, Outgoing, int | None], None]
"""(organization, signal, operator): to the organization's open panels, or to one operator's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A chat that somebody reads or writes in. `holder` is the operator who has it."""

    id: int
    organization_id: int
    holder: int | None


@dataclass(slots=True)
class Operator:
    """One operator with at least one tab, or who has just closed the last one."""

    organization_id: int
    person: PersonOut
    tabs: dict[Listener, int | None] = field(default_factory=dict)
    """Open panels, each with the chat that it shows."""
    writing: dict[int, float] = field(default_factory=dict)
    """Chat -> until when (monotonic seconds)."""
    held: set[int] = field(default_factory=set)
    """Those of these chats that somebody has."""
    leaves_at: float | None = None
    told: PresenceOut | None = None
    signal: Outgoing | None = None
    """`told`, encoded once for everyone who hears it."""

    def state(self, *, own_only: bool) -> PresenceOut:
        """`own_only`: chats that somebody has are left out."""
        secret = self.held if own_only else set()
        reading = {chat_id for chat_id in self.tabs.values() if chat_id is not None}
        return PresenceOut(
            operator=self.person,
            is_online=bool(self.tabs) or self.leaves_at is not None,
            reading=sorted(reading - secret),
            writing=sorted(self.writing.keys() - secret),
        )

    def note(self, chat: Seen) -> None:
        if chat.holder is None:
            self.held.discard(chat.id)
        else:
            self.held.add(chat.id)

    def is_in(self, chat_id: int) -> bool:
        return chat_id in self.writing or chat_id in self.tabs.values()

    def tidy(self) -> None:
        """Forget what is not looked at any more."""
        self.held = {chat_id for chat_id in self.held if self.is_in(chat_id)}


class Presence:
    """What operators do at this moment, told to their colleagues whenever it changes."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock, self._tell = clock, tell
        self._operators: dict[int, Operator] = {}
        self._by_organization: defaultdict[int, set[int]] = defaultdict(set)
        self._everyone: dict[int, Batch] = {}
        self._own_only: set[int] = set()

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

    def reads(self, listener: Listener, chat: Seen | None) -> None:
        """A panel shows this chat, or none."""
        operator = self._of(listener)
        if operator is not None and listener in operator.tabs:
            operator.tabs[listener] = chat.id if chat else None
            if chat is not None:
                operator.note(chat)
            operator.tidy()
            self._tell_change(operator)

    def writes(self, operator_id: int, chat: Seen) -> None:
        operator = self._operators.get(operator_id)
        if operator is not None and operator.tabs:
            operator.writing[chat.id] = self._clock.monotonic_s() + WRITING_S
            operator.note(chat)
            self._tell_change(operator)

    def changed(self, chat: Seen) -> None:
        """A chat may be somebody's now, or nobody's."""
        for one in self._by_organization.get(chat.organization_id, ()):
            operator = self._operators[one]
            if operator.is_in(chat.id):
                operator.note(chat)
                self._tell_change(operator)

    def set_own_only(self, organization_id: int, own_only: bool) -> None:
        """Whether an organization's operators see their own and nobody's chats alone."""
        if own_only == (organization_id in self._own_only):
            return
        self._own_only ^= {organization_id}
        for one in self._by_organization.get(organization_id, ()):
            self._tell_change(self._operators[one])

    def has_sent(self, operator_id: int, chat_id: int) -> None:
        """What was being written is on its way."""
        operator = self._operators.get(operator_id)
        if operator is not None and operator.writing.pop(chat_id, None) is not None:
            self._tell_change(operator)

    def client_writes(self, chat: Seen) -> None:
        place = chat.organization_id
        only = chat.holder if place in self._own_only else None
        self._tell(place, client_typing_signal(place, chat.id), only)

    def look_again(self) -> None:
        """Let time pass: writing that has stopped, operators who did not come back."""
        now = self._clock.monotonic_s()
        for operator in list(self._operators.values()):
            for chat_id in _past(operator.writing.items(), now):
                del operator.writing[chat_id]
            operator.tidy()
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
        state = operator.state(own_only=operator.organization_id in self._own_only)
        if state != operator.told:
            operator.told = state
            operator.signal = presence_signal(operator.organization_id, state)
            self._everyone.pop(operator.organization_id, None)
            self._tell(operator.organization_id, operator.signal, None)


def _past(ends: Iterable[tuple[int, float]], now: float) -> list[int]:
    return [chat_id for chat_id, end in ends if end <= now]
