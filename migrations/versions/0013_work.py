"""Work: tags, snoozed chats, blocked clients, whose turn it is."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
_IS_SNOOZED = sa.text("paused_until IS NOT NULL AND status = 3")
_IS_BLOCKED = sa.text("block <> 0")
_IS_QUEUED = sa.text(
    "operator_id IS NULL AND status < 2 AND block = 0 AND last_message_id IS NOT NULL"
)


def upgrade() -> None:
    op.add_column("chats", sa.Column("tags", sa.Text))
    op.add_column("chats", sa.Column("paused_until", sa.BigInteger))
    op.add_column("chats", sa.Column("woke_at", sa.BigInteger))
    op.add_column("chats", sa.Column("block", sa.Integer, nullable=False, server_default="0"))
    op.add_column("chats", sa.Column("closed_from", sa.Integer))
    op.add_column("chats", sa.Column("closed_with", sa.Text))
    _index("chats_snoozed", ["paused_until"], _IS_SNOOZED)
    _index("chats_blocked", ["company_id", "organization_id", "active_at", "id"], _IS_BLOCKED)
    _index("chats_queue", ["company_id", "organization_id", "active_at", "id"], _IS_QUEUED)
    op.create_table(
        "chat_tags",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("tag_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "tag_key", "chat_id"),
    )
    op.create_index("chat_tags_chat", "chat_tags", ["company_id", "chat_id"])
    op.create_table(
        "assignment_turns",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "organization_id", "operator_id"),
    )


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "chats", columns, sqlite_where=where, postgresql_where=where)
