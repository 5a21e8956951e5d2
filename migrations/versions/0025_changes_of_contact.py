"""Participants propose another person or address; a change of a roster may be nobody's of staff."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, tables

revision = "0025"
down_revision = "0024"

TABLE = "contact_corrections"
STATES = ("waiting", "agreed", "done", "refused", "withdrawn")
WRITTEN = (
    *("id", "office_id", "event_id", "participant_id", "contact_id", "address_before"),
    *("department", "title", "name", "address", "made_at", "expires_at", "code_token"),
)
# What he wrote stays as he wrote it, and what is decided stays decided.
REWORDED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR OLD.state NOT IN ('waiting', 'agreed')"
    + " OR (OLD.state = 'agreed' AND NEW.state = 'waiting') OR NEW.tries < OLD.tries"
)
# It names an address: it goes with whoever is erased, and not before.
NEEDED = (
    "NOT EXISTS (SELECT 1 FROM event_erasures g WHERE g.event_id = OLD.event_id) "
    "AND NOT EXISTS (SELECT 1 FROM contact_erasures g WHERE g.contact_id = OLD.contact_id)"
)


def upgrade() -> None:
    coded = sa.Column("coded", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("link_mails", coded)
    tables.allow_null("roster_imports", "uploaded_by", "INTEGER")
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, primary_key=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("office_id", "event_id", "participant_id", "contact_id")
        ),
        sa.Column("address_before", sa.String(254), nullable=False),
        sa.Column("department", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("code_token", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id")),
        sa.Column("told", sa.String(300), nullable=False, server_default=""),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["office_id", "staff_id"], ["office_staff.office_id", "office_staff.staff_id"]
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_contact_corrections_contact",
        ),
        sa.CheckConstraint("tries >= 0", "tries"),
    )
    op.create_index("ix_contact_corrections_event_id", TABLE, ["event_id"])
    is_open = sa.text("state IN ('waiting', 'agreed')")
    op.create_index(
        "uq_contact_corrections_open",
        TABLE,
        ["contact_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    guards.refuse(TABLE, "UPDATE", "reworded", REWORDED)
    guards.refuse(TABLE, "DELETE", "needed", NEEDED)


def downgrade() -> None:
    guards.allow(TABLE, "needed")
    guards.allow(TABLE, "reworded")
    op.drop_table(TABLE)
    # Before this revision somebody of the staff had to be named: whoever made the event.
    op.execute(
        "UPDATE roster_imports SET uploaded_by = (SELECT e.created_by FROM events e "
        "WHERE e.id = roster_imports.event_id) WHERE uploaded_by IS NULL"
    )
    tables.forbid_null("roster_imports", "uploaded_by", "INTEGER")
    op.drop_column("link_mails", "coded")
