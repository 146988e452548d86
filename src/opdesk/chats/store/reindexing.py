"""SQL of giving old texts their search words anew, one chat after the other."""

from sqlalchemy import bindparam, delete, select, update

from opdesk.chats.store.tables import chats, contacts, its_contact, messages, search_rebuilding
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement

_h, _m, _r = chats.c, messages.c, search_rebuilding.c
PLACE = statement(
    select(_r.company_id, _r.chats_before, _r.messages_before).order_by(_r.company_id).limit(1)
)
NEXT_CHAT = statement(
    select(_h.id, contacts.c.name, contacts.c.phone, _h.begun_with)
    .select_from(chats.join(contacts, its_contact))
    .where(_h.company_id == bindparam("company"), _h.id < bindparam("before"))
    .order_by(_h.id.desc())
    .limit(1)
)
# Their ids are few, and sorted by hand: the primary key would lead through the company's messages.
ITS_MESSAGES = statement(
    select(_m.id)
    .with_hint(messages, "INDEXED BY messages_order", "sqlite")
    .where(
        _m.company_id == bindparam("company"),
        _m.chat_id == bindparam("chat"),
        _m.id < bindparam("before"),
    )
    .order_by((_m.id + 0).desc())
    .limit(bindparam("size"))
)
TEXT = statement(
    select(_m.text).where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)
KEEP_PLACE = statement(
    update(search_rebuilding)
    .where(_r.company_id == bindparam("company"))
    .values(chats_before=bindparam("chats"), messages_before=bindparam("messages"))
)
DONE = statement(delete(search_rebuilding).where(_r.company_id == bindparam("company")))


def find_place_to_reindex(tx: Tx) -> tuple[int, int, int] | None:
    """(company, chats before, messages before) where giving new words goes on; None: all have."""
    row = tx.first(PLACE)
    return (row[0], row[1], row[2]) if row else None


def find_chat_to_reindex(
    tx: Tx, company_id: int, before: int
) -> tuple[int, str, str | None, str | None] | None:
    """(chat, client's name, phone, phone that it was begun with) of the newest before an id."""
    row = tx.first(NEXT_CHAT, company=company_id, before=before)
    return (row[0], row[1], row[2], row[3]) if row else None


def list_messages_to_reindex(
    tx: Tx, company_id: int, chat_id: int, before: int, size: int
) -> list[int]:
    """Newest first."""
    ids = {"company": company_id, "chat": chat_id}
    return [row[0] for row in tx.all(ITS_MESSAGES, **ids, before=before, size=size)]


def find_text(tx: Tx, company_id: int, message_id: int) -> str | None:
    row = tx.first(TEXT, company=company_id, message=message_id)
    return row[0] if row else None


def keep_place_to_reindex(tx: Tx, company_id: int, chats_before: int, messages_before: int) -> None:
    tx.run(KEEP_PLACE, company=company_id, chats=chats_before, messages=messages_before)


def end_reindexing(tx: Tx, company_id: int) -> None:
    tx.run(DONE, company=company_id)
