"""The installation's epoch, id counters, signing keys, outbox and event log."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    epoch = secrets.token_hex(8)
    op.execute(f"INSERT INTO installation (name, value) VALUES ('epoch', '{epoch}')")
    if op.get_bind().dialect.name == "sqlite":
        op.create_table(
            "id_counters",
            sa.Column("table_name", sa.Text, primary_key=True),
            sa.Column("last_id", sa.BigInteger, nullable=False),
        )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("run_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
    )
    op.create_index("jobs_due", "jobs", ["run_at"])
    op.create_index("jobs_lane", "jobs", ["lane", "id"])
    _new_ids_for("jobs")
    op.create_table(
        "event_counters",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "organization_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "organization_id", "number"),
        sqlite_with_rowid=False,
    )


def _new_ids_for(table: str) -> None:
    """Ids that are never used again: a sequence, or a counter row where there are none."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO id_counters (table_name, last_id) VALUES ('{table}', 0)")
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
