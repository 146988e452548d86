"""SQL of visitors and of the tokens that their browsers keep."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from opdesk.kit.context import Row, Tx
from opdesk.kit.keyring import fingerprint
from opdesk.kit.sql import metadata, statement, upsert
from opdesk.widget.model import Details, Visitor

Place = tuple[int, int]
"""(company, channel)"""
_has_user = text("user_id IS NOT NULL")
visitors = Table(
    "widget_visitors",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("user_id", Text),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "channel_id", "key"),
    Index(
        "widget_visitors_user",
        "company_id",
        "channel_id",
        "user_id",
        unique=True,
        sqlite_where=_has_user,
        postgresql_where=_has_user,
    ),
)
sessions = Table(
    "widget_sessions",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("visitor_key", Text, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "channel_id", "token_hash"),
    Index("widget_sessions_visitor", "company_id", "channel_id", "visitor_key"),
    Index("widget_sessions_age", "used_at"),
)
_v, _s = visitors.c, sessions.c
_visitor = select(_v.key, _v.user_id, _v.name, _v.phone, _v.email)
_its_channel = (_v.company_id == bindparam("company"), _v.channel_id == bindparam("channel"))
_its_session = (_s.company_id == bindparam("company"), _s.channel_id == bindparam("channel"))
_is_it = (*_its_channel, _v.key == bindparam("visitor"))
BY_TOKEN = statement(
    _visitor.add_columns(_s.used_at)
    .select_from(sessions)
    .join(
        visitors,
        (_v.company_id == _s.company_id)
        & (_v.channel_id == _s.channel_id)
        & (_v.key == _s.visitor_key),
    )
    .where(*_its_session, _s.token_hash == bindparam("token"))
)
BY_USER = statement(
    _visitor.where(*_its_channel, _v.user_id == bindparam("user"), _v.user_id.is_not(None))
)
ADD = statement(
    upsert(visitors)
    .values(
        company_id=bindparam("company"),
        channel_id=bindparam("channel"),
        key=bindparam("visitor"),
        user_id=bindparam("user"),
        name=bindparam("name"),
        phone=bindparam("phone"),
        email=bindparam("email"),
        created_at=bindparam("now"),
    )
    .on_conflict_do_nothing()
)
SET_DETAILS = statement(
    update(visitors)
    .where(*_is_it)
    .values(name=bindparam("new_name"), phone=bindparam("new_phone"), email=bindparam("new_email"))
)
SET_USER = statement(
    update(visitors).where(*_is_it, _v.user_id.is_(None)).values(user_id=bindparam("new_user"))
)
ADD_SESSION = statement(
    insert(sessions).values(
        company_id=bindparam("company"),
        channel_id=bindparam("channel"),
        token_hash=bindparam("token"),
        visitor_key=bindparam("visitor"),
        used_at=bindparam("now"),
    )
)
TOUCH = statement(
    update(sessions)
    .where(*_its_session, _s.token_hash == bindparam("token"))
    .values(used_at=bindparam("now"))
)
DELETE_SESSIONS = statement(
    delete(sessions).where(*_its_session, _s.visitor_key == bindparam("visitor"))
)
DELETE_VISITOR = statement(delete(visitors).where(*_is_it))
DELETE_OLD_SESSIONS = statement(delete(sessions).where(_s.used_at < bindparam("before")))
_a_session = (
    select(_s.token_hash)
    .where(
        _s.company_id == _v.company_id,
        _s.channel_id == _v.channel_id,
        _s.visitor_key == _v.key,
    )
    .exists()
)
DELETE_LEFT = statement(delete(visitors).where(_v.created_at < bindparam("before"), ~_a_session))


def find_by_token(tx: Tx, place: Place, token: str) -> tuple[Visitor, int] | None:
    """The visitor whose browser keeps a token, and when it was used last (ms UTC)."""
    company_id, channel_id = place
    row = tx.first(BY_TOKEN, company=company_id, channel=channel_id, token=fingerprint(token))
    return (_visitor_of(row), row[5]) if row else None


def find_by_user(tx: Tx, place: Place, user_id: str) -> Visitor | None:
    company_id, channel_id = place
    row = tx.first(BY_USER, company=company_id, channel=channel_id, user=user_id)
    return _visitor_of(row) if row else None


def insert_visitor(tx: Tx, place: Place, new: Visitor) -> bool:
    """False when somebody else was quicker to know this user."""
    company_id, channel_id = place
    added = tx.run(
        ADD,
        company=company_id,
        channel=channel_id,
        visitor=new.key,
        user=new.user_id,
        name=new.details.name,
        phone=new.details.phone,
        email=new.details.email,
        now=tx.now,
    )
    return added == 1


def update_details(tx: Tx, place: Place, key: str, details: Details) -> None:
    company_id, channel_id = place
    tx.run(
        SET_DETAILS,
        company=company_id,
        channel=channel_id,
        visitor=key,
        new_name=details.name,
        new_phone=details.phone,
        new_email=details.email,
    )


def update_user(tx: Tx, place: Place, key: str, user_id: str) -> None:
    """Make an anonymous visitor a user of the site."""
    company_id, channel_id = place
    tx.run(SET_USER, company=company_id, channel=channel_id, visitor=key, new_user=user_id)


def insert_session(tx: Tx, place: Place, key: str, token: str) -> None:
    company_id, channel_id = place
    tx.run(
        ADD_SESSION,
        company=company_id,
        channel=channel_id,
        token=fingerprint(token),
        visitor=key,
        now=tx.now,
    )


def touch_session(tx: Tx, place: Place, token: str) -> None:
    company_id, channel_id = place
    tx.run(TOUCH, company=company_id, channel=channel_id, token=fingerprint(token), now=tx.now)


def delete_visitor(tx: Tx, place: Place, key: str) -> None:
    company_id, channel_id = place
    tx.run(DELETE_SESSIONS, company=company_id, channel=channel_id, visitor=key)
    tx.run(DELETE_VISITOR, company=company_id, channel=channel_id, visitor=key)


def delete_unused(tx: Tx, before: int) -> None:
    """Tokens that nobody used since, then visitors who have none left."""
    tx.run(DELETE_OLD_SESSIONS, before=before)
    tx.run(DELETE_LEFT, before=before)


def _visitor_of(row: Row) -> Visitor:
    return Visitor(row[0], row[1], Details(row[2], row[3], row[4]))
