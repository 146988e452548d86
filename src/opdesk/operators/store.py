"""SQL of operators."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from opdesk.kit.context import Row, Tx
from opdesk.kit.second_factor import Sealed
from opdesk.kit.sql import Statement, contains, in_json, metadata, statement
from opdesk.kit.text import matching_key
from opdesk.operators.model import Known, Operator, OperatorStatus, Search, WaysIn

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
    # The CRM's own id; empty for none, so that of those without one a name is there once.
    Column("external_id", Text, nullable=False),
    # What a search looks at, folded: SQLite knows only the case of English letters.
    Column("found_by", Text, nullable=False),
    Column("last_seen_at", BigInteger),
    Column("totp", LargeBinary),
    Column("totp_pending", LargeBinary),
    # The newest step of which a code was used: each counts once.
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("recovery_codes", Text),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("login_key", "company_id", name="operators_login"),
    Index(
        "operators_name", "company_id", "organization_id", "name_key", "external_id", unique=True
    ),
    Index(
        "operators_external",
        "company_id",
        "organization_id",
        "external_id",
        unique=True,
        sqlite_where=text("external_id <> ''"),
        postgresql_where=text("external_id <> ''"),
    ),
    # All that a search looks at, so that it reads nothing else.
    Index("operators_organization", "company_id", "organization_id", "id", "status", "found_by"),
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
_known = select(_o.id, _o.name, _o.external_id, _o.status, _o.login_key)
BY_NAMES = statement(_known.where(*_in_organization, in_json(_o.name_key, "keys", many=True)))
BY_EXTERNAL = statement(
    _known.where(
        *_in_organization, in_json(_o.external_id, "keys", many=True), text("external_id <> ''")
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
        external_id=bindparam("external"),
        found_by=bindparam("found_by"),
    )
)
FOUND = statement(
    _operator.add_columns(_o.external_id, _o.last_seen_at)
    .where(_o.company_id == bindparam("company"), in_json(_o.id, "ids"))
    .order_by(_o.id)
)
RENAME = statement(
    update(operators)
    .where(*_is_it)
    .values(
        name=bindparam("new_name"),
        name_key=bindparam("new_name"),
        external_id=bindparam("new_external"),
        found_by=bindparam("new_found_by"),
    )
)
REVIVE = statement(
    update(operators)
    .where(_o.company_id == bindparam("company"), in_json(_o.id, "ids", many=True))
    .values(status=int(OperatorStatus.ACTIVE))
)
SEEN = statement(
    update(operators)
    .where(*_is_it, or_(_o.last_seen_at.is_(None), _o.last_seen_at < bindparam("new_seen")))
    .values(last_seen_at=bindparam("new_seen"))
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
        found_by=bindparam("new_found_by"),
    )
)
PASSWORD_OF = statement(select(_o.login, _o.password_hash).where(*_is_it))
WAYS_IN = statement(select(_o.password_hash.is_not(None), _o.totp.is_not(None)).where(*_is_it))
FACTOR = statement(select(_o.totp, _o.totp_pending, _o.totp_step, _o.recovery_codes).where(*_is_it))
SET_FACTOR = statement(
    update(operators)
    .where(*_is_it)
    .values(
        totp=bindparam("new_totp"),
        totp_pending=bindparam("new_pending"),
        totp_step=bindparam("new_step"),
        recovery_codes=bindparam("new_codes"),
    )
)
KNOWN = statement(_known.where(*_is_it))


def find_operator(tx: Tx, company_id: int, operator_id: int) -> Operator | None:
    row = tx.first(OPERATOR, company=company_id, operator=operator_id)
    return _operator_of(row) if row else None


def list_operators(tx: Tx, company_id: int, organization_id: int) -> list[Operator]:
    rows = tx.all(OF_ORGANIZATION, company=company_id, organization=organization_id)
    return [_operator_of(row) for row in rows]


def list_known(
    tx: Tx, company_id: int, organization_id: int, names: Iterable[str], external_ids: Iterable[str]
) -> list[Known]:
    """Everyone with one of these names or ids of the CRM, by id."""
    found: dict[int, Known] = {}
    for asked, keys in ((BY_NAMES, list(names)), (BY_EXTERNAL, list(external_ids))):
        if not keys:
            continue
        rows = tx.all(
            asked,
            company=company_id,
            organization=organization_id,
            keys=json.dumps(keys, ensure_ascii=False),
        )
        for operator_id, name, external, status, login in rows:
            found[operator_id] = Known(
                operator_id, name, external or None, OperatorStatus(status), login or ""
            )
    return [found[operator_id] for operator_id in sorted(found)]


def insert_operators(
    tx: Tx, company_id: int, organization_id: int, new: Sequence[Known]
) -> Sequence[int]:
    """Insert Active operators; their ids, in the same order."""
    ids = tx.new_ids("operators", len(new))
    tx.run_many(
        ADD,
        (
            {
                "company": company_id,
                "id": operator_id,
                "organization": organization_id,
                "name": one.name,
                "name_key": one.name,
                "external": one.external_id or "",
                "found_by": _found_by(one.name, one.external_id or "", one.login_key),
                "now": tx.now,
            }
            for operator_id, one in zip(ids, new, strict=True)
        ),
    )
    return ids


def rename(tx: Tx, company_id: int, changed: Sequence[Known]) -> None:
    """Write the names and the CRM's ids of operators that are there."""
    tx.run_many(
        RENAME,
        (
            {
                "company": company_id,
                "operator": one.id,
                "new_name": one.name,
                "new_external": one.external_id or "",
                "new_found_by": _found_by(one.name, one.external_id or "", one.login_key),
            }
            for one in changed
        ),
    )


