"""SQL of the search: which chats and which messages have the words that are asked for.

Each request's work is bounded, however often a word stands in however many messages.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, literal_column, or_, select

from opdesk.chats.model import Chat, Message
from opdesk.chats.store.chats import CHATS, chat_of
from opdesk.chats.store.messages import MESSAGES, message_of
from opdesk.chats.store.tables import chats, messages, search_words
from opdesk.kit.context import Tx
from opdesk.kit.sql import Statement, in_json, statement

FEW = 10_000
"""So many places of a word are looked at each; of a more frequent one, messages are walked."""
STEP = 20_000
"""So many of the company's messages are walked through in one request."""
NEWEST_CHATS = 2_000
"""Of clients with a frequent name, those among so many chats with the newest activity."""
_h, _m = chats.c, messages.c
_ABOUT_CLIENT: Any = literal_column("0")
"""Written out: only so does SQLite see that the index of clients' words is meant."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose chats are searched: of one organization (None: of all), and of one operator and

    nobody (None: of all). Blocked clients and spam are left out.
    """

    company_id: int
    organization_id: int | None
    own_of: int | None

    @property
    def shape(self) -> tuple[bool, bool]:
        return self.organization_id is not None, self.own_of is not None


def _begins(words: Any, index: int) -> Any:
    return and_(
        words.c.company_id == bindparam("company"),
        words.c.word >= bindparam(f"word_{index}"),
        words.c.word < bindparam(f"word_end_{index}"),
    )


_some = select(literal(1)).select_from(search_words).where(_begins(search_words, 0))
COUNT_WORD = statement(select(func.count()).select_from(_some.limit(bindparam("most")).subquery()))
_its_name = _some.where(search_words.c.message_id == _ABOUT_CLIENT).with_hint(
    search_words, "INDEXED BY search_words_clients", "sqlite"
)
COUNT_NAME = statement(
    select(func.count()).select_from(_its_name.limit(bindparam("most")).subquery())
)
CHATS_BY_ID = statement(CHATS.where(_h.company_id == bindparam("company"), in_json(_h.id, "ids")))
MESSAGES_BY_ID = statement(
    MESSAGES.where(_m.company_id == bindparam("company"), in_json(_m.id, "ids"))
)
STEP_END = statement(
    select(_m.id)
    .where(_m.company_id == bindparam("company"), _m.id < bindparam("before"))
    .order_by(_m.id.desc())
    .offset(bindparam("step"))
    .limit(1)
)


def list_named(tx: Tx, reach: Reach, words: Sequence[str], size: int) -> list[Chat]:
    """Chats whose client's name or phone has all the words, newest activity first."""
    ordered, count = _rarest_first(tx, COUNT_NAME, reach, words, NEWEST_CHATS + 1)
    by_name = count <= NEWEST_CHATS
    rows = tx.all(
        _named(len(words), reach.shape, by_name=by_name),
        **_params(reach, ordered),
        size=size,
        **({} if by_name else {"newest": NEWEST_CHATS}),
    )
    ids = [row[0] for row in rows]
    found = get_chats(tx, reach.company_id, ids)
    return [found[one] for one in ids if one in found]


def list_written(
    tx: Tx, reach: Reach, words: Sequence[str], before: int, size: int
) -> tuple[list[Message], int | None]:
    """At most `size` messages before an id with all the words, newest first.

    The second is the `before` of what follows, None behind the last: a page may be shorter than
    asked for, and even empty, before that.
    """
    ordered, count = _rarest_first(tx, COUNT_WORD, reach, words, FEW + 1)
    params = {**_params(reach, ordered), "before": before, "size": size}
    if count <= FEW:
        ids = [row[0] for row in tx.all(_few(len(words), reach.shape), **params)]
        return _messages(tx, reach.company_id, ids), ids[-1] if len(ids) == size else None
    end = tx.first(STEP_END, company=reach.company_id, before=before, step=STEP - 1)
    floor = end[0] if end else 0
    ids = [row[0] for row in tx.all(_walk(len(words), reach.shape), **params, floor=floor)]
    follows = ids[-1] if len(ids) == size else floor
    return _messages(tx, reach.company_id, ids), follows or None


def get_chats(tx: Tx, company_id: int, ids: Iterable[int]) -> dict[int, Chat]:
    asked = json.dumps(sorted(set(ids)))
    return {row[0]: chat_of(row) for row in tx.all(CHATS_BY_ID, company=company_id, ids=asked)}


def _messages(tx: Tx, company_id: int, ids: list[int]) -> list[Message]:
    rows = tx.all(MESSAGES_BY_ID, company=company_id, ids=json.dumps(ids))
    found = {row[0]: message_of(row) for row in rows}
    return [found[one] for one in ids if one in found]


