"""Settings of organizations; operators with the CRM's own id, found by any part of their name.

Two people of one organization may have the same name once the CRM's ids tell them apart.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
_BATCH = 1000
_OPEN = "operator_id IS NOT NULL AND status <> 4"


def upgrade() -> None:
    op.create_table(
        "organization_settings",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("organization_id", sa.BigInteger, nullable=False),
        sa.Column("working_hours", sa.Text, nullable=False),
        sa.Column("quick_replies", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("crm_url", sa.Text),
        sa.Column("retention_days", sa.Integer),
        sa.Column("own_chats_only", sa.Integer, nullable=False),
        sa.Column("assignment", sa.Integer, nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.PrimaryKeyConstraint("company_id", "organization_id"),
        sqlite_with_rowid=False,
    )
    _change_operators()
    op.create_index(
        "chats_open_of",
        "chats",
        ["company_id", "operator_id", "id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )


def _change_operators() -> None:
    """Names are unique among those without an id of the CRM, ids among those with one."""
    rowid = {"sqlite_with_rowid": False}
    with op.batch_alter_table("operators", table_kwargs=rowid) as batch:
        batch.drop_constraint("operators_name", type_="unique")
        batch.add_column(sa.Column("external_id", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("found_by", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("last_seen_at", sa.BigInteger))
    _fill_found_by()
    place = ["company_id", "organization_id"]
    op.create_index("operators_name", "operators", [*place, "name_key", "external_id"], unique=True)
    op.create_index(
        "operators_external",
        "operators",
        [*place, "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id <> ''"),
        postgresql_where=sa.text("external_id <> ''"),
    )
    op.create_index("operators_organization", "operators", [*place, "id", "status", "found_by"])


def _fill_found_by() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT company_id, id, name, login_key FROM operators")
    ).all()
    filled = [
        {
            "company": company_id,
            "id": operator_id,
            "found_by": f"{_folded(name)}\n\n{login_key or ''}",
        }
        for company_id, operator_id, name, login_key in rows
    ]
    change = sa.text(
        "UPDATE operators SET found_by = :found_by WHERE company_id = :company AND id = :id"
    )
    for start in range(0, len(filled), _BATCH):
        connection.execute(change, filled[start : start + _BATCH])


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
