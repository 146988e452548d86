"""SQL of notes, mentions and drafts."""

import json

from sqlalchemy import BigInteger, bindparam, delete, insert, select, type_coerce, update

from opdesk.chats.model import KeptDraft, Note, Ref
from opdesk.chats.store.tables import chat_drafts, chat_mentions, chat_notes, operators
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import in_json, statement

_n, _m, _d = chat_notes.c, chat_mentions.c, chat_drafts.c
_in_chat = (_n.company_id == bindparam("company"), _n.chat_id == bindparam("chat"))
_notes = select(
    _n.id,
    _n.chat_id,
    _n.operator_id,
    _n.text,
    _n.mentions,
    _n.client_key,
    _n.created_at,
    _n.position,
).where(*_in_chat)
NOTES_BEFORE = statement(
    _notes.where(_n.id < bindparam("before")).order_by(_n.id.desc()).limit(bindparam("size"))
)
NOTE_BY_KEY = statement(_notes.where(_n.client_key == bindparam("key")))
ADD_NOTE = statement(
    insert(chat_notes).values(
        company_id=bindparam("company"),
        id=bindparam("note"),
        chat_id=bindparam("chat"),
        operator_id=bindparam("operator"),
        text=bindparam("words"),
        mentions=bindparam("called"),
        client_key=bindparam("key"),
        created_at=bindparam("now"),
        position=bindparam("place"),
    )
)
_their_id = type_coerce(operators.c.id, BigInteger)
NAMES = statement(
    select(operators.c.id, operators.c.name).where(
        operators.c.company_id == bindparam("company"), in_json(_their_id, "ids")
    )
)
_of_operator = (_m.company_id == bindparam("company"), _m.operator_id == bindparam("operator"))
MENTIONS = statement(select(_m.chat_id).where(*_of_operator).order_by(_m.chat_id))
MENTION = statement(select(_m.chat_id).where(*_of_operator, _m.chat_id == bindparam("chat")))
ADD_MENTION = statement(
    insert(chat_mentions).values(
        company_id=bindparam("company"),
        operator_id=bindparam("operator"),
        chat_id=bindparam("chat"),
    )
)
DROP_MENTION = statement(
    delete(chat_mentions).where(*_of_operator, _m.chat_id == bindparam("chat"))
)
_own = (_d.company_id == bindparam("company"), _d.operator_id == bindparam("operator"))
_own_in_chat = (*_own, _d.chat_id == bindparam("chat"))
_drafts = select(_d.chat_id, _d.text, _d.version, _d.updated_at)
DRAFT = statement(_drafts.where(*_own_in_chat))
DRAFTS = statement(
    _drafts.where(*_own, _d.text != "").order_by(_d.updated_at.desc()).limit(bindparam("size"))
)
ADD_DRAFT = statement(
    insert(chat_drafts).values(
        company_id=bindparam("company"),
        operator_id=bindparam("operator"),
        chat_id=bindparam("chat"),
        text=bindparam("words"),
        version=bindparam("number"),
        updated_at=bindparam("now"),
    )
)
SET_DRAFT = statement(
    update(chat_drafts)
    .where(*_own_in_chat)
    .values(text=bindparam("words"), version=bindparam("number"), updated_at=bindparam("now"))
)


def list_notes(tx: Tx, company_id: int, chat_id: int, before: int, size: int) -> list[Note]:
    """Oldest first; those that come last before a note's id."""
    rows = tx.all(NOTES_BEFORE, company=company_id, chat=chat_id, before=before, size=size)
    return _notes_of(tx, company_id, list(reversed(rows)))


def find_note_by_key(tx: Tx, company_id: int, chat_id: int, key: str) -> Note | None:
    row = tx.first(NOTE_BY_KEY, company=company_id, chat=chat_id, key=key)
    return _notes_of(tx, company_id, [row])[0] if row else None


def insert_note(tx: Tx, note: Note) -> None:
    tx.run(
        ADD_NOTE,
        company=note.company_id,
        note=note.id,
        chat=note.chat_id,
        operator=note.operator.id if note.operator else None,
        words=note.text,
        called=json.dumps([one.id for one in note.mentions]),
        key=note.client_key,
        now=note.created_at,
        place=note.position,
    )


def _notes_of(tx: Tx, company_id: int, rows: list[Row]) -> list[Note]:
    called = [json.loads(row[4]) for row in rows]
    ids = {one for some in called for one in some} | {row[2] for row in rows if row[2] is not None}
    found = tx.all(NAMES, company=company_id, ids=json.dumps(sorted(ids))) if ids else []
    people = {row[0]: Ref(row[0], row[1]) for row in found}
    return [
        Note(
            id=row[0],
            company_id=company_id,
            chat_id=row[1],
            text=row[3],
            operator=people.get(row[2]),
            mentions=tuple(people[one] for one in some if one in people),
            client_key=row[5],
            created_at=row[6],
            position=row[7],
        )
        for row, some in zip(rows, called, strict=True)
    ]


def list_mentions(tx: Tx, company_id: int, operator_id: int) -> list[int]:
    """Chats into which an operator was called and has not looked since."""
    return [row[0] for row in tx.all(MENTIONS, company=company_id, operator=operator_id)]


def insert_mention(tx: Tx, company_id: int, operator_id: int, chat_id: int) -> None:
    """Doing it twice does no harm; the caller has locked the chat."""
    place = {"company": company_id, "operator": operator_id, "chat": chat_id}
    if tx.first(MENTION, **place) is None:
        tx.run(ADD_MENTION, **place)


def delete_mention(tx: Tx, company_id: int, operator_id: int, chat_id: int) -> bool:
    """Whether there was one."""
    return tx.run(DROP_MENTION, company=company_id, operator=operator_id, chat=chat_id) > 0


def find_draft(tx: Tx, company_id: int, operator_id: int, chat_id: int) -> KeptDraft | None:
    row = tx.first(DRAFT, company=company_id, operator=operator_id, chat=chat_id)
    return KeptDraft(*row) if row else None


def list_drafts(tx: Tx, company_id: int, operator_id: int, size: int) -> list[KeptDraft]:
    """The newest first."""
    rows = tx.all(DRAFTS, company=company_id, operator=operator_id, size=size)
    return [KeptDraft(*row) for row in rows]


def save_draft(tx: Tx, company_id: int, operator_id: int, draft: KeptDraft) -> None:
    """The caller has locked the chat, so nobody adds the same row meanwhile."""
    place = {"company": company_id, "operator": operator_id, "chat": draft.chat_id}
    fields = {"words": draft.text, "number": draft.version, "now": draft.updated_at}
    if tx.run(SET_DRAFT, **place, **fields) == 0:
        tx.run(ADD_DRAFT, **place, **fields)
