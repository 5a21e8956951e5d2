"""Imports that are read in the background, answered row by row, and can be undone."""

import sqlalchemy as sa
from alembic import op

from migrations import tables

revision = "0003"
down_revision = "0002"

BEFORE = ("pending", "applied", "discarded")
AFTER = (
    "reading",
    "planning",
    "pending",
    "applying",
    "applied",
    "undone",
    "discarded",
    "failed",
)
OPEN = "state IN ('reading', 'planning', 'pending', 'applying')"
ADDED = {
    "events": (sa.Column("roster_version", sa.Integer, nullable=False, server_default="0"),),
    "participants": (
        sa.Column("corporate_number", sa.String(13), nullable=False, server_default=""),
    ),
    "contacts": (
        sa.Column("notes", sa.String(1000), nullable=False, server_default=""),
        sa.Column("names_person", sa.Boolean, nullable=False, server_default=sa.false()),
    ),
    "roster_imports": (
        sa.Column("source", sa.String(20), nullable=False, server_default="workbook"),
        *(
            sa.Column(name, sa.JSON, nullable=False, server_default=empty)
            for name, empty in (
                ("choices", "{}"),
                ("answers", "{}"),
                ("notes", "[]"),
                ("alarms", "[]"),
                ("counts", "{}"),
            )
        ),
        *(
            sa.Column(name, sa.Integer, nullable=False, server_default="0")
            for name in ("stamp", "planned_version", "done", "total")
        ),
        sa.Column("lease", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(1000), nullable=False, server_default=""),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
    ),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column._copy())
    op.execute(
        "ALTER TABLE roster_imports ADD COLUMN confirmed_by INTEGER "
        "CONSTRAINT fk_roster_imports_confirmed_by REFERENCES staff (id)"
    )
    tables.set_choices("roster_imports", "state", BEFORE, AFTER)
    # A reading of before has no rows of its own: the file is read again.
    op.execute(
        "UPDATE roster_imports SET state = 'discarded' WHERE state = 'pending' AND id NOT IN "
        "(SELECT max(id) FROM roster_imports WHERE state = 'pending' GROUP BY event_id)"
    )
    op.execute("UPDATE roster_imports SET state = 'reading' WHERE state = 'pending'")
    op.create_index(
        "uq_roster_imports_open",
        "roster_imports",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    _make_rows()
    _make_changes()
    _make_column_choices()


def downgrade() -> None:
    for table in ("column_choices", "roster_changes", "roster_rows"):
        op.drop_table(table)
    op.drop_index("uq_roster_imports_open", "roster_imports")
    op.execute(
        "UPDATE roster_imports SET state = 'discarded' WHERE state NOT IN ('applied', 'undone')"
    )
    op.execute("UPDATE roster_imports SET state = 'applied' WHERE state = 'undone'")
    tables.set_choices("roster_imports", "state", AFTER, BEFORE)
    op.execute("ALTER TABLE roster_imports DROP COLUMN confirmed_by")
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")


def _make_rows() -> None:
    op.create_table(
        "roster_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("takeable", sa.Boolean(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("bundle", sa.String(80), nullable=False),
        sa.Column("codes", sa.String(400), nullable=False),
        sa.Column("change", sa.String(20), nullable=False),
        sa.Column("loud", sa.Boolean(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_rows_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_roster_rows")),
        sa.UniqueConstraint("import_id", "key", name=op.f("uq_roster_rows_import_id_key")),
    )
    for column in ("address_key", "verdict"):
        op.create_index(f"ix_roster_rows_import_id_{column}", "roster_rows", ["import_id", column])


def _make_changes() -> None:
    op.create_table(
        "roster_changes",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_changes_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_roster_changes_contact_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "contact_id", name=op.f("pk_roster_changes")),
    )
    op.create_index(op.f("ix_roster_changes_contact_id"), "roster_changes", ["contact_id"])


def _make_column_choices() -> None:
    op.create_table(
        "column_choices",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("header", sa.String(100), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_column_choices_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["staff.id"], name=op.f("fk_column_choices_chosen_by")
        ),
        sa.PrimaryKeyConstraint("office_id", "header", name=op.f("pk_column_choices")),
    )
