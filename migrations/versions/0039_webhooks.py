"""Webhooks and their calls; and that one person may end that they are told names and addresses."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0039"
down_revision = "0038"

WRITTEN = ("id", "office_id", "made_by", "name", "url", "kinds", "contacts", "made_at")
# Where it leads and what it is told is said once. The secret is sealed to the row's number: it
# comes right after the row, and goes with the end, which is for good.
CHANGED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR (NEW.sealed <> OLD.sealed AND NOT (OLD.sealed = '' AND OLD.ended_at IS NULL)"
    + " AND NOT (NEW.sealed = '' AND NEW.ended_at IS NOT NULL))"
    + " OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at"
    + " OR NEW.off_at IS NULL))"
)
MAY_CONFIRM = (
    "EXISTS (SELECT 1 FROM memberships m JOIN staff f ON f.id = m.staff_id "
    "WHERE m.staff_id = NEW.staff_id AND f.active AND m.role IN ('manager', 'approver') "
    "AND m.office_id = NEW.office_id)"
)
NOT_SAFER = (
    "NEW.basis = 'safer' AND (NEW.kind NOT IN ({kinds}) {more}"
    f"OR NEW.staff_id IS NULL OR NEW.office_id IS NULL OR NOT {MAY_CONFIRM})"
)
BEFORE = NOT_SAFER.format(kinds="'batches', 'hold', 'first_copy'", more="")
# Ending it is the only direction in which one person is enough.
AFTER = NOT_SAFER.format(
    kinds="'batches', 'hold', 'first_copy', 'webhook_contacts'",
    more="OR (NEW.kind = 'webhook_contacts' AND NEW.after <> 'false') ",
)
OFF = ("by_hand", "gone", "failed")
STATES = ("queued", "claimed", "accepted", "refused", "dropped", "uncertain")


def upgrade() -> None:
    _webhooks()
    _calls()
    _marks()
    guards.refuse("webhooks", "UPDATE", "changed", CHANGED)
    guards.never_deleted("webhooks")
    guards.never_replaced("webhooks", ("id",))
    guards.allow("setting_changes", "not_safer")
    guards.refuse("setting_changes", "INSERT", "not_safer", AFTER)


def downgrade() -> None:
    guards.allow("setting_changes", "not_safer")
    guards.refuse("setting_changes", "INSERT", "not_safer", BEFORE)
    guards.allow("webhooks", "replaced")
    guards.may_be_deleted("webhooks")
    guards.allow("webhooks", "changed")
    for table in ("webhook_doubts", "webhook_marks", "webhook_calls", "webhooks"):
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, values: tuple[str, ...], name: str) -> sa.CheckConstraint:
    told = ", ".join(f"'{each}'" for each in values)
    return sa.CheckConstraint(f"{column} IN ({told})", name)


def _served(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _staff(name: str, *, nullable: bool) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("staff.id"), nullable=nullable)


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("offices.id"), nullable=False),
        _staff("made_by", nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("sealed", sa.String(300), nullable=False),
        sa.Column("kinds", sa.String(500), nullable=False),
        sa.Column("contacts", sa.Boolean, nullable=False),
        _moment("made_at"),
        sa.Column("audit_mark", sa.Integer, nullable=False),
        _moment("rest_until", nullable=True),
        _moment("off_at", nullable=True),
        sa.Column("off_why", sa.String(32)),
        _staff("off_by", nullable=True),
        _moment("ended_at", nullable=True),
        _staff("ended_by", nullable=True),
        *(_served(each) for each in ("made_by", "off_by", "ended_by")),
        sa.UniqueConstraint("office_id", "id"),
        _one_of("off_why", OFF, "off_why"),
        sa.CheckConstraint("(off_at IS NULL) = (off_why IS NULL)", "off"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        sa.CheckConstraint("ended_at IS NULL OR off_at IS NOT NULL", "ended_off"),
    )


def _calls() -> None:
    op.create_table(
        "webhook_calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("webhook_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        _moment("made_at"),
        _moment("due_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reply", sa.String(200), nullable=False),
        _moment("settled_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "webhook_id"],
            ["webhooks.office_id", "webhooks.id"],
            name="fk_webhook_calls_webhook",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_webhook_calls_event",
        ),
        sa.UniqueConstraint("token"),
        _one_of("state", STATES, "state"),
        sa.Index("ix_webhook_calls_due", "state", "due_at"),
        sa.Index("ix_webhook_calls_webhook", "webhook_id", "id"),
        sa.Index("ix_webhook_calls_event_id", "event_id"),
        sa.Index("ix_webhook_calls_made_at", "made_at"),
    )


def _marks() -> None:
    marks = op.create_table(
        "webhook_marks",
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("last_id", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(marks, [{"source": "attempts", "last_id": 0}])
    op.create_table(
        "webhook_doubts",
        sa.Column(
            "delivery_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("deliveries.id"),
            primary_key=True,
            autoincrement=False,
        ),
    )
