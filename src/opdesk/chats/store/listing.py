"""SQL of the chat list: filters, search words, pages."""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, literal, literal_column, or_, select

from opdesk.channels.model import Source
from opdesk.chats.model import COUNT_LIMIT, NEWEST, Chat, ChatFilter, Customs, Page
from opdesk.chats.store.chats import CHATS, chat_of
from opdesk.chats.store.tables import (
    BY_BLOCK,
    BY_WAITING,
    IS_BLOCKED,
    channels,
    chat_tags,
    chats,
    contacts,
    its_contact,
    search_words,
)
from opdesk.kit.context import Tx
from opdesk.kit.sql import Statement, in_json, statement, upsert

_h, _w, _t = chats.c, search_words.c, chat_tags.c
ADD_WORD = statement(
    upsert(search_words)
    .values(
        company_id=bindparam("company"),
        word=bindparam("word"),
        chat_id=bindparam("chat"),
        message_id=bindparam("message"),
    )
    .on_conflict_do_nothing()
)
FEW_CHATS = 1_000
"""A channel with no more is read whole: its chats may lie anywhere in the organization's list."""
# `IS_WAITING`, written for a list that has other tables' columns beside; the numbers are literals,
# or SQLite would not see that its index is meant.
_is_waiting = and_(
    _h.waiting_since.is_not(None),
    _h.status < literal_column("2"),
    _h.block == literal_column("0"),
)
_of_channel = (
    select(_h.id)
    .where(_h.company_id == bindparam("company"), _h.channel_id == bindparam("channel"))
    .limit(FEW_CHATS + 1)
)
COUNT_FEW = statement(select(func.count()).select_from(_of_channel.subquery()))
_by_hand = (_h.active_at + 0, _h.id)
"""Sorted, not walked: SQLite would look for a channel's few chats in the whole company's list."""
NEWEST_OF_FEW = statement(
    CHATS.where(_h.company_id == bindparam("company"), _h.id.in_(_of_channel))
    .order_by(*(one.desc() for one in _by_hand))
    .limit(bindparam("size"))
)
DELETE_WORDS = statement(
    delete(search_words).where(
        _w.company_id == bindparam("company"),
        _w.chat_id == bindparam("chat"),
        _w.message_id == bindparam("message"),
    )
)


def list_chats(
    tx: Tx, company_id: int, wanted: ChatFilter, page: Page, *, limit: int
) -> list[Chat]:
    """At most `limit` chats of a page, newest activity first (for an `after` cursor too)."""
    backwards = page.after is not None
    params = _filter_params(company_id, wanted)
    params["size"] = limit
    cursor = page.before or page.after
    if cursor is not None:
        params["cursor_active"], params["cursor_id"] = cursor
    else:
        params["skip"] = (page.number - 1) * page.size
    direction = "after" if backwards else "before" if cursor else "page"
    rows = tx.all(_list_statement(_filter_shape(wanted), direction), **params)
    found = [chat_of(row) for row in rows]
    return found[::-1] if backwards else found


def list_newest_of_channel(
    tx: Tx, company_id: int, place: tuple[int, int], size: int
) -> list[Chat]:
    """`place` is (organization, channel). Quick for an empty channel and for a busy one."""
    organization_id, channel_id = place
    ids = {"company": company_id, "channel": channel_id}
    if tx.scalar(COUNT_FEW, **ids) <= FEW_CHATS:
        return [chat_of(row) for row in tx.all(NEWEST_OF_FEW, **ids, size=size)]
    wanted = ChatFilter(organization_id=organization_id, channel_id=channel_id)
    newest = Page(size, before=(NEWEST, NEWEST))
    return list_chats(tx, company_id, wanted, newest, limit=size)


def count_chats(tx: Tx, company_id: int, wanted: ChatFilter) -> int:
    """Exact for a whole organization; a narrower filter stops counting at 10,000."""
    if wanted.is_unblocked and not wanted.is_narrow():
        # Both are counted by an index alone, and of blocked ones there are few.
        whole = replace(wanted, is_unblocked=None)
        blocked = replace(whole, is_blocked=True)
        return count_chats(tx, company_id, whole) - count_chats(tx, company_id, blocked)
    params = _filter_params(company_id, wanted)
    return int(tx.scalar(_count_statement(_filter_shape(wanted), wanted.is_narrow()), **params))


def index_words(
    tx: Tx, company_id: int, chat_id: int, message_id: int, words: Iterable[str]
) -> None:
    """Make a chat findable by these words; `message_id` 0 is for its client's name and phone."""
    ids = {"company": company_id, "chat": chat_id, "message": message_id}
    tx.run_many(ADD_WORD, [{**ids, "word": word} for word in words])


def forget_words(tx: Tx, company_id: int, chat_id: int, message_id: int) -> None:
    tx.run(DELETE_WORDS, company=company_id, chat=chat_id, message=message_id)


Shape = tuple[frozenset[str], int, tuple[frozenset[str], ...]]
"""Which filters are set, how many words are searched for, what each organization's customs set."""
_LISTS = ("words", "customs")


def _filter_shape(wanted: ChatFilter) -> Shape:
    customs = tuple(_names_set(one) for one, _ in wanted.customs)
    return _names_set(wanted), len(wanted.words), customs


