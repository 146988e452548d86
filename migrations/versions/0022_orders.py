"""The order that a chat is about, where its platform says so."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("chats", sa.Column("order_number", sa.Text))
