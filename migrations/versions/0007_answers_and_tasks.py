"""Answers to findings, the checker's tasks, lifts, rejection, deputies, notices."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, tables

revision = "0007"
down_revision = "0006"

STATES = ("draft", "checking", "approving", "sending", "sent", "halted")
DECISIONS = ("passed", "returned")
WRITTEN_ONCE = ("check_steps", "lifts", "mailing_notices", "deputies", "deputy_revocations")
NEVER_REPLACED = {
    "check_steps": (("id",), ("snapshot_id", "staff_id", "task", "subject")),
    "lifts": (("snapshot_id", "sha256"),),
    "mailing_notices": (("id",),),
    "deputies": (("id",),),
    "deputy_revocations": (("appointment_id",),),
    "snapshot_findings": (("snapshot_id", "position"),),
}
# What stood in migration 0002, and comes back with the downgrade.
NO_ROLE = (
    "NOT EXISTS (SELECT 1 FROM memberships m JOIN snapshots s ON s.office_id = m.office_id "
    "WHERE s.id = NEW.snapshot_id AND m.staff_id = NEW.staff_id AND m.role = "
    "CASE NEW.step WHEN 'check' THEN 'checker' ELSE 'approver' END)"
)
# An appointment that holds now, by an approver who might have decided himself.
STANDS_IN = (
    "EXISTS (SELECT 1 FROM deputies d JOIN snapshots s ON s.office_id = d.office_id "
    "JOIN memberships m ON m.office_id = d.office_id AND m.staff_id = d.approver_id "
    "AND m.role = 'approver' WHERE d.id = NEW.deputy_id AND d.deputy_id = NEW.staff_id "
    "AND s.id = NEW.snapshot_id AND d.begins_at <= NEW.at AND d.ends_at > NEW.at "
    "AND NOT EXISTS (SELECT 1 FROM deputy_revocations v WHERE v.appointment_id = d.id) "
    "AND NOT EXISTS (SELECT 1 FROM mailing_editors e WHERE e.mailing_id = s.mailing_id "
    "AND e.staff_id = d.approver_id) "
    "AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.snapshot_id = s.id "
    "AND r.staff_id = d.approver_id))"
)
ERASED = "EXISTS (SELECT 1 FROM erasures e WHERE e.snapshot_id = OLD.snapshot_id)"
REJECTED = (
    "EXISTS (SELECT 1 FROM reviews r JOIN snapshots s ON s.id = r.snapshot_id "
    "WHERE s.mailing_id = {mailing} AND r.decision = 'rejected')"
)
SEEN = (
    "SELECT 1 FROM check_steps c WHERE c.snapshot_id = NEW.snapshot_id "
    "AND c.digest = NEW.digest AND c.staff_id = NEW.staff_id AND c.task = "
)
# The checker's yes needs every task of his: count, materials, letters, answered findings.
UNSEEN = (
    "NEW.step = 'check' AND NEW.decision = 'passed' AND ("
    f"NOT EXISTS ({SEEN}'recipients') "
    "OR EXISTS (SELECT 1 FROM snapshot_materials m WHERE m.snapshot_id = NEW.snapshot_id "
    f"AND NOT EXISTS ({SEEN}'material' AND c.subject = m.sha256)) "
    "OR EXISTS (SELECT 1 FROM snapshot_findings f WHERE f.snapshot_id = NEW.snapshot_id "
    "AND f.level <> 'note' AND NOT EXISTS "
    f"({SEEN}'finding' AND c.subject = CAST(f.position AS VARCHAR))) "
    "OR EXISTS (SELECT 1 FROM snapshots s WHERE s.id = NEW.snapshot_id AND "
    f"(SELECT count(*) FROM ({SEEN}'letter') seen) < "
    "CASE WHEN s.mode = 'batch' THEN 1 WHEN s.recipient_count < 3 THEN s.recipient_count "
    "ELSE 3 END))"
)
NOTHING_SUCH = (
    "NOT EXISTS (SELECT 1 FROM snapshots s WHERE s.id = NEW.snapshot_id AND ("
    "(NEW.task = 'recipients' AND NEW.subject = '' AND NEW.counted = s.recipient_count) "
    "OR (NEW.task = 'material' AND EXISTS (SELECT 1 FROM snapshot_materials m "
    "WHERE m.snapshot_id = s.id AND m.sha256 = NEW.subject)) "
    "OR (NEW.task = 'letter' AND EXISTS (SELECT 1 FROM snapshot_recipients t "
    "WHERE t.snapshot_id = s.id AND CAST(t.contact_id AS VARCHAR) = NEW.subject)) "
    "OR (NEW.task = 'finding' AND EXISTS (SELECT 1 FROM snapshot_findings f "
    "WHERE f.snapshot_id = s.id AND CAST(f.position AS VARCHAR) = NEW.subject))))"
)
CONDITIONS = (
    # A snapshot's findings are written with it, and a warning only with its answer.
    (
        "snapshot_findings",
        "INSERT",
        "reviewed",
        "EXISTS (SELECT 1 FROM reviews r WHERE r.snapshot_id = NEW.snapshot_id)",
    ),
    (
        "snapshot_findings",
        "INSERT",
        "unanswered",
        "NEW.level <> 'note' AND (length(trim(NEW.answer)) = 0 OR NEW.answered_by IS NULL)",
    ),
    # What blocks is never submitted, but for a file of its own that nobody can look into.
    (
        "snapshot_findings",
        "INSERT",
        "blocking",
        "NEW.level = 'block' AND NOT "
        "(NEW.code IN ('unsearchable_material', 'unscannable_material') AND EXISTS "
        "(SELECT 1 FROM snapshot_materials m WHERE m.snapshot_id = NEW.snapshot_id "
        "AND m.sha256 = NEW.material))",
    ),
    (
        "snapshot_findings",
        "UPDATE",
        "update",
        f"NOT ({ERASED} AND NEW.message = '' AND NEW.place = '{{}}' AND NEW.answer = '') OR "
        + " OR ".join(
            f"NEW.{name} IS DISTINCT FROM OLD.{name}"
            for name in (
                *("snapshot_id", "position", "office_id", "event_id", "code", "level"),
                *("material", "answered_by", "answered_at"),
            )
        ),
    ),
    # A checker's step is of somebody who may check, about what is there, before he decides.
    (
        "check_steps",
        "INSERT",
        "no_role",
        "NOT EXISTS (SELECT 1 FROM memberships m JOIN snapshots s ON s.office_id = m.office_id "
        "WHERE s.id = NEW.snapshot_id AND m.staff_id = NEW.staff_id AND m.role = 'checker')",
    ),
    (
        "check_steps",
        "INSERT",
        "own_mailing",
        "EXISTS (SELECT 1 FROM mailing_editors e JOIN snapshots s ON s.mailing_id = e.mailing_id "
        "WHERE s.id = NEW.snapshot_id AND e.staff_id = NEW.staff_id)",
    ),
    (
        "check_steps",
        "INSERT",
        "decided",
        "EXISTS (SELECT 1 FROM reviews r WHERE r.snapshot_id = NEW.snapshot_id)",
    ),
    ("check_steps", "INSERT", "nothing_such", NOTHING_SUCH),
    ("reviews", "INSERT", "unseen", UNSEEN),
    # Who says no says why; and only the approver says no for good.
    (
        "reviews",
        "INSERT",
        "unreasoned",
        "NEW.decision <> 'passed' AND length(trim(NEW.reason)) = 0",
    ),
    (
        "reviews",
        "INSERT",
        "rejected_by_checker",
        "NEW.decision = 'rejected' AND NEW.step <> 'approve'",
    ),
    ("mailings", "UPDATE", "rejected", "OLD.state = 'rejected'"),
    (
        "mailings",
        "UPDATE",
        "not_rejected",
        f"NEW.state = 'rejected' AND NOT {REJECTED.format(mailing='NEW.id')}",
    ),
    ("snapshots", "INSERT", "rejected", REJECTED.format(mailing="NEW.mailing_id")),
    # Deputies: named by an approver of the office among its staff; held to the same rules.
    (
        "deputies",
        "INSERT",
        "no_role",
        "NOT EXISTS (SELECT 1 FROM memberships m WHERE m.office_id = NEW.office_id "
        "AND m.staff_id = NEW.approver_id AND m.role = 'approver') "
        "OR NOT EXISTS (SELECT 1 FROM memberships m WHERE m.office_id = NEW.office_id "
        "AND m.staff_id = NEW.deputy_id)",
    ),
    (
        "deputy_revocations",
        "INSERT",
        "no_role",
        "NOT EXISTS (SELECT 1 FROM deputies d JOIN memberships m ON m.office_id = d.office_id "
        "WHERE d.id = NEW.appointment_id AND m.staff_id = NEW.staff_id AND m.role = 'approver')",
    ),
    ("reviews", "INSERT", "false_deputy", f"NEW.deputy_id IS NOT NULL AND NOT {STANDS_IN}"),
    (
        "reviews",
        "INSERT",
        "no_role",
        f"{NO_ROLE} AND NOT (NEW.step = 'approve' AND {STANDS_IN})",
    ),
    # A lift is part of an approval, of a file that is there, and comes before the sending.
    (
        "lifts",
        "INSERT",
        "unapproved",
        "NOT EXISTS (SELECT 1 FROM reviews r "
        "JOIN snapshot_findings f ON f.snapshot_id = r.snapshot_id "
        "WHERE r.snapshot_id = NEW.snapshot_id AND r.digest = NEW.digest "
        "AND r.step = 'approve' AND r.decision = 'passed' AND r.staff_id = NEW.staff_id "
        "AND f.level = 'block' AND f.material = NEW.sha256)",
    ),
    (
        "lifts",
        "INSERT",
        "late",
        "EXISTS (SELECT 1 FROM dispatches d WHERE d.snapshot_id = NEW.snapshot_id)",
    ),
    (
        "dispatches",
        "INSERT",
        "not_lifted",
        "EXISTS (SELECT 1 FROM snapshot_findings f WHERE f.snapshot_id = NEW.snapshot_id "
        "AND f.level = 'block' AND NOT EXISTS (SELECT 1 FROM lifts l "
        "WHERE l.snapshot_id = f.snapshot_id AND l.sha256 = f.material))",
    ),
)


def upgrade() -> None:
    tables.set_choices("mailings", "state", STATES, (*STATES, "rejected"))
    _make_tables()
    op.execute(
        "ALTER TABLE reviews ADD COLUMN deputy_id INTEGER "
        "CONSTRAINT fk_reviews_deputy_id REFERENCES deputies (id)"
    )
    tables.set_choices("reviews", "decision", DECISIONS, (*DECISIONS, "rejected"))
    guards.allow("reviews", "no_role")
    for table in WRITTEN_ONCE:
        guards.keep(table)
    guards.never_deleted("snapshot_findings")
    for table, keys in NEVER_REPLACED.items():
        guards.never_replaced(table, *keys)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)


def downgrade() -> None:
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table in NEVER_REPLACED:
        guards.allow(table, "replaced")
    guards.may_be_deleted("snapshot_findings")
    for table in WRITTEN_ONCE:
        guards.release(table)
    guards.allow("reviews", "update")
    op.execute("UPDATE reviews SET decision = 'returned' WHERE decision = 'rejected'")
    guards.refuse("reviews", "UPDATE", "update")
    tables.set_choices("reviews", "decision", (*DECISIONS, "rejected"), DECISIONS)
    op.execute("ALTER TABLE reviews DROP COLUMN deputy_id")
    guards.refuse("reviews", "INSERT", "no_role", NO_ROLE)
    for table in ("mailing_notices", "lifts", "check_steps", "snapshot_findings"):
        op.drop_table(table)
    for table in ("finding_answers", "deputy_revocations", "deputies"):
        op.drop_table(table)
    op.execute("UPDATE mailings SET state = 'halted' WHERE state = 'rejected'")
    tables.set_choices("mailings", "state", (*STATES, "rejected"), STATES)


def _make_tables() -> None:
    _make_deputies()
    _make_findings()
    _make_steps()
    _make_notices()


def _make_deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("deputy_id <> approver_id", name=op.f("ck_deputies_somebody_else")),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_deputies_time")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_deputies_reason")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_deputies_office_id")),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["staff.id"], name=op.f("fk_deputies_approver_id")
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_deputies_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_office_id"), "deputies", ["office_id"], unique=False)
    op.create_table(
        "deputy_revocations",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["deputies.id"], name=op.f("fk_deputy_revocations_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_deputy_revocations_staff_id")
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_deputy_revocations")),
    )


def _make_findings() -> None:
    op.create_table(
        "finding_answers",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_finding_answers_mailing_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_finding_answers_staff_id")
        ),
        sa.PrimaryKeyConstraint("mailing_id", "key", name=op.f("pk_finding_answers")),
    )
    op.create_table(
        "snapshot_findings",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("material", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "level IN ('block', 'warn', 'note')", name=op.f("ck_snapshot_findings_level")
        ),
        sa.CheckConstraint(
            "(answered_by IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_snapshot_findings_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_findings_snapshot",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_snapshot_findings_answered_by")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "position", name=op.f("pk_snapshot_findings")),
    )


def _make_steps() -> None:
    op.create_table(
        "check_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "task IN ('recipients', 'material', 'letter', 'finding')",
            name=op.f("ck_check_steps_task"),
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_check_steps_snapshot",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_check_steps_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_steps")),
        sa.UniqueConstraint(
            "snapshot_id",
            "staff_id",
            "task",
            "subject",
            name=op.f("uq_check_steps_snapshot_id_staff_id_task_subject"),
        ),
    )
    op.create_table(
        "lifts",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_lifts_reason")),
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_lifts_snapshot",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_lifts_staff_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "sha256", name=op.f("pk_lifts")),
    )


def _make_notices() -> None:
    op.create_table(
        "mailing_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('edited', 'withdrawn', 'voided', 'returned', 'rejected', "
            "'expired', 'halted', 'cancelled')",
            name=op.f("ck_mailing_notices_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_mailing_notices_mailing_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_mailing_notices_snapshot_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_mailing_notices_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_notices")),
    )
    op.create_index(
        op.f("ix_mailing_notices_mailing_id"), "mailing_notices", ["mailing_id"], unique=False
    )
