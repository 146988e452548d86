"""SQL of chats and messages."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    update,
)

from opdesk.channels.model import Source
from opdesk.chats.model import (
    COUNT_LIMIT,
    Author,
    Chat,
    ChatFilter,
    ChatState,
    ChatStatus,
    Client,
    Message,
    MessageStatus,
    Page,
    Ref,
)
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import Statement, metadata, statement, upsert
from opdesk.media.model import Media, MediaState, MediaType

chats = Table(
    "chats",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("operator_id", BigInteger),
    Column("unread", Integer, nullable=False),
    Column("last_message_id", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("active_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("chats_external", "company_id", "channel_id", "external_id", unique=True),
    Index("chats_activity", "company_id", "organization_id", "active_at", "id"),
    Index("chats_company_activity", "company_id", "active_at", "id"),
    Index("chats_contact", "company_id", "contact_id"),
)
messages = Table(
    "messages",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("external_id", Text),
    Column("author", Integer, nullable=False),
    Column("operator_id", BigInteger),
    Column("text", Text, nullable=False),
    Column("media_id", BigInteger),
    Column("status", Integer, nullable=False),
    Column("error", Text),
    Column("client_key", Text),
    Column("kind", Text),
    Column("is_edited", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("messages_chat", "company_id", "chat_id", "id"),
    Index("messages_external", "company_id", "channel_id", "external_id", unique=True),
)
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("client_key", Text, nullable=False),
    Column("body_digest", Text, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "chat_id", "client_key"),
    Index("idempotency_keys_age", "created_at"),
)
search_words = Table(
    "search_words",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("word", Text, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "word", "chat_id", "message_id"),
    Index("search_words_chat", "company_id", "chat_id", "message_id"),
)
# Other slices' tables, as far as a chat shows them: one query instead of five for each chat.
contacts = table("contacts", *map(column, ("company_id", "id", "name", "phone", "photo")))
organizations = table("organizations", *map(column, ("company_id", "id", "name")))
operators = table("operators", *map(column, ("company_id", "id", "name", "photo")))
channels = table(
    "channels",
    *map(
        column, ("company_id", "id", "source", "sender", "sender_key", "is_enabled", "is_deleted")
    ),
)
media = table(
    "media",
    *map(column, ("company_id", "id", "digest", "name", "format", "type", "size", "state")),
)
_h, _m, _w, _k = chats.c, messages.c, search_words.c, idempotency_keys.c
_MESSAGE_COLUMNS = (
    _m.id,
    _m.company_id,
    _m.chat_id,
    _m.text,
    contacts.c.phone,
    _m.author,
    _m.operator_id,
    _m.status,
    _m.error,
    _m.client_key,
    _m.kind,
    _m.is_edited,
    _m.created_at,
)
_MEDIA_COLUMNS = (
    media.c.id,
    media.c.digest,
    media.c.name,
    media.c.format,
    media.c.type,
    media.c.size,
    media.c.state,
)
_its_media = and_(media.c.company_id == _m.company_id, media.c.id == _m.media_id)
_its_contact = and_(contacts.c.company_id == _h.company_id, contacts.c.id == _h.contact_id)
_writer = table("operators", *map(column, ("company_id", "id", "name"))).alias("writer")
_its_writer = and_(_writer.c.company_id == _m.company_id, _writer.c.id == _m.operator_id)
_message = select(*_MESSAGE_COLUMNS, _writer.c.name, *_MEDIA_COLUMNS).select_from(
    messages.join(chats, and_(_h.company_id == _m.company_id, _h.id == _m.chat_id))
    .join(contacts, _its_contact)
    .outerjoin(_writer, _its_writer)
    .outerjoin(media, _its_media)
)
_in_chat = (_m.company_id == bindparam("company"), _m.chat_id == bindparam("chat"))
MESSAGE = statement(
    _message.where(_m.company_id == bindparam("company"), _m.id == bindparam("message"))
)
MESSAGES_BEFORE = statement(
    _message.where(*_in_chat, _m.id < bindparam("before"))
    .order_by(_m.id.desc())
    .limit(bindparam("size"))
)
MESSAGES_AFTER = statement(
    _message.where(*_in_chat, _m.id > bindparam("after")).order_by(_m.id).limit(bindparam("size"))
)
MESSAGES_PAGE = statement(
    _message.where(*_in_chat).order_by(_m.id).limit(bindparam("size")).offset(bindparam("skip"))
)
COUNT_MESSAGES = statement(select(func.count()).select_from(messages).where(*_in_chat))
_chat = select(
    _h.id,
    _h.company_id,
    organizations.c.id,
    organizations.c.name,
    _h.channel_id,
    channels.c.source,
    channels.c.sender,
    channels.c.is_enabled * (1 - channels.c.is_deleted),
    _h.external_id,
    _h.status,
    _h.unread,
    operators.c.id,
    operators.c.name,
    operators.c.photo,
    contacts.c.id,
    contacts.c.name,
    contacts.c.phone,
    contacts.c.photo,
    _h.created_at,
    _h.updated_at,
    _h.active_at,
    *_MESSAGE_COLUMNS,
    _writer.c.name,
    *_MEDIA_COLUMNS,
).select_from(
    chats.join(contacts, _its_contact)
    .join(
        organizations,
        and_(organizations.c.company_id == _h.company_id, organizations.c.id == _h.organization_id),
    )
    .join(channels, and_(channels.c.company_id == _h.company_id, channels.c.id == _h.channel_id))
    .outerjoin(
        operators,
        and_(operators.c.company_id == _h.company_id, operators.c.id == _h.operator_id),
    )
    .outerjoin(messages, and_(_m.company_id == _h.company_id, _m.id == _h.last_message_id))
    .outerjoin(_writer, _its_writer)
    .outerjoin(media, _its_media)
)
_CHAT_WIDTH = 21
_is_it = (_h.company_id == bindparam("company"), _h.id == bindparam("chat"))
CHAT = statement(_chat.where(*_is_it))
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
    ).where(*_is_it)
)
BY_EXTERNAL = statement(
    select(_h.id).where(
        _h.company_id == bindparam("company"),
        _h.channel_id == bindparam("channel"),
        _h.external_id == bindparam("external"),
    )
)
ADD_CHAT = statement(
    upsert(chats)
    .values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        organization_id=bindparam("organization"),
        channel_id=bindparam("channel"),
        contact_id=bindparam("contact"),
        external_id=bindparam("external"),
        status=int(ChatStatus.NEW),
        operator_id=None,
        unread=0,
        last_message_id=None,
        created_at=bindparam("now"),
        updated_at=bindparam("now"),
        active_at=bindparam("now"),
    )
    .on_conflict_do_nothing()
)
SAVE_STATE = statement(
    update(chats)
    .where(*_is_it)
    .values(
        status=bindparam("new_status"),
        operator_id=bindparam("new_operator"),
        unread=bindparam("new_unread"),
        updated_at=bindparam("now"),
    )
)
SET_LAST = statement(
    update(chats)
    .where(*_is_it)
    .values(last_message_id=bindparam("new_last"), active_at=bindparam("new_active"))
)
CHATS_OF_CONTACT = statement(
    select(_h.id)
    .where(_h.company_id == bindparam("company"), _h.contact_id == bindparam("contact"))
    .order_by(_h.active_at.desc(), _h.id.desc())
)
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
        created_at=bindparam("now"),
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
DELETE_WORDS = statement(
    delete(search_words).where(
        _w.company_id == bindparam("company"),
        _w.chat_id == bindparam("chat"),
        _w.message_id == bindparam("message"),
    )
)
DELETE_CHAT = tuple(
    statement(delete(it).where(it.c.company_id == bindparam("company"), key == bindparam("chat")))
    for it, key in (
        (search_words, _w.chat_id),
        (idempotency_keys, _k.chat_id),
        (messages, _m.chat_id),
        (chats, _h.id),
    )
)
BY_PHONE = statement(
    select(_h.id, channels.c.source, channels.c.sender_key)
    .select_from(
        chats.join(contacts, _its_contact).join(
            channels, and_(channels.c.company_id == _h.company_id, channels.c.id == _h.channel_id)
        )
    )
    .where(
        _h.company_id == bindparam("company"),
        _h.organization_id == bindparam("organization"),
        contacts.c.phone == bindparam("phone"),
    )
    .order_by(_h.active_at.desc(), _h.id.desc())
    .limit(50)
)


def find_chat(tx: Tx, company_id: int, chat_id: int) -> Chat | None:
    row = tx.first(CHAT, company=company_id, chat=chat_id)
    return _chat_of(row) if row else None


def find_state(tx: Tx, company_id: int, chat_id: int) -> ChatState | None:
    row = tx.first(STATE, company=company_id, chat=chat_id)
    if row is None:
        return None
    found, company, organization, channel, contact, external, status, operator, unread = row
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
    )


def find_by_external(tx: Tx, company_id: int, channel_id: int, external_id: str) -> int | None:
    row = tx.first(BY_EXTERNAL, company=company_id, channel=channel_id, external=external_id)
    return row[0] if row else None


def insert_chat(tx: Tx, new: ChatState) -> bool:
    """False when the (channel, client) already has its chat: someone else was quicker."""
    return (
        tx.run(
            ADD_CHAT,
            company=new.company_id,
            id=new.id,
            organization=new.organization_id,
            channel=new.channel_id,
            contact=new.contact_id,
            external=new.external_id,
            now=tx.now,
        )
        == 1
    )


def save_state(tx: Tx, state: ChatState) -> None:
    tx.run(
        SAVE_STATE,
        company=state.company_id,
        chat=state.id,
        new_status=int(state.status),
        new_operator=state.operator_id,
        new_unread=state.unread,
        now=tx.now,
    )


def set_last_message(tx: Tx, company_id: int, chat_id: int, message_id: int) -> None:
    tx.run(SET_LAST, company=company_id, chat=chat_id, new_last=message_id, new_active=tx.now)


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
    found = [_chat_of(row) for row in rows]
    return found[::-1] if backwards else found


def count_chats(tx: Tx, company_id: int, wanted: ChatFilter) -> int:
    """Exact for a whole organization; a narrower filter stops counting at 10,000."""
    params = _filter_params(company_id, wanted)
    return int(tx.scalar(_count_statement(_filter_shape(wanted), wanted.is_narrow()), **params))


def list_by_phone(
    tx: Tx, company_id: int, organization_id: int, phone: str
) -> list[tuple[int, Source, str]]:
    """(chat, source, sender key) of a phone's chats, newest activity first."""
    rows = tx.all(BY_PHONE, company=company_id, organization=organization_id, phone=phone)
    return [(row[0], Source(row[1]), row[2]) for row in rows]


