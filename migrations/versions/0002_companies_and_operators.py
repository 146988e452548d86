"""Companies, organizations, API keys, sessions and operators."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("login_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("token_epoch", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("login_key", name="companies_login"),
    )
    op.create_table(
        "organizations",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("operators_may_delete", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_keys",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sa.UniqueConstraint("fingerprint", name="api_keys_fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("sessions_end", "sessions", ["expires_at"])
    op.create_table(
        "known_addresses",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "address"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operators",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("photo", sa.Text),
        sa.Column("login", sa.Text),
        sa.Column("login_key", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sa.UniqueConstraint("company_id", "organization_id", "name_key", name="operators_name"),
        sa.UniqueConstraint("login_key", "company_id", name="operators_login"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("operator_id", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sqlite_with_rowid=False,
    )
    for table in ("companies", "organizations", "api_keys", "operators", "audit"):
        _new_ids_for(table)


def _new_ids_for(table: str) -> None:
    """Ids that are never used again: a sequence, or a counter row where there are none."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO id_counters (table_name, last_id) VALUES ('{table}', 0)")
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
