"""Papers of an incident: what somebody wrote for them, and which version was taken by whom."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0030"
down_revision = "0029"

MOMENT = sa.DateTime(timezone=True)
NOTES, TAKINGS = "incident_paper_notes", "incident_paper_takings"
PUBLISHED = ("undecided", "yes", "no")
KINDS = ("internal", "first", "final", "press", "circular")
FORMATS = ("pdf", "word")


def upgrade() -> None:
    op.create_table(
        NOTES,
        *_of_an_incident(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("second_harm", sa.String(1000), nullable=False),
        sa.Column("contact", sa.String(500), nullable=False),
        _choice("published", PUBLISHED),
        sa.Column("published_on", sa.Date),
        sa.Column("introduction", sa.String(1000), nullable=False),
        sa.Column("reference", sa.String(1000), nullable=False),
        *_by_whom_and_when(),
        sa.UniqueConstraint("incident_id", "version"),
    )
    op.create_table(
        TAKINGS,
        *_of_an_incident(),
        _choice("kind", KINDS),
        _choice("format", FORMATS),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        *_by_whom_and_when(),
        sa.CheckConstraint("number >= 1", "number"),
    )
    op.create_index(f"ix_{TAKINGS}_incident_id_kind", TAKINGS, ["incident_id", "kind"])
    for table in (NOTES, TAKINGS):
        guards.keep(table)
        guards.never_replaced(table, ("id",))


def downgrade() -> None:
    for table in (TAKINGS, NOTES):
        guards.allow(table, "replaced")
        guards.release(table)
        op.drop_table(table)


def _choice(name: str, values: tuple[str, ...]) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False)


def _of_an_incident() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
    )


def _by_whom_and_when() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "staff_id"], ["office_staff.office_id", "office_staff.staff_id"]
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
    )
