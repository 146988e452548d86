"""People of a company with their roles, one-time links, and an audit log that says who and where.

Each company's own login becomes its first person, an owner, with the company's number: the tokens
that were given out go on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
OWNER = 0


def upgrade() -> None:
    op.create_table(
        "company_users",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("login", sa.Text),
        sa.Column("login_key", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("role", sa.Integer, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("totp", sa.LargeBinary),
        sa.Column("totp_pending", sa.LargeBinary),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
        sa.Column("recovery_codes", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_sign_in_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("company_id", "id"),
        sa.UniqueConstraint("login_key", name="company_users_login"),
    )
    op.execute(
        "INSERT INTO company_users (company_id, id, login, login_key, name, role, password_hash,"
        " epoch, totp_step, created_at) SELECT id, id, login, login_key, name, "
        f"{OWNER}, password_hash, token_epoch, 0, created_at FROM companies"
    )
    _go_on_from("company_users", "companies")
    op.create_table(
        "one_time_links",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("one_time_links_subject", "one_time_links", ["company_id", "subject_id"])
    op.drop_column("companies", "password_hash")
    op.drop_column("companies", "token_epoch")
    op.add_column("sessions", sa.Column("user_id", sa.BigInteger))
    op.execute("UPDATE sessions SET user_id = company_id WHERE operator_id IS NULL")
    op.add_column("api_keys", sa.Column("allowed", sa.Text))
    for column in (
        sa.Column("user_id", sa.BigInteger),
        sa.Column("key_id", sa.BigInteger),
        sa.Column("who", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("details", sa.Text),
        sa.Column("found_by", sa.Text),
    ):
        op.add_column("audit", column)
    op.execute("UPDATE audit SET action = 'chat.deleted' WHERE action = 'chat deleted'")


def _go_on_from(table: str, other: str) -> None:
    """Ids of `table` that go on after those of `other`, whose rows were copied into it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"INSERT INTO id_counters (table_name, last_id) SELECT '{table}', last_id"
            f" FROM id_counters WHERE table_name = '{other}'"
        )
    else:
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint MAXVALUE {2**53 - 1}")
        op.execute(f"SELECT setval('{table}_id_seq', last_value, is_called) FROM {other}_id_seq")
