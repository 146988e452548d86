"""SQL of contacts and their identities."""

from collections.abc import Iterable

import msgspec
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

from opdesk.contacts.model import About, ClientField, Contact, Identity, Pair
from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata, statement, upsert

MAX_FOUND = 20
contacts = Table(
    "contacts",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("photo", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("phone_hint", Text),
    Column("person_id", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("company_id", "id"),
    Index("contacts_phone", "company_id", "phone"),
    Index("contacts_hint", "company_id", "phone_hint"),
    Index("contacts_person", "company_id", "person_id"),
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
contact_pairs = Table(
    "contact_pairs",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("low_id", BigInteger, nullable=False),
    Column("high_id", BigInteger, nullable=False),
    # 1: one person's, 0: two people's.
    Column("is_same", Integer, nullable=False),
    PrimaryKeyConstraint("company_id", "low_id", "high_id"),
    Index("contact_pairs_high", "company_id", "high_id"),
)
contact_about = Table(
    "contact_about",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    # JSON: [[name, value], ...] in the order in which operators put them.
    Column("fields", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "contact_id"),
)
_c, _i, _p, _b = contacts.c, identities.c, contact_pairs.c, contact_about.c
_contact = (_c.id, _c.company_id, _c.name, _c.phone, _c.photo, _c.phone_hint, _c.person_id)
CONTACT = statement(
    select(*_contact).where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
)
BY_IDENTITY = statement(
    select(*_contact).where(
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
        phone_hint=None,
        person_id=bindparam("id"),
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
SET_HINT = statement(
    update(contacts)
    .where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
    .values(phone_hint=bindparam("new_hint"))
)
# Without statistics SQLite reads the company's contacts by their ids; for a list of phones or
# contacts it does so too, so each is asked for alone: there are few.
WITH_PHONE = statement(
    select(*_contact)
    .with_hint(contacts, "INDEXED BY contacts_phone", "sqlite")
    .where(_c.company_id == bindparam("company"), _c.phone == bindparam("phone"))
    .order_by(_c.id)
)
WITH_HINT = statement(
    select(*_contact)
    .with_hint(contacts, "INDEXED BY contacts_hint", "sqlite")
    .where(_c.company_id == bindparam("company"), _c.phone_hint == bindparam("phone"))
    .order_by(_c.id.desc())
    .limit(MAX_FOUND)
)
OF_PERSON = statement(
    select(*_contact)
    .with_hint(contacts, "INDEXED BY contacts_person", "sqlite")
    .where(_c.company_id == bindparam("company"), _c.person_id == bindparam("person"))
    .order_by(_c.id)
)
SET_PERSON = statement(
    update(contacts)
    .where(_c.company_id == bindparam("company"), _c.id == bindparam("contact"))
    .values(person_id=bindparam("new_person"))
)
_said = select(_p.low_id, _p.high_id, _p.is_same).where(_p.company_id == bindparam("company"))
SAID = (
    statement(_said.where(_p.low_id == bindparam("contact"))),
    statement(
        _said.with_hint(contact_pairs, "INDEXED BY contact_pairs_high", "sqlite").where(
            _p.high_id == bindparam("contact")
        )
    ),
)
_new_pair = upsert(contact_pairs).values(
    company_id=bindparam("company"),
    low_id=bindparam("low"),
    high_id=bindparam("high"),
    is_same=bindparam("same"),
)
SAVE_SAID = statement(
    _new_pair.on_conflict_do_update(
        index_elements=[_p.company_id, _p.low_id, _p.high_id],
        set_={"is_same": _new_pair.excluded.is_same},
    )
)
DELETE_PAIR = statement(
    delete(contact_pairs).where(
        _p.company_id == bindparam("company"),
        _p.low_id == bindparam("low"),
        _p.high_id == bindparam("high"),
    )
)
DELETE_IDENTITIES = statement(
    delete(identities).where(
        _i.company_id == bindparam("company"), _i.contact_id == bindparam("contact")
    )
)
_its_about = (_b.company_id == bindparam("company"), _b.contact_id == bindparam("contact"))
ABOUT = statement(select(_b.note, _b.fields, _b.version).where(*_its_about))
_new_about = upsert(contact_about).values(
    company_id=bindparam("company"),
    contact_id=bindparam("contact"),
    note=bindparam("note"),
    fields=bindparam("fields"),
    version=bindparam("version"),
)
SAVE_ABOUT = statement(
    _new_about.on_conflict_do_update(
        index_elements=[_b.company_id, _b.contact_id],
        set_={name: _new_about.excluded[name] for name in ("note", "fields", "version")},
    )
)
DELETE_ABOUT = statement(delete(contact_about).where(*_its_about))
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
    return Contact(contact_id, company_id, identity.name, None, None, None, contact_id)


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


def update_hint(tx: Tx, company_id: int, contact_id: int, phone: str) -> None:
    tx.run(SET_HINT, company=company_id, contact=contact_id, new_hint=phone)


def list_with_phone(tx: Tx, company_id: int, phone: str) -> list[Contact]:
    return [Contact(*row) for row in tx.all(WITH_PHONE, company=company_id, phone=phone)]


def list_with_phones(tx: Tx, company_id: int, phones: Iterable[str]) -> list[Contact]:
    """The newest contacts with one of the phones, attested or named; each once."""
    rows = [
        row
        for phone in phones
        for each in (WITH_PHONE, WITH_HINT)
        for row in tx.all(each, company=company_id, phone=phone)[-MAX_FOUND:]
    ]
    return list({row[0]: Contact(*row) for row in rows}.values())


def list_of_person(tx: Tx, company_id: int, person_id: int) -> list[Contact]:
    return [Contact(*row) for row in tx.all(OF_PERSON, company=company_id, person=person_id)]


def update_person(tx: Tx, company_id: int, contact_ids: Iterable[int], person_id: int) -> None:
    for contact_id in contact_ids:
        tx.run(SET_PERSON, company=company_id, contact=contact_id, new_person=person_id)


def list_said(tx: Tx, company_id: int, contact_ids: Iterable[int]) -> dict[Pair, bool]:
    """What was said of pairs that have one of the contacts in them."""
    return {
        (low, high): bool(is_same)
        for contact_id in contact_ids
        for each in SAID
        for low, high, is_same in tx.all(each, company=company_id, contact=contact_id)
    }


def save_said(tx: Tx, company_id: int, pairs: Iterable[Pair], *, is_same: bool) -> None:
    """Said anew, it replaces what was said."""
    for low, high in pairs:
        tx.run(SAVE_SAID, company=company_id, low=low, high=high, same=int(is_same))


def delete_said(tx: Tx, company_id: int, pairs: Iterable[Pair]) -> None:
    for low, high in pairs:
        tx.run(DELETE_PAIR, company=company_id, low=low, high=high)


def find_about(tx: Tx, company_id: int, contact_id: int) -> About | None:
    row = tx.first(ABOUT, company=company_id, contact=contact_id)
    if row is None:
        return None
    note, fields, version = row
    return About(note, tuple(ClientField(*one) for one in msgspec.json.decode(fields)), version)


def save_about(tx: Tx, company_id: int, contact_id: int, about: About) -> None:
    fields = [(one.name, one.value) for one in about.fields]
    tx.run(
        SAVE_ABOUT,
        company=company_id,
        contact=contact_id,
        note=about.note,
        fields=msgspec.json.encode(fields).decode(),
        version=about.version,
    )


def delete_contact(tx: Tx, company_id: int, contact_id: int) -> None:
    delete_said(tx, company_id, list_said(tx, company_id, [contact_id]))
    tx.run(DELETE_ABOUT, company=company_id, contact=contact_id)
    tx.run(DELETE_IDENTITIES, company=company_id, contact=contact_id)
    tx.run(DELETE_CONTACT, company=company_id, contact=contact_id)
