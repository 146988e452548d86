"""SQL of contacts and their identities."""

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
    update,
)

from opdesk.contacts.model import Contact, Identity
from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata, statement, upsert

contacts = Table(
    "contacts",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("photo", Text),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("contacts_phone", "company_id", "phone"),
)
identities = Table(
    "identities",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("username", Text),
    PrimaryKeyConstraint("company_id", "channel_id", "external_id"),
    Index("identities_contact", "company_id", "contact_id"),
)
_c, _i = contacts.c, identities.c
CONTACT = statement(
    select(_c.id, _c.company_id, _c.name, _c.phone, _c.photo).where(
        _c.company_id == bindparam("company"), _c.id == bindparam("contact")
    )
)
BY_IDENTITY = statement(
    select(_c.id, _c.company_id, _c.name, _c.phone, _c.photo).where(
        _i.company_id == bindparam("company"),
        _c.company_id == _i.company_id,
        _c.id == _i.contact_id,
        _i.channel_id == bindparam("channel"),
        _i.external_id == bindparam("external"),
    )
)
ADD_CONTACT = statement(
    insert(contacts).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        name=bindparam("name"),
        phone=None,
        photo=None,
        created_at=bindparam("now"),
    )
)
ADD_IDENTITY = statement(
    upsert(identities)
    .values(
        company_id=bindparam("company"),
        channel_id=bindparam("channel"),
        external_id=bindparam("external"),
        contact_id=bindparam("contact"),
        username=bindparam("username"),
    )
    .on_conflict_do_nothing()
)
SET_NAME = statement(
    update(contacts)
    .where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
    .values(name=bindparam("new_name"))
)
SET_PHONE = statement(
    update(contacts)
    .where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
    .values(phone=bindparam("new_phone"))
)
DELETE_IDENTITIES = statement(
    delete(identities).where(
        _i.company_id == bindparam("company"), _i.contact_id == bindparam("contact")
    )
)
DELETE_CONTACT = statement(
    delete(contacts).where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
)


def find_contact(tx: Tx, company_id: int, contact_id: int) -> Contact | None:
    row = tx.first(CONTACT, company=company_id, contact=contact_id)
    return Contact(*row) if row else None


def find_by_identity(tx: Tx, company_id: int, identity: Identity) -> Contact | None:
    row = tx.first(
        BY_IDENTITY,
        company=company_id,
        channel=identity.channel_id,
        external=identity.external_id,
    )
    return Contact(*row) if row else None


def insert_contact(tx: Tx, company_id: int, identity: Identity) -> Contact | None:
    """None when somebody else was quicker to know this identity."""
    contact_id = tx.new_id("contacts")
    added = tx.run(
        ADD_IDENTITY,
        company=company_id,
        channel=identity.channel_id,
        external=identity.external_id,
        contact=contact_id,
        username=identity.username,
    )
    if added == 0:
        return None
    tx.run(ADD_CONTACT, company=company_id, id=contact_id, name=identity.name, now=tx.now)
    return Contact(contact_id, company_id, identity.name, None, None)


def insert_identity(
    tx: Tx, company_id: int, channel_id: int, external_id: str, contact_id: int
) -> None:
    tx.run(
        ADD_IDENTITY,
        company=company_id,
        channel=channel_id,
        external=external_id,
        contact=contact_id,
        username=None,
    )


def update_name(tx: Tx, company_id: int, contact_id: int, name: str) -> None:
    tx.run(SET_NAME, company=company_id, contact=contact_id, new_name=name)


def update_phone(tx: Tx, company_id: int, contact_id: int, phone: str) -> None:
    tx.run(SET_PHONE, company=company_id, contact=contact_id, new_phone=phone)


def delete_contact(tx: Tx, company_id: int, contact_id: int) -> None:
    tx.run(DELETE_IDENTITIES, company=company_id, contact=contact_id)
    tx.run(DELETE_CONTACT, company=company_id, contact=contact_id)
