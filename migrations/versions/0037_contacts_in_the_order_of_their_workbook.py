"""Indexes for contacts in the order of their workbook, and for those whose address is a person's.

To show 50 of 100,000 contacts, all of them were read and sorted; to count in a paper how many
addresses name a person, each recipient of the snapshot was looked up in the roster.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

INDEXES = {
    "ix_contacts_rows": (["event_id", "source_row", "id"], "active"),
    "ix_contacts_persons": (["event_id", "id"], "names_person"),
}


def upgrade() -> None:
    for name, (columns, which) in INDEXES.items():
        some = sa.text(which)
        op.create_index(name, "contacts", columns, sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "contacts")
