"""Whom a mailing is for, how many its author expects; wordings, typed drafts, who has it open."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0009"
down_revision = "0008"

# SQLite can add a column with its own constraints, but no constraint over several columns.
AUDIENCE = (
    "VARCHAR(32) NOT NULL DEFAULT 'all' "
    "CONSTRAINT ck_mailings_audience CHECK (audience IN ('all', 'new', 'chosen'))"
)
SINCE = "INTEGER CONSTRAINT fk_mailings_since_id REFERENCES mailings (id)"
EXPECTED = "INTEGER CONSTRAINT ck_mailings_expected_count CHECK (expected_count > 0)"
COLUMNS = (
    ("mailings", "audience", AUDIENCE),
    ("mailings", "since_id", SINCE),
    ("mailings", "expected_count", EXPECTED),
    ("snapshots", "audience", "VARCHAR(200) NOT NULL DEFAULT ''"),
    ("snapshots", "expected_count", "INTEGER"),
)
# Who is new is counted from a mailing of the same event, or nobody would be left out.
ELSEWHERE = (
    "NEW.since_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM mailings m WHERE m.id = NEW.since_id "
    "AND m.event_id = NEW.event_id AND m.office_id = NEW.office_id AND m.id <> NEW.id)"
)
TABLES = ("letter_visits", "letter_slots", "wording_versions", "wordings", "mailing_chosen")


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for verb in ("INSERT", "UPDATE"):
        guards.refuse("mailings", verb, f"since_elsewhere_{verb.lower()}", ELSEWHERE)
    _make_chosen()
    _make_wordings()
    _make_slots()
    _make_visits()


def downgrade() -> None:
    guards.allow("wording_versions", "replaced")
    guards.release("wording_versions")
    for table in TABLES:
        op.drop_table(table)
    for verb in ("INSERT", "UPDATE"):
        guards.allow("mailings", f"since_elsewhere_{verb.lower()}")
    for table, column, _ in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _make_chosen() -> None:
    op.create_table(
        "mailing_chosen",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
            name="fk_mailing_chosen_mailing",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_mailing_chosen_contact",
        ),
        sa.PrimaryKeyConstraint("mailing_id", "contact_id", name=op.f("pk_mailing_chosen")),
    )


def _make_wordings() -> None:
    op.create_table(
        "wordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('announcement', 'materials', 'change', 'absence', 'apology', 'own')",
            name=op.f("ck_wordings_kind"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_wordings_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
    )
    # One copy of a built-in wording for each office.
    op.create_index(
        "uq_wordings_kind",
        "wordings",
        ["office_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind <> 'own'"),
        postgresql_where=sa.text("kind <> 'own'"),
    )
    op.create_table(
        "wording_versions",
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["wordings.id"], name=op.f("fk_wording_versions_wording_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["staff.id"], name=op.f("fk_wording_versions_written_by")
        ),
        sa.PrimaryKeyConstraint("wording_id", "number", name=op.f("pk_wording_versions")),
    )
    guards.keep("wording_versions")
    guards.never_replaced("wording_versions", ("wording_id", "number"))


def _make_slots() -> None:
    op.create_table(
        "letter_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name=op.f("fk_letter_slots_office_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_letter_slots_mailing_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_letter_slots_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_slots")),
    )
    for name, columns, where in (
        ("uq_letter_slots_new", ["staff_id", "event_id"], "mailing_id IS NULL"),
        ("uq_letter_slots_mailing", ["staff_id", "mailing_id"], "mailing_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "letter_slots",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def _make_visits() -> None:
    op.create_table(
        "letter_visits",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_letter_visits_mailing_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_letter_visits_staff_id")),
        sa.PrimaryKeyConstraint("mailing_id", "staff_id", name=op.f("pk_letter_visits")),
    )
