"""Reads what happens in organizations whose operators have devices, and what of it is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from opdesk.chats import actions as chats
from opdesk.chats.model import Author
from opdesk.devices import actions as devices
from opdesk.events import actions as events
from opdesk.events.model import Event, EventType
from opdesk.kit.context import Tx
from opdesk.push.model import Reason, Word, is_woken_line

Stream = tuple[int, int]
"""(company, organization)"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word, and the devices that it is for: (device, operator)."""

    word: Word
    devices: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a log; `is_more`: something follows it already."""

    up_to: int
    heard: list[Heard]
    is_more: bool


def begin(tx: Tx, stream: Stream) -> int:
    """Where a log ends now."""
    return events.last_number(tx, *stream)


def read_on(tx: Tx, stream: Stream, after: int) -> Stretch:
    """What is told of what happened behind a number. What was cut off the log is not told."""
    page = events.events_after(tx, *stream, after)
    if page is None:
        return Stretch(events.last_number(tx, *stream), [], is_more=False)
    words = list(_newest(_words(tx, page.events)))
    heard = [Heard(word, _devices(tx, stream, word)) for word in words]
    return Stretch(page.up_to, [one for one in heard if one.devices], bool(page.events))


def _words(tx: Tx, happened: Iterable[Event]) -> Iterable[Word]:
    for event in happened:
        word = _word(tx, event)
        if word is not None:
            yield word


def _word(tx: Tx, event: Event) -> Word | None:
    ids = event.ids
    if event.type is EventType.MESSAGE_CREATED:
        return _word_of_message(tx, event)
    if event.type is EventType.MENTION_CHANGED and ids.get("isNew"):
        return _word_to(event, Reason.MENTION, ids["operatorId"])
    if event.type is EventType.CHAT_ASSIGNED:
        given = ids.get("operatorId")
        if given and given != ids.get("byOperatorId"):
            return _word_to(event, Reason.ASSIGNED, given)
    return None


def _word_of_message(tx: Tx, event: Event) -> Word | None:
    message = chats.find_message(tx, event.company_id, event.ids["messageId"])
    if message is None or not (message.author is Author.CLIENT or is_woken_line(message)):
        return None
    chat = chats.find_chat(tx, event.company_id, message.chat_id)
    if chat is None:
        return None
    holder = chat.operator.id if chat.operator else None
    if message.author is Author.CLIENT:
        return _word_to(event, Reason.MESSAGE, holder, message.id)
    return None if holder is None else _word_to(event, Reason.WOKEN, holder)


def _word_to(event: Event, reason: Reason, operator_id: int | None, message_id: int = 0) -> Word:
    place = (event.company_id, event.organization_id, event.ids["chatId"])
    return Word(reason, *place, message_id, operator_id)


def _newest(words: Iterable[Word]) -> Iterable[Word]:
    """The last word of each kind to each operator of each chat."""
    return {(one.reason, one.chat_id, one.operator_id): one for one in words}.values()


def _devices(tx: Tx, stream: Stream, word: Word) -> tuple[tuple[int, int], ...]:
    return tuple(devices.list_ids(tx, *stream, word.operator_id))
