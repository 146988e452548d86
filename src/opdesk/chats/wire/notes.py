"""JSON shapes of notes, mentions and drafts."""

from opdesk.chats.model import MAX_DRAFT_CHARS, MAX_NOTE_CHARS, KeptDraft, NewNote, Note
from opdesk.chats.wire.shapes import RefOut
from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours
from opdesk.kit.wire import Id, Wire, WireIn, time_out


class ChatNoteIn(WireIn):
    """`mentions` are ids of active operators; a repeat of `clientNoteId` stores nothing."""

    text: str
    mentions: list[Id] = []
    client_note_id: str | None = None

    example = {
        "text": "@Bohdan Melnyk, the client asks for an invoice",
        "mentions": [22],
        "clientNoteId": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a11",
    }

    def to_note(self) -> NewNote:
        key = self.client_note_id
        if key is not None and not 1 <= len(key) <= 200:
            raise Invalid.field("clientNoteId", "must have 1 to 200 characters")
        text = _text(self.text, MAX_NOTE_CHARS).strip()
        if not text:
            raise Invalid.field("text", f"must have 1 to {MAX_NOTE_CHARS} characters")
        return NewNote(text, tuple(self.mentions), key)


class ChatNoteOut(Wire):
    """A note stands among the chat's messages by `position`. `operator` null: the company's."""

    id: Id
    chat_id: Id
    text: str
    operator: RefOut | None
    mentions: list[RefOut]
    client_note_id: str | None
    created_at: str
    position: int

    example = {
        "id": 4,
        "chatId": 5,
        **ChatNoteIn.example,
        "operator": {"id": 21, "name": "Olena Koval"},
        "mentions": [{"id": 22, "name": "Bohdan Melnyk"}],
        "createdAt": "2026-11-24T09:30:00.000Z",
        "position": 1837259712000000,
    }

    @classmethod
    def of(cls, note: Note) -> "ChatNoteOut":
        operator = note.operator
        return cls(
            id=note.id,
            chat_id=note.chat_id,
            text=note.text,
            operator=RefOut(id=operator.id, name=operator.name) if operator else None,
            mentions=[RefOut(id=one.id, name=one.name) for one in note.mentions],
            client_note_id=note.client_key,
            created_at=time_out(note.created_at),
            position=note.position,
        )


class ChatNotesOut(Wire):
    """Oldest first. `next` is the `before` of the page of older ones; null: there are none."""

    items: list[ChatNoteOut]
    next: Id | None

    example = {"items": [ChatNoteOut.example], "next": None}

    @classmethod
    def of(cls, notes: list[Note], size: int) -> "ChatNotesOut":
        """`notes` are asked for with one more than `size`, which tells whether that is all."""
        shown = notes[-size:]
        following = shown[0].id if len(notes) > size else None
        return cls(items=[ChatNoteOut.of(one) for one in shown], next=following)


class MentionsOut(Wire):
    """Chats into which the operator was called and has not looked since."""

    chat_ids: list[Id]

    example = {"chatIds": [5]}


class UnreadOut(Wire):
    """Chats with something that nobody has read."""

    chat_ids: list[Id]

    example = {"chatIds": [8, 5]}


class ChatDraftIn(WireIn):
    """`version` is the one that the writer has read (0: none); without it any may stand there."""

    text: str
    version: int | None = None

    example = {"text": "Good afternoon! Your par", "version": 3}

    def to_text(self) -> str:
        """A draft of nothing but spaces is none."""
        text = _text(self.text, MAX_DRAFT_CHARS)
        return text if text.strip() else ""


class ChatDraftOut(Wire):
    """`version` grows with every change; an empty `text` is no draft."""

    chat_id: Id
    text: str
    version: int
    updated_at: str

    example = {
        "chatId": 5,
        "text": "Good afternoon! Your par",
        "version": 4,
        "updatedAt": "2026-11-24T09:30:00.000Z",
    }

    @classmethod
    def of(cls, draft: KeptDraft) -> "ChatDraftOut":
        return cls(
            chat_id=draft.chat_id,
            text=draft.text,
            version=draft.version,
            updated_at=time_out(draft.updated_at),
        )


class ChatDraftsOut(Wire):
    """The operator's drafts, the newest first: at most 500."""

    items: list[ChatDraftOut]

    example = {"items": [ChatDraftOut.example]}


def _text(given: str, most: int) -> str:
    try:
        text = clean_ours(given, multiline=True)
    except ValueError as error:
        raise Invalid.field("text", str(error)) from error
    if len(text) > most:
        raise Invalid.field("text", f"must have at most {most} characters")
    return text
