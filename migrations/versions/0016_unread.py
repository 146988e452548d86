"""Chats with something unread, found by whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
_IS_UNREAD = sa.text("unread > 0 AND block = 0")


def upgrade() -> None:
    op.create_index(
        "chats_unread",
        "chats",
        ["company_id", "organization_id", "operator_id", "id"],
        sqlite_where=_IS_UNREAD,
        postgresql_where=_IS_UNREAD,
    )
