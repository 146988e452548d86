"""SQL of messages: read and added."""

import msgspec
from sqlalchemy import and_, bindparam, func, insert, or_, select, tuple_

from opdesk.chats.model import (
    NEWEST,
    Author,
    Customary,
    Details,
    Message,
    MessageStatus,
    Page,
    Ref,
    parts_of,
    sentence,
)
from opdesk.chats.store.tables import (
    BY_CHAT,
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    chats,
    in_chat,
    its_writer,
    message_with_all,
    messages,
    writer,
)
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import statement
from opdesk.media.model import Media, MediaState, MediaType

_h, _m = chats.c, messages.c
MESSAGES = select(*MESSAGE_COLUMNS, writer.c.name, *MEDIA_COLUMNS).select_from(message_with_all)
_message_of_chat = MESSAGES.with_hint(*BY_CHAT)
MESSAGE = statement(
    MESSAGES.where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)
POSITION = statement(
    select(_m.position).where(
        _m.company_id == bindparam("company"),
        _m.id == bindparam("message"),
        _m.chat_id == bindparam("chat"),
    )
)
BEFORE_ID = statement(
    select(func.max(_m.position)).with_hint(*BY_CHAT).where(*in_chat, _m.id < bindparam("message"))
)
BEHIND_ID = statement(
    select(func.min(_m.position)).with_hint(*BY_CHAT).where(*in_chat, _m.id > bindparam("message"))
)
_place = tuple_(_m.position, _m.id)
_beyond = tuple_(bindparam("position"), bindparam("message"))
MESSAGES_BEFORE = statement(
    _message_of_chat.where(*in_chat, _place < _beyond)
    .order_by(_m.position.desc(), _m.id.desc())
    .limit(bindparam("size"))
)
MESSAGES_AFTER = statement(
    _message_of_chat.where(*in_chat, _place > _beyond)
    .order_by(_m.position, _m.id)
    .limit(bindparam("size"))
)
MESSAGES_PAGE = statement(
    _message_of_chat.where(*in_chat)
    .order_by(_m.position, _m.id)
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)
ANSWER_OF_OTHERS = statement(
    select(_m.author, writer.c.name)
    .select_from(messages.outerjoin(writer, its_writer))
    .with_hint(*BY_CHAT)
    .where(
        *in_chat,
        _place > _beyond,
        or_(
            _m.author == int(Author.BOT),
            and_(
                _m.author == int(Author.OPERATOR),
                # Company credentials write as operators too, without being one.
                func.coalesce(_m.operator_id, 0) != bindparam("operator"),
            ),
        ),
    )
    .order_by(_m.position.desc(), _m.id.desc())
    .limit(1)
)
AN_ANSWER = statement(
    select(_m.id).with_hint(*BY_CHAT).where(*in_chat, _m.author == int(Author.OPERATOR)).limit(1)
)
COUNT_MESSAGES = statement(select(func.count()).select_from(messages).where(*in_chat))
ADD_MESSAGE = statement(
    insert(messages).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        chat_id=bindparam("chat"),
        channel_id=bindparam("channel"),
        external_id=bindparam("external"),
        author=bindparam("author"),
        operator_id=bindparam("operator"),
        text=bindparam("text"),
        media_id=bindparam("media"),
        status=bindparam("status"),
        error=None,
        client_key=bindparam("client_key"),
        kind=bindparam("kind"),
        is_edited=0,
        created_at=bindparam("created_at"),
        position=bindparam("position"),
        reply_to=bindparam("reply_to"),
        reaction=None,
        details=bindparam("details"),
        is_deleted=0,
        attempt=1,
    )
)
MESSAGE_BY_EXTERNAL = statement(
    select(_m.id, _m.chat_id).where(
        _m.company_id == bindparam("company"),
        _m.channel_id == bindparam("channel"),
        _m.external_id == bindparam("external"),
    )
)
MESSAGE_OF_MEDIA = statement(
    select(_m.id, _m.chat_id, _h.organization_id)
    .select_from(messages.join(chats, and_(_h.company_id == _m.company_id, _h.id == _m.chat_id)))
    .where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)


def list_parts_by_external(
    tx: Tx, company_id: int, channel_id: int, external_id: str
) -> list[tuple[int, int]]:
    """(message, chat) of a platform's message and of its further parts, `<id>#2` and so on."""
    # One by one: for a list SQLite would read the whole channel.
    each = (
        find_message_by_external(tx, company_id, channel_id, one) for one in parts_of(external_id)
    )
    return [found for found in each if found is not None]


def find_message(tx: Tx, company_id: int, message_id: int) -> Message | None:
    row = tx.first(MESSAGE, company=company_id, message=message_id)
    return message_of(row) if row else None


def find_message_by_external(
    tx: Tx, company_id: int, channel_id: int, external_id: str
) -> tuple[int, int] | None:
    """(message, chat) of a platform's message id."""
    row = tx.first(
        MESSAGE_BY_EXTERNAL, company=company_id, channel=channel_id, external=external_id
    )
    return (row[0], row[1]) if row else None


END = (2**62, NEWEST)
"""Behind every message."""
Cursor = tuple[int, int]
"""(position, id) of a message: what lies before or behind it."""


