"""The tables and their guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0001"
down_revision = None

TABLES = (
    "audit_entries",
    "bureaus",
    "sign_in_failures",
    "staff",
    "offices",
    "blobs",
    "mailboxes",
    "memberships",
    "events",
    "mailings",
    "materials",
    "participants",
    "roster_imports",
    "contacts",
    "mailing_editors",
    "mailing_materials",
    "material_versions",
    "snapshots",
    "dispatches",
    "reviews",
    "snapshot_materials",
    "snapshot_recipients",
    "deliveries",
    "attempts",
)
# What is written in these rows never changes and never goes.
WRITTEN_ONCE = (
    "audit_entries",
    "snapshots",
    "snapshot_recipients",
    "snapshot_materials",
    "reviews",
    "mailing_editors",
)
PASSED = "SELECT 1 FROM reviews r WHERE r.snapshot_id = NEW.snapshot_id AND r.decision = 'passed'"
FROZEN = " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}"
    for column in ("snapshot_id", "contact_id", "participant_id", "first_copy", "token")
)
CONDITIONS = (
    # Whoever wrote in a mailing neither checks nor approves it.
    (
        "reviews",
        "INSERT",
        "own_mailing",
        "EXISTS (SELECT 1 FROM mailing_editors e JOIN snapshots s ON s.mailing_id = e.mailing_id "
        "WHERE s.id = NEW.snapshot_id AND e.staff_id = NEW.staff_id)",
    ),
    # Nobody approves what was not checked.
    (
        "reviews",
        "INSERT",
        "unchecked",
        f"NEW.step = 'approve' AND NOT EXISTS ({PASSED} AND r.step = 'check')",
    ),
    # A submitted snapshot keeps the recipients and materials that it was submitted with.
    (
        "snapshot_recipients",
        "INSERT",
        "reviewed",
        "EXISTS (SELECT 1 FROM reviews r WHERE r.snapshot_id = NEW.snapshot_id)",
    ),
    (
        "snapshot_materials",
        "INSERT",
        "reviewed",
        "EXISTS (SELECT 1 FROM reviews r WHERE r.snapshot_id = NEW.snapshot_id)",
    ),
    # Nothing is sent that was not approved.
    ("dispatches", "INSERT", "unapproved", f"NOT EXISTS ({PASSED} AND r.step = 'approve')"),
    # A delivery stays the one mail to the one contact.
    ("deliveries", "UPDATE", "readdressed", FROZEN),
    # What the relay took, or may have taken, is never queued again by a statement.
    (
        "deliveries",
        "UPDATE",
        "settled",
        "OLD.state IN ('accepted', 'refused') AND NEW.state <> OLD.state",
    ),
)


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        op.f("ix_audit_entries_office_id"), "audit_entries", ["office_id"], unique=False
    )

    op.create_table(
        "bureaus",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bureaus")),
        sa.UniqueConstraint("name", name=op.f("uq_bureaus_name")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_login"), "sign_in_failures", ["login"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bureau_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_offices_bureau_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
        sa.UniqueConstraint("name", name=op.f("uq_offices_name")),
    )
    op.create_table(
        "blobs",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_blobs_office_id")),
        sa.PrimaryKeyConstraint("office_id", "sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_mailboxes_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("office_id", "address", name=op.f("uq_mailboxes_office_id_address")),
        sa.UniqueConstraint("office_id", "id", name=op.f("uq_mailboxes_office_id_id")),
    )
    op.create_table(
        "memberships",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "author",
                "checker",
                "approver",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_memberships_office_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_memberships_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "office_id", "role", name=op.f("pk_memberships")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("reply_to_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_events_created_by")),
        sa.ForeignKeyConstraint(
            ["office_id", "reply_to_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_events_reply_to",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sender_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_events_sender",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_events_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("office_id", "id", name=op.f("uq_events_office_id_id")),
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "individual", name="mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "checking",
                "approving",
                "sending",
                "sent",
                "halted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("notice", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_mailings_created_by")),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name=op.f("fk_mailings_office_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_mailings_office_id_event_id_id")
        ),
    )
    op.create_index(op.f("ix_mailings_event_id"), "mailings", ["event_id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name=op.f("fk_materials_office_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_materials_office_id_event_id_id")
        ),
    )
    op.create_index(op.f("ix_materials_event_id"), "materials", ["event_id"], unique=False)
    op.create_index(
        "uq_materials_shelf_name",
        "materials",
        ["event_id", "filename"],
        unique=True,
        sqlite_where=sa.text("NOT removed"),
        postgresql_where=sa.text("NOT removed"),
    )

    op.create_table(
        "participants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "attending",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name=op.f("fk_participants_office_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_participants_office_id_event_id_id")
        ),
    )
    op.create_index(op.f("ix_participants_event_id"), "participants", ["event_id"], unique=False)

    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "applied",
                "discarded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name=op.f("fk_roster_imports_office_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_roster_imports_blob",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["staff.id"], name=op.f("fk_roster_imports_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_roster_imports_office_id_event_id_id")
        ),
    )
    op.create_index(
        op.f("ix_roster_imports_event_id"), "roster_imports", ["event_id"], unique=False
    )

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("row_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "import_id"],
            ["roster_imports.office_id", "roster_imports.event_id", "roster_imports.id"],
            name="fk_contacts_import",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id"],
            ["participants.office_id", "participants.event_id", "participants.id"],
            name=op.f("fk_contacts_office_id_event_id_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint(
            "office_id",
            "event_id",
            "participant_id",
            "id",
            name=op.f("uq_contacts_office_id_event_id_participant_id_id"),
        ),
    )
    op.create_index(
        "ix_contacts_office_address", "contacts", ["office_id", "address_key"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_participant_id"), "contacts", ["participant_id"], unique=False
    )
    op.create_index(
        "uq_contacts_active_address",
        "contacts",
        ["event_id", "address_key"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )

    op.create_table(
        "mailing_editors",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_mailing_editors_mailing_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_mailing_editors_staff_id")
        ),
        sa.PrimaryKeyConstraint("mailing_id", "staff_id", name=op.f("pk_mailing_editors")),
    )
    op.create_table(
        "mailing_materials",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
            name="fk_mailing_materials_mailing",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "material_id"],
            ["materials.office_id", "materials.event_id", "materials.id"],
            name="fk_mailing_materials_material",
        ),
        sa.PrimaryKeyConstraint("mailing_id", "material_id", name=op.f("pk_mailing_materials")),
    )
    op.create_table(
        "material_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "material_id"],
            ["materials.office_id", "materials.event_id", "materials.id"],
            name=op.f("fk_material_versions_office_id_event_id_material_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_versions_blob",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["staff.id"], name=op.f("fk_material_versions_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_versions")),
        sa.UniqueConstraint(
            "material_id", "number", name=op.f("uq_material_versions_material_id_number")
        ),
    )
    op.create_index(
        op.f("ix_material_versions_material_id"), "material_versions", ["material_id"], unique=False
    )

    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "individual", name="mode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("sender_address", sa.String(length=254), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("event_name", sa.String(length=200), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("event_hours", sa.String(length=60), nullable=False),
        sa.Column("event_place", sa.String(length=200), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("recipient_count > 0", name=op.f("ck_snapshots_recipients")),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
            name=op.f("fk_snapshots_office_id_event_id_mailing_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["staff.id"], name=op.f("fk_snapshots_submitted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("id", "digest", name=op.f("uq_snapshots_id_digest")),
        sa.UniqueConstraint(
            "mailing_id", "revision", name=op.f("uq_snapshots_mailing_id_revision")
        ),
        sa.UniqueConstraint(
            "office_id", "event_id", "id", name=op.f("uq_snapshots_office_id_event_id_id")
        ),
    )
    op.create_index(op.f("ix_snapshots_mailing_id"), "snapshots", ["mailing_id"], unique=False)

    op.create_table(
        "dispatches",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_dispatches_snapshot",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint(
            "office_id",
            "event_id",
            "snapshot_id",
            name=op.f("uq_dispatches_office_id_event_id_snapshot_id"),
        ),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "check",
                "approve",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "passed",
                "returned",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_reviews_snapshot",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reviews_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "snapshot_id", "staff_id", name=op.f("uq_reviews_snapshot_id_staff_id")
        ),
        sa.UniqueConstraint("snapshot_id", "step", name=op.f("uq_reviews_snapshot_id_step")),
    )
    op.create_table(
        "snapshot_materials",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_materials_snapshot",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_snapshot_materials_blob",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "position", name=op.f("pk_snapshot_materials")),
    )
    op.create_table(
        "snapshot_recipients",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_snapshot_recipients_contact",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_recipients_snapshot",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "contact_id", name=op.f("pk_snapshot_recipients")),
        sa.UniqueConstraint(
            "office_id",
            "event_id",
            "participant_id",
            "contact_id",
            "snapshot_id",
            name=op.f(
                "uq_snapshot_recipients_office_id_event_id_participant_id_contact_id_snapshot_id"
            ),
        ),
        sa.UniqueConstraint(
            "snapshot_id",
            "address_key",
            name=op.f("uq_snapshot_recipients_snapshot_id_address_key"),
        ),
        sa.UniqueConstraint(
            "snapshot_id", "position", name=op.f("uq_snapshot_recipients_snapshot_id_position")
        ),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("first_copy", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "claimed",
                "accepted",
                "deferred",
                "refused",
                "uncertain",
                "withheld",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state = 'claimed') = (claimed_by IS NOT NULL)", name=op.f("ck_deliveries_claim")
        ),
        sa.CheckConstraint(
            "(first_copy AND contact_id IS NULL AND participant_id IS NULL) OR "
            "(NOT first_copy AND contact_id IS NOT NULL AND participant_id IS NOT NULL)",
            name=op.f("ck_deliveries_one_addressee"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id", "snapshot_id"],
            [
                "snapshot_recipients.office_id",
                "snapshot_recipients.event_id",
                "snapshot_recipients.participant_id",
                "snapshot_recipients.contact_id",
                "snapshot_recipients.snapshot_id",
            ],
            name="fk_deliveries_recipient",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["dispatches.office_id", "dispatches.event_id", "dispatches.snapshot_id"],
            name="fk_deliveries_dispatch",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "snapshot_id", "contact_id", name=op.f("uq_deliveries_snapshot_id_contact_id")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_deliveries_token")),
    )
    op.create_index(
        "ix_deliveries_due", "deliveries", ["snapshot_id", "state", "due_at"], unique=False
    )
    op.create_index(
        "uq_deliveries_first_copy",
        "deliveries",
        ["snapshot_id"],
        unique=True,
        sqlite_where=sa.text("first_copy"),
        postgresql_where=sa.text("first_copy"),
    )

    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("reply_text", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_attempts_delivery_id_number")),
    )
    _raise_guards()


def downgrade() -> None:
    _lower_guards()
    for table in reversed(TABLES):
        op.drop_table(table)


def _raise_guards() -> None:
    for table in WRITTEN_ONCE:
        guards.keep(table)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)


def _lower_guards() -> None:
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table in reversed(WRITTEN_ONCE):
        guards.release(table)
