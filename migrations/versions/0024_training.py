"""Self-inspection and comprehension tests: assignments, answers, confirmations, reminders."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0024"
down_revision = "0023"

KEPT = (
    "training_assignments",
    "training_tasks",
    "training_results",
    "training_confirmations",
)
SORTS = ("checklist", "test")
PURPOSES = ("regular", "urgent")
STATES = ("queued", "claimed", "accepted", "refused", "uncertain", "dropped")
MOMENT = sa.DateTime(timezone=True)
REMINDERS = "training_reminders"
# A reminder is to one person, about one day, for good; what may have come is never sent again.
READDRESSED = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in ("staff_id", "office_id", "day", "token", "made_at")
)
SETTLED = "OLD.state IN ('accepted', 'refused', 'uncertain', 'dropped') AND NEW.state <> OLD.state"
# What was answered is what was assigned.
OTHERWISE = (
    "NOT EXISTS (SELECT 1 FROM training_tasks t JOIN training_assignments a "
    "ON a.id = t.assignment_id WHERE t.id = NEW.task_id AND a.digest = NEW.digest)"
)
OWN = (
    "EXISTS (SELECT 1 FROM training_results r JOIN training_tasks t ON t.id = r.task_id "
    "WHERE r.id = NEW.result_id AND t.staff_id = NEW.staff_id)"
)


def upgrade() -> None:
    _assignments()
    _tasks()
    _results()
    _confirmations()
    _reminders()
    for table in KEPT:
        guards.keep(table)
    guards.never_replaced("training_assignments", ("id",))
    guards.never_replaced("training_tasks", ("id",), ("assignment_id", "staff_id"))
    guards.never_replaced("training_results", ("id",), ("task_id", "number"))
    guards.never_replaced("training_confirmations", ("result_id",))
    guards.never_replaced(REMINDERS, ("id",), ("office_id", "staff_id", "day"), ("token",))
    guards.refuse("training_results", "INSERT", "otherwise", OTHERWISE)
    guards.refuse("training_confirmations", "INSERT", "own", OWN)
    guards.refuse(REMINDERS, "UPDATE", "readdressed", READDRESSED)
    guards.refuse(REMINDERS, "UPDATE", "settled", SETTLED)
    guards.never_deleted(REMINDERS)


def downgrade() -> None:
    guards.may_be_deleted(REMINDERS)
    for name in ("settled", "readdressed"):
        guards.allow(REMINDERS, name)
    guards.allow("training_confirmations", "own")
    guards.allow("training_results", "otherwise")
    for table in (*KEPT, REMINDERS):
        guards.allow(table, "replaced")
    for table in KEPT:
        guards.release(table)
    for table in (REMINDERS, *reversed(KEPT)):
        op.drop_table(table)


def _assignments() -> None:
    op.create_table(
        "training_assignments",
        *_row("training_assignments"),
        sa.Column("sort", sa.String(32), nullable=False),
        sa.Column("edition", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("overseer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        _one_of("training_assignments", "sort", SORTS),
        _one_of("training_assignments", "purpose", PURPOSES),
        sa.CheckConstraint(
            "(manager_id IS NULL) <> (overseer_id IS NULL)",
            name=op.f("ck_training_assignments_one_of_them"),
        ),
        *_person("training_assignments", "manager_id"),
        sa.ForeignKeyConstraint(
            ["overseer_id"], ["staff.id"], name=op.f("fk_training_assignments_overseer_id")
        ),
        _unique("training_assignments", "office_id", "id"),
    )
    op.create_index(op.f("ix_training_assignments_batch"), "training_assignments", ["batch"])


def _tasks() -> None:
    op.create_table(
        "training_tasks",
        *_row("training_tasks"),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        *_person("training_tasks", "staff_id"),
        _hangs_on("training_tasks", "assignment_id", "training_assignments"),
        _unique("training_tasks", "office_id", "id"),
        _unique("training_tasks", "assignment_id", "staff_id"),
    )
    op.create_index(
        op.f("ix_training_tasks_office_id_staff_id"), "training_tasks", ["office_id", "staff_id"]
    )


def _results() -> None:
    op.create_table(
        "training_results",
        *_row("training_results"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("0 <= score AND score <= total", name=op.f("ck_training_results_score")),
        _hangs_on("training_results", "task_id", "training_tasks"),
        _unique("training_results", "office_id", "id"),
        _unique("training_results", "task_id", "number"),
    )


def _confirmations() -> None:
    op.create_table(
        "training_confirmations",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _of_office("training_confirmations"),
        *_person("training_confirmations", "staff_id"),
        _hangs_on("training_confirmations", "result_id", "training_results"),
        sa.PrimaryKeyConstraint("result_id", name=op.f("pk_training_confirmations")),
    )


def _reminders() -> None:
    op.create_table(
        REMINDERS,
        *_row(REMINDERS),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("reply", sa.String(500), nullable=False),
        _one_of(REMINDERS, "state", STATES),
        *_person(REMINDERS, "staff_id"),
        _unique(REMINDERS, "office_id", "staff_id", "day"),
        _unique(REMINDERS, "token"),
    )
    op.create_index("ix_training_reminders_state_due_at", REMINDERS, ["state", "due_at"])


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        _of_office(table),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_office(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id"], ["offices.id"], name=op.f(f"fk_{table}_office_id")
    )


def _person(table: str, column: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}")),
        sa.ForeignKeyConstraint(
            ["office_id", column],
            ["office_staff.office_id", "office_staff.staff_id"],
            name=op.f(f"fk_{table}_office_id_{column}"),
        ),
    ]


def _hangs_on(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column],
        [f"{parent}.office_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_office_id_{column}"),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))
