"""Addresses that are mailed no more, and which mailings that is for."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0023"
down_revision = "0022"

KINDS = ("unsubscribed", "asked_by_phone", "bounced")
SOURCES = ("one_click", "page", "reply", "phone", "bounce")
WAYS = ("phone", "mail", "paper", "in_person")
WRITTEN = ("id", "office_id", "event_id", "digest", "kind", "source", "reason", "staff_id", "at")
# Of a suppression only the plain address may go, once its time is over, and come back.
CHANGED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR (OLD.address_key <> '' AND NEW.address_key <> '')"
)
# Nothing leaves for an address that is suppressed now, whoever writes the attempt.
LEAVES = (
    "EXISTS (SELECT 1 FROM deliveries d "
    "JOIN snapshot_recipients r ON r.snapshot_id = d.snapshot_id AND r.contact_id = d.contact_id "
    "JOIN snapshots n ON n.id = d.snapshot_id "
    "JOIN suppressions s ON s.office_id = d.office_id AND s.address_key = r.address_key "
    "WHERE d.id = NEW.delivery_id AND (s.event_id IS NULL OR s.event_id = d.event_id) "
    "AND (n.stoppable OR s.kind <> 'unsubscribed') "
    "AND NOT EXISTS (SELECT 1 FROM suppression_lifts l WHERE l.suppression_id = s.id))"
)


def upgrade() -> None:
    for table in ("mailings", "snapshots"):
        column = sa.Column("stoppable", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, column)
    _suppressions()
    _lifts()
    guards.refuse("suppressions", "UPDATE", "changed", CHANGED)
    guards.never_deleted("suppressions")
    guards.never_replaced("suppressions", ("id",))
    guards.keep("suppression_lifts")
    guards.never_replaced("suppression_lifts", ("suppression_id",))
    guards.refuse("attempts", "INSERT", "suppressed", LEAVES)


def downgrade() -> None:
    guards.allow("attempts", "suppressed")
    guards.allow("suppression_lifts", "replaced")
    guards.release("suppression_lifts")
    guards.allow("suppressions", "replaced")
    guards.may_be_deleted("suppressions")
    guards.allow("suppressions", "changed")
    op.drop_table("suppression_lifts")
    op.drop_table("suppressions")
    for table in ("snapshots", "mailings"):
        op.drop_column(table, "stoppable")


def _served() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", "staff_id"], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("offices.id"), nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", _choice("kind", KINDS), nullable=False),
        sa.Column("source", _choice("source", SOURCES), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _served(),
        sa.UniqueConstraint("office_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_suppressions_event",
        ),
    )
    for name, column in (("address", "address_key"), ("digest", "digest")):
        op.create_index(f"ix_suppressions_office_{name}", "suppressions", ["office_id", column])


def _lifts() -> None:
    op.create_table(
        "suppression_lifts",
        sa.Column("suppression_id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("consented_on", sa.Date, nullable=False),
        sa.Column("way", _choice("way", WAYS), nullable=False),
        sa.Column("consent", sa.String(300), nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _served(),
        sa.ForeignKeyConstraint(
            ["office_id", "suppression_id"],
            ["suppressions.office_id", "suppressions.id"],
            name="fk_suppression_lifts_suppression",
        ),
        sa.CheckConstraint("length(trim(consent)) > 0", "consent"),
    )
