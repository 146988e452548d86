"""What a reader of the log sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

TOPIC = "events"
"""The bus topic; a wake-up's key is the organization's id."""


class EventType(StrEnum):
    """What can have happened. The values travel to clients that subscribed."""

    CHAT_CREATED = "chatCreated"
    CHAT_CHANGED = "chatChanged"
    CHAT_STATUS_CHANGED = "chatStatusChanged"
    CHAT_ASSIGNED = "chatAssigned"
    """{"chatId", "operatorId" (0: nobody's now), "byOperatorId" (0: the company)}"""
    CHAT_REMOVED = "chatRemoved"
    MESSAGE_CREATED = "messageCreated"
    MESSAGE_CHANGED = "messageChanged"
    MESSAGE_STATUS_CHANGED = "messageStatusChanged"
    NOTE_CREATED = "noteCreated"
    """{"chatId", "noteId"}: the note's text is for who asks for it, never in an event."""
    MENTION_CHANGED = "mentionChanged"
    """{"chatId", "operatorId", "isNew" (0: seen)}: an operator was called into a chat."""
    PIN_CHANGED = "pinChanged"
    """{"chatId", "operatorId", "isPinned" (0: not any more)}: for that operator's screens."""
    OPERATOR_CHANGED = "operatorChanged"
    ORGANIZATION_CHANGED = "organizationChanged"
    """Its name or its settings; no ids."""


@dataclass(frozen=True, slots=True)
class Event:
    """Fact `number` of one organization. `ids` say what it is about; the texts are elsewhere."""

    company_id: int
    organization_id: int
    number: int
    type: EventType
    ids: Mapping[str, int]
    at: int


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events in order, and the number up to which this page is complete."""

    events: list[Event]
    up_to: int
