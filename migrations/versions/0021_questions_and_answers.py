"""The participants' answers: questions, a history of answers, marks, three audiences."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from migrations.tables import set_choices

revision = "0021"
down_revision = "0020"

TABLES = ("contact_marks", "answer_values", "answers", "answer_deadlines", "questions")
AUDIENCES = ("all", "new", "chosen")
BY_ANSWERS = ("unanswered", "unconfirmed", "attending")
EVENT_GONE = "EXISTS (SELECT 1 FROM event_erasures g WHERE g.event_id = {row}.event_id)"
CONTACT_GONE = "EXISTS (SELECT 1 FROM contact_erasures g WHERE g.contact_id = {row}.contact_id)"
ANSWER_GONE = (
    "EXISTS (SELECT 1 FROM contact_erasures g JOIN answers a ON a.contact_id = g.contact_id "
    "WHERE a.id = {row}.answer_id)"
)
# A colleague may have named in his own answer whoever asked to be erased.
COLLEAGUE_GONE = (
    "EXISTS (SELECT 1 FROM contact_erasures g WHERE g.participant_id = {row}.participant_id)"
)
COLLEAGUES_ANSWER = (
    "EXISTS (SELECT 1 FROM contact_erasures g JOIN answers a "
    "ON a.participant_id = g.participant_id WHERE a.id = {row}.answer_id)"
)


def differs(*names: str) -> str:
    """Whether any of these columns changes."""
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


def either(*conditions: str, row: str) -> str:
    return "(" + " OR ".join(conditions).format(row=row) + ")"


ANSWERED = "EXISTS (SELECT 1 FROM answer_values v WHERE v.question_id = OLD.id)"
SAME_WORDS = "CAST(NEW.choices AS VARCHAR) <> CAST(OLD.choices AS VARCHAR)"
ANSWER_KEPT = ("id", "office_id", "event_id", "participant_id", "contact_id", "number")
ANSWER_KEPT += ("attendance", "people", "via", "staff_id", "at")
VALUE_KEPT = ("answer_id", "question_id", "office_id", "event_id")
MARK_KEPT = ("contact_id", "office_id", "event_id", "participant_id", "opened_at")
CONDITIONS = (
    ("questions", "UPDATE", "moved", differs("id", "office_id", "event_id", "created_by")),
    (
        "questions",
        "UPDATE",
        "answered",
        f"{ANSWERED} AND ({differs('kind', 'label', 'low', 'high')} OR {SAME_WORDS})",
    ),
    ("questions", "DELETE", "answered_delete", ANSWERED),
    # An answer is written once; its words go by the one recorded erasure, and never back.
    (
        "answers",
        "UPDATE",
        "rewritten",
        f"{differs(*ANSWER_KEPT)} OR NEW.message <> '' OR NEW.note <> '' "
        f"OR NOT {either(EVENT_GONE, COLLEAGUE_GONE, row='OLD')}",
    ),
    ("answers", "INSERT", "erased", either(EVENT_GONE, CONTACT_GONE, row="NEW")),
    (
        "answer_values",
        "UPDATE",
        "rewritten",
        f"{differs(*VALUE_KEPT)} OR NEW.value <> '' "
        f"OR NOT {either(EVENT_GONE, COLLEAGUES_ANSWER, row='OLD')}",
    ),
    ("answer_values", "INSERT", "erased", either(EVENT_GONE, ANSWER_GONE, row="NEW")),
    (
        "contact_marks",
        "UPDATE",
        "rewritten",
        f"{differs(*MARK_KEPT)} OR OLD.confirmed_at IS NOT NULL",
    ),
    ("contact_marks", "INSERT", "erased", either(EVENT_GONE, CONTACT_GONE, row="NEW")),
)
NEVER_DELETED = ("answers", "answer_values", "contact_marks")
KEYS = {
    "answers": (("id",), ("participant_id", "number")),
    "answer_values": (("answer_id", "question_id"),),
    "contact_marks": (("contact_id",),),
    "questions": (("id",),),
}


def upgrade() -> None:
    _make_questions()
    _make_deadlines()
    _make_answers()
    _make_values()
    _make_marks()
    for table in NEVER_DELETED:
        guards.never_deleted(table)
    for table, keys in KEYS.items():
        guards.never_replaced(table, *keys)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)
    set_choices("mailings", "audience", AUDIENCES, (*AUDIENCES, *BY_ANSWERS))


def downgrade() -> None:
    # Whom those were for cannot be told any more: nobody, until somebody chooses anew.
    op.execute(
        "UPDATE mailings SET audience = 'chosen' "
        f"WHERE audience IN ({', '.join(map(repr, BY_ANSWERS))})"
    )
    set_choices("mailings", "audience", (*AUDIENCES, *BY_ANSWERS), AUDIENCES)
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table in KEYS:
        guards.allow(table, "replaced")
    for table in NEVER_DELETED:
        guards.may_be_deleted(table)
    for table in TABLES:
        op.drop_table(table)


def _make_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _choice("questions", "kind", ("choice", "number", "text", "date")),
        sa.CheckConstraint("length(trim(label)) > 0", name=op.f("ck_questions_label")),
        sa.CheckConstraint(
            "low IS NULL OR high IS NULL OR low <= high", name=op.f("ck_questions_bounds")
        ),
        _event("questions"),
        *_person("questions", "created_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_questions_office_id_event_id_id")
        ),
    )
    op.create_index(op.f("ix_questions_event_id"), "questions", ["event_id"])


def _make_deadlines() -> None:
    op.create_table(
        "answer_deadlines",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        _event("answer_deadlines"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_answer_deadlines")),
    )


def _make_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(1000), nullable=False),
        sa.Column("via", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _choice("answers", "attendance", ("attending", "absent")),
        _choice("answers", "via", ("link", "phone")),
        sa.CheckConstraint(
            "(via = 'phone') = (staff_id IS NOT NULL)", name=op.f("ck_answers_taken_by")
        ),
        sa.CheckConstraint(
            "people IS NULL OR people BETWEEN 0 AND 999", name=op.f("ck_answers_people")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_answers_number")),
        _contact("answers"),
        *_person("answers", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_answers_office_id_event_id_id")
        ),
        sa.UniqueConstraint(
            "participant_id", "number", name=op.f("uq_answers_participant_id_number")
        ),
    )
    op.create_index(op.f("ix_answers_event_id"), "answers", ["event_id"])
    op.create_index(op.f("ix_answers_contact_id"), "answers", ["contact_id"])


def _make_values() -> None:
    op.create_table(
        "answer_values",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(1000), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["office_id", "event_id", f"{name}_id"],
                [f"{name}s.office_id", f"{name}s.event_id", f"{name}s.id"],
                name=f"fk_answer_values_{name}",
            )
            for name in ("answer", "question")
        ),
        sa.PrimaryKeyConstraint("answer_id", "question_id", name=op.f("pk_answer_values")),
    )
    op.create_index(op.f("ix_answer_values_question_id"), "answer_values", ["question_id"])


def _make_marks() -> None:
    op.create_table(
        "contact_marks",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _contact("contact_marks"),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_marks")),
    )
    op.create_index(op.f("ix_contact_marks_event_id"), "contact_marks", ["event_id"])


def _choice(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _event(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", "event_id"], ["events.office_id", "events.id"], name=f"fk_{table}_event"
    )


def _contact(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", "event_id", "participant_id", "contact_id"],
        ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
        name=f"fk_{table}_contact",
    )


def _person(table: str, column: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}")),
        sa.ForeignKeyConstraint(
            ["office_id", column],
            ["office_staff.office_id", "office_staff.staff_id"],
            name=op.f(f"fk_{table}_office_id_{column}"),
        ),
    )
