"""Chats that an operator began: the phone that they were begun with."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
_IS_BEGUN = sa.text("begun_with IS NOT NULL")


def upgrade() -> None:
    op.add_column("chats", sa.Column("begun_with", sa.Text))
    op.create_index(
        "chats_begun",
        "chats",
        ["company_id", "begun_with"],
        sqlite_where=_IS_BEGUN,
        postgresql_where=_IS_BEGUN,
    )
