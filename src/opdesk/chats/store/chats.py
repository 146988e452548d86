"""SQL of chats."""

from sqlalchemy import and_, bindparam, delete, select, update

from opdesk.channels.model import Source
from opdesk.chats.model import Block, Chat, ChatState, ChatStatus, Client, Ref
from opdesk.chats.store.messages import message_of
from opdesk.chats.store.states import tags_of
from opdesk.chats.store.tables import (
    BY_BEGINNING,
    BY_CONTACT,
    MEDIA_COLUMNS,
    MESSAGE_COLUMNS,
    channels,
    chat_aliases,
    chat_drafts,
    chat_mentions,
    chat_notes,
    chat_pins,
    chat_tags,
    chats,
    contacts,
    idempotency_keys,
    its_channel,
    its_contact,
    its_media,
    its_organization,
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
_a = chat_aliases.c
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
    _h.client_wrote_at,
    _h.is_blocked,
    _h.begun_with,
    _h.tags,
    _h.paused_until,
    _h.woke_at,
    _h.block,
    _h.waiting_since,
    _h.order_number,
    *MESSAGE_COLUMNS,
    writer.c.name,
    *MEDIA_COLUMNS,
).select_from(
    chats.join(contacts, its_contact)
    .join(organizations, its_organization)
    .join(channels, its_channel)
    .outerjoin(
        operators,
        and_(operators.c.company_id == _h.company_id, operators.c.id == _h.operator_id),
    )
    .outerjoin(messages, and_(_m.company_id == _h.company_id, _m.id == _h.last_message_id))
    .outerjoin(writer, its_writer)
    .outerjoin(media, its_media)
)
_CHAT_WIDTH = 30
_is_it = (_h.company_id == bindparam("company"), _h.id == bindparam("chat"))
CHAT = statement(CHATS.where(*_is_it))
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
        begun_with=bindparam("begun_with"),
    )
    .on_conflict_do_nothing()
)
SET_EXTERNAL = statement(update(chats).where(*_is_it).values(external_id=bindparam("new_external")))
BY_ALIAS = statement(
    select(_a.chat_id).where(
        _a.company_id == bindparam("company"),
        _a.channel_id == bindparam("channel"),
        _a.external_id == bindparam("external"),
    )
)
ALIASES = statement(
    select(_a.external_id).where(
        _a.company_id == bindparam("company"), _a.chat_id == bindparam("chat")
    )
)
ADD_ALIAS = statement(
    upsert(chat_aliases)
    .values(
        company_id=bindparam("company"),
        channel_id=bindparam("channel"),
        external_id=bindparam("external"),
        chat_id=bindparam("chat"),
    )
    .on_conflict_do_nothing()
)
CHATS_OF_CONTACT = statement(
    select(_h.id)
    .with_hint(*BY_CONTACT)
    .where(_h.company_id == bindparam("company"), _h.contact_id == bindparam("contact"))
    .order_by(_h.active_at.desc(), _h.id.desc())
)
DELETE_CHAT = tuple(
    statement(delete(it).where(it.c.company_id == bindparam("company"), key == bindparam("chat")))
    for it, key in (
        (search_words, _w.chat_id),
        (idempotency_keys, _k.chat_id),
        (chat_aliases, _a.chat_id),
        (chat_tags, chat_tags.c.chat_id),
        *((one, one.c.chat_id) for one in (chat_notes, chat_mentions, chat_drafts, chat_pins)),
        (messages, _m.chat_id),
        (chats, _h.id),
    )
)
MOST_BY_PHONE = 50
_of_organization = (
    select(_h.active_at, _h.id, channels.c.source, channels.c.sender_key)
    .select_from(chats.join(contacts, its_contact).join(channels, its_channel))
    .where(
        _h.company_id == bindparam("company"),
        _h.organization_id == bindparam("organization"),
    )
    .order_by(_h.active_at.desc(), _h.id.desc())
    .limit(MOST_BY_PHONE)
)
BY_PHONE = statement(_of_organization.where(contacts.c.phone == bindparam("phone")))
BEGUN_WITH = statement(
    # Sorted by hand: the few chats of a phone are no reason to walk through an organization's.
    _of_organization.with_hint(*BY_BEGINNING)
    .where(_h.begun_with == bindparam("phone"))
    .order_by(None)
    .order_by((_h.active_at + 0).desc(), _h.id.desc())
)