def _names_set(wanted: ChatFilter | Customs) -> frozenset[str]:
    slots = (name for name in wanted.__slots__ if name not in _LISTS)
    return frozenset(name for name in slots if getattr(wanted, name) is not None)


def _filter_params(company_id: int, wanted: ChatFilter) -> dict[str, Any]:
    params: dict[str, Any] = {name: getattr(wanted, name) for name in _names_set(wanted)}
    params["company"] = company_id
    for index, (customs, organizations) in enumerate(wanted.customs):
        params[f"organizations_{index}"] = json.dumps(organizations)
        for name in _names_set(customs):
            params[f"{name}_{index}"] = getattr(customs, name)
    for index, word in enumerate(wanted.words):
        params[f"word_{index}"] = word
        params[f"word_end_{index}"] = word + "\U0010ffff"
    return params


def _conditions(shape: Shape) -> list[Any]:
    names, words, customs = shape
    known: dict[str, Any] = {
        "organization_id": _h.organization_id == bindparam("organization_id"),
        "channel_id": _h.channel_id == bindparam("channel_id"),
        "source": channels.c.source == bindparam("source"),
        "status": _h.status == bindparam("status"),
        "operator_id": _h.operator_id == bindparam("operator_id"),
        "is_unassigned": _h.operator_id.is_(None),
        "tag_key": _h.id.in_(
            select(_t.chat_id).where(
                _t.company_id == bindparam("company"), _t.tag_key == bindparam("tag_key")
            )
        ),
        "is_blocked": IS_BLOCKED,
        "is_unblocked": _h.block == 0,
        "is_waiting": _is_waiting,
        "own_of": or_(_h.operator_id == bindparam("own_of"), _h.operator_id.is_(None)),
        "telegram_user": and_(
            channels.c.source == int(Source.TELEGRAM_BOT),
            _h.external_id == bindparam("telegram_user"),
        ),
        **_customary(""),
    }
    found: list[Any] = [_h.company_id == bindparam("company")]
    found += [known[name] for name in sorted(names)]
    if customs:
        found.append(or_(*(_as_custom(index, each) for index, each in enumerate(customs))))
    return found + [_has_word(index) for index in range(words)]


def _as_custom(index: int, names: frozenset[str]) -> Any:
    """A chat of organizations that read days and phones alike, and what they make of them."""
    known = _customary(f"_{index}")
    its_own = in_json(_h.organization_id, f"organizations_{index}")
    return and_(its_own, *(known[name] for name in sorted(names)))


def _customary(suffix: str) -> dict[str, Any]:
    return {
        "phone": contacts.c.phone == bindparam(f"phone{suffix}"),
        "active_from": _h.active_at >= bindparam(f"active_from{suffix}"),
        "active_before": _h.active_at < bindparam(f"active_before{suffix}"),
    }


def _has_word(index: int) -> Any:
    """A word with this beginning stands in the chat, in a message or in the client's name."""
    return _h.id.in_(
        select(_w.chat_id).where(
            _w.company_id == bindparam("company"),
            _w.word >= bindparam(f"word_{index}"),
            _w.word < bindparam(f"word_end_{index}"),
        )
    )


@cache
def _list_statement(shape: Shape, direction: str) -> Statement:
    """One statement for each combination of filters, so that each has the plan that fits it."""
    query = _hinted(CHATS.where(*_conditions(shape)), shape)
    is_waiting = "is_waiting" in shape[0]
    key: Any = _h.waiting_since if is_waiting else _h.active_at
    place: Any = bindparam("cursor_active")
    chat: Any = bindparam("cursor_id")
    # The newest stand first, but of those who wait the oldest; `after` reads against the order.
    is_falling = is_waiting == (direction == "after")
    if direction != "page":
        at_least = key <= place if is_falling else key >= place
        further = key < place if is_falling else key > place
        behind = _h.id < chat if is_falling else _h.id > chat
        query = query.where(at_least, or_(further, and_(key == place, behind)))
    else:
        query = query.offset(bindparam("skip"))
    order = (key.desc(), _h.id.desc()) if is_falling else (key, _h.id)
    return statement(query.order_by(*order).limit(bindparam("size")))


def _hinted(query: Any, shape: Shape) -> Any:
    """Of those who wait and of those who are blocked there are few: SQLite is told so."""
    if "is_waiting" in shape[0]:
        return query.with_hint(*BY_WAITING)
    return query.with_hint(*BY_BLOCK) if "is_blocked" in shape[0] else query


@cache
def _count_statement(shape: Shape, is_limited: bool) -> Statement:
    query = _hinted(
        select(literal(1)).select_from(_counted(shape)).where(*_conditions(shape)), shape
    )
    if is_limited:
        query = query.limit(COUNT_LIMIT)
    return statement(select(func.count()).select_from(query.subquery()))


def _counted(shape: Shape) -> Any:
    names, _, customs = shape
    source: Any = chats
    if names & {"source", "telegram_user"}:
        its_channel = and_(channels.c.company_id == _h.company_id, channels.c.id == _h.channel_id)
        source = source.join(channels, its_channel)
    has_phone = any("phone" in each for each in (names, *customs))
    return source.join(contacts, its_contact) if has_phone else source
