"""Files, channels, contacts, chats, messages, search words and the inbox of raw envelopes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _files()
    _channels_and_contacts()
    _chats()
    _inbox()
    for table in ("media", "channels", "contacts", "chats", "messages", "inbox"):
        _new_ids_for(table)


def _files() -> None:
    op.create_table(
        "media",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger),
        sa.Column("digest", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("media_digest", "media", ["company_id", "digest"])
    op.create_index("media_chat", "media", ["company_id", "chat_id"])


def _channels_and_contacts() -> None:
    op.create_table(
        "channels",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Integer, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("sender_key", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("settings", sa.LargeBinary, nullable=False),
        sa.Column("webhook_secret", sa.Text, nullable=False),
        sa.Column("is_enabled", sa.Integer, nullable=False),
        sa.Column("is_deleted", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("poll_offset", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    # One account is connected once, whoever connects it; '' is an account we don't know yet.
    is_known = sa.text("account_id <> ''")
    op.create_index(
        "channels_account",
        "channels",
        ["source", "account_id"],
        unique=True,
        sqlite_where=is_known,
        postgresql_where=is_known,
    )
    op.create_table(
        "contacts",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("photo", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("contacts_phone", "contacts", ["company_id", "phone"])
    op.create_table(
        "identities",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("contact_id", sa.BigInteger, nullable=False),
        sa.Column("username", sa.Text),
        sa.PrimaryKeyConstraint("company_id", "channel_id", "external_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_contact", "identities", ["company_id", "contact_id"])


def _chats() -> None:
    op.create_table(
        "chats",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("contact_id", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("operator_id", sa.BigInteger),
        sa.Column("unread", sa.Integer, nullable=False),
        sa.Column("last_message_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("active_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    external = ["company_id", "channel_id", "external_id"]
    activity = ["company_id", "organization_id", "active_at", "id"]
    op.create_index("chats_external", "chats", external, unique=True)
    op.create_index("chats_activity", "chats", activity)
    op.create_index("chats_company_activity", "chats", ["company_id", "active_at", "id"])
    op.create_index("chats_contact", "chats", ["company_id", "contact_id"])
    op.create_table(
        "messages",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("author", sa.Integer, nullable=False),
        sa.Column("operator_id", sa.BigInteger),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("media_id", sa.BigInteger),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("client_key", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("is_edited", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("messages_chat", "messages", ["company_id", "chat_id", "id"])
    op.create_index("messages_external", "messages", external, unique=True)
    op.create_table(
        "idempotency_keys",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("client_key", sa.Text, nullable=False),
        sa.Column("body_digest", sa.Text, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "chat_id", "client_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("idempotency_keys_age", "idempotency_keys", ["created_at"])
    # Words are looked up by their beginning, so they are ordered by code point, not by a language.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    word = sa.Text() if is_sqlite else sa.Text(collation="C")
    op.create_table(
        "search_words",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("word", word, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "word", "chat_id", "message_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_words_chat", "search_words", ["company_id", "chat_id", "message_id"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("dedupe_key", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("chat_id", sa.BigInteger),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    dedupe = ["company_id", "channel_id", "dedupe_key"]
    op.create_index("inbox_dedupe", "inbox", dedupe, unique=True)
    op.create_index("inbox_age", "inbox", ["received_at"])
    op.create_index("inbox_chat", "inbox", ["company_id", "chat_id"])


def _new_ids_for(table: str) -> None:
    """Ids that are never used again: a sequence, or a counter row where there are none."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO id_counters (table_name, last_id) VALUES ('{table}', 0)")
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
