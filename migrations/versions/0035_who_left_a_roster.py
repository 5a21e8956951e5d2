"""An index of the few contacts who left a roster.

What is counted of all of an event's contacts is counted without looking at each: the marks of
55,000 were joined with 100,000 contacts only to leave out those few.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_index(
        "ix_contacts_left",
        "contacts",
        ["event_id", "id"],
        sqlite_where=sa.text("NOT active"),
        postgresql_where=sa.text("NOT active"),
    )


def downgrade() -> None:
    op.drop_index("ix_contacts_left", "contacts")
