"""People: contacts that are one person's, phones that were merely named, what operators said."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("phone_hint", sa.Text))
    op.add_column(
        "contacts", sa.Column("person_id", sa.BigInteger, nullable=False, server_default="0")
    )
    # Contacts that are there are joined as they would be if their phones were attested now.
    op.execute(
        "UPDATE contacts SET person_id = coalesce((SELECT min(c.id) FROM contacts AS c"
        " WHERE c.company_id = contacts.company_id AND c.phone = contacts.phone), id)"
    )
    op.create_index("contacts_hint", "contacts", ["company_id", "phone_hint"])
    op.create_index("contacts_person", "contacts", ["company_id", "person_id"])
    op.create_table(
        "contact_pairs",
        sa.Column("company_id", sa.BigInteger, nullable=False),
        sa.Column("low_id", sa.BigInteger, nullable=False),
        sa.Column("high_id", sa.BigInteger, nullable=False),
        sa.Column("is_same", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "low_id", "high_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("contact_pairs_high", "contact_pairs", ["company_id", "high_id"])
