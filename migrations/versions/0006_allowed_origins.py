"""The pages of other origins that may read a company's answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("companies", sa.Column("origins", sa.Text))
