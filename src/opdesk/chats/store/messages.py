"""SQL of messages and of the keys that make a send happen once."""

from sqlalchemy import Text, and_, bindparam, delete, func, insert, or_, select, update

from opdesk.chats.model import Author, Message, MessageStatus, Page, Ref
from opdesk.chats.store.tables import (
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    chats,
    contacts,
    idempotency_keys,
    its_contact,
    its_media,
    its_writer,
    media,
    messages,
    writer,
)
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import statement
from opdesk.media.model import Media, MediaState, MediaType

_h, _m, _k = chats.c, messages.c, idempotency_keys.c
_message = select(*MESSAGE_COLUMNS, writer.c.name, *MEDIA_COLUMNS).select_from(
    messages.join(chats, and_(_h.company_id == _m.company_id, _h.id == _m.chat_id))
    .join(contacts, its_contact)
    .outerjoin(writer, its_writer)
    .outerjoin(media, its_media)
)
# Without statistics SQLite takes the primary key and reads the whole company's messages.
_BY_CHAT = (messages, "INDEXED BY messages_chat", "sqlite")
_message_of_chat = _message.with_hint(*_BY_CHAT)
_in_chat = (_m.company_id == bindparam("company"), _m.chat_id == bindparam("chat"))
MESSAGE = statement(
    _message.where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)
MESSAGES_BEFORE = statement(
    _message_of_chat.where(*_in_chat, _m.id < bindparam("before"))
    .order_by(_m.id.desc())
    .limit(bindparam("size"))
)
MESSAGES_AFTER = statement(
    _message_of_chat.where(*_in_chat, _m.id > bindparam("after"))
    .order_by(_m.id)
    .limit(bindparam("size"))
)
MESSAGES_PAGE = statement(
    _message_of_chat.where(*_in_chat)
    .order_by(_m.id)
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)
ANSWER_OF_OTHERS = statement(
    select(_m.author, writer.c.name)
    .select_from(messages.outerjoin(writer, its_writer))
    .with_hint(*_BY_CHAT)
    .where(
        *_in_chat,
        _m.id > bindparam("after"),
        or_(
            _m.author == int(Author.BOT),
            and_(
                _m.author == int(Author.OPERATOR),
                # Company credentials write as operators too, without being one.
                func.coalesce(_m.operator_id, 0) != bindparam("operator"),
            ),
        ),
    )
    .order_by(_m.id.desc())
    .limit(1)
)
AN_ANSWER = statement(
    select(_m.id).with_hint(*_BY_CHAT).where(*_in_chat, _m.author == int(Author.OPERATOR)).limit(1)
)
COUNT_MESSAGES = statement(select(func.count()).select_from(messages).where(*_in_chat))
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
    )
)
MESSAGE_BY_EXTERNAL = statement(
    select(_m.id, _m.chat_id).where(
        _m.company_id == bindparam("company"),
        _m.channel_id == bindparam("channel"),
        _m.external_id == bindparam("external"),
    )
)
EDIT_MESSAGE = statement(
    update(messages)
    .where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
    .values(text=bindparam("new_text"), is_edited=1)
)
SET_DELIVERY = statement(
    update(messages)
    .where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
    .values(
        status=bindparam("new_status"),
        error=bindparam("new_error"),
        external_id=func.coalesce(bindparam("new_external", type_=Text), _m.external_id),
    )
)
MESSAGE_OF_MEDIA = statement(
    select(_m.id, _m.chat_id, _h.organization_id)
    .select_from(messages.join(chats, and_(_h.company_id == _m.company_id, _h.id == _m.chat_id)))
    .where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)
FIND_KEY = statement(
    select(_k.body_digest, _k.message_id).where(
        _k.company_id == bindparam("company"),
        _k.chat_id == bindparam("chat"),
        _k.client_key == bindparam("key"),
    )
)
ADD_KEY = statement(
    insert(idempotency_keys).values(
        company_id=bindparam("company"),
        chat_id=bindparam("chat"),
        client_key=bindparam("key"),
        body_digest=bindparam("digest"),
        message_id=bindparam("message"),
        created_at=bindparam("now"),
    )
)
DELETE_OLD_KEYS = statement(delete(idempotency_keys).where(_k.created_at < bindparam("before")))


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


def list_messages_before(
    tx: Tx, company_id: int, chat_id: int, before: int, size: int
) -> list[Message]:
    """The `size` messages before an id, oldest first."""
    rows = tx.all(MESSAGES_BEFORE, company=company_id, chat=chat_id, before=before, size=size)
    return [message_of(row) for row in reversed(rows)]


def list_messages_after(
    tx: Tx, company_id: int, chat_id: int, after: int, size: int
) -> list[Message]:
    rows = tx.all(MESSAGES_AFTER, company=company_id, chat=chat_id, after=after, size=size)
    return [message_of(row) for row in rows]


def find_answer_of_others(
    tx: Tx, company_id: int, chat_id: int, after: int, operator_id: int
) -> tuple[Author, str | None] | None:
    """(author, operator's name) of the newest answer behind `after` that isn't this operator's.

    `operator_id` 0 stands for company credentials.
    """
    row = tx.first(
        ANSWER_OF_OTHERS, company=company_id, chat=chat_id, after=after, operator=operator_id
    )
    return (Author(row[0]), row[1]) if row else None


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
    )


def update_text(tx: Tx, company_id: int, message_id: int, text: str) -> None:
    tx.run(EDIT_MESSAGE, company=company_id, message=message_id, new_text=text)


def update_delivery(
    tx: Tx,
    company_id: int,
    message_id: int,
    outcome: tuple[MessageStatus, str | None, str | None],
) -> None:
    """`outcome` is (status, error, platform's id; None keeps the one that is there)."""
    status, error, external_id = outcome
    tx.run(
        SET_DELIVERY,
        company=company_id,
        message=message_id,
        new_status=int(status),
        new_error=error,
        new_external=external_id,
    )


def find_place(tx: Tx, company_id: int, message_id: int) -> tuple[int, int, int] | None:
    """(message, chat, organization) of a message that is still there."""
    row = tx.first(MESSAGE_OF_MEDIA, company=company_id, message=message_id)
    return (row[0], row[1], row[2]) if row else None


def find_key(tx: Tx, company_id: int, chat_id: int, key: str) -> tuple[str, int] | None:
    """(digest of the body, message) that an idempotency key stands for."""
    row = tx.first(FIND_KEY, company=company_id, chat=chat_id, key=key)
    return (row[0], row[1]) if row else None


def insert_key(
    tx: Tx, company_id: int, chat_id: int, key: str, remembered: tuple[str, int]
) -> None:
    digest, message_id = remembered
    tx.run(
        ADD_KEY,
        company=company_id,
        chat=chat_id,
        key=key,
        digest=digest,
        message=message_id,
        now=tx.now,
    )


def delete_old_keys(tx: Tx, before: int) -> None:
    tx.run(DELETE_OLD_KEYS, before=before)


def message_of(row: Row) -> Message:
    found, company_id, chat_id, text, phone, author, operator_id = row[:7]
    status, error, client_key, kind, is_edited, created_at, operator_name = row[7:14]
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
        _media_of(company_id, row[14:21]),
        client_key,
        kind,
        bool(is_edited),
        created_at,
    )


def _media_of(company_id: int, row: Row) -> Media | None:
    if row[0] is None:
        return None
    found, digest, name, file_format, kind, size, state = row
    return Media(
        found, company_id, digest, name, file_format, MediaType(kind), size, MediaState(state)
    )