def list_of_contact(tx: Tx, company_id: int, contact_id: int) -> list[int]:
    return [row[0] for row in tx.all(CHATS_OF_CONTACT, company=company_id, contact=contact_id)]


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
        now=tx.now,
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


def index_words(
    tx: Tx, company_id: int, chat_id: int, message_id: int, words: Iterable[str]
) -> None:
    """Make a chat findable by these words; `message_id` 0 is for its client's name and phone."""
    ids = {"company": company_id, "chat": chat_id, "message": message_id}
    tx.run_many(ADD_WORD, [{**ids, "word": word} for word in words])


def forget_words(tx: Tx, company_id: int, chat_id: int, message_id: int) -> None:
    tx.run(DELETE_WORDS, company=company_id, chat=chat_id, message=message_id)


def delete_chat(tx: Tx, company_id: int, chat_id: int) -> None:
    for each in DELETE_CHAT:
        tx.run(each, company=company_id, chat=chat_id)


Shape = tuple[frozenset[str], int]
"""Which filters are set, and how many words are searched for."""


def _filter_shape(wanted: ChatFilter) -> Shape:
    names = {
        name for name in wanted.__slots__ if name != "words" and getattr(wanted, name) is not None
    }
    return frozenset(names), len(wanted.words)


def _filter_params(company_id: int, wanted: ChatFilter) -> dict[str, Any]:
    names, _ = _filter_shape(wanted)
    params: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    params["company"] = company_id
    for index, word in enumerate(wanted.words):
        params[f"word_{index}"] = word
        params[f"word_end_{index}"] = word + "\U0010ffff"
    return params