def _rarest_first(
    tx: Tx, counting: Statement, reach: Reach, words: Sequence[str], most: int
) -> tuple[list[str], int]:
    """The words, and how often the first of them is there, counted up to `most`."""
    company = Reach(reach.company_id, None, None)
    counted = sorted(
        (int(tx.scalar(counting, **_params(company, (word,)), most=most)), word) for word in words
    )
    return [word for _, word in counted], counted[0][0]


def _params(reach: Reach, words: Sequence[str]) -> dict[str, Any]:
    params: dict[str, Any] = {"company": reach.company_id}
    if reach.organization_id is not None:
        params["organization"] = reach.organization_id
    if reach.own_of is not None:
        params["own"] = reach.own_of
    for index, word in enumerate(words):
        params[f"word_{index}"] = word
        params[f"word_end_{index}"] = word + "\U0010ffff"
    return params


@cache
def _named(words: int, shape: tuple[bool, bool], *, by_name: bool) -> Statement:
    """From the rarest word on, or through the newest chats where even that is frequent."""
    if by_name:
        its = search_words.alias("its")
        ids: Any = (
            select(its.c.chat_id)
            .with_hint(its, "INDEXED BY search_words_clients", "sqlite")
            .where(_begins(its, 0), its.c.message_id == _ABOUT_CLIENT)
            .distinct()
            .subquery("found")
        )
        query = select(_h.id).select_from(
            ids.join(chats, and_(_h.company_id == bindparam("company"), _h.id == ids.c.chat_id))
        )
        query = query.where(*_reached(chats, shape))
        # Sorted by hand: a name's few chats are no reason to walk through an organization's.
        order = ((_h.active_at + 0).desc(), _h.id.desc())
    else:
        newest = (
            select(_h.id, _h.active_at)
            .where(_h.company_id == bindparam("company"), *_reached(chats, shape))
            .order_by(_h.active_at.desc(), _h.id.desc())
            .limit(bindparam("newest"))
            .subquery("newest_chats")
        )
        query = select(newest.c.id).where(_has(newest.c.id, _ABOUT_CLIENT, 0))
        order = (newest.c.active_at.desc(), newest.c.id.desc())
        ids = newest
    chat_id = ids.c.chat_id if by_name else ids.c.id
    for index in range(1, words):
        query = query.where(_has(chat_id, _ABOUT_CLIENT, index))
    return statement(query.order_by(*order).limit(bindparam("size")))


@cache
def _few(words: int, shape: tuple[bool, bool]) -> Statement:
    """From the rarest word on: each of its messages is looked at."""
    its = search_words.alias("its")
    query = select(its.c.message_id).where(
        _begins(its, 0),
        its.c.message_id > _ABOUT_CLIENT,
        its.c.message_id < bindparam("before"),
        _is_reached(its.c.chat_id, shape),
        *(_has(its.c.chat_id, its.c.message_id, index) for index in range(1, words)),
    )
    newest = its.c.message_id.desc()
    return statement(query.group_by(its.c.message_id).order_by(newest).limit(bindparam("size")))


@cache
def _walk(words: int, shape: tuple[bool, bool]) -> Statement:
    """From the newest message on: words that stand everywhere are met soon."""
    query = select(_m.id).where(
        _m.company_id == bindparam("company"),
        _m.id < bindparam("before"),
        _m.id >= bindparam("floor"),
        *(_has(_m.chat_id, _m.id, index) for index in range(words)),
        _is_reached(_m.chat_id, shape),
    )
    return statement(query.order_by(_m.id.desc()).limit(bindparam("size")))


def _has(chat_id: Any, message_id: Any, index: int) -> Any:
    """Whether a message has a word.

    The LIMIT keeps PostgreSQL from reading every place of the word to join with them.
    """
    other = search_words.alias(f"also_{index}")
    found: Any = (
        select(literal_column("1"))
        .select_from(other)
        .with_hint(other, "INDEXED BY search_words_chat", "sqlite")
        .where(_begins(other, index), other.c.chat_id == chat_id, other.c.message_id == message_id)
        .limit(literal_column("1"))
    )
    return found.scalar_subquery().is_not(None)


def _is_reached(chat_id: Any, shape: tuple[bool, bool]) -> Any:
    place = chats.alias("place")
    found: Any = (
        select(literal_column("1"))
        .select_from(place)
        .where(
            place.c.company_id == bindparam("company"),
            place.c.id == chat_id,
            *_reached(place, shape),
        )
        .limit(literal_column("1"))
    )
    return found.scalar_subquery().is_not(None)


def _reached(its: Any, shape: tuple[bool, bool]) -> list[Any]:
    has_organization, is_own_only = shape
    found: list[Any] = [its.c.block == 0]
    if has_organization:
        found.append(its.c.organization_id == bindparam("organization"))
    if is_own_only:
        found.append(or_(its.c.operator_id == bindparam("own"), its.c.operator_id.is_(None)))
    return found
