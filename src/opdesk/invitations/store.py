"""SQL of one-time links."""

import json
from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Index, Table, Text, bindparam, delete, insert, select

from opdesk.invitations.model import Link, LinkKind
from opdesk.kit.context import Tx
from opdesk.kit.sql import in_json, metadata, statement

links = Table(
    "one_time_links",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("company_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("one_time_links_subject", "company_id", "subject_id"),
)
_l = links.c
LINK = statement(
    select(_l.company_id, _l.kind, _l.subject_id, _l.expires_at).where(
        _l.fingerprint == bindparam("fingerprint"), _l.expires_at > bindparam("now")
    )
)
ADD = statement(
    insert(links).values(
        fingerprint=bindparam("fingerprint"),
        company_id=bindparam("company"),
        kind=bindparam("kind"),
        subject_id=bindparam("subject"),
        created_at=bindparam("now"),
        expires_at=bindparam("expires_at"),
    )
)
DELETE = statement(delete(links).where(_l.fingerprint == bindparam("fingerprint")))
DELETE_OF_SUBJECT = statement(
    delete(links).where(
        _l.company_id == bindparam("company"),
        _l.subject_id == bindparam("subject"),
        in_json(_l.kind, "kinds"),
    )
)
DELETE_ALL = statement(delete(links))
DELETE_OLD = statement(delete(links).where(_l.expires_at <= bindparam("now")))


def find_link(tx: Tx, fingerprint: str) -> Link | None:
    """A link that still counts."""
    row = tx.first(LINK, fingerprint=fingerprint, now=tx.now)
    return Link(row[0], LinkKind(row[1]), row[2], row[3]) if row else None


def insert_link(tx: Tx, fingerprint: str, link: Link) -> None:
    tx.run(
        ADD,
        fingerprint=fingerprint,
        company=link.company_id,
        kind=link.kind.value,
        subject=link.subject_id,
        expires_at=link.expires_at,
        now=tx.now,
    )


def delete_link(tx: Tx, fingerprint: str) -> bool:
    return tx.run(DELETE, fingerprint=fingerprint) == 1


def delete_links_of(tx: Tx, company_id: int, subject_id: int, kinds: Sequence[LinkKind]) -> None:
    tx.run(DELETE_OF_SUBJECT, company=company_id, subject=subject_id, kinds=json.dumps(kinds))


def delete_old(tx: Tx) -> None:
    tx.run(DELETE_OLD, now=tx.now)


def delete_all(tx: Tx) -> None:
    tx.run(DELETE_ALL)
