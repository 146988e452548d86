"""Since when a client waits for an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
_IS_WAITING = sa.text("waiting_since IS NOT NULL AND status < 2 AND block = 0")


def upgrade() -> None:
    op.add_column("chats", sa.Column("waiting_since", sa.BigInteger))
    # Authors: 1 is the client, 0 and 2 are an operator and a bot. Of New and Open chats alone.
    op.execute(
        "UPDATE chats SET waiting_since = (SELECT min(m.created_at) FROM messages AS m"
        " WHERE m.company_id = chats.company_id AND m.chat_id = chats.id AND m.author = 1"
        " AND m.position > coalesce((SELECT max(a.position) FROM messages AS a"
        " WHERE a.company_id = chats.company_id AND a.chat_id = chats.id"
        " AND a.author IN (0, 2)), -1)) WHERE status < 2"
    )
    op.create_index(
        "chats_waiting",
        "chats",
        ["company_id", "organization_id", "waiting_since", "id"],
        sqlite_where=_IS_WAITING,
        postgresql_where=_IS_WAITING,
    )
