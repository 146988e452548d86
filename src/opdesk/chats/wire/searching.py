"""JSON shapes of what a search finds."""

from collections.abc import Sequence

from opdesk.chats.model import FoundChat, FoundMessage, SearchPage
from opdesk.chats.wire.shapes import ChatOut, MediaUrl, RefOut
from opdesk.kit.errors import Invalid
from opdesk.kit.searching import Asked, Span, asked_in
from opdesk.kit.wire import Id, Wire, time_out

MAX_SEARCH_CHARS = 200


class SpanOut(Wire):
    """From `start` to before `end`, in UTF-16 code units, as JavaScript counts them."""

    start: int
    end: int

    example = {"start": 4, "end": 9}


class FoundChatOut(Wire):
    """A chat found by its client, and where the words stand in the client's name and phone."""

    chat: ChatOut
    name_spans: list[SpanOut]
    phone_spans: list[SpanOut]

    example = {
        "chat": ChatOut.example,
        "nameSpans": [{"start": 0, "end": 5}],
        "phoneSpans": [],
    }

    @classmethod
    def of(cls, found: FoundChat, url: MediaUrl) -> "FoundChatOut":
        client = found.chat.client
        return cls(
            chat=ChatOut.of(found.chat, url),
            name_spans=spans_out(client.name, found.in_name),
            phone_spans=spans_out(client.phone or "", found.in_phone),
        )


class FoundMessageOut(Wire):
    """`name` and `source` are the chat's. `text` is a part of the message around the first word,

    on one line and at most 202 characters long, and `spans` are where the words stand in it.
    """

    chat_id: Id
    message_id: Id
    name: str
    source: int
    author: int
    operator: RefOut | None
    created_at: str
    text: str
    spans: list[SpanOut]

    example = {
        "chatId": 1204,
        "messageId": 90211,
        "name": "Taras Bondar",
        "source": 1,
        "author": 1,
        "operator": None,
        "createdAt": "2026-11-25T10:14:03.120Z",
        "text": "The blue kettle, please",
        "spans": [{"start": 9, "end": 15}],
    }

    @classmethod
    def of(cls, found: FoundMessage) -> "FoundMessageOut":
        message, chat = found.message, found.chat
        operator = message.operator
        return cls(
            chat_id=message.chat_id,
            message_id=message.id,
            name=chat.client.name,
            source=int(chat.source),
            author=int(message.author),
            operator=RefOut(id=operator.id, name=operator.name) if operator else None,
            created_at=time_out(message.created_at),
            text=found.snippet,
            spans=spans_out(found.snippet, found.spans),
        )


class SearchOut(Wire):
    """`chats` are found by the client's name or phone, and only the first page has them.

    `next` is the `after` of the next page; until it is null, a page may have few messages or none.
    """

    chats: list[FoundChatOut]
    messages: list[FoundMessageOut]
    next: str | None

    example = {
        "chats": [FoundChatOut.example],
        "messages": [FoundMessageOut.example],
        "next": "90211",
    }

    @classmethod
    def of(cls, page: SearchPage, url: MediaUrl) -> "SearchOut":
        return cls(
            chats=[FoundChatOut.of(one, url) for one in page.chats],
            messages=[FoundMessageOut.of(one) for one in page.messages],
            next=str(page.next) if page.next is not None else None,
        )


def spans_out(text: str, spans: Sequence[Span]) -> list[SpanOut]:
    return [SpanOut(start=_units(text[:start]), end=_units(text[:end])) for start, end in spans]


def search_in(text: str | None) -> Asked:
    """What is looked for. Raises Invalid naming `text`."""
    if text is None or not text.strip():
        raise Invalid.field("text", "is required")
    if len(text) > MAX_SEARCH_CHARS:
        raise Invalid.field("text", f"must have at most {MAX_SEARCH_CHARS} characters")
    return asked_in(text)


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)
