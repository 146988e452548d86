"""SQL of whose chats are, and of those that nobody writes in any more."""

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from opdesk.chats.store.tables import BY_BEGINNING, IS_BEGUN, IS_SOMEBODYS_OPEN, chats
from opdesk.kit.context import Tx
from opdesk.kit.sql import in_json, statement

_h = chats.c
COUNT_OPEN = statement(
    select(_h.operator_id, func.count())
    .where(
        _h.company_id == bindparam("company"),
        in_json(_h.operator_id, "operators"),
        IS_SOMEBODYS_OPEN,
    )
    .group_by(_h.operator_id)
)
OPEN_OF = statement(
    select(_h.id)
    .where(
        _h.company_id == bindparam("company"),
        _h.operator_id == bindparam("operator"),
        _h.id > bindparam("after"),
        IS_SOMEBODYS_OPEN,
    )
    .order_by(_h.id)
    .limit(bindparam("size"))
)
INACTIVE = statement(
    select(_h.id)
    .where(
        _h.company_id == bindparam("company"),
        _h.organization_id == bindparam("organization"),
        _h.active_at < bindparam("before"),
    )
    .order_by(_h.active_at, _h.id)
    .limit(bindparam("size"))
)
UNUSED = statement(
    select(_h.company_id, _h.id)
    .with_hint(*BY_BEGINNING)
    .where(IS_BEGUN, _h.last_message_id.is_(None), _h.updated_at < bindparam("before"))
    .order_by(_h.company_id, _h.id)
    .limit(bindparam("size"))
)
IS_UNUSED = statement(
    select(_h.id).where(
        _h.company_id == bindparam("company"),
        _h.id == bindparam("chat"),
        _h.last_message_id.is_(None),
        _h.updated_at < bindparam("before"),
    )
)
ACTIVE_AT = statement(
    select(_h.active_at).where(_h.company_id == bindparam("company"), _h.id == bindparam("chat"))
)


def count_open(tx: Tx, company_id: int, operator_ids: Sequence[int]) -> dict[int, int]:
    """How many chats that are not Closed each operator has, for those who have some."""
    asked = json.dumps(list(operator_ids))
    return {row[0]: row[1] for row in tx.all(COUNT_OPEN, company=company_id, operators=asked)}


def list_open_of(tx: Tx, company_id: int, operator_id: int, after: int, size: int) -> list[int]:
    """The operator's chats that are not Closed, by id, behind `after`."""
    rows = tx.all(OPEN_OF, company=company_id, operator=operator_id, after=after, size=size)
    return [row[0] for row in rows]


def list_inactive(
    tx: Tx, company_id: int, organization_id: int, before: int, size: int
) -> list[int]:
    """Chats whose last message came before a time, the oldest first."""
    rows = tx.all(
        INACTIVE, company=company_id, organization=organization_id, before=before, size=size
    )
    return [row[0] for row in rows]


def find_active_at(tx: Tx, company_id: int, chat_id: int) -> int | None:
    row = tx.first(ACTIVE_AT, company=company_id, chat=chat_id)
    return row[0] if row else None


def list_unused(tx: Tx, before: int, size: int) -> list[tuple[int, int]]:
    """(company, chat) of some that were begun before a time, and that nobody ever wrote in."""
    return [(row[0], row[1]) for row in tx.all(UNUSED, before=before, size=size)]


def is_unused(tx: Tx, company_id: int, chat_id: int, before: int) -> bool:
    """Whether a chat is still one of those."""
    return tx.first(IS_UNUSED, company=company_id, chat=chat_id, before=before) is not None
