"""SQL of a chat as its own client sees it."""

from sqlalchemy import ColumnElement, bindparam, or_, select, tuple_

from opdesk.chats.model import Author, Message, MessageStatus
from opdesk.chats.store.messages import Cursor, message_of
from opdesk.chats.store.tables import (
    BY_CHAT,
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    in_chat,
    message_with_all,
    messages,
    writer,
)
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement

_m = messages.c


def _to_client(author: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(author == int(Author.OPERATOR), author == int(Author.BOT))


SHOWN_BEFORE = statement(
    select(*MESSAGE_COLUMNS, writer.c.name, *MEDIA_COLUMNS, _m.external_id)
    .select_from(message_with_all)
    .with_hint(*BY_CHAT)
    .where(
        *in_chat,
        tuple_(_m.position, _m.id) < tuple_(bindparam("position"), bindparam("message")),
        # What the client was never sent, and what is between operators, is not theirs to see.
        or_(_m.author == int(Author.CLIENT), _to_client(_m.author)),
        _m.status != int(MessageStatus.REJECTED),
    )
    .order_by(_m.position.desc(), _m.id.desc())
    .limit(bindparam("size"))
)
NEWEST_READ = statement(
    select(_m.id)
    .with_hint(*BY_CHAT)
    .where(*in_chat, _m.author == int(Author.CLIENT))
    .order_by(_m.position.desc(), _m.id.desc())
    .offset(bindparam("unread"))
    .limit(1)
)
_newest = (
    select(_m.id, _m.author, _m.status)
    .with_hint(*BY_CHAT)
    .where(*in_chat)
    .order_by(_m.position.desc(), _m.id.desc())
    .limit(bindparam("size"))
    .subquery()
)
SENT_UP_TO = statement(
    select(_newest.c.id, _newest.c.status)
    .where(_to_client(_newest.c.author), _newest.c.id <= bindparam("up_to"))
    .order_by(_newest.c.id)
)


def list_shown(
    tx: Tx, company_id: int, chat_id: int, cursor: Cursor, size: int
) -> list[tuple[Message, str | None]]:
    """(message, its id on the channel), oldest first, of what the client may see."""
    position, message_id = cursor
    place = {"company": company_id, "chat": chat_id, "position": position, "message": message_id}
    rows = tx.all(SHOWN_BEFORE, **place, size=size)
    return [(message_of(row), row[-1]) for row in reversed(rows)]


def find_newest_read(tx: Tx, company_id: int, chat_id: int, unread: int) -> int:
    """The client's newest message behind which only `unread` of theirs stand; 0 for none."""
    row = tx.first(NEWEST_READ, company=company_id, chat=chat_id, unread=unread)
    return row[0] if row else 0


def list_sent(
    tx: Tx, company_id: int, chat_id: int, up_to: int, size: int
) -> list[tuple[int, MessageStatus]]:
    """What was sent to the client up to an id, among the chat's `size` newest messages."""
    rows = tx.all(SENT_UP_TO, company=company_id, chat=chat_id, up_to=up_to, size=size)
    return [(row[0], MessageStatus(row[1])) for row in rows]
