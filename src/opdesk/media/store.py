"""SQL of stored files."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import metadata, statement
from opdesk.media.model import Media, MediaState, MediaType, StoredFile

media = Table(
    "media",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("chat_id", BigInteger),
    # Whose upload it is while no chat has it: an organization's, or (null) the company's own.
    Column("organization_id", BigInteger),
    Column("digest", Text),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("type", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("media_digest", "company_id", "digest"),
    Index("media_chat", "company_id", "chat_id"),
)
_m = media.c
COLUMNS = (_m.id, _m.company_id, _m.digest, _m.name, _m.format, _m.type, _m.size, _m.state)
_is_it = (_m.company_id == bindparam("company"), _m.id == bindparam("media"))
MEDIA = statement(select(*COLUMNS).where(*_is_it))
ADD = statement(
    insert(media).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        chat_id=bindparam("chat"),
        organization_id=bindparam("organization"),
        digest=bindparam("digest"),
        name=bindparam("name"),
        format=bindparam("format"),
        type=bindparam("type"),
        size=bindparam("size"),
        state=bindparam("state"),
        created_at=bindparam("now"),
    )
)
_attach = update(media).where(*_is_it, _m.chat_id.is_(None)).values(chat_id=bindparam("new_chat"))
ATTACH = statement(_attach)
ATTACH_OF_ORGANIZATION = statement(_attach.where(_m.organization_id == bindparam("organization")))
FILL = statement(
    update(media)
    .where(*_is_it)
    .values(
        digest=bindparam("new_digest"),
        format=bindparam("new_format"),
        size=bindparam("new_size"),
        state=MediaState.READY.value,
    )
)
FAIL = statement(update(media).where(*_is_it).values(state=MediaState.FAILED.value))
OF_CHAT = statement(
    select(_m.digest)
    .distinct()
    .with_hint(media, "INDEXED BY media_chat", "sqlite")
    .where(
        _m.company_id == bindparam("company"),
        _m.chat_id == bindparam("chat"),
        _m.digest.is_not(None),
    )
)
DELETE_OF_CHAT = statement(
    delete(media).where(_m.company_id == bindparam("company"), _m.chat_id == bindparam("chat"))
)
DELETE_ONE = statement(
    delete(media).where(_m.company_id == bindparam("company"), _m.id == bindparam("media"))
)
STILL_USED = statement(
    select(_m.id)
    .where(_m.company_id == bindparam("company"), _m.digest == bindparam("used"))
    .limit(1)
)
FORGOTTEN = statement(
    delete(media)
    .where(_m.chat_id.is_(None), _m.created_at < bindparam("before"))
    .returning(_m.company_id, _m.digest)
)


def find_media(tx: Tx, company_id: int, media_id: int) -> Media | None:
    row = tx.first(MEDIA, company=company_id, media=media_id)
    return media_of(row) if row else None


def insert_media(
    tx: Tx, new: Media, chat_id: int | None, organization_id: int | None = None
) -> None:
    tx.run(
        ADD,
        company=new.company_id,
        id=new.id,
        chat=chat_id,
        organization=organization_id,
        digest=new.digest,
        name=new.name,
        format=new.format,
        type=int(new.type),
        size=new.size,
        state=new.state.value,
        now=tx.now,
    )


def attach(
    tx: Tx, company_id: int, media_id: int, chat_id: int, organization_id: int | None
) -> bool:
    """Make an uploaded file a chat's; False when it already is some chat's, or not there.

    `organization_id` None: whoever of the company uploaded it.
    """
    place = {"company": company_id, "media": media_id, "new_chat": chat_id}
    if organization_id is None:
        return tx.run(ATTACH, **place) == 1
    return tx.run(ATTACH_OF_ORGANIZATION, **place, organization=organization_id) == 1


def fill(tx: Tx, company_id: int, media_id: int, file: StoredFile, file_format: str) -> None:
    tx.run(
        FILL,
        company=company_id,
        media=media_id,
        new_digest=file.digest,
        new_format=file_format,
        new_size=file.size,
    )


def fail(tx: Tx, company_id: int, media_id: int) -> None:
    tx.run(FAIL, company=company_id, media=media_id)


def delete_of_chat(tx: Tx, company_id: int, chat_id: int) -> list[str]:
    """Delete a chat's files; the digests that may now be nobody's."""
    digests = [row[0] for row in tx.all(OF_CHAT, company=company_id, chat=chat_id)]
    tx.run(DELETE_OF_CHAT, company=company_id, chat=chat_id)
    return digests


def delete_media(tx: Tx, company_id: int, media_id: int) -> None:
    tx.run(DELETE_ONE, company=company_id, media=media_id)


def still_used(tx: Tx, company_id: int, digests: Sequence[str]) -> set[str]:
    # One by one: for a list SQLite would read the whole company.
    return {one for one in digests if tx.first(STILL_USED, company=company_id, used=one)}


def delete_forgotten(tx: Tx, before: int) -> list[tuple[int, str]]:
    """Delete uploads that no message ever took; (company, digest) of each."""
    rows = tx.all(FORGOTTEN, before=before)
    return [(row[0], row[1]) for row in rows if row[1] is not None]


def media_of(row: Row) -> Media:
    found, company_id, digest, name, file_format, kind, size, state = row
    return Media(
        found, company_id, digest, name, file_format, MediaType(kind), size, MediaState(state)
    )