def _conditions(shape: Shape) -> list[Any]:
    names, words = shape
    known: dict[str, Any] = {
        "organization_id": _h.organization_id == bindparam("organization_id"),
        "source": channels.c.source == bindparam("source"),
        "status": _h.status == bindparam("status"),
        "operator_id": _h.operator_id == bindparam("operator_id"),
        "phone": contacts.c.phone == bindparam("phone"),
        "telegram_user": and_(
            channels.c.source == int(Source.TELEGRAM_BOT),
            _h.external_id == bindparam("telegram_user"),
        ),
        "active_from": _h.active_at >= bindparam("active_from"),
        "active_before": _h.active_at < bindparam("active_before"),
    }
    found: list[Any] = [_h.company_id == bindparam("company")]
    found += [known[name] for name in sorted(names)]
    return found + [_has_word(index) for index in range(words)]


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
    query = _chat.where(*_conditions(shape))
    newest_first = (_h.active_at.desc(), _h.id.desc())
    active: Any = bindparam("cursor_active")
    chat: Any = bindparam("cursor_id")
    if direction == "after":
        beyond = or_(_h.active_at > active, and_(_h.active_at == active, _h.id > chat))
        query = query.where(_h.active_at >= active, beyond).order_by(_h.active_at, _h.id)
    elif direction == "before":
        beyond = or_(_h.active_at < active, and_(_h.active_at == active, _h.id < chat))
        query = query.where(_h.active_at <= active, beyond).order_by(*newest_first)
    else:
        query = query.order_by(*newest_first).offset(bindparam("skip"))
    return statement(query.limit(bindparam("size")))