def _found_by(name: str, external_id: str, login_key: str) -> str:
    folded_id = matching_key(external_id) if external_id else ""
    return "\n".join((matching_key(name), folded_id, login_key))


def revive(tx: Tx, company_id: int, deleted: Sequence[Known]) -> None:
    tx.run(REVIVE, company=company_id, ids=json.dumps([one.id for one in deleted]))


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


def search(
    tx: Tx, company_id: int, wanted: Search
) -> tuple[int, list[tuple[Operator, str | None, int | None]]]:
    """(how many on all pages, (operator, the CRM's id, last seen) of this one by id)."""
    params = _search_params(company_id, wanted)
    asked = _search_statement(frozenset(params))
    rows = tx.all(asked, **params, after=wanted.after, size=wanted.limit)
    total = next(number for is_id, number in rows if not is_id)
    ids = [number for is_id, number in rows if is_id]
    shown = tx.all(FOUND, company=company_id, ids=json.dumps(ids)) if ids else []
    return total, [(_operator_of(row[:-2]), row[-2] or None, row[-1]) for row in shown]


def _search_params(company_id: int, wanted: Search) -> dict[str, Any]:
    found: dict[str, Any] = {"company": company_id}
    if wanted.organization_id is not None:
        found["organization"] = wanted.organization_id
    if wanted.status is not None:
        found["status"] = int(wanted.status)
    if part := matching_key(wanted.words.strip()):
        # A line break is what no name holds, and what stands between name, id and login.
        found["part"] = _NOBODY if "\n" in part else part
    return found


_NOBODY = "\n" * 3


@cache
def _search_statement(shape: frozenset[str]) -> Statement:
    """Everyone is looked at once: (0, how many there are), then (1, id) of the page."""
    known: dict[str, Any] = {
        "company": _o.company_id == bindparam("company"),
        "organization": _o.organization_id == bindparam("organization"),
        "status": _o.status == bindparam("status"),
        "part": contains(_o.found_by, "part"),
    }
    asked = select(_o.id).where(*(known[name] for name in sorted(shape)))
    asked = asked.with_hint(operators, "INDEXED BY operators_organization", "sqlite")
    hits = asked.cte("hits")
    page = select(hits.c.id).where(hits.c.id > bindparam("after")).order_by(hits.c.id)
    page_ids = page.limit(bindparam("size")).subquery("page")
    count: Any = select(literal_column("0"), func.count()).select_from(hits)
    return statement(count.union_all(select(literal_column("1"), page_ids.c.id)))


def update_last_seen(tx: Tx, seen: Mapping[tuple[int, int], int]) -> None:
    """`seen`: when by (company, operator)."""
    tx.run_many(
        SEEN,
        (
            {"company": company_id, "operator": operator_id, "new_seen": at}
            for (company_id, operator_id), at in sorted(seen.items())
        ),
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
    _, name, external, _, _ = tx.one(KNOWN, company=company_id, operator=operator_id)
    tx.run(
        SET_CREDENTIALS,
        new_found_by=_found_by(name, external, login_key),
        company=company_id,
        operator=operator_id,
        new_login=login,
        new_login_key=login_key,
        new_hash=password_hash,
    )


def find_password_of(tx: Tx, company_id: int, operator_id: int) -> tuple[str | None, str | None]:
    """(login, password hash) of an operator who is known to be there."""
    login, password_hash = tx.one(PASSWORD_OF, company=company_id, operator=operator_id)
    return login, password_hash


def find_ways_in(tx: Tx, company_id: int, operator_id: int) -> WaysIn:
    has_password, has_totp = tx.one(WAYS_IN, company=company_id, operator=operator_id)
    return WaysIn(bool(has_password), bool(has_totp))


def find_factor(tx: Tx, company_id: int, operator_id: int) -> Sealed:
    return Sealed(*tx.one(FACTOR, company=company_id, operator=operator_id))


def save_factor(tx: Tx, company_id: int, operator_id: int, factor: Sealed) -> None:
    tx.run(
        SET_FACTOR,
        company=company_id,
        operator=operator_id,
        new_totp=factor.secret,
        new_pending=factor.pending,
        new_step=factor.step,
        new_codes=factor.recovery,
    )


def _operator_of(row: Row) -> Operator:
    found, company_id, organization_id, name, status, epoch, photo, login = row
    return Operator(
        found, company_id, organization_id, name, OperatorStatus(status), epoch, photo, login
    )
