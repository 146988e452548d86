"""What a push tells, and to whom."""

from dataclasses import dataclass
from enum import StrEnum

from opdesk.chats.model import Author, Block, Chat, LineCode, Message

PUSH_KEY = "push"
"""The keyring's kind: of its secrets the server's VAPID key pairs are made."""
TTL_S = 3600
"""How long a push service keeps what a device does not take, and how long we try."""
MAX_TITLE_CHARS = 80
MAX_BODY_CHARS = 180


class Reason(StrEnum):
    """Why an operator is told of a chat."""

    MESSAGE = "message"
    """The client wrote."""
    MENTION = "mention"
    """A colleague calls the operator in a note."""
    ASSIGNED = "assigned"
    """A colleague or the company gave them the chat."""
    WOKEN = "woken"
    """They had put the chat aside, and its time has come."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as the service worker shows it. One with the same `tag` takes its place.

    `chat_id` None: a click opens the list.
    """

    title: str
    body: str
    tag: str
    chat_id: int | None


@dataclass(frozen=True, slots=True)
class Word:
    """Something to be told of a chat. `operator_id` None: to all who may take it."""

    reason: Reason
    company_id: int
    organization_id: int
    chat_id: int
    message_id: int
    operator_id: int | None


def tag_of(chat_id: int) -> str:
    """The same that the open panel gives its own notices, so that a chat has one."""
    return f"opdesk-chat-{chat_id}"


def is_theirs_to_hear(chat: Chat, operator_id: int) -> bool:
    """Whether a chat's client is this operator's to hear: in their own chats and nobody's.

    The open panel has the same rule in `alerts.ts`.
    """
    is_theirs = chat.operator is None or chat.operator.id == operator_id
    return is_theirs and chat.block is Block.NONE


def is_woken_line(message: Message) -> bool:
    """Whether a message of the system says that a chat's pause has ended."""
    line = message.details.line
    return message.author is Author.SYSTEM and line is not None and line.code is LineCode.WOKEN


def cut(text: str, most: int) -> str:
    """A text in one line, with an ellipsis when it is longer than `most` characters."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
