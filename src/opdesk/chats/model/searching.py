"""What a search through chats and messages finds."""

from dataclasses import dataclass

from opdesk.chats.model.chats import Chat, Message
from opdesk.kit.searching import Span


@dataclass(frozen=True, slots=True)
class FoundChat:
    """A chat whose client's name and phone have every word, and where they stand there."""

    chat: Chat
    in_name: list[Span]
    in_phone: list[Span]


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message that has every word, and where they stand in `snippet`, a part of its text."""

    message: Message
    chat: Chat
    snippet: str
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`next`: the message before which the search goes on, None behind the last. A page may have

    fewer messages than asked for, and none, before that.
    """

    chats: list[FoundChat]
    messages: list[FoundMessage]
    next: int | None
