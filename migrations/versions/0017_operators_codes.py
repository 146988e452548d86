"""An operator's second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("operators", sa.Column("totp", sa.LargeBinary))
    op.add_column("operators", sa.Column("totp_pending", sa.LargeBinary))
    op.add_column(
        "operators", sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("operators", sa.Column("recovery_codes", sa.Text))
