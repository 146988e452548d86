"""Notes of a chat, who was mentioned in them, and what operators have begun to write."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
_HAS_KEY = sa.text("client_key IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "chat_notes",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("mentions", sa.Text, nullable=False),
        sa.Column("client_key", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
    )
    op.create_index("chat_notes_chat", "chat_notes", ["company_id", "chat_id", "id"])
    op.create_index(
        "chat_notes_key",
        "chat_notes",
        ["company_id", "chat_id", "client_key"],
        unique=True,
        sqlite_where=_HAS_KEY,
        postgresql_where=_HAS_KEY,
    )
    _new_ids("chat_notes")
    op.create_table(
        "chat_mentions",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    )
    op.create_index("chat_mentions_chat", "chat_mentions", ["company_id", "chat_id"])
    op.create_table(
        "chat_drafts",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    )
    op.create_index("chat_drafts_chat", "chat_drafts", ["company_id", "chat_id"])


def _new_ids(table: str) -> None:
    """Ids that are never used again: a sequence, or a counter row where there are none."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO id_counters (table_name, last_id) VALUES ('{table}', 0)")
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
