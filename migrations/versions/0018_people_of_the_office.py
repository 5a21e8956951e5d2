"""Whoever a row of an office names serves, or served, in that office."""

from alembic import op

from migrations import guards
from migrations.tables import Key, add_keys, drop_keys

revision = "0018"
down_revision = "0017"

# Where a person stands in a row that says itself of which office it is.
PEOPLE = {
    "alerts": ("seen_by",),
    "column_choices": ("chosen_by",),
    "deputies": ("approver_id", "deputy_id"),
    "dispatches": ("paused_by", "released_by", "cancelled_by"),
    "events": ("created_by",),
    "letter_slots": ("staff_id",),
    "mailings": ("created_by",),
    "material_openings": ("staff_id",),
    "material_versions": ("uploaded_by",),
    "memberships": ("staff_id",),
    "office_allowed_addresses": ("added_by",),
    "person_erasures": ("staff_id",),
    "proposals": ("proposer_id",),
    "retention_holds": ("staff_id",),
    "roster_imports": ("uploaded_by", "confirmed_by"),
    "setting_changes": ("staff_id",),
    "snapshot_findings": ("answered_by",),
    "snapshots": ("submitted_by",),
    "staff_notices": ("staff_id",),
}
LETTER = Key(("office_id", "event_id", "mailing_id"), "mailings", ("office_id", "event_id", "id"))
# Where it does not, its parent says so: table, the person's column, the office's id.
OFFICE = {
    "mailing": "(SELECT p.office_id FROM mailings p WHERE p.id = {row}.mailing_id)",
    "snapshot": "(SELECT p.office_id FROM snapshots p WHERE p.id = {row}.snapshot_id)",
    "delivery": "(SELECT p.office_id FROM deliveries p WHERE p.id = {row}.delivery_id)",
    "wording": "(SELECT p.office_id FROM wordings p WHERE p.id = {row}.wording_id)",
    "deputy": "(SELECT p.office_id FROM deputies p WHERE p.id = {row}.appointment_id)",
    "proposal": "(SELECT p.office_id FROM proposals p WHERE p.id = {row}.proposal_id)",
    "change": "(SELECT p.office_id FROM setting_changes p WHERE p.id = {row}.change_id)",
    "itself": "{row}.id",
}
CHILDREN = (
    ("check_steps", "staff_id", "snapshot"),
    ("decisions", "staff_id", "delivery"),
    ("deputy_revocations", "staff_id", "deputy"),
    ("erasures", "staff_id", "snapshot"),
    ("finding_answers", "staff_id", "mailing"),
    ("letter_visits", "staff_id", "mailing"),
    ("lifts", "staff_id", "snapshot"),
    ("mailing_editors", "staff_id", "mailing"),
    ("mailing_notices", "staff_id", "mailing"),
    ("offices", "stopped_by", "itself"),
    ("proposal_decisions", "staff_id", "proposal"),
    ("reviews", "staff_id", "snapshot"),
    ("setting_looks", "staff_id", "change"),
    ("wording_versions", "written_by", "wording"),
)
# Two parents of one row are of one event, or of one mailing.
PARTED = {
    "staff_notices": (
        "NOT EXISTS (SELECT 1 FROM mailings m "
        "WHERE m.id = NEW.mailing_id AND m.office_id = NEW.office_id)"
    ),
    "mailing_reached": (
        "NOT EXISTS (SELECT 1 FROM snapshots s "
        "WHERE s.id = NEW.snapshot_id AND s.mailing_id = NEW.mailing_id)"
    ),
    "mailing_notices": (
        "NEW.snapshot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM snapshots s "
        "WHERE s.id = NEW.snapshot_id AND s.mailing_id = NEW.mailing_id)"
    ),
    "roster_changes": (
        "NOT EXISTS (SELECT 1 FROM contacts c JOIN roster_imports i ON i.event_id = c.event_id "
        "WHERE c.id = NEW.contact_id AND i.id = NEW.import_id)"
    ),
}
VERBS = ("INSERT", "UPDATE")


def upgrade() -> None:
    _remember_everybody()
    for table, columns in PEOPLE.items():
        add_keys(table, *_keys(table, columns))
    for table, column, parent in CHILDREN:
        for verb in VERBS:
            guards.refuse(table, verb, f"stranger_{verb.lower()}", _stranger(column, parent))
    for table, condition in PARTED.items():
        for verb in VERBS:
            guards.refuse(table, verb, f"parted_{verb.lower()}", condition)


def downgrade() -> None:
    for table in PARTED:
        for verb in VERBS:
            guards.allow(table, f"parted_{verb.lower()}")
    for table, _, _ in CHILDREN:
        for verb in VERBS:
            guards.allow(table, f"stranger_{verb.lower()}")
    for table, columns in PEOPLE.items():
        drop_keys(table, *_keys(table, columns))


def _keys(table: str, columns: tuple[str, ...]) -> list[Key]:
    people = [
        Key(("office_id", each), "office_staff", ("office_id", "staff_id")) for each in columns
    ]
    return [*people, LETTER] if table == "letter_slots" else people


def _stranger(column: str, parent: str) -> str:
    office = OFFICE[parent].format(row="NEW")
    # What belongs to the whole installation has no office.
    return (
        f"NEW.{column} IS NOT NULL AND {office} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM office_staff o WHERE o.office_id = {office} AND o.staff_id = NEW.{column})"
    )


def _remember_everybody() -> None:
    """Whom the rows already name did serve there, even if nothing else says so any more."""
    named = [(table, each, "t.office_id") for table, cols in PEOPLE.items() for each in cols]
    named += [(table, column, OFFICE[parent].format(row="t")) for table, column, parent in CHILDREN]
    for table, column, office in named:
        op.execute(
            "INSERT INTO office_staff (office_id, staff_id) "
            f"SELECT DISTINCT {office}, t.{column} FROM {table} t "
            f"WHERE t.{column} IS NOT NULL AND {office} IS NOT NULL ON CONFLICT DO NOTHING"
        )
