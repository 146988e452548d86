"""SQL of the inbox: raw envelopes as the platforms sent them, kept for 7 days."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    update,
)

from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata, statement, upsert

STORED, IGNORED, UNPARSED = "stored", "ignored", "unparsed"

inbox = Table(
    "inbox",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text),
    Column("chat_id", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("inbox_dedupe", "company_id", "channel_id", "dedupe_key", unique=True),
    Index("inbox_age", "received_at"),
    Index("inbox_chat", "company_id", "chat_id"),
)
_i = inbox.c
ADD = statement(
    upsert(inbox)
    .values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        channel_id=bindparam("channel"),
        dedupe_key=bindparam("key"),
        body=bindparam("body"),
        state=bindparam("state"),
        error=bindparam("error"),
        chat_id=None,
        received_at=bindparam("now"),
    )
    .on_conflict_do_nothing(index_elements=["company_id", "channel_id", "dedupe_key"])
)
SET_CHAT = statement(
    update(inbox)
    .where(_i.company_id == bindparam("company"), _i.id == bindparam("id"))
    .values(chat_id=bindparam("new_chat"))
)
DELETE_OF_CHAT = statement(
    delete(inbox).where(_i.company_id == bindparam("company"), _i.chat_id == bindparam("chat"))
)
DELETE_BEFORE = statement(delete(inbox).where(_i.received_at < bindparam("before")))


def insert_raw(
    tx: Tx, place: tuple[int, int], key: str, body: bytes, outcome: tuple[str, str | None]
) -> int | None:
    """Keep an envelope; its id, or None when this one was taken in before.

    `place` is (company, channel), `outcome` (state, error).
    """
    raw_id = tx.new_id("inbox")
    company_id, channel_id = place
    state, error = outcome
    added = tx.run(
        ADD,
        company=company_id,
        id=raw_id,
        channel=channel_id,
        key=key,
        body=body,
        state=state,
        error=error,
        now=tx.now,
    )
    return raw_id if added == 1 else None


def set_chat(tx: Tx, company_id: int, raw_id: int, chat_id: int) -> None:
    tx.run(SET_CHAT, company=company_id, id=raw_id, new_chat=chat_id)


def delete_of_chat(tx: Tx, company_id: int, chat_id: int) -> None:
    tx.run(DELETE_OF_CHAT, company=company_id, chat=chat_id)


def delete_before(tx: Tx, before: int) -> None:
    tx.run(DELETE_BEFORE, before=before)
