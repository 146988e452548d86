"""SQL of the part of a chat that its rules look at, and of its tags."""

import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    case,
    delete,
    func,
    null,
    or_,
    select,
    update,
)

from opdesk.chats.model import Author, Block, ChatState, ChatStatus, Message
from opdesk.chats.store.tables import chat_tags, chats, messages
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement, upsert
from opdesk.kit.text import matching_key

_h, _m, _t = chats.c, messages.c, chat_tags.c
_is_it = (_h.company_id == bindparam("company"), _h.id == bindparam("chat"))
STATE = statement(
    select(
        _h.id,
        _h.company_id,
        _h.organization_id,
        _h.channel_id,
        _h.contact_id,
        _h.external_id,
        _h.status,
        _h.operator_id,
        _h.unread,
        _h.paused_until,
        _h.woke_at,
        _h.block,
        _h.closed_from,
        _h.closed_with,
        _h.tags,
    ).where(*_is_it)
)
_save = (
    update(chats)
    .where(*_is_it)
    .values(
        status=bindparam("new_status"),
        operator_id=bindparam("new_operator"),
        unread=bindparam("new_unread"),
        paused_until=bindparam("new_paused", type_=BigInteger),
        woke_at=bindparam("new_woke", type_=BigInteger),
        block=bindparam("new_block"),
        closed_from=bindparam("new_closed_from", type_=Integer),
        closed_with=bindparam("new_closed_with", type_=Text),
        tags=bindparam("new_tags", type_=Text),
        updated_at=bindparam("now"),
    )
)
_wrote_at = bindparam("new_wrote_at", type_=BigInteger)
# A message that comes late is not the newest.
_is_newest = bindparam("new_position") >= func.coalesce(
    select(_m.position)
    .where(_m.company_id == _h.company_id, _m.id == _h.last_message_id)
    .scalar_subquery(),
    0,
)
_waits_since = case(
    (~_is_newest, _h.waiting_since),
    (bindparam("is_answer", type_=Integer) == 1, null()),
    (_wrote_at == 0, _h.waiting_since),
    # What was let go unanswered (closed, put aside) is not what one waits for now.
    (_h.status >= int(ChatStatus.WAITING), _wrote_at),
    else_=func.coalesce(_h.waiting_since, _wrote_at),
)
SAVE_STATE = statement(_save)
SAVE_WOKEN = statement(_save.values(active_at=bindparam("now")))
SAVE_STATE_AND_LAST = statement(
    _save.values(
        last_message_id=case((_is_newest, bindparam("new_last")), else_=_h.last_message_id),
        waiting_since=_waits_since,
        # Who is blocked moves nothing up.
        active_at=case((bindparam("new_block") == 0, bindparam("now")), else_=_h.active_at),
        client_wrote_at=case(
            (_wrote_at > func.coalesce(_h.client_wrote_at, 0), _wrote_at),
            else_=_h.client_wrote_at,
        ),
        # Whoever writes again takes answers again; not every platform says so besides.
        is_blocked=case(
            (_wrote_at > func.coalesce(_h.client_wrote_at, 0), 0),
            else_=_h.is_blocked,
        ),
    )
)
SET_BLOCKED = statement(
    update(chats)
    .where(*_is_it)
    .values(is_blocked=bindparam("new_blocked"), updated_at=bindparam("now"))
)
SET_ORDER = statement(
    update(chats)
    .where(*_is_it, or_(_h.order_number.is_(None), _h.order_number != bindparam("new_order")))
    .values(order_number=bindparam("new_order"), updated_at=bindparam("now"))
)
FORGET_TAGS = statement(
    delete(chat_tags).where(_t.company_id == bindparam("company"), _t.chat_id == bindparam("chat"))
)
ADD_TAG = statement(
    upsert(chat_tags)
    .values(company_id=bindparam("company"), chat_id=bindparam("chat"), tag_key=bindparam("tag"))
    .on_conflict_do_nothing()
)


def find_state(tx: Tx, company_id: int, chat_id: int) -> ChatState | None:
    row = tx.first(STATE, company=company_id, chat=chat_id)
    if row is None:
        return None
    (found, company, organization, channel, contact, external, status, operator, unread) = row[:9]
    paused_until, woke_at, block, closed_from, closed_with, tags = row[9:]
    return ChatState(
        found,
        company,
        organization,
        channel,
        contact,
        external,
        ChatStatus(status),
        operator,
        unread,
        paused_until,
        woke_at,
        Block(block),
        ChatStatus(closed_from) if closed_from is not None else None,
        closed_with,
        tags_of(tags),
    )


def save_state(tx: Tx, state: ChatState) -> None:
    tx.run(SAVE_STATE, **_saved(state), now=tx.now)


def save_woken(tx: Tx, state: ChatState) -> None:
    """The state of a chat that woke, which stands among those of now."""
    tx.run(SAVE_WOKEN, **_saved(state), now=tx.now)


def save_state_and_last(tx: Tx, state: ChatState, last: Message) -> None:
    """The state, and the message that came last: the chat's newest, unless it is late.

    A client's message says when the client was last heard of, and the first one that nobody has
    answered, since when they wait.
    """
    tx.run(
        SAVE_STATE_AND_LAST,
        **_saved(state),
        new_last=last.id,
        new_position=last.position,
        new_wrote_at=last.created_at if last.author is Author.CLIENT else 0,
        is_answer=int(last.author in (Author.OPERATOR, Author.BOT)),
        now=tx.now,
    )


def set_blocked(tx: Tx, company_id: int, chat_id: int, *, is_blocked: bool) -> None:
    tx.run(SET_BLOCKED, company=company_id, chat=chat_id, new_blocked=int(is_blocked), now=tx.now)


def set_order(tx: Tx, company_id: int, chat_id: int, number: str) -> bool:
    """Whether the chat was about no order, or about another."""
    return tx.run(SET_ORDER, company=company_id, chat=chat_id, new_order=number, now=tx.now) > 0


def _saved(state: ChatState) -> dict[str, Any]:
    return {
        "company": state.company_id,
        "chat": state.id,
        "new_status": int(state.status),
        "new_operator": state.operator_id,
        "new_unread": state.unread,
        "new_paused": state.paused_until,
        "new_woke": state.woke_at,
        "new_block": int(state.block),
        "new_closed_from": None if state.closed_from is None else int(state.closed_from),
        "new_closed_with": state.closed_with,
        "new_tags": json.dumps(state.tags, ensure_ascii=False) if state.tags else None,
    }


def tags_of(stored: str | None) -> tuple[str, ...]:
    return tuple(json.loads(stored)) if stored else ()


def index_tags(tx: Tx, state: ChatState) -> None:
    """Make a chat findable by its tags and no others."""
    ids = {"company": state.company_id, "chat": state.id}
    tx.run(FORGET_TAGS, **ids)
    tx.run_many(ADD_TAG, [{**ids, "tag": matching_key(name)} for name in state.tags])