@cache
def _count_statement(shape: Shape, is_limited: bool) -> Statement:
    query = select(literal(1)).select_from(_counted(shape)).where(*_conditions(shape))
    if is_limited:
        query = query.limit(COUNT_LIMIT)
    return statement(select(func.count()).select_from(query.subquery()))


def _counted(shape: Shape) -> Any:
    names, _ = shape
    source: Any = chats
    if names & {"source", "telegram_user"}:
        its_channel = and_(channels.c.company_id == _h.company_id, channels.c.id == _h.channel_id)
        source = source.join(channels, its_channel)
    return source.join(contacts, _its_contact) if "phone" in names else source


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


def _chat_of(row: Row) -> Chat:
    (chat_id, company_id, organization_id, organization, channel_id, source, sender) = row[:7]
    (is_writable, external_id, status, unread, operator_id, operator, photo) = row[7:14]
    (client_id, name, phone, client_photo, created_at, updated_at, active_at) = row[14:21]
    last = row[_CHAT_WIDTH:]
    return Chat(
        id=chat_id,
        company_id=company_id,
        organization=Ref(organization_id, organization),
        channel_id=channel_id,
        source=Source(source),
        sender=sender,
        is_writable=bool(is_writable),
        external_id=external_id,
        status=ChatStatus(status),
        unread=unread,
        operator=Ref(operator_id, operator) if operator_id is not None else None,
        operator_photo=photo,
        client=Client(client_id, name, phone, client_photo),
        last_message=message_of(last) if last[0] is not None else None,
        created_at=created_at,
        updated_at=updated_at,
        active_at=active_at,
    )
