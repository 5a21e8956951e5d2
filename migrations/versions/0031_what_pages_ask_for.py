"""Indexes for what pages ask of tables with millions of rows.

A participant's page asks for all mails to one contact, and the link by which he stops invitations
for every address that he was ever written to at: without these they read all mails of all offices.
Each sign-in forgets sessions that ended long ago.
"""

from alembic import op

revision = "0031"
down_revision = "0030"

INDEXES = {
    "ix_deliveries_contact_id": ("deliveries", ["contact_id"]),
    "ix_snapshot_recipients_contact_id": ("snapshot_recipients", ["contact_id"]),
    "ix_staff_sessions_ended_at": ("staff_sessions", ["ended_at"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
