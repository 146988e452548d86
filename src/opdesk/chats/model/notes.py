"""What operators write beside the conversation: notes for colleagues, and texts not sent yet."""

from dataclasses import dataclass

from opdesk.chats.model.chats import Ref

MAX_NOTE_CHARS = 4_000
MAX_MENTIONS = 50
MAX_NOTES = 100
"""Notes of one page."""
MAX_DRAFT_CHARS = 20_000
MAX_DRAFTS = 500
"""Drafts that one call lists, the newest."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note stands among a chat's messages by its `position` and never leaves the desk.

    `operator` is None for one of the company. `mentions` are the operators whom it calls.
    """

    id: int
    company_id: int
    chat_id: int
    text: str
    operator: Ref | None
    mentions: tuple[Ref, ...]
    client_key: str | None
    created_at: int
    position: int


@dataclass(frozen=True, slots=True)
class NewNote:
    """`client_key`: the same key again stores nothing and answers the first note."""

    text: str
    mentions: tuple[int, ...] = ()
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What an operator has begun to write in a chat. `version` grows with every change.

    An empty text is no draft; its version stays, so that a late writer is told of it.
    """

    chat_id: int
    text: str
    version: int
    updated_at: int
