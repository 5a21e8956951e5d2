"""An index for the order of a roster and for what is counted of it.

An event of 20,000 companies was read company by company, each time its page was opened.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_index(
        "ix_contacts_roster",
        "contacts",
        ["event_id", "participant_id", "source_row"],
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
        postgresql_include=["id", "office_id", "address"],
    )


def downgrade() -> None:
    op.drop_index("ix_contacts_roster", "contacts")
