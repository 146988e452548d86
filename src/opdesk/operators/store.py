"""SQL of operators."""

import json
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)

from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import in_json, metadata, statement
from opdesk.operators.model import NewOperator, Operator, OperatorStatus

operators = Table(
    "operators",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("photo", Text),
    Column("login", Text),
    Column("login_key", Text),
    Column("password_hash", Text),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("company_id", "organization_id", "name_key", name="operators_name"),
    UniqueConstraint("login_key", "company_id", name="operators_login"),
)
_o = operators.c
_operator = select(
    _o.id, _o.company_id, _o.organization_id, _o.name, _o.status, _o.epoch, _o.photo, _o.login
)
_is_it = (_o.company_id == bindparam("company"), _o.id == bindparam("operator"))
_in_organization = (
    _o.company_id == bindparam("company"),
    _o.organization_id == bindparam("organization"),
)
OPERATOR = statement(_operator.where(*_is_it))
OF_ORGANIZATION = statement(_operator.where(*_in_organization).order_by(_o.id))
BY_NAMES = statement(
    select(_o.name_key, _o.id, _o.name, _o.status).where(
        *_in_organization, in_json(_o.name_key, "keys")
    )
)
ADD = statement(
    insert(operators).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        organization_id=bindparam("organization"),
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        status=literal_column(str(int(OperatorStatus.ACTIVE))),
        epoch=literal_column("1"),
        created_at=bindparam("now"),
    )
)
REVIVE = statement(
    update(operators)
    .where(_o.company_id == bindparam("company"), in_json(_o.id, "ids"))
    .values(status=int(OperatorStatus.ACTIVE))
)
SET_STATUS = statement(
    update(operators)
    .where(*_is_it)
    .values(status=bindparam("new_status"), epoch=_o.epoch + bindparam("epochs"))
)
BY_LOGIN = statement(
    select(_o.company_id, _o.id, _o.password_hash)
    .where(_o.login_key == bindparam("login_key"), _o.password_hash.is_not(None))
    .limit(2)
)
BY_COMPANY_LOGIN = statement(
    select(_o.company_id, _o.id, _o.password_hash).where(
        _o.login_key == bindparam("login_key"),
        _o.company_id == bindparam("company"),
        _o.password_hash.is_not(None),
    )
)
LOGIN_HOLDER = statement(
    select(_o.id).where(
        _o.company_id == bindparam("company"), _o.login_key == bindparam("login_key")
    )
)
SET_CREDENTIALS = statement(
    update(operators)
    .where(*_is_it)
    .values(
        login=bindparam("new_login"),
        login_key=bindparam("new_login_key"),
        password_hash=bindparam("new_hash"),
    )
)


def find_operator(tx: Tx, company_id: int, operator_id: int) -> Operator | None:
    row = tx.first(OPERATOR, company=company_id, operator=operator_id)
    return _operator_of(row) if row else None


def list_operators(tx: Tx, company_id: int, organization_id: int) -> list[Operator]:
    rows = tx.all(OF_ORGANIZATION, company=company_id, organization=organization_id)
    return [_operator_of(row) for row in rows]


def list_by_names(
    tx: Tx, company_id: int, organization_id: int, keys: Sequence[str]
) -> dict[str, tuple[int, str, OperatorStatus]]:
    """(id, name, status) by name key, for the keys that are there."""
    rows = tx.all(
        BY_NAMES,
        company=company_id,
        organization=organization_id,
        keys=json.dumps(keys, ensure_ascii=False),
    )
    return {key: (found, name, OperatorStatus(status)) for key, found, name, status in rows}


def insert_operators(tx: Tx, company_id: int, new: Sequence[NewOperator]) -> Sequence[int]:
    """Insert Active operators; their ids, in the same order."""
    ids = tx.new_ids("operators", len(new))
    tx.run_many(
        ADD,
        (
            {
                "company": company_id,
                "id": operator_id,
                "organization": one.organization_id,
                "name": one.name,
                "name_key": one.name,
                "now": tx.now,
            }
            for operator_id, one in zip(ids, new, strict=True)
        ),
    )
    return ids


def revive(tx: Tx, company_id: int, operator_ids: Sequence[int]) -> None:
    tx.run(REVIVE, company=company_id, ids=json.dumps(operator_ids))


def update_status(
    tx: Tx, company_id: int, operator_id: int, status: OperatorStatus, *, ends_sessions: bool
) -> None:
    tx.run(
        SET_STATUS,
        company=company_id,
        operator=operator_id,
        new_status=int(status),
        epochs=int(ends_sessions),
    )


def list_by_login(
    tx: Tx, login_key: str, company_id: int | None = None
) -> list[tuple[int, int, str]]:
    """(company, operator, password hash) of everyone who has this login, at most two."""
    if company_id is None:
        return [(row[0], row[1], row[2]) for row in tx.all(BY_LOGIN, login_key=login_key)]
    rows = tx.all(BY_COMPANY_LOGIN, login_key=login_key, company=company_id)
    return [(row[0], row[1], row[2]) for row in rows]


def find_login_holder(tx: Tx, company_id: int, login_key: str) -> int | None:
    row = tx.first(LOGIN_HOLDER, company=company_id, login_key=login_key)
    return row[0] if row else None


def update_credentials(
    tx: Tx, company_id: int, operator_id: int, login: str, login_key: str, password_hash: str
) -> None:
    tx.run(
        SET_CREDENTIALS,
        company=company_id,
        operator=operator_id,
        new_login=login,
        new_login_key=login_key,
        new_hash=password_hash,
    )


def _operator_of(row: Row) -> Operator:
    found, company_id, organization_id, name, status, epoch, photo, login = row
    return Operator(
        found, company_id, organization_id, name, OperatorStatus(status), epoch, photo, login
    )
