"""What the administrator watches the service by.

Running totals, so that a scrape never counts millions of rows; since when a relay is away; and the
troubles that people are told of by mail, once when they begin and once when they are over.
"""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0034"
down_revision = "0033"

STATES = ("queued", "claimed", "accepted", "refused", "uncertain", "dropped")
MAILS = "trouble_mails"
# A mail is to one person, about one thing, for good; what may have come is never sent again.
ADDRESSED = ("staff_id", "office_id", "trouble_id", "over", "token", "made_at")
SETTLED = "OLD.state IN ('accepted', 'refused', 'uncertain', 'dropped') AND NEW.state <> OLD.state"
UNCERTAIN = sa.text("state = 'uncertain'")
GOES_ON = sa.text("over_at IS NULL")
# The totals begin here: what was before is not counted again.
MARKS = {"attempts": "attempts", "audit": "audit_entries"}


def upgrade() -> None:
    _totals()
    _troubles()
    _mails_about_them()
    op.add_column("relay_paces", sa.Column("down_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_deliveries_uncertain",
        "deliveries",
        ["state", "snapshot_id"],
        sqlite_where=UNCERTAIN,
        postgresql_where=UNCERTAIN,
    )


def _totals() -> None:
    op.create_table(
        "running_totals",
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("part", sa.String(80), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("series", "part", name=op.f("pk_running_totals")),
    )
    op.create_table(
        "total_marks",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_total_marks")),
    )
    for source, table in MARKS.items():
        op.execute(
            f"INSERT INTO total_marks (source, last_id) "
            f"SELECT '{source}', COALESCE(MAX(id), 0) FROM {table}"
        )


def _troubles() -> None:
    op.create_table(
        "troubles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(320), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_troubles_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_troubles")),
    )
    op.create_index(
        "uq_troubles_going_on",
        "troubles",
        ["kind", "subject"],
        unique=True,
        sqlite_where=GOES_ON,
        postgresql_where=GOES_ON,
    )
    op.create_index("ix_troubles_told", "troubles", ["kind", "office_id", "told_at"])


def _mails_about_them() -> None:
    op.create_table(
        "trouble_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trouble_id", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("reply", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["trouble_id"], ["troubles.id"], name=op.f("fk_trouble_mails_trouble_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_trouble_mails_office_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trouble_mails_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trouble_mails")),
        sa.UniqueConstraint(
            "staff_id", "trouble_id", "over", name=op.f("uq_trouble_mails_staff_id_trouble_id_over")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_trouble_mails_token")),
    )
    op.create_index("ix_trouble_mails_state_due_at", "trouble_mails", ["state", "due_at"])
    guards.never_replaced(MAILS, ("id",), ("staff_id", "trouble_id", "over"), ("token",))
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in ADDRESSED)
    guards.refuse(MAILS, "UPDATE", "readdressed", changed)
    guards.refuse(MAILS, "UPDATE", "settled", SETTLED)
    guards.never_deleted(MAILS)


def downgrade() -> None:
    guards.may_be_deleted(MAILS)
    for guard in ("settled", "readdressed", "replaced"):
        guards.allow(MAILS, guard)
    op.drop_index("ix_deliveries_uncertain", "deliveries")
    op.drop_column("relay_paces", "down_since")
    for table in ("trouble_mails", "troubles", "total_marks", "running_totals"):
        op.drop_table(table)
