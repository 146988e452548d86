"""Raw envelopes know the platform's chat that they are about, whatever became of them."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_CHAT = re.compile(rb'"chat"\s*:\s*\{[^{}]*?"id"\s*:\s*"?(-?[0-9]{1,20})')
IS_UNPARSED = sa.text("state = 'unparsed'")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("external_chat_id", sa.Text))
    op.execute(
        "UPDATE inbox SET external_chat_id = (SELECT chats.external_id FROM chats"
        " WHERE chats.company_id = inbox.company_id AND chats.id = inbox.chat_id)"
        " WHERE chat_id IS NOT NULL"
    )
    # Nothing is shown of these, and nobody can tell whose they are: only a deleted chat's texts
    # could hide in them.
    op.execute("DELETE FROM inbox WHERE external_chat_id IS NULL AND state <> 'unparsed'")
    _find_chats_of_unparsed()
    op.drop_index("inbox_chat", "inbox")
    op.drop_column("inbox", "chat_id")
    op.create_index("inbox_chat", "inbox", ["company_id", "channel_id", "external_chat_id"])
    op.create_index(
        "inbox_unparsed",
        "inbox",
        ["company_id", "channel_id", "id"],
        sqlite_where=IS_UNPARSED,
        postgresql_where=IS_UNPARSED,
    )


def _find_chats_of_unparsed() -> None:
    inbox = sa.table("inbox", *map(sa.column, ("company_id", "id", "body", "external_chat_id")))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(inbox.c.company_id, inbox.c.id, inbox.c.body).where(IS_UNPARSED)
    ).all()
    for company_id, raw_id, body in rows:
        found = _CHAT.search(bytes(body))
        if found is not None:
            connection.execute(
                sa.update(inbox)
                .where(inbox.c.company_id == company_id, inbox.c.id == raw_id)
                .values(external_chat_id=found[1].decode())
            )
