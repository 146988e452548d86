"""Whose an upload is: an operator's organization, or null for the company itself."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("media", sa.Column("organization_id", sa.BigInteger))