def cursor_before(tx: Tx, company_id: int, chat_id: int, message_id: int) -> Cursor:
    """The place of a message of this chat; of another id, behind all that came before it."""
    if message_id >= NEWEST:
        return END
    ids = {"company": company_id, "chat": chat_id, "message": message_id}
    row = tx.first(POSITION, **ids)
    return (row[0], message_id) if row else (int(tx.scalar(BEFORE_ID, **ids) or 0), NEWEST)


def cursor_after(tx: Tx, company_id: int, chat_id: int, message_id: int) -> Cursor:
    """The place of a message of this chat; of another id, before all that came behind it."""
    ids = {"company": company_id, "chat": chat_id, "message": message_id}
    row = tx.first(POSITION, **ids)
    if row is not None:
        return row[0], message_id
    first = tx.scalar(BEHIND_ID, **ids)
    return END if first is None else (int(first), 0)


def list_messages_before(
    tx: Tx, company_id: int, chat_id: int, cursor: Cursor, size: int
) -> list[Message]:
    """The `size` messages before a place, oldest first."""
    found = tx.all(MESSAGES_BEFORE, **_beyond_of(company_id, chat_id, cursor), size=size)
    return [message_of(row) for row in reversed(found)]


def list_messages_after(
    tx: Tx, company_id: int, chat_id: int, cursor: Cursor, size: int
) -> list[Message]:
    found = tx.all(MESSAGES_AFTER, **_beyond_of(company_id, chat_id, cursor), size=size)
    return [message_of(row) for row in found]


def find_answer_of_others(
    tx: Tx, company_id: int, chat_id: int, cursor: Cursor, operator_id: int
) -> tuple[Author, str | None] | None:
    """(author, operator's name) of the newest answer behind a place that isn't this operator's.

    `operator_id` 0 stands for company credentials.
    """
    place = _beyond_of(company_id, chat_id, cursor)
    row = tx.first(ANSWER_OF_OTHERS, **place, operator=operator_id)
    return (Author(row[0]), row[1]) if row else None


def _beyond_of(company_id: int, chat_id: int, cursor: Cursor) -> dict[str, int]:
    position, message_id = cursor
    return {"company": company_id, "chat": chat_id, "position": position, "message": message_id}


def was_answered(tx: Tx, company_id: int, chat_id: int) -> bool:
    """Whether an operator or the company ever wrote in a chat."""
    return tx.first(AN_ANSWER, company=company_id, chat=chat_id) is not None


def list_messages_page(tx: Tx, company_id: int, chat_id: int, page: Page) -> list[Message]:
    skip = (page.number - 1) * page.size
    rows = tx.all(MESSAGES_PAGE, company=company_id, chat=chat_id, size=page.size, skip=skip)
    return [message_of(row) for row in rows]


def count_messages(tx: Tx, company_id: int, chat_id: int) -> int:
    return int(tx.scalar(COUNT_MESSAGES, company=company_id, chat=chat_id))


def insert_message(tx: Tx, new: Message, channel_id: int, external_id: str | None) -> None:
    tx.run(
        ADD_MESSAGE,
        company=new.company_id,
        id=new.id,
        chat=new.chat_id,
        channel=channel_id,
        external=external_id,
        author=int(new.author),
        operator=new.operator.id if new.operator else None,
        text=new.text,
        media=new.media.id if new.media else None,
        status=int(new.status),
        client_key=new.client_key,
        kind=new.kind,
        created_at=new.created_at,
        position=new.position,
        reply_to=new.reply_to,
        details=details_out(new.details),
    )


def details_out(details: Details) -> str | None:
    """As stored: nothing for a message that is its text and file alone."""
    if details == Details():
        return None
    return msgspec.json.encode(details).decode()


def find_place(tx: Tx, company_id: int, message_id: int) -> tuple[int, int, int] | None:
    """(message, chat, organization) of a message that is still there."""
    row = tx.first(MESSAGE_OF_MEDIA, company=company_id, message=message_id)
    return (row[0], row[1], row[2]) if row else None


def message_of(row: Row) -> Message:
    found, company_id, chat_id, text, phone, author, operator_id = row[:7]
    status, error, client_key, kind, is_edited, created_at = row[7:13]
    position, reply_to, reaction, details, is_deleted, attempt = row[13:19]
    language, time_zone, operator_name = row[19:22]
    known = msgspec.json.decode(details, type=Details) if details else Details()
    if known.line is not None:
        text = sentence(known.line, Customary(language, time_zone))
    return Message(
        found,
        company_id,
        chat_id,
        text,
        phone,
        Author(author),
        Ref(operator_id, operator_name or "") if operator_id is not None else None,
        MessageStatus(status),
        error,
        _media_of(company_id, row[22:29]),
        client_key,
        kind,
        bool(is_edited),
        created_at,
        position,
        reply_to,
        reaction,
        known,
        bool(is_deleted),
        attempt,
    )


def _media_of(company_id: int, row: Row) -> Media | None:
    if row[0] is None:
        return None
    found, digest, name, file_format, kind, size, state = row
    return Media(
        found, company_id, digest, name, file_format, MediaType(kind), size, MediaState(state)
    )
