"""How long personal data is kept, what holds it longer, and the two ways in which it goes."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0013"
down_revision = "0012"

WRITTEN_ONCE = ("retention_holds", "person_erasures", "contact_erasures")
KEYS = {
    "retention_holds": ("id",),
    "person_erasures": ("id",),
    "contact_erasures": ("contact_id",),
    "event_erasures": ("event_id",),
}
SEPARATORS = (",", ";", " ", "\t", "\r", "\n", "<", ">", '"', "、", "，", "；", "　", "＠", "﹫")


def differs(*names: str) -> str:
    """Whether any of these columns changes."""
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


def is_not(**values: str) -> str:
    """Whether any of these columns has another value."""
    return "NOT (" + " AND ".join(f"NEW.{name} = {value}" for name, value in values.items()) + ")"


def blank(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "''")


EVENT = "EXISTS (SELECT 1 FROM event_erasures g WHERE g.event_id = {row}.event_id)"
OLD_EVENT, NEW_EVENT = EVENT.format(row="OLD"), EVENT.format(row="NEW")
CONTACT = "EXISTS (SELECT 1 FROM contact_erasures g WHERE g.contact_id = OLD.{column})"
# Contacts: one address each, or erased: blank, with a key that says nothing.
ATS = "length(NEW.address) - length(replace(NEW.address, '@', '')) <> 1"
SHAPE = " OR ".join(
    [
        ATS,
        *(f"replace(NEW.address, '{each}', '') <> NEW.address" for each in SEPARATORS),
        "NEW.address_key <> lower(NEW.address)",
    ]
)
CONTACT_GONE = f"({OLD_EVENT} OR {CONTACT.format(column='id')})"
NOT_BLANK_CONTACT = is_not(
    **blank("department", "title", "name", "phone", "notes", "address", "row_digest"),
    address_key="'erased:' || NEW.id",
)
CONTACTS = f"({CONTACT_GONE} AND {NOT_BLANK_CONTACT}) OR (NOT {CONTACT_GONE} AND ({SHAPE}))"
PARTICIPANTS = f"{OLD_EVENT} AND {is_not(**blank('company', 'corporate_number'))}"
IMPORTS = (
    f"{OLD_EVENT} AND (NEW.filename <> '' OR NEW.message <> '' OR "
    + " OR ".join(
        f"CAST(NEW.{name} AS VARCHAR) <> '{empty}'"
        for name, empty in {
            "reading": "{}",
            "choices": "{}",
            "answers": "{}",
            "notes": "[]",
            "alarms": "[]",
        }.items()
    )
    + ")"
)
# A file goes with the last event that has it; a roster's workbook also with one person's request.
USED = (
    "EXISTS (SELECT 1 FROM {table} u WHERE u.office_id = OLD.office_id AND u.sha256 = OLD.sha256 "
    "AND NOT EXISTS (SELECT 1 FROM event_erasures g WHERE g.event_id = u.event_id){but})"
)
NOBODY_ERASED = " AND NOT EXISTS (SELECT 1 FROM contact_erasures g WHERE g.event_id = u.event_id)"
BLOBS = "length(NEW.content) = 0 AND length(OLD.content) > 0 AND (" + (
    " OR ".join(
        (
            USED.format(table="roster_imports", but=NOBODY_ERASED),
            USED.format(table="material_versions", but=""),
            USED.format(table="snapshot_materials", but=""),
        )
    )
    + ")"
)
# The mailings' people: whole with their snapshot (0002, 0007, 0010), or one of them on request.
SNAPSHOT = "EXISTS (SELECT 1 FROM erasures e WHERE e.snapshot_id = OLD.snapshot_id)"
ONE = CONTACT.format(column="contact_id")
NAMED_IN_IT = (
    "EXISTS (SELECT 1 FROM contact_erasures g JOIN snapshot_recipients r "
    "ON r.contact_id = g.contact_id WHERE r.snapshot_id = OLD.snapshot_id)"
)
MAIL = (
    "EXISTS (SELECT 1 FROM erasures e JOIN deliveries d ON d.snapshot_id = e.snapshot_id "
    "WHERE d.id = OLD.delivery_id)"
)
ITS_MAIL = (
    f"({MAIL} OR EXISTS (SELECT 1 FROM contact_erasures g JOIN deliveries d "
    "ON d.contact_id = g.contact_id WHERE d.id = OLD.delivery_id))"
)
PERSON = differs("snapshot_id", "contact_id", "office_id", "event_id", "participant_id", "position")
BLANK_PERSON = (
    "NEW.company = '' AND NEW.department = '' AND NEW.title = '' AND NEW.name = '' "
    "AND NEW.address = '' AND NEW.address_key = 'erased:' || NEW.contact_id"
)


def recipients(gone: str) -> str:
    return f"NOT ({gone} AND {BLANK_PERSON}) OR {PERSON}"


def findings(gone: str) -> str:
    kept = differs(
        *("snapshot_id", "position", "office_id", "event_id", "code", "level"),
        *("material", "answered_by", "answered_at"),
    )
    empty = "NEW.message = '' AND NEW.place = '{}' AND NEW.answer = ''"
    return f"NOT ({gone} AND {empty}) OR {kept}"


def attempts(gone: str) -> str:
    return (
        f"{differs('id', 'delivery_id', 'number', 'handed_over_at', 'digest')} "
        f"OR (OLD.settled_at IS NOT NULL AND ({differs('settled_at', 'outcome', 'reply_code')} "
        f"OR ({differs('reply_text')} AND NOT (NEW.reply_text = '' AND {gone})))) "
        f"OR ({differs('head')} AND NOT (length(NEW.head) = 0 AND {gone}))"
    )


def decisions(gone: str) -> str:
    return (
        f"{differs('delivery_id', 'attempt', 'verdict', 'staff_id', 'at')} "
        f"OR ({differs('note')} AND NOT (NEW.note = '' AND {gone}))"
    )


# Guards of earlier migrations that let one person go as well: table, name, before, now.
WIDENED = (
    ("contacts", "address_update", SHAPE, CONTACTS),
    (
        "snapshot_recipients",
        "update",
        recipients(SNAPSHOT),
        recipients(f"({SNAPSHOT} OR {ONE})"),
    ),
    (
        "snapshot_findings",
        "update",
        findings(SNAPSHOT),
        findings(f"({SNAPSHOT} OR {NAMED_IN_IT})"),
    ),
    ("attempts", "rewritten", attempts(MAIL), attempts(ITS_MAIL)),
    ("decisions", "update", decisions(MAIL), decisions(ITS_MAIL)),
)
UNDER_WAY = (
    "EXISTS (SELECT 1 FROM mailings m WHERE m.event_id = NEW.event_id "
    "AND m.state IN ('checking', 'approving', 'sending')) "
    "OR EXISTS (SELECT 1 FROM dispatches d WHERE d.event_id = NEW.event_id "
    "AND d.finished_at IS NULL)"
)
UNDECIDED = (
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = NEW.event_id "
    "AND d.state = 'uncertain' AND NOT EXISTS (SELECT 1 FROM decisions c "
    "WHERE c.delivery_id = d.id AND c.attempt = d.attempts))"
)
HELD = (
    "EXISTS (SELECT 1 FROM retention_holds h WHERE h.event_id = NEW.event_id "
    "AND h.until >= NEW.due_on "
    "AND NOT EXISTS (SELECT 1 FROM retention_holds n WHERE n.event_id = h.event_id "
    "AND n.id > h.id))"
)
CONDITIONS = (
    ("participants", "UPDATE", "erased", PARTICIPANTS),
    ("roster_imports", "UPDATE", "erased", IMPORTS),
    ("blobs", "UPDATE", "emptied", BLOBS),
    # Not while anything of it is decided on, sent or open, and not before its time.
    ("event_erasures", "INSERT", "in_use", f"{UNDER_WAY} OR {UNDECIDED}"),
    ("event_erasures", "INSERT", "held", HELD),
    (
        "event_erasures",
        "INSERT",
        "too_early",
        "EXISTS (SELECT 1 FROM events e WHERE e.id = NEW.event_id AND e.held_on >= NEW.due_on)",
    ),
    (
        "event_erasures",
        "UPDATE",
        "rewritten",
        differs(
            *("event_id", "office_id", "due_on", "at", "participants", "contacts", "imports"),
            *("materials", "snapshots", "mails"),
        )
        + " OR OLD.finished_at IS NOT NULL",
    ),
    ("contact_erasures", "INSERT", "in_use", UNDER_WAY),
    # Nothing new comes to an event that was erased.
    *(
        (table, "INSERT", "erased_event", NEW_EVENT)
        for table in (
            *("contacts", "participants", "roster_imports", "material_versions"),
            *("mailings", "snapshots", "letter_slots"),
        )
    ),
)


def upgrade() -> None:
    op.execute(
        "ALTER TABLE offices ADD COLUMN retention_months INTEGER DEFAULT 12 NOT NULL "
        "CONSTRAINT ck_offices_retention_months CHECK (retention_months BETWEEN 1 AND 120)"
    )
    _make_holds()
    _make_event_erasures()
    _make_person_erasures()
    _make_contact_erasures()
    for table in WRITTEN_ONCE:
        guards.keep(table)
    guards.never_deleted("event_erasures")
    for table, key in KEYS.items():
        guards.never_replaced(table, key)
    for table, name, _, condition in WIDENED:
        guards.allow(table, name)
        guards.refuse(table, "UPDATE", name, condition)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)


def downgrade() -> None:
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table, name, condition, _ in WIDENED:
        guards.allow(table, name)
        guards.refuse(table, "UPDATE", name, condition)
    for table in KEYS:
        guards.allow(table, "replaced")
    guards.may_be_deleted("event_erasures")
    for table in WRITTEN_ONCE:
        guards.release(table)
    for table in ("contact_erasures", "person_erasures", "event_erasures", "retention_holds"):
        op.drop_table(table)
    op.execute("ALTER TABLE offices DROP COLUMN retention_months")


def _make_holds() -> None:
    op.create_table(
        "retention_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_retention_holds_reason")),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_retention_holds_event",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_retention_holds_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_holds")),
    )
    op.create_index(
        op.f("ix_retention_holds_event_id"), "retention_holds", ["event_id"], unique=False
    )


def _make_event_erasures() -> None:
    counts = ("participants", "contacts", "imports", "materials", "snapshots", "mails")
    op.create_table(
        "event_erasures",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(each, sa.Integer(), nullable=False) for each in counts),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_event_erasures_event",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_erasures")),
    )
    op.create_index(
        op.f("ix_event_erasures_office_id"), "event_erasures", ["office_id"], unique=False
    )


def _make_person_erasures() -> None:
    op.create_table(
        "person_erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_person_erasures_reason")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_person_erasures_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_person_erasures_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_erasures")),
        sa.UniqueConstraint("office_id", "id", name=op.f("uq_person_erasures_office_id_id")),
    )
    op.create_index(
        "ix_person_erasures_office_id_digest", "person_erasures", ["office_id", "digest"]
    )


def _make_contact_erasures() -> None:
    columns = ("contact_id", "office_id", "event_id", "participant_id", "person_id")
    op.create_table(
        "contact_erasures",
        *(sa.Column(each, sa.Integer(), nullable=False) for each in columns),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"],
            ["person_erasures.office_id", "person_erasures.id"],
            name="fk_contact_erasures_person",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_contact_erasures_contact",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_erasures")),
    )
    op.create_index("ix_contact_erasures_event_id", "contact_erasures", ["event_id"])
