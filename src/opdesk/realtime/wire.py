"""What the hub's events and signals look like; chats and messages come in their API form."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from opdesk.chats.model import Chat, Message
from opdesk.events.model import Event, EventType
from opdesk.kit.wire import Id, Wire, WireIn, time_out
from opdesk.realtime.signalr.protocol import Outgoing, invocation


class Shapes(Protocol):
    """Chats and messages as the API shows them; the composition root brings it."""

    def chat(self, chat: Chat) -> Any: ...

    def message(self, message: Message) -> Any: ...


class SendOptionsIn(WireIn):
    """The third argument of a send. `last_seen_message_id`: hold it if a colleague answered since;

    `force`: send it all the same; `client_message_id`: a repeat sends nothing twice.
    """

    last_seen_message_id: Id | None = None
    force: bool = False
    client_message_id: str | None = None

    example = {"lastSeenMessageId": 170, "force": False, "clientMessageId": None}


class PositionIn(msgspec.Struct):
    """Where a client is: `numbers` by organization id, valid for one `epoch` of the log."""

    epoch: str
    numbers: dict[str, int]


class PositionOut(Wire):
    epoch: str
    numbers: dict[str, int]

    example = {"epoch": "5f0c", "numbers": {"24": 8812}}


class EventOut(Wire):
    """One event for clients that subscribed. `up_to`: everything until there is told."""

    epoch: str
    organization_id: int
    number: int
    up_to: int
    type: str
    data: Any

    example = {
        "epoch": "5f0c",
        "organizationId": 24,
        "number": 8812,
        "upTo": 8812,
        "type": "chatRemoved",
        "data": {"id": 5},
    }


class FeedEventOut(Wire):
    """One event of a page: its number, what it is, and the state of things as it is now."""

    number: int
    type: str
    data: Any

    example = {"number": 8812, "type": "chatRemoved", "data": {"id": 5}}


class EventPageOut(Wire):
    """Events in order. Nothing is missing up to `up_to`, whatever numbers are not among them."""

    epoch: str
    organization_id: int
    up_to: int
    reload: bool
    events: list[FeedEventOut]

    example = {
        "epoch": "5f0c",
        "organizationId": 24,
        "upTo": 8812,
        "reload": False,
        "events": [FeedEventOut.example],
    }


class Told(msgspec.Struct):
    """One event: as ChatHub tells it (if it does) and as we do (if clients need it).

    `hidden` is what subscribers hear of it who may not see the chat (any more).
    """

    number: int
    legacy: Outgoing | None
    ours: Outgoing | None
    hidden: Outgoing | None = None


_SHOWN_AS = {
    EventType.CHAT_CREATED: "chatCreated",
    EventType.CHAT_CHANGED: "chatChanged",
    EventType.CHAT_STATUS_CHANGED: "chatChanged",
    EventType.CHAT_ASSIGNED: "chatAssigned",
    EventType.MESSAGE_CREATED: "messageCreated",
    EventType.MESSAGE_CHANGED: "messageChanged",
    EventType.MESSAGE_STATUS_CHANGED: "messageChanged",
    EventType.ORGANIZATION_CHANGED: "organizationChanged",
    EventType.NOTE_CREATED: "noteCreated",
    EventType.MENTION_CHANGED: "mentionChanged",
    EventType.PIN_CHANGED: "pinChanged",
}

_ONLY_IDS = (EventType.NOTE_CREATED, EventType.MENTION_CHANGED, EventType.PIN_CHANGED)
"""What colleagues say among themselves goes to nobody who did not ask for it."""


class Teller:
    """Makes frames of events, from the state of things as it is now."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    def message(self, message: Message) -> Any:
        """A message as the API shows it."""
        return self._shapes.message(message)

    def tell(
        self,
        event: Event,
        epoch: str,
        chats: Mapping[int, Chat | None],
        messages: Mapping[int, Message | None],
    ) -> Told:
        chat = chats.get(event.ids.get("chatId", 0))
        message = messages.get(event.ids.get("messageId", 0))
        shown, hidden = self.shown(event, chats, messages), hidden_as(event)
        place = (epoch, event.organization_id, event.number)
        return Told(
            number=event.number,
            legacy=self._legacy(event, chat, message),
            ours=_event(*place, *shown) if shown else None,
            hidden=_event(*place, *hidden) if hidden else None,
        )

    def shown(
        self,
        event: Event,
        chats: Mapping[int, Chat | None],
        messages: Mapping[int, Message | None],
    ) -> tuple[str, Any] | None:
        """An event's type and data for subscribers; None when it is not for them."""
        chat = chats.get(event.ids.get("chatId", 0))
        message = messages.get(event.ids.get("messageId", 0))
        kind = _SHOWN_AS.get(event.type)
        if event.type is EventType.CHAT_REMOVED:
            return "chatRemoved", {"id": event.ids["chatId"]}
        if kind is None:
            return None
        if event.type is EventType.ORGANIZATION_CHANGED:
            return kind, {"id": event.organization_id}
        if kind.startswith("message"):
            return (kind, self._shapes.message(message)) if message else None
        if chat is None:
            # Told as what it is by now: nothing comes back to life by replay.
            return "chatRemoved", {"id": event.ids["chatId"]}
        return kind, self._of_chat(event, chat)

    def _of_chat(self, event: Event, chat: Chat) -> Any:
        if event.type in _ONLY_IDS:
            return dict(event.ids)
        shown = self._shapes.chat(chat)
        return _assigned(event, shown) if event.type is EventType.CHAT_ASSIGNED else shown

    def _legacy(self, event: Event, chat: Chat | None, message: Message | None) -> Outgoing | None:
        """The five events of the contract, with exactly these arguments."""
        if event.type is EventType.CHAT_CREATED and chat is not None:
            return invocation("ChatCreated", [self._shapes.chat(chat)])
        if event.type is EventType.CHAT_STATUS_CHANGED:
            return invocation("ChatStatusChanged", [event.ids["chatId"], event.ids["status"]])
        if event.type is EventType.MESSAGE_STATUS_CHANGED:
            return invocation("MessageStatusChanged", [event.ids["messageId"], event.ids["status"]])
        if event.type is EventType.MESSAGE_CREATED and message is not None:
            target = "ReceiveMediaMessage" if message.media else "ReceiveMessage"
            return invocation(target, [self._shapes.message(message)])
        return None


