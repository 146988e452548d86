"""SQL of chats."""

from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from opdesk.channels.model import Source
from opdesk.chats.model import Chat, ChatState, ChatStatus, Client, Ref
from opdesk.chats.store.messages import message_of
from opdesk.chats.store.tables import (
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    channels,
    chats,
    contacts,
    idempotency_keys,
    its_contact,
    its_media,
    its_writer,
    media,
    messages,
    operators,
    organizations,
    search_words,
    writer,
)
from opdesk.kit.context import Row, Tx
from opdesk.kit.sql import statement, upsert

_h, _m, _w, _k = chats.c, messages.c, search_words.c, idempotency_keys.c
CHATS = select(
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
    *MESSAGE_COLUMNS,
    writer.c.name,
    *MEDIA_COLUMNS,
).select_from(
    chats.join(contacts, its_contact)
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
    .outerjoin(writer, its_writer)
    .outerjoin(media, its_media)
)
_CHAT_WIDTH = 21
_is_it = (_h.company_id == bindparam("company"), _h.id == bindparam("chat"))
CHAT = statement(CHATS.where(*_is_it))
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
_save = (
    update(chats)
    .where(*_is_it)
    .values(
        status=bindparam("new_status"),
        operator_id=bindparam("new_operator"),
        unread=bindparam("new_unread"),
        updated_at=bindparam("now"),
    )
)
SAVE_STATE = statement(_save)
SAVE_STATE_AND_LAST = statement(
    _save.values(last_message_id=bindparam("new_last"), active_at=bindparam("now"))
)
CHATS_OF_CONTACT = statement(
    select(_h.id)
    .where(_h.company_id == bindparam("company"), _h.contact_id == bindparam("contact"))
    .order_by(_h.active_at.desc(), _h.id.desc())
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
        chats.join(contacts, its_contact).join(
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
    return chat_of(row) if row else None


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
    tx.run(SAVE_STATE, **_saved(state), now=tx.now)


def save_state_and_last(tx: Tx, state: ChatState, message_id: int) -> None:
    """The state, and the message that is the chat's newest from now on."""
    tx.run(SAVE_STATE_AND_LAST, **_saved(state), new_last=message_id, now=tx.now)


def _saved(state: ChatState) -> dict[str, Any]:
    return {
        "company": state.company_id,
        "chat": state.id,
        "new_status": int(state.status),
        "new_operator": state.operator_id,
        "new_unread": state.unread,
    }


def list_by_phone(
    tx: Tx, company_id: int, organization_id: int, phone: str
) -> list[tuple[int, Source, str]]:
    """(chat, source, sender key) of a phone's chats, newest activity first."""
    rows = tx.all(BY_PHONE, company=company_id, organization=organization_id, phone=phone)
    return [(row[0], Source(row[1]), row[2]) for row in rows]


def list_of_contact(tx: Tx, company_id: int, contact_id: int) -> list[int]:
    return [row[0] for row in tx.all(CHATS_OF_CONTACT, company=company_id, contact=contact_id)]


def delete_chat(tx: Tx, company_id: int, chat_id: int) -> None:
    for each in DELETE_CHAT:
        tx.run(each, company=company_id, chat=chat_id)


def chat_of(row: Row) -> Chat:
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
