"""SQL of the inbox: raw envelopes as the platforms sent them, kept for 7 days."""

from dataclasses import dataclass

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
    func,
    insert,
    select,
    text,
    update,
)

from opdesk.chats.model import parts_of
from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata, statement, upsert

STORED, IGNORED, UNPARSED = "stored", "ignored", "unparsed"
_is_unparsed = text("state = 'unparsed'")
"""As text: PostgreSQL takes the small index only for a condition without a parameter."""

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
    Column("external_chat_id", Text),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("inbox_dedupe", "company_id", "channel_id", "dedupe_key", unique=True),
    Index("inbox_age", "received_at"),
    Index("inbox_chat", "company_id", "channel_id", "external_chat_id"),
    Index(
        "inbox_unparsed",
        "company_id",
        "channel_id",
        "id",
        sqlite_where=_is_unparsed,
        postgresql_where=_is_unparsed,
    ),
)
early_updates = Table(
    "early_updates",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_external_id", Text, nullable=False),
    Column("chat_external_id", Text),
    Column("kind", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("early_updates_message", "company_id", "channel_id", "message_external_id", "id"),
    Index("early_updates_age", "received_at"),
)
_i, _e = inbox.c, early_updates.c
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
        external_chat_id=bindparam("chat"),
        received_at=bindparam("now"),
    )
    .on_conflict_do_nothing(index_elements=["company_id", "channel_id", "dedupe_key"])
)
UNPARSED_AFTER = statement(
    select(_i.company_id, _i.id, _i.channel_id, _i.body)
    .where(_is_unparsed, _i.id > bindparam("after"))
    .order_by(_i.id)
    .limit(bindparam("size"))
)
COUNT_UNPARSED = statement(
    select(func.count())
    .select_from(inbox)
    .with_hint(inbox, "INDEXED BY inbox_unparsed", "sqlite")
    .where(
        _is_unparsed, _i.company_id == bindparam("company"), _i.channel_id == bindparam("channel")
    )
)
DELETE_UNPARSED = statement(
    delete(inbox).where(
        _is_unparsed, _i.company_id == bindparam("company"), _i.id == bindparam("id")
    )
)
DELETE_OF_CHAT = statement(
    delete(inbox).where(
        _i.company_id == bindparam("company"),
        _i.channel_id == bindparam("channel"),
        _i.external_chat_id == bindparam("chat"),
    )
)
HAS_KEY = statement(
    select(_i.id).where(
        _i.company_id == bindparam("company"),
        _i.channel_id == bindparam("channel"),
        _i.dedupe_key == bindparam("key"),
    )
)
CLEAR_RAW = statement(
    update(inbox)
    .where(
        _i.company_id == bindparam("company"),
        _i.channel_id == bindparam("channel"),
        _i.dedupe_key == bindparam("key"),
    )
    .values(body=b"")
)
DELETE_BEFORE = statement(delete(inbox).where(_i.received_at < bindparam("before")))
ADD_EARLY = statement(
    insert(early_updates).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        channel_id=bindparam("channel"),
        message_external_id=bindparam("message"),
        chat_external_id=bindparam("chat"),
        kind=bindparam("kind"),
        content=bindparam("content"),
        received_at=bindparam("now"),
    )
)
_about = (
    _e.company_id == bindparam("company"),
    _e.channel_id == bindparam("channel"),
    _e.message_external_id == bindparam("message"),
)
EARLY_OF = statement(
    select(_e.kind, _e.content)
    .with_hint(early_updates, "INDEXED BY early_updates_message", "sqlite")
    .where(*_about)
    .order_by(_e.id)
)
DELETE_EARLY = statement(delete(early_updates).where(*_about))
DELETE_EARLY_OF_CHAT = statement(
    delete(early_updates).where(
        _e.company_id == bindparam("company"),
        _e.channel_id == bindparam("channel"),
        _e.chat_external_id == bindparam("chat"),
    )
)
DELETE_EARLY_BEFORE = statement(delete(early_updates).where(_e.received_at < bindparam("before")))


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a platform sent. `chat_id` is the platform's own; `key` tells duplicates."""

    company_id: int
    channel_id: int
    key: str
    chat_id: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Early:
    """What came before its message; the ids are the platform's, `content` is JSON."""

    message_id: str
    chat_id: str | None
    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class Unparsed:
    """An envelope that waits to be run again."""

    company_id: int
    id: int
    channel_id: int
    body: bytes


def insert_raw(tx: Tx, envelope: Envelope, state: str, error: str | None = None) -> bool:
    """Keep an envelope; False when this one was taken in before."""
    added = tx.run(
        ADD,
        company=envelope.company_id,
        id=tx.new_id("inbox"),
        channel=envelope.channel_id,
        key=envelope.key,
        body=envelope.body,
        state=state,
        error=error,
        chat=envelope.chat_id,
        now=tx.now,
    )
    return added == 1


def has_key(tx: Tx, company_id: int, channel_id: int, key: str) -> bool:
    """Whether something with this key was taken in (and is not forgotten yet)."""
    return tx.first(HAS_KEY, company=company_id, channel=channel_id, key=key) is not None


def list_unparsed(tx: Tx, after: int, size: int) -> list[Unparsed]:
    """Every company's, oldest first, behind the id `after`."""
    rows = tx.all(UNPARSED_AFTER, after=after, size=size)
    return [Unparsed(row[0], row[1], row[2], bytes(row[3])) for row in rows]


def count_unparsed(tx: Tx, company_id: int, channel_id: int) -> int:
    return int(tx.scalar(COUNT_UNPARSED, company=company_id, channel=channel_id))


def delete_unparsed(tx: Tx, company_id: int, raw_id: int) -> bool:
    """False when somebody else was quicker."""
    return tx.run(DELETE_UNPARSED, company=company_id, id=raw_id) == 1


def delete_of_chat(tx: Tx, company_id: int, channel_id: int, chat_id: str) -> None:
    place = {"company": company_id, "channel": channel_id, "chat": chat_id}
    tx.run(DELETE_OF_CHAT, **place)
    tx.run(DELETE_EARLY_OF_CHAT, **place)


def clear_raw(tx: Tx, company_id: int, channel_id: int, message_id: str) -> None:
    """Empty the envelopes of a message that its writer took back.

    Connectors of platforms that can do so use the message's id as the key, and `<id>#2` and so on
    for its further parts.
    """
    # One by one: for a list SQLite would read the whole channel.
    place = {"company": company_id, "channel": channel_id}
    tx.run_many(CLEAR_RAW, [{**place, "key": one} for one in parts_of(message_id)])


def delete_before(tx: Tx, before: int) -> None:
    tx.run(DELETE_BEFORE, before=before)
    tx.run(DELETE_EARLY_BEFORE, before=before)


def keep_early(tx: Tx, company_id: int, channel_id: int, early: Early) -> None:
    """Keep what a platform says of a message that is not known yet."""
    tx.run(
        ADD_EARLY,
        company=company_id,
        id=tx.new_id("early_updates"),
        channel=channel_id,
        message=early.message_id,
        chat=early.chat_id,
        kind=early.kind,
        content=early.content,
        now=tx.now,
    )


def take_early(tx: Tx, company_id: int, channel_id: int, message_id: str) -> list[tuple[str, str]]:
    """(kind, content) of what came early for a message, oldest first; it is kept no longer."""
    place = {"company": company_id, "channel": channel_id, "message": message_id}
    found = [(row[0], row[1]) for row in tx.all(EARLY_OF, **place)]
    if found:
        tx.run(DELETE_EARLY, **place)
    return found
