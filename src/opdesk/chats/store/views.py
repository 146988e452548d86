"""SQL of pinned chats and kept views."""

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select, update

from opdesk.channels.model import Source
from opdesk.chats.model import Chat, KeptViews, ListChannel
from opdesk.chats.store.chats import CHATS, chat_of
from opdesk.chats.store.tables import channels, chat_pins, chats, list_views
from opdesk.kit.context import Tx
from opdesk.kit.sql import Statement, statement

_p, _v, _h, _c = chat_pins.c, list_views.c, chats.c, channels.c
_own = (_p.company_id == bindparam("company"), _p.operator_id == bindparam("operator"))
_own_chat = (*_own, _p.chat_id == bindparam("chat"))
PIN = statement(select(_p.chat_id).where(*_own_chat))
PINNED_IDS = statement(select(_p.chat_id).where(*_own).order_by(_p.pinned_at, _p.chat_id))
ADD_PIN = statement(
    insert(chat_pins).values(
        company_id=bindparam("company"),
        operator_id=bindparam("operator"),
        chat_id=bindparam("chat"),
        pinned_at=bindparam("now"),
    )
)
DROP_PIN = statement(delete(chat_pins).where(*_own_chat))


def _pinned(*more: ColumnElement[bool]) -> Statement:
    """Of the operator's present organization: who moves leaves the chats behind."""
    its = and_(_p.company_id == _h.company_id, _p.chat_id == _h.id)
    return statement(
        CHATS.join(chat_pins, its)
        .where(*_own, _h.organization_id == bindparam("organization"), *more)
        .order_by(_p.pinned_at, _p.chat_id)
    )


PINNED = _pinned()
PINNED_OWN = _pinned(or_(_h.operator_id == bindparam("operator"), _h.operator_id.is_(None)))
_own_views = (_v.company_id == bindparam("company"), _v.operator_id == bindparam("operator"))
VIEWS = statement(select(_v.content, _v.version).where(*_own_views))
ADD_VIEWS = statement(
    insert(list_views).values(
        company_id=bindparam("company"),
        operator_id=bindparam("operator"),
        content=bindparam("words"),
        version=bindparam("number"),
    )
)
SET_VIEWS = statement(
    update(list_views)
    .where(*_own_views)
    .values(content=bindparam("words"), version=bindparam("number"))
)
CHANNELS = statement(
    select(_c.id, _c.source, _c.sender)
    .where(
        _c.company_id == bindparam("company"),
        _c.organization_id == bindparam("organization"),
        _c.is_deleted == 0,
    )
    .order_by(_c.source, _c.sender, _c.id)
)
Whose = tuple[int, int]
"""(company, operator)"""


def is_pinned(tx: Tx, whose: Whose, chat_id: int) -> bool:
    return tx.first(PIN, **_params(whose), chat=chat_id) is not None


def list_pinned_ids(tx: Tx, whose: Whose) -> list[int]:
    """Of all pins, also those of chats that the operator does not see now; the first one first."""
    return [row[0] for row in tx.all(PINNED_IDS, **_params(whose))]


def insert_pin(tx: Tx, whose: Whose, chat_id: int) -> None:
    tx.run(ADD_PIN, **_params(whose), chat=chat_id, now=tx.now)


def delete_pin(tx: Tx, whose: Whose, chat_id: int) -> bool:
    """Whether there was one."""
    return tx.run(DROP_PIN, **_params(whose), chat=chat_id) > 0


def list_pinned(tx: Tx, whose: Whose, organization_id: int, *, own_only: bool) -> list[Chat]:
    """What was pinned first stands first; `own_only`: without colleagues' chats."""
    query = PINNED_OWN if own_only else PINNED
    return [chat_of(row) for row in tx.all(query, **_params(whose), organization=organization_id)]


def list_channels(tx: Tx, company_id: int, organization_id: int) -> list[ListChannel]:
    """Those that are connected, also the ones that are switched off."""
    rows = tx.all(CHANNELS, company=company_id, organization=organization_id)
    return [ListChannel(row[0], Source(row[1]), row[2]) for row in rows]


def find_views(tx: Tx, whose: Whose) -> KeptViews | None:
    row = tx.first(VIEWS, **_params(whose))
    return KeptViews(row[0], row[1]) if row else None


def save_views(tx: Tx, whose: Whose, views: KeptViews) -> None:
    """The caller holds the operator's lock."""
    query = ADD_VIEWS if tx.first(VIEWS, **_params(whose)) is None else SET_VIEWS
    tx.run(query, **_params(whose), words=views.content, number=views.version)


def _params(whose: Whose) -> dict[str, int]:
    return {"company": whose[0], "operator": whose[1]}
