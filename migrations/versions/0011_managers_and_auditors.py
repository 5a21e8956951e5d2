"""Two more roles: the office's manager, and the auditor who reads everything."""

from alembic import op

from migrations import tables

revision = "0011"
down_revision = "0010"

BEFORE = ("author", "checker", "approver")
AFTER = (*BEFORE, "manager", "auditor")


def upgrade() -> None:
    tables.set_choices("memberships", "role", BEFORE, AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM memberships WHERE role IN ('manager', 'auditor')")
    tables.set_choices("memberships", "role", AFTER, BEFORE)
