"""SQL of the organizations' settings. One that never set anything has no row."""

import json
from dataclasses import astuple

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    select,
)

from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import metadata, statement, upsert
from opdesk.organizations.model import Assignment, QuickReply, Settings, Shift, Tag

organization_settings = Table(
    "organization_settings",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    # Lists of lists as JSON, in the order of the dataclasses' fields.
    Column("working_hours", Text, nullable=False),
    Column("quick_replies", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("crm_url", Text),
    Column("retention_days", Integer),
    Column("own_chats_only", Integer, nullable=False),
    Column("assignment", Integer, nullable=False),
    Column("capacity", Integer),
    PrimaryKeyConstraint("company_id", "organization_id"),
)
_s = organization_settings.c
_VALUES = (
    "working_hours",
    "quick_replies",
    "tags",
    "crm_url",
    "retention_days",
    "own_chats_only",
    "assignment",
    "capacity",
)
SETTINGS = statement(
    select(*(_s[name] for name in _VALUES)).where(
        _s.company_id == bindparam("company"), _s.organization_id == bindparam("organization")
    )
)
SAVE = statement(
    upsert(organization_settings)
    .values(
        company_id=bindparam("company"),
        organization_id=bindparam("organization"),
        **{name: bindparam(f"new_{name}") for name in _VALUES},
    )
    .on_conflict_do_update(
        index_elements=["company_id", "organization_id"],
        set_={name: bindparam(f"new_{name}") for name in _VALUES},
    )
)
RETENTIONS = statement(
    select(_s.company_id, _s.organization_id, _s.retention_days)
    .where(_s.retention_days.is_not(None))
    .order_by(_s.company_id, _s.organization_id)
)
ASSIGNING = statement(
    select(_s.company_id, _s.organization_id)
    .where(_s.assignment != int(Assignment.OFF))
    .order_by(_s.company_id, _s.organization_id)
)


def find_settings(tx: Tx, company_id: int, organization_id: int) -> Settings:
    row = tx.first(SETTINGS, company=company_id, organization=organization_id)
    return _settings_of(row) if row else Settings()


def save_settings(tx: Tx, company_id: int, organization_id: int, it: Settings) -> None:
    tx.run(
        SAVE,
        company=company_id,
        organization=organization_id,
        new_working_hours=_listed(it.working_hours),
        new_quick_replies=_listed(it.quick_replies),
        new_tags=_listed(it.tags),
        new_crm_url=it.crm_url,
        new_retention_days=it.retention_days,
        new_own_chats_only=int(it.own_chats_only),
        new_assignment=int(it.assignment),
        new_capacity=it.capacity,
    )


def list_retentions(tx: Tx) -> list[tuple[int, int, int]]:
    """(company, organization, days) of every organization that lets its chats go."""
    return [(row[0], row[1], row[2]) for row in tx.all(RETENTIONS)]


def list_assigning(tx: Tx) -> list[tuple[int, int]]:
    """(company, organization) of every one whose assignment is not off."""
    return [(row[0], row[1]) for row in tx.all(ASSIGNING)]


def _listed(items: tuple[Shift, ...] | tuple[QuickReply, ...] | tuple[Tag, ...]) -> str:
    return json.dumps([astuple(item) for item in items], ensure_ascii=False)


def _settings_of(row: Row) -> Settings:
    hours, replies, tags, crm_url, retention, own_only, assignment, capacity = row
    return Settings(
        working_hours=tuple(Shift(*item) for item in json.loads(hours)),
        quick_replies=tuple(QuickReply(*item) for item in json.loads(replies)),
        tags=tuple(Tag(*item) for item in json.loads(tags)),
        crm_url=crm_url,
        retention_days=retention,
        own_chats_only=bool(own_only),
        assignment=Assignment(assignment),
        capacity=capacity,
    )