def hidden_as(event: Event) -> tuple[str, Any] | None:
    """What those hear who may not see an event's chat: that it has gone out of their sight."""
    if event.type is EventType.CHAT_ASSIGNED:
        return "chatRemoved", {"id": event.ids["chatId"]}
    return None


def reload_event(epoch: str, organization_id: int, number: int) -> Outgoing:
    """The log can't tell what a client missed: it must read everything anew."""
    return _event(epoch, organization_id, number, "reload", {})


def up_to_date_event(epoch: str, organization_id: int, number: int, now: int) -> Outgoing:
    """Nothing is missing up to `number`; that was so at `now`, ms UTC."""
    return _event(epoch, organization_id, number, "upToDate", {"at": time_out(now)})


class SignalOut(Wire):
    """Something of the moment: it has no number and is never told again."""

    organization_id: int
    type: str
    data: Any

    example = {"organizationId": 24, "type": "clientTyping", "data": {"chatId": 5}}


class PersonOut(Wire):
    id: int
    name: str

    example = {"id": 21, "name": "Olena"}


class PresenceOut(Wire):
    """One operator, all tabs together: whose chats are on screen, and where they write."""

    operator: PersonOut
    is_online: bool
    reading: Sequence[int]
    writing: Sequence[int]

    example = {
        "operator": PersonOut.example,
        "isOnline": True,
        "reading": [5],
        "writing": [],
    }


def presence_signal(organization_id: int, presence: PresenceOut) -> Outgoing:
    return _signal(organization_id, "presence", presence)


def client_typing_signal(organization_id: int, chat_id: int) -> Outgoing:
    return _signal(organization_id, "clientTyping", {"chatId": chat_id})


def signed_out_signal(organization_id: int, reason: str) -> Outgoing:
    return _signal(organization_id, "signedOut", {"reason": reason})


def _signal(organization_id: int, kind: str, data: Any) -> Outgoing:
    return invocation("Signal", [SignalOut(organization_id=organization_id, type=kind, data=data)])


def _event(epoch: str, organization_id: int, number: int, kind: str, data: Any) -> Outgoing:
    shown = EventOut(
        epoch=epoch,
        organization_id=organization_id,
        number=number,
        up_to=number,
        type=kind,
        data=data,
    )
    return invocation("Event", [shown])


def _assigned(event: Event, chat: Any) -> dict[str, Any]:
    """Whose the chat became, and who did that; null: nobody's, and the company."""
    return {
        "chat": chat,
        "operatorId": event.ids["operatorId"] or None,
        "byOperatorId": event.ids["byOperatorId"] or None,
    }
