"""Of a mail's indexes on PostgreSQL, the one by its contact is the newest again.

What a guard asks of each new mail is planned while the table is small, and the plan is kept. Of
indexes that look alike then PostgreSQL takes the newest. By contact a mail is found at once; by
what is due, which the longer numbers of 0038 had built anew, all mails of its sending are read.
"""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_deliveries_contact_id", "deliveries")
        op.create_index("ix_deliveries_contact_id", "deliveries", ["contact_id"])


def downgrade() -> None:
    """An index's age is in no revision before."""
