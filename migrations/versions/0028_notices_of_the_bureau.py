"""Notices of a bureau: to whom, who has read them, what was taken back, and their mails."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0028"
down_revision = "0027"

KEPT = ("notices", "notice_recipients", "notice_readings", "notice_withdrawals")
MAILS, REMINDERS = "notice_mails", "notice_reminders"
KINDS = ("caution", "instruction")
ABOUT = ("sent", "withdrawn")
STATES = ("queued", "claimed", "accepted", "refused", "uncertain", "dropped")
MOMENT = sa.DateTime(timezone=True)
# Who is asked is settled when a notice is sent: as many as it says, and nobody afterwards.
CLOSED = (
    "(SELECT count(*) FROM notice_recipients r WHERE r.notice_id = NEW.notice_id) >= "
    "(SELECT n.people FROM notices n WHERE n.id = NEW.notice_id)"
)
# A mail is to one person, about one thing, for good; what may have come is never sent again.
READDRESSED = {
    MAILS: ("staff_id", "office_id", "notice_id", "about", "token", "made_at"),
    REMINDERS: ("staff_id", "office_id", "day", "token", "made_at"),
}
SETTLED = "OLD.state IN ('accepted', 'refused', 'uncertain', 'dropped') AND NEW.state <> OLD.state"


def upgrade() -> None:
    _notices()
    _recipients()
    _readings()
    _withdrawals()
    _mails()
    for table in KEPT:
        guards.keep(table)
    guards.never_replaced("notices", ("id",), ("office_id", "batch"), ("corrects_id",))
    guards.never_replaced("notice_recipients", ("id",), ("notice_id", "staff_id"))
    guards.never_replaced("notice_readings", ("recipient_id",))
    guards.never_replaced("notice_withdrawals", ("notice_id",))
    guards.never_replaced(MAILS, ("id",), ("notice_id", "staff_id", "about"), ("token",))
    guards.never_replaced(REMINDERS, ("id",), ("office_id", "staff_id", "day"), ("token",))
    guards.refuse("notice_recipients", "INSERT", "closed", CLOSED)
    for table, columns in READDRESSED.items():
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)
        guards.refuse(table, "UPDATE", "readdressed", changed)
        guards.refuse(table, "UPDATE", "settled", SETTLED)
        guards.never_deleted(table)


def downgrade() -> None:
    for table in READDRESSED:
        guards.may_be_deleted(table)
        guards.allow(table, "settled")
        guards.allow(table, "readdressed")
    guards.allow("notice_recipients", "closed")
    for table in (*KEPT, *READDRESSED):
        guards.allow(table, "replaced")
    for table in KEPT:
        guards.release(table)
    for table in (REMINDERS, MAILS, *reversed(KEPT)):
        op.drop_table(table)


def _notices() -> None:
    op.create_table(
        "notices",
        *_row("notices"),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("overseer_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        _one_of("notices", "kind", KINDS),
        _check("notices", "title", "length(trim(title)) > 0"),
        _check("notices", "text", "length(trim(text)) > 0"),
        _check("notices", "people", "people > 0"),
        _staff("notices", "overseer_id"),
        _hangs_on("notices", "corrects_id", "notices"),
        _unique("notices", "office_id", "id"),
        _unique("notices", "office_id", "batch"),
        _unique("notices", "corrects_id"),
    )


def _recipients() -> None:
    table = "notice_recipients"
    op.create_table(
        table,
        *_row(table),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _staff(table, "staff_id"),
        _of_its_people(table),
        _hangs_on(table, "notice_id", "notices"),
        _unique(table, "office_id", "id"),
        _unique(table, "notice_id", "staff_id"),
    )
    op.create_index("ix_notice_recipients_office_id_staff_id", table, ["office_id", "staff_id"])


def _readings() -> None:
    table = "notice_readings"
    op.create_table(
        table,
        *_one_each(table, "recipient_id"),
        sa.Column("at", MOMENT, nullable=False),
        _hangs_on(table, "recipient_id", "notice_recipients"),
    )


def _withdrawals() -> None:
    table = "notice_withdrawals"
    op.create_table(
        table,
        *_one_each(table, "notice_id"),
        sa.Column("overseer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _check(table, "reason", "length(trim(reason)) > 0"),
        _staff(table, "overseer_id"),
        _hangs_on(table, "notice_id", "notices"),
    )


def _mails() -> None:
    op.create_table(
        MAILS,
        *_posted(MAILS),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(32), nullable=False),
        _one_of(MAILS, "about", ABOUT),
        _hangs_on(MAILS, "notice_id", "notices"),
        _unique(MAILS, "notice_id", "staff_id", "about"),
    )
    op.create_table(
        REMINDERS,
        *_posted(REMINDERS),
        sa.Column("day", sa.Date(), nullable=False),
        _unique(REMINDERS, "office_id", "staff_id", "day"),
    )
    for table in (MAILS, REMINDERS):
        op.create_index(f"ix_{table}_state_due_at", table, ["state", "due_at"])


def _posted(table: str) -> list[sa.schema.SchemaItem]:
    return [
        *_row(table),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("reply", sa.String(500), nullable=False),
        _one_of(table, "state", STATES),
        _staff(table, "staff_id"),
        _of_its_people(table),
        _unique(table, "token"),
    ]


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return _one_each(table, "id")


def _one_each(table: str, column: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f(f"fk_{table}_office_id")),
        sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
    ]


def _staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}"))


def _of_its_people(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", "staff_id"],
        ["office_staff.office_id", "office_staff.staff_id"],
        name=op.f(f"fk_{table}_office_id_staff_id"),
    )


def _hangs_on(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column],
        [f"{parent}.office_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_office_id_{column}"),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return _check(table, column, f"{column} IN ({', '.join(map(repr, values))})")
