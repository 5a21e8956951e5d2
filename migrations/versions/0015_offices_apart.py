"""Who is outside any office; and whom an office's rows may name."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0015"
down_revision = "0014"

# Whoever is given a role belongs to the office's staff from then on, and so do those who once did.
JOINS = (
    "INSERT INTO office_staff (office_id, staff_id) VALUES (NEW.office_id, NEW.staff_id) "
    "ON CONFLICT DO NOTHING"
)
SOMEBODY_ELSE = "NEW.office_id <> OLD.office_id OR NEW.staff_id <> OLD.staff_id"


def upgrade() -> None:
    op.execute("ALTER TABLE staff ADD COLUMN administrator BOOLEAN NOT NULL DEFAULT false")
    _make("bureau_memberships", "staff_id", ("bureau_id", "bureaus.id"))
    _make(
        "office_staff",
        "office_id",
        ("staff_id", "staff.id"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        "INSERT INTO office_staff (office_id, staff_id) "
        "SELECT DISTINCT office_id, staff_id FROM memberships"
    )
    guards.first("memberships", "joins", JOINS)
    guards.never_deleted("office_staff")
    guards.refuse("office_staff", "UPDATE", "somebody_else", SOMEBODY_ELSE)
    guards.never_deleted("staff")


def downgrade() -> None:
    guards.may_be_deleted("staff")
    guards.allow("office_staff", "somebody_else")
    guards.may_be_deleted("office_staff")
    guards.allow("memberships", "joins")
    op.drop_table("office_staff")
    op.drop_table("bureau_memberships")
    op.execute("ALTER TABLE staff DROP COLUMN administrator")


def _make(table: str, first: str, other: tuple[str, str], *more: sa.Column[object]) -> None:
    """A table of pairs."""
    column, target = other
    parents = {first: {"staff_id": "staff.id", "office_id": "offices.id"}[first], column: target}
    op.create_table(
        table,
        *(sa.Column(name, sa.Integer(), nullable=False) for name in parents),
        *more,
        *(
            sa.ForeignKeyConstraint([name], [parent], name=op.f(f"fk_{table}_{name}"))
            for name, parent in parents.items()
        ),
        sa.PrimaryKeyConstraint(*parents, name=op.f(f"pk_{table}")),
    )
