"""Visitors of the companies' sites, and the tokens that their browsers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
_HAS_USER = sa.text("user_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "widget_visitors",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "channel_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "widget_visitors_user",
        "widget_visitors",
        ["company_id", "channel_id", "user_id"],
        unique=True,
        sqlite_where=_HAS_USER,
        postgresql_where=_HAS_USER,
    )
    op.create_table(
        "widget_sessions",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("visitor_key", sa.Text, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "channel_id", "token_hash"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "widget_sessions_visitor", "widget_sessions", ["company_id", "channel_id", "visitor_key"]
    )
    op.create_index("widget_sessions_age", "widget_sessions", ["used_at"])
