"""Clients' names are found by an index of their own, and old texts get today's words."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
_NEWEST = 2**53 - 1
_IS_ABOUT_CLIENT = sa.text("message_id = 0")


def upgrade() -> None:
    op.create_index(
        "search_words_clients",
        "search_words",
        ["company_id", "word", "chat_id"],
        sqlite_where=_IS_ABOUT_CLIENT,
        postgresql_where=_IS_ABOUT_CLIENT,
    )
    # What is there gets its words by today's rules while the server runs, the newest first.
    op.create_table(
        "search_rebuilding",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("chats_before", sa.BigInteger, nullable=False),
        sa.Column("messages_before", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO search_rebuilding (company_id, chats_before, messages_before)"
        f" SELECT DISTINCT company_id, {_NEWEST}, {_NEWEST} FROM chats"
    )
