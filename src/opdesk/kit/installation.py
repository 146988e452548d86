"""A few facts about the installation as a whole, by name."""

from typing import Any

from sqlalchemy import Column, Table, Text, bindparam, delete, select

from opdesk.kit.context import Tx
from opdesk.kit.sql import metadata, statement, upsert

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
_i = installation.c
EPOCH = "epoch"
"""Which life of the database this is: a restored backup has another."""
RESTORED = "restored"
"""When this life began, if a backup was restored: milliseconds UTC."""
VALUE = statement(select(_i.value).where(_i.name == bindparam("fact")))
_new: dict[str, Any] = {"name": bindparam("fact"), "value": bindparam("new_value")}
SET = statement(
    upsert(installation)
    .values(**_new)
    .on_conflict_do_update(index_elements=["name"], set_={"value": bindparam("new_value")})
)
CLAIM = statement(
    upsert(installation).values(**_new).on_conflict_do_nothing(index_elements=["name"])
)
DELETE = statement(delete(installation).where(_i.name == bindparam("fact")))


def find(tx: Tx, name: str) -> str | None:
    row = tx.first(VALUE, fact=name)
    return str(row[0]) if row else None


def put(tx: Tx, name: str, value: str) -> None:
    tx.run(SET, fact=name, new_value=value)


def claim(tx: Tx, name: str, value: str) -> bool:
    """Write a fact that is not there yet; False when it is. Of two at once one succeeds."""
    return tx.run(CLAIM, fact=name, new_value=value) == 1


def remove(tx: Tx, name: str) -> None:
    tx.run(DELETE, fact=name)
