"""Notes for colleagues, who was called into a chat, and texts that are not sent yet."""

from opdesk.chats import access, store
from opdesk.chats.actions.writing import tell
from opdesk.chats.errors import DraftChanged
from opdesk.chats.model import (
    MAX_DRAFTS,
    MAX_MENTIONS,
    ChatState,
    KeptDraft,
    NewNote,
    Note,
    Ref,
    position_at,
)
from opdesk.events.model import EventType
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid, NotFound
from opdesk.operators import access as operators
from opdesk.operators.model import Caller, OperatorCaller, OperatorStatus


def add_note(tx: Tx, caller: Caller, chat_id: int, new: NewNote) -> Note:
    """Store a note. It is no message: nothing is sent, and the chat stays as it is.

    Who is mentioned is told. Raises ChatNotFound, Invalid naming `mentions`.
    """
    state = access.locked(tx, caller, chat_id)
    if new.client_key is not None:
        before = store.find_note_by_key(tx, state.company_id, chat_id, new.client_key)
        if before is not None:
            return before
    author = Ref(caller.operator_id, caller.name) if isinstance(caller, OperatorCaller) else None
    note = Note(
        id=tx.new_id("chat_notes"),
        company_id=state.company_id,
        chat_id=chat_id,
        text=new.text,
        operator=author,
        mentions=_called(tx, state, new.mentions),
        client_key=new.client_key,
        created_at=tx.now,
        position=position_at(tx.now),
    )
    store.insert_note(tx, note)
    tell(tx, state, EventType.NOTE_CREATED, noteId=note.id)
    for one in note.mentions:
        if author is None or one.id != author.id:
            store.insert_mention(tx, state.company_id, one.id, chat_id)
            tell(tx, state, EventType.MENTION_CHANGED, operatorId=one.id, isNew=1)
    return note


def _called(tx: Tx, state: ChatState, ids: tuple[int, ...]) -> tuple[Ref, ...]:
    """Active operators of the chat's organization, each once. Raises Invalid."""
    if len(ids) > MAX_MENTIONS:
        raise Invalid.field("mentions", f"must have at most {MAX_MENTIONS} elements")
    found = []
    for one in dict.fromkeys(ids):
        try:
            operator = operators.operator(tx, state.company_id, one)
        except NotFound:
            operator = None
        is_there = operator is not None and operator.organization_id == state.organization_id
        if operator is None or not is_there or operator.status is not OperatorStatus.ACTIVE:
            raise Invalid.field("mentions", f"{one} is no active operator of this organization")
        if not access.may_operator_see(tx, state, one):
            raise Invalid.field("mentions", f"{one} may not see this chat: a colleague has it")
        found.append(Ref(operator.id, operator.name))
    return tuple(found)


def list_notes(tx: Tx, caller: Caller, chat_id: int, before: int, size: int) -> list[Note]:
    """Oldest first; the last `size` before a note's id. Raises ChatNotFound."""
    chat = access.chat(tx, caller, chat_id)
    return store.list_notes(tx, chat.company_id, chat_id, before, size)


def list_mentions(tx: Tx, caller: Caller) -> list[int]:
    """Chats into which the operator was called and has not looked since."""
    me = operators.operator_of(caller)
    return store.list_mentions(tx, me.company_id, me.operator_id)


def see_mention(tx: Tx, caller: Caller, chat_id: int) -> None:
    """The operator has looked into a chat into which they were called."""
    state = access.locked(tx, caller, chat_id)
    me = operators.operator_of(caller)
    if store.delete_mention(tx, me.company_id, me.operator_id, chat_id):
        tell(tx, state, EventType.MENTION_CHANGED, operatorId=me.operator_id, isNew=0)


def get_draft(tx: Tx, caller: Caller, chat_id: int) -> KeptDraft:
    """The operator's own; an empty one of version 0 when there never was any."""
    access.chat(tx, caller, chat_id)
    me = operators.operator_of(caller)
    found = store.find_draft(tx, me.company_id, me.operator_id, chat_id)
    return found or KeptDraft(chat_id, "", 0, tx.now)


def list_drafts(tx: Tx, caller: Caller) -> list[KeptDraft]:
    """The operator's own that are not empty, the newest first."""
    me = operators.operator_of(caller)
    return store.list_drafts(tx, me.company_id, me.operator_id, MAX_DRAFTS)


def keep_draft(tx: Tx, caller: Caller, chat_id: int, text: str, version: int | None) -> KeptDraft:
    """Write the operator's draft; an empty text removes it.

    `version` is the one that its writer knows (None: whichever). Raises ChatNotFound, and
    DraftChanged when another one stands there.
    """
    access.locked(tx, caller, chat_id)
    me = operators.operator_of(caller)
    found = store.find_draft(tx, me.company_id, me.operator_id, chat_id)
    now = found or KeptDraft(chat_id, "", 0, tx.now)
    if now.text == text:
        return now
    if version is not None and version != now.version:
        raise DraftChanged(now)
    kept = KeptDraft(chat_id, text, now.version + 1, tx.now)
    store.save_draft(tx, me.company_id, me.operator_id, kept)
    return kept


def forget_sent_draft(tx: Tx, caller: Caller, chat_id: int, text: str) -> None:
    """What was sent is no draft any more. The caller has locked the chat."""
    if not isinstance(caller, OperatorCaller):
        return
    found = store.find_draft(tx, caller.company_id, caller.operator_id, chat_id)
    if found is not None and found.text and found.text.strip() == text.strip():
        gone = KeptDraft(chat_id, "", found.version + 1, tx.now)
        store.save_draft(tx, caller.company_id, caller.operator_id, gone)
