"""SQL of companies, organizations, API keys and sessions."""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from opdesk.accounts.model import ApiKey, ApiKeyUse, Company, Organization, Session
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import metadata, statement, upsert

companies = Table(
    "companies",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("login", Text, nullable=False),
    Column("login_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # A list as JSON: the pages of other origins that may read answers; null for none.
    Column("origins", Text),
    UniqueConstraint("login_key", name="companies_login"),
)
organizations = Table(
    "organizations",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("operators_may_delete", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    # A list as JSON: the networks it may be used from; null for any.
    Column("allowed", Text),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("fingerprint", name="api_keys_fingerprint"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("company_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger),
    Column("epoch", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("user_id", BigInteger),
    Index("sessions_end", "expires_at"),
)
known_addresses = Table(
    "known_addresses",
    metadata,
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account", "address"),
)
_c, _o, _k, _s, _a = companies.c, organizations.c, api_keys.c, sessions.c, known_addresses.c

COMPANY = statement(select(_c.id, _c.login, _c.name).where(_c.id == bindparam("company")))
COMPANY_BY_LOGIN = statement(select(_c.id).where(_c.login_key == bindparam("login_key")))
ANY_COMPANY = statement(select(_c.id).limit(1))
OTHER_COMPANY = statement(select(_c.id).where(_c.id != bindparam("company")).limit(1))
COMPANY_IDS = statement(select(_c.id).order_by(_c.id))
ADD_COMPANY = statement(
    insert(companies).values(
        id=bindparam("id"),
        login=bindparam("login"),
        login_key=bindparam("login_key"),
        name=bindparam("name"),
        created_at=bindparam("now"),
    )
)
ORIGINS = statement(select(_c.id, _c.origins).where(_c.origins.is_not(None)))
SET_ORIGINS = statement(
    update(companies).where(_c.id == bindparam("company")).values(origins=bindparam("new_origins"))
)
_organization = select(
    _o.id,
    _o.company_id,
    _o.name,
    _o.time_zone,
    _o.country,
    _o.language,
    _o.operators_may_delete,
)
ORGANIZATIONS = statement(
    _organization.where(_o.company_id == bindparam("company")).order_by(_o.id)
)
ORGANIZATION = statement(
    _organization.where(_o.company_id == bindparam("company"), _o.id == bindparam("organization"))
)
ADD_ORGANIZATION = statement(
    insert(organizations).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        name=bindparam("name"),
        time_zone=bindparam("time_zone"),
        country=bindparam("country"),
        language=bindparam("language"),
        operators_may_delete=bindparam("operators_may_delete"),
        created_at=bindparam("now"),
    )
)
CHANGE_ORGANIZATION = statement(
    update(organizations)
    .where(_o.company_id == bindparam("company"), _o.id == bindparam("organization"))
    .values(
        name=bindparam("new_name"),
        time_zone=bindparam("new_time_zone"),
        country=bindparam("new_country"),
        language=bindparam("new_language"),
        operators_may_delete=bindparam("new_operators_may_delete"),
    )
)
API_KEYS = statement(
    select(_k.id, _k.name, _k.prefix, _k.created_at, _k.last_used_at, _k.allowed)
    .where(_k.company_id == bindparam("company"))
    .order_by(_k.id)
)
KEY_BY_FINGERPRINT = statement(
    select(_k.company_id, _k.id, _k.name, _k.last_used_at, _k.allowed).where(
        _k.fingerprint == bindparam("fingerprint")
    )
)
ADD_KEY = statement(
    insert(api_keys).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        name=bindparam("name"),
        prefix=bindparam("prefix"),
        fingerprint=bindparam("fingerprint"),
        created_at=bindparam("now"),
        last_used_at=None,
        allowed=bindparam("allowed"),
    )
)
CHANGE_KEY = statement(
    update(api_keys)
    .where(_k.company_id == bindparam("company"), _k.id == bindparam("key"))
    .values(name=bindparam("new_name"), allowed=bindparam("new_allowed"))
)
TOUCH_KEY = statement(
    update(api_keys)
    .where(_k.company_id == bindparam("company"), _k.id == bindparam("key"))
    .values(last_used_at=bindparam("now"))
)
DELETE_KEY = statement(
    delete(api_keys).where(_k.company_id == bindparam("company"), _k.id == bindparam("key"))
)
SESSION = statement(
    select(_s.company_id, _s.operator_id, _s.epoch, _s.expires_at, _s.user_id).where(
        _s.fingerprint == bindparam("fingerprint"), _s.expires_at > bindparam("now")
    )
)
ADD_SESSION = statement(
    insert(sessions).values(
        fingerprint=bindparam("fingerprint"),
        company_id=bindparam("company"),
        operator_id=bindparam("operator"),
        epoch=bindparam("epoch"),
        created_at=bindparam("now"),
        expires_at=bindparam("expires_at"),
        user_id=bindparam("user"),
    )
)
DELETE_SESSION = statement(delete(sessions).where(_s.fingerprint == bindparam("fingerprint")))
DELETE_SESSIONS = statement(delete(sessions))
DELETE_ENDED = statement(delete(sessions).where(_s.expires_at <= bindparam("now")))
KNOWS_ADDRESS = statement(
    select(_a.seen_at).where(_a.account == bindparam("account"), _a.address == bindparam("address"))
)
REMEMBER_ADDRESS = statement(
    upsert(known_addresses)
    .values(account=bindparam("account"), address=bindparam("address"), seen_at=bindparam("now"))
    .on_conflict_do_update(
        index_elements=["account", "address"], set_={"seen_at": bindparam("now")}
    )
)


def find_company(tx: Tx, company_id: int) -> Company | None:
    row = tx.first(COMPANY, company=company_id)
    return Company(*row) if row else None


def find_company_id(tx: Tx, login_key: str) -> int | None:
    row = tx.first(COMPANY_BY_LOGIN, login_key=login_key)
    return int(row[0]) if row else None


def list_company_ids(tx: Tx) -> list[int]:
    return [int(row[0]) for row in tx.all(COMPANY_IDS)]


def has_companies(tx: Tx) -> bool:
    return tx.first(ANY_COMPANY) is not None


def has_other_companies(tx: Tx, company_id: int) -> bool:
    return tx.first(OTHER_COMPANY, company=company_id) is not None


def insert_company(tx: Tx, login: str, login_key: str, name: str) -> int:
    company_id = tx.new_id("companies")
    tx.run(ADD_COMPANY, id=company_id, login=login, login_key=login_key, name=name, now=tx.now)
    return company_id


def list_origins(tx: Tx) -> dict[int, list[str]]:
    """The allowed origins of every company that has some."""
    return {company: json.loads(origins) for company, origins in tx.all(ORIGINS)}


def update_origins(tx: Tx, company_id: int, origins: Sequence[str]) -> None:
    text = json.dumps(list(origins)) if origins else None
    tx.run(SET_ORIGINS, company=company_id, new_origins=text)


def list_organizations(tx: Tx, company_id: int) -> list[Organization]:
    return [_organization_of(row) for row in tx.all(ORGANIZATIONS, company=company_id)]


def find_organization(tx: Tx, company_id: int, organization_id: int) -> Organization | None:
    row = tx.first(ORGANIZATION, company=company_id, organization=organization_id)
    return _organization_of(row) if row else None


def insert_organization(tx: Tx, new: Organization) -> None:
    tx.run(
        ADD_ORGANIZATION,
        company=new.company_id,
        id=new.id,
        name=new.name,
        time_zone=new.time_zone,
        country=new.country,
        language=new.language,
        operators_may_delete=int(new.operators_may_delete),
        now=tx.now,
    )


def update_organization(tx: Tx, changed: Organization) -> None:
    tx.run(
        CHANGE_ORGANIZATION,
        company=changed.company_id,
        organization=changed.id,
        new_name=changed.name,
        new_time_zone=changed.time_zone,
        new_country=changed.country,
        new_language=changed.language,
        new_operators_may_delete=int(changed.operators_may_delete),
    )


def list_api_keys(tx: Tx, company_id: int) -> list[ApiKey]:
    return [
        ApiKey(row[0], row[1], row[2], row[3], row[4], _networks(row[5]))
        for row in tx.all(API_KEYS, company=company_id)
    ]


def find_key(tx: Tx, fingerprint: str) -> tuple[int, ApiKeyUse] | None:
    """(company, what is needed to recognise the holder) of a key's fingerprint."""
    row: Row | None = tx.first(KEY_BY_FINGERPRINT, fingerprint=fingerprint)
    return (row[0], ApiKeyUse(row[1], row[2], row[3], _networks(row[4]))) if row else None


def insert_api_key(tx: Tx, company_id: int, new: ApiKey, fingerprint: str) -> ApiKey:
    """`new` with its id and time of creation."""
    made = replace(new, id=tx.new_id("api_keys"), created_at=tx.now)
    tx.run(
        ADD_KEY,
        company=company_id,
        id=made.id,
        name=made.name,
        prefix=made.prefix,
        fingerprint=fingerprint,
        allowed=_networks_out(made.allowed),
        now=tx.now,
    )
    return made


def update_api_key(tx: Tx, company_id: int, key: ApiKey) -> None:
    tx.run(
        CHANGE_KEY,
        company=company_id,
        key=key.id,
        new_name=key.name,
        new_allowed=_networks_out(key.allowed),
    )


def touch_key(tx: Tx, company_id: int, key_id: int) -> None:
    tx.run(TOUCH_KEY, company=company_id, key=key_id, now=tx.now)


def delete_api_key(tx: Tx, company_id: int, key_id: int) -> bool:
    return tx.run(DELETE_KEY, company=company_id, key=key_id) == 1


def find_session(tx: Tx, fingerprint: str) -> Session | None:
    """A session that has not ended."""
    row = tx.first(SESSION, fingerprint=fingerprint, now=tx.now)
    return Session(*row) if row else None


def insert_session(tx: Tx, fingerprint: str, session: Session) -> None:
    tx.run(
        ADD_SESSION,
        fingerprint=fingerprint,
        company=session.company_id,
        operator=session.operator_id,
        epoch=session.epoch,
        expires_at=session.expires_at,
        user=session.user_id,
        now=tx.now,
    )


def delete_ended_sessions(tx: Tx) -> None:
    tx.run(DELETE_ENDED, now=tx.now)


def delete_sessions(tx: Tx) -> None:
    """Of everyone, in every company."""
    tx.run(DELETE_SESSIONS)


def delete_session(tx: Tx, fingerprint: str) -> None:
    tx.run(DELETE_SESSION, fingerprint=fingerprint)


def knows_address(tx: Tx, account: str, address: str) -> bool:
    return tx.first(KNOWS_ADDRESS, account=account, address=address) is not None


def remember_address(tx: Tx, account: str, address: str) -> None:
    tx.run(REMEMBER_ADDRESS, account=account, address=address, now=tx.now)


def _organization_of(row: Row) -> Organization:
    found, company_id, name, time_zone, country, language, may_delete = row
    return Organization(found, company_id, name, time_zone, country, language, bool(may_delete))


def _networks(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def _networks_out(networks: Sequence[str]) -> str | None:
    return json.dumps(list(networks)) if networks else None
