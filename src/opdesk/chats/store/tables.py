"""The tables of chats, and those parts of other slices' tables that a chat shows."""

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
    table,
    text,
)

from opdesk.kit.sql import metadata

IS_SOMEBODYS_OPEN = text("operator_id IS NOT NULL AND status <> 4")
"""Of an operator and not Closed: few of all chats, so they have an index of their own."""
IS_BEGUN = text("begun_with IS NOT NULL")
"""Begun by us, with a phone: few of all chats."""
IS_SNOOZED = text("paused_until IS NOT NULL AND status = 3")
"""Put aside until a time."""
IS_BLOCKED = text("block <> 0")
IS_QUEUED = text("operator_id IS NULL AND status < 2 AND block = 0 AND last_message_id IS NOT NULL")
"""Nobody's, and its client waits: what is given to operators by itself."""
IS_UNREAD = text("unread > 0 AND block = 0")
"""Its client wrote something that nobody has read."""
IS_WAITING = text("waiting_since IS NOT NULL AND status < 2 AND block = 0")
"""New or Open, and its client's newest word is not answered."""
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
    Column("client_wrote_at", BigInteger),
    Column("is_blocked", Integer, nullable=False, server_default="0"),
    Column("begun_with", Text),
    Column("order_number", Text),
    Column("tags", Text),
    Column("paused_until", BigInteger),
    Column("woke_at", BigInteger),
    Column("block", Integer, nullable=False, server_default="0"),
    Column("closed_from", Integer),
    Column("closed_with", Text),
    Column("waiting_since", BigInteger),
    PrimaryKeyConstraint("company_id", "id"),
    Index("chats_external", "company_id", "channel_id", "external_id", unique=True),
    Index("chats_activity", "company_id", "organization_id", "active_at", "id"),
    Index("chats_company_activity", "company_id", "active_at", "id"),
    Index("chats_contact", "company_id", "contact_id"),
    Index(
        "chats_open_of",
        "company_id",
        "operator_id",
        "id",
        sqlite_where=IS_SOMEBODYS_OPEN,
        postgresql_where=IS_SOMEBODYS_OPEN,
    ),
    Index(
        "chats_begun",
        "company_id",
        "begun_with",
        sqlite_where=IS_BEGUN,
        postgresql_where=IS_BEGUN,
    ),
    Index("chats_snoozed", "paused_until", sqlite_where=IS_SNOOZED, postgresql_where=IS_SNOOZED),
    Index(
        "chats_waiting",
        "company_id",
        "organization_id",
        "waiting_since",
        "id",
        sqlite_where=IS_WAITING,
        postgresql_where=IS_WAITING,
    ),
    Index(
        "chats_unread",
        "company_id",
        "organization_id",
        "operator_id",
        "id",
        sqlite_where=IS_UNREAD,
        postgresql_where=IS_UNREAD,
    ),
    *(
        Index(
            name,
            "company_id",
            "organization_id",
            "active_at",
            "id",
            sqlite_where=where,
            postgresql_where=where,
        )
        for name, where in (("chats_blocked", IS_BLOCKED), ("chats_queue", IS_QUEUED))
    ),
)
chat_tags = Table(
    "chat_tags",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("tag_key", Text, nullable=False),
    PrimaryKeyConstraint("company_id", "tag_key", "chat_id"),
    Index("chat_tags_chat", "company_id", "chat_id"),
)
assignment_turns = Table(
    "assignment_turns",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("turn", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "organization_id", "operator_id"),
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
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("reply_to", BigInteger),
    Column("reaction", Text),
    Column("details", Text),
    Column("is_deleted", Integer, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("company_id", "id"),
    Index("messages_order", "company_id", "chat_id", "position", "id"),
    Index("messages_external", "company_id", "channel_id", "external_id", unique=True),
)
chat_aliases = Table(
    "chat_aliases",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "channel_id", "external_id"),
    Index("chat_aliases_chat", "company_id", "chat_id"),
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
    Index(
        "search_words_clients",
        "company_id",
        "word",
        "chat_id",
        sqlite_where=text("message_id = 0"),
        postgresql_where=text("message_id = 0"),
    ),
)
search_rebuilding = Table(
    "search_rebuilding",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("chats_before", BigInteger, nullable=False),
    Column("messages_before", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id"),
)
HAS_KEY = text("client_key IS NOT NULL")
chat_notes = Table(
    "chat_notes",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger),
    Column("text", Text, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("client_key", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index("chat_notes_chat", "company_id", "chat_id", "id"),
    Index(
        "chat_notes_key",
        "company_id",
        "chat_id",
        "client_key",
        unique=True,
        sqlite_where=HAS_KEY,
        postgresql_where=HAS_KEY,
    ),
)
chat_mentions = Table(
    "chat_mentions",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    Index("chat_mentions_chat", "company_id", "chat_id"),
)
chat_drafts = Table(
    "chat_drafts",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    Index("chat_drafts_chat", "company_id", "chat_id"),
)
chat_pins = Table(
    "chat_pins",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("pinned_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    Index("chat_pins_chat", "company_id", "chat_id"),
)
list_views = Table(
    "list_views",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("company_id", "operator_id"),
)
# Other slices' tables, as far as a chat shows them: one query instead of five for each chat.
contacts = table(
    "contacts",
    *map(column, ("company_id", "id", "name", "phone", "photo", "phone_hint", "person_id")),
)
identities = table(
    "identities",
    *map(column, ("company_id", "channel_id", "external_id", "contact_id", "username")),
)
organizations = table(
    "organizations", *map(column, ("company_id", "id", "name", "language", "time_zone"))
)
operators = table("operators", *map(column, ("company_id", "id", "name", "photo")))
channels = table(
    "channels",
    *map(
        column,
        (
            "company_id",
            "id",
            "organization_id",
            "source",
            "sender",
            "sender_key",
            "is_enabled",
            "is_deleted",
        ),
    ),
)
media = table(
    "media",
    *map(column, ("company_id", "id", "digest", "name", "format", "type", "size", "state")),
)
_h, _m = chats.c, messages.c
MESSAGE_COLUMNS = (
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
    _m.position,
    _m.reply_to,
    _m.reaction,
    _m.details,
    _m.is_deleted,
    _m.attempt,
    # How its organization writes what the system says.
    organizations.c.language,
    organizations.c.time_zone,
)
MEDIA_COLUMNS = (
    media.c.id,
    media.c.digest,
    media.c.name,
    media.c.format,
    media.c.type,
    media.c.size,
    media.c.state,
)
its_media = and_(media.c.company_id == _m.company_id, media.c.id == _m.media_id)
its_contact = and_(contacts.c.company_id == _h.company_id, contacts.c.id == _h.contact_id)
writer = table("operators", *map(column, ("company_id", "id", "name"))).alias("writer")
its_writer = and_(writer.c.company_id == _m.company_id, writer.c.id == _m.operator_id)
its_channel = and_(channels.c.company_id == _h.company_id, channels.c.id == _h.channel_id)
its_organization = and_(
    organizations.c.company_id == _h.company_id, organizations.c.id == _h.organization_id
)
message_with_all = (
    messages.join(chats, and_(_h.company_id == _m.company_id, _h.id == _m.chat_id))
    .join(contacts, its_contact)
    .join(organizations, its_organization)
    .outerjoin(writer, its_writer)
    .outerjoin(media, its_media)
)
"""A message with what it shows of its contact, its writer and its file."""
# Without statistics SQLite takes the primary key and reads the whole company's messages.
BY_CHAT = (messages, "INDEXED BY messages_order", "sqlite")
BY_CONTACT = (chats, "INDEXED BY chats_contact", "sqlite")
BY_BEGINNING = (chats, "INDEXED BY chats_begun", "sqlite")
BY_HOLDER = (chats, "INDEXED BY chats_open_of", "sqlite")
BY_SNOOZE = (chats, "INDEXED BY chats_snoozed", "sqlite")
BY_BLOCK = (chats, "INDEXED BY chats_blocked", "sqlite")
BY_UNREAD = (chats, "INDEXED BY chats_unread", "sqlite")
BY_WAITING = (chats, "INDEXED BY chats_waiting", "sqlite")
BY_QUEUE = (chats, "INDEXED BY chats_queue", "sqlite")
in_chat = (_m.company_id == bindparam("company"), _m.chat_id == bindparam("chat"))
