"""Browsers of operators that are woken by a push."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "push_devices",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("endpoint_key", sa.Text, nullable=False),
        sa.Column("p256dh", sa.Text, nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sa.UniqueConstraint("endpoint_key", name="push_devices_endpoint"),
    )
    for name, columns in {
        "operator": ["company_id", "operator_id", "id"],
        "organization": ["company_id", "organization_id", "operator_id"],
        "session": ["session"],
        "end": ["ends_at"],
    }.items():
        op.create_index(f"push_devices_{name}", "push_devices", columns)
    # Ids that are never used again: a sequence, or a counter row where there are none.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO id_counters (table_name, last_id) VALUES ('push_devices', 0)")
    else:
        op.execute(f"CREATE SEQUENCE push_devices_id_seq AS bigint MAXVALUE {2**53 - 1}")