def find_chat(tx: Tx, company_id: int, chat_id: int) -> Chat | None:
    row = tx.first(CHAT, company=company_id, chat=chat_id)
    return chat_of(row) if row else None


def find_by_external(tx: Tx, company_id: int, channel_id: int, external_id: str) -> int | None:
    row = tx.first(BY_EXTERNAL, company=company_id, channel=channel_id, external=external_id)
    return row[0] if row else None


def insert_chat(tx: Tx, new: ChatState, begun_with: str | None = None) -> bool:
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
            begun_with=begun_with,
        )
        == 1
    )


def rename_external(tx: Tx, company_id: int, chat_id: int, external_id: str) -> None:
    """Call a chat's client by another id of the platform from now on."""
    tx.run(SET_EXTERNAL, company=company_id, chat=chat_id, new_external=external_id)


def find_by_alias(tx: Tx, company_id: int, channel_id: int, external_id: str) -> int | None:
    row = tx.first(BY_ALIAS, company=company_id, channel=channel_id, external=external_id)
    return row[0] if row else None


def list_aliases(tx: Tx, company_id: int, chat_id: int) -> list[str]:
    """The further ids of the platform that a chat is known by."""
    return [row[0] for row in tx.all(ALIASES, company=company_id, chat=chat_id)]


def insert_alias(tx: Tx, company_id: int, channel_id: int, external_id: str, chat_id: int) -> None:
    """Know a chat by one more id; an id that is another chat's stays that one's."""
    place = {"company": company_id, "channel": channel_id, "external": external_id}
    tx.run(ADD_ALIAS, **place, chat=chat_id)


def list_by_phone(
    tx: Tx, company_id: int, organization_id: int, phone: str
) -> list[tuple[int, Source, str]]:
    """(chat, source, sender key) of a phone's chats, newest activity first.

    Those whose client has the phone, and those that were begun with it.
    """
    params = {"company": company_id, "organization": organization_id, "phone": phone}
    found = {row[1]: row for one in (BY_PHONE, BEGUN_WITH) for row in tx.all(one, **params)}
    newest = sorted(found.values(), key=lambda row: (row[0], row[1]), reverse=True)
    return [(row[1], Source(row[2]), row[3]) for row in newest[:MOST_BY_PHONE]]


def list_of_contact(tx: Tx, company_id: int, contact_id: int) -> list[int]:
    return [row[0] for row in tx.all(CHATS_OF_CONTACT, company=company_id, contact=contact_id)]


def delete_chat(tx: Tx, company_id: int, chat_id: int) -> None:
    for each in DELETE_CHAT:
        tx.run(each, company=company_id, chat=chat_id)


def chat_of(row: Row) -> Chat:
    (chat_id, company_id, organization_id, organization, channel_id, source, sender) = row[:7]
    (is_writable, external_id, status, unread, operator_id, operator, photo) = row[7:14]
    (client_id, name, phone, client_photo, created_at, updated_at, active_at) = row[14:21]
    client_wrote_at, is_blocked, begun_with, tags, paused_until, woke_at, block = row[21:28]
    waiting_since, order_number = row[28:30]
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
        client_wrote_at=client_wrote_at,
        is_blocked=bool(is_blocked),
        begun_with=begun_with,
        tags=tags_of(tags),
        paused_until=paused_until,
        woke_at=woke_at,
        block=Block(block),
        waiting_since=waiting_since,
        order_number=order_number,
    )
