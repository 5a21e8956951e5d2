"""An incident's record: assessments, reports, chronology, causes, measures. All written once."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0029"
down_revision = "0028"

MOMENT = sa.DateTime(timezone=True)
DUTIES = ("internal", "bureau", "preliminary", "persons", "final")
LEVELS = ("office", "bureau")
# Of each table what makes a row one of a kind.
KEYS = {
    "incident_assessments": ("incident_id", "version"),
    "incident_reports": ("incident_id", "duty", "version"),
    "incident_chronicle": ("incident_id", "key", "version"),
    "incident_causes": ("incident_id", "number", "version"),
    "incident_measures": ("incident_id", "number", "version"),
    "incident_own_deadlines": ("office_id", "version"),
}

# A line stays as it was written; when the incident's names go, only the words for others are left.
LINES = "incident_chronicle"
WRITTEN = (
    *("id", "office_id", "incident_id", "key", "version", "happened_at", "hidden"),
    *("original", "staff_id", "at"),
)
CHANGED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note <> '')"
    + " OR (NEW.text IS DISTINCT FROM OLD.text AND NEW.text <> '')"
    + " OR (NEW.public IS DISTINCT FROM OLD.public AND (NEW.text <> '' OR OLD.text = ''))"
)


def upgrade() -> None:
    _assessments()
    _reports()
    _chronicle()
    _causes()
    _measures()
    _own_deadlines()
    for table, key in KEYS.items():
        if table != LINES:
            guards.keep(table)
        guards.never_replaced(table, ("id",), key)
    guards.refuse(LINES, "UPDATE", "changed", CHANGED)
    guards.never_deleted(LINES)


def downgrade() -> None:
    guards.may_be_deleted(LINES)
    guards.allow(LINES, "changed")
    for table in reversed(KEYS):
        guards.allow(table, "replaced")
        if table != LINES:
            guards.release(table)
        op.drop_table(table)


def _assessments() -> None:
    _table(
        "incident_assessments",
        *(_flag(each) for each in ("sensitive", "financial", "malicious")),
        _text("note", 1000),
    )


def _reports() -> None:
    _table(
        "incident_reports",
        _choice("duty", DUTIES),
        _flag("void"),
        sa.Column("reported_at", MOMENT),
        _text("number", 100),
        _text("note", 1000),
    )


def _chronicle() -> None:
    _table(
        "incident_chronicle",
        _text("key", 80),
        sa.Column("happened_at", MOMENT, nullable=False),
        _text("text", 1000),
        _text("public", 1000),
        _text("original", 1000),
        _flag("hidden"),
        _text("note", 1000),
    )


def _causes() -> None:
    _table(
        "incident_causes",
        sa.Column("number", sa.Integer, nullable=False),
        _text("text", 500),
        _flag("dropped"),
        _text("note", 1000),
    )


def _measures() -> None:
    _table(
        "incident_measures",
        sa.Column("number", sa.Integer, nullable=False),
        _text("text", 500),
        _choice("level", LEVELS),
        _flag("training"),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("staff.id")),
        _text("owner_name", 100),
        sa.Column("due_on", sa.Date),
        sa.Column("done_on", sa.Date),
        _flag("dropped"),
        _text("note", 1000),
        _person("owner_id"),
    )
    op.create_index(
        "ix_incident_measures_office_id_owner_id", "incident_measures", ["office_id", "owner_id"]
    )


def _own_deadlines() -> None:
    name = "incident_own_deadlines"
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("offices.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("internal", sa.Integer),
        sa.Column("bureau", sa.Integer),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _person("staff_id"),
        sa.UniqueConstraint(*KEYS[name]),
        sa.CheckConstraint("internal BETWEEN 0 AND 20", "internal"),
        sa.CheckConstraint("bureau BETWEEN 0 AND 20", "bureau"),
    )


def _table(name: str, *rest: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *rest,
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _person("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
        sa.UniqueConstraint(*KEYS[name]),
    )


def _person(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _choice(name: str, values: tuple[str, ...]) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=False)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)
