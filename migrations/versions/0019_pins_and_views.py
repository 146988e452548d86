"""Chats that an operator keeps at the top of the list, and the ways to narrow it that they keep."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "chat_pins",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("pinned_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id", "chat_id"),
    )
    op.create_index("chat_pins_chat", "chat_pins", ["company_id", "chat_id"])
    op.create_table(
        "list_views",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id"),
    )
