"""What every platform can tell: order by its time, answers, places, cards, reactions, deletions,

receipts that come before their message, other ids of a chat, and who may be written to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in (
        sa.Column("position", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("reply_to", sa.BigInteger),
        sa.Column("reaction", sa.Text),
        sa.Column("details", sa.Text),
        sa.Column("is_deleted", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("messages", column)
    # What is there keeps its order, and stands before everything that comes.
    op.execute("UPDATE messages SET position = id")
    op.drop_index("messages_chat", "messages")
    op.create_index("messages_order", "messages", ["company_id", "chat_id", "position", "id"])
    for column in (
        sa.Column("client_wrote_at", sa.BigInteger),
        sa.Column("is_blocked", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("chats", column)
    # 1: a client's message.
    op.execute(
        "UPDATE chats SET client_wrote_at = (SELECT max(m.created_at) FROM messages AS m"
        " WHERE m.company_id = chats.company_id AND m.chat_id = chats.id AND m.author = 1)"
    )
    op.create_table(
        "chat_aliases",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "channel_id", "external_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("chat_aliases_chat", "chat_aliases", ["company_id", "chat_id"])
    op.create_table(
        "early_updates",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("message_external_id", sa.Text, nullable=False),
        sa.Column("chat_external_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    place = ["company_id", "channel_id", "message_external_id", "id"]
    op.create_index("early_updates_message", "early_updates", place)
    op.create_index("early_updates_age", "early_updates", ["received_at"])
    _new_ids("early_updates")
    op.add_column("jobs", sa.Column("share", sa.Text, nullable=False, server_default=""))


def _new_ids(table: str) -> None:
    """Ids that are never used again: a sequence, or a counter row where there are none."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO id_counters (table_name, last_id) VALUES ('{table}', 0)")
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
