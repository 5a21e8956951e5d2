"""Blind batches, the way out of a halt, alerts, the exposure record, erasure, and more guards."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, tables

revision = "0002"
down_revision = "0001"

WRITTEN_ONCE = ("mailing_reached", "exposure_records", "erasures")
NEVER_DELETED = ("dispatches", "deliveries", "attempts", "alerts")
ADDED_COLUMNS = (
    ("dispatches", "token"),
    ("snapshots", "format"),
    ("snapshots", "html"),
    ("mailings", "html"),
    ("offices", "batch_size"),
    ("offices", "batches_allowed"),
)
ERASED = "EXISTS (SELECT 1 FROM erasures e WHERE e.snapshot_id = OLD.snapshot_id)"
MAIL_ERASED = (
    "EXISTS (SELECT 1 FROM erasures e JOIN deliveries d ON d.snapshot_id = e.snapshot_id "
    "WHERE d.id = OLD.delivery_id)"
)
# What a text with two addresses, a display name or a second header could not do without.
SEPARATORS = (",", ";", " ", "\t", "\r", "\n", "<", ">", '"', "、", "，", "；", "　", "＠", "﹫")
NEVER_REPLACED = {
    "audit_entries": (("id",),),
    "snapshots": (("id",), ("mailing_id", "revision")),
    "snapshot_recipients": (
        ("snapshot_id", "contact_id"),
        ("snapshot_id", "position"),
        ("snapshot_id", "address_key"),
    ),
    "snapshot_materials": (("snapshot_id", "position"),),
    "reviews": (("id",), ("snapshot_id", "staff_id"), ("snapshot_id", "step")),
    "dispatches": (("snapshot_id",),),
    "deliveries": (("id",), ("snapshot_id", "contact_id"), ("token",)),
    "attempts": (("id",), ("delivery_id", "number")),
    "alerts": (("id",), ("token",)),
    "mailing_reached": (("snapshot_id", "contact_id"),),
    "exposure_records": (("snapshot_id",),),
    "erasures": (("snapshot_id",),),
}


def differs(*columns: str) -> str:
    """Whether an UPDATE changes any of ``columns``."""
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns) + ")"


def not_one_address(column: str) -> str:
    """Whether a text is anything but one plain address."""
    ats = f"length(NEW.{column}) - length(replace(NEW.{column}, '@', '')) <> 1"
    return " OR ".join(
        [ats, *(f"replace(NEW.{column}, '{each}', '') <> NEW.{column}" for each in SEPARATORS)]
    )


def not_its_key() -> str:
    """Whether the key, by which the gate knows an address, is another's."""
    return "NEW.address_key <> lower(NEW.address)"


BATCH_NOT_ALLOWED = (
    "NEW.mode = 'batch' AND NOT EXISTS "
    "(SELECT 1 FROM offices o WHERE o.id = NEW.office_id AND o.batches_allowed)"
)
# Addresses have their shape in every table that holds one.
ADDRESSES = (
    ("contacts", "INSERT", f"{not_one_address('address')} OR {not_its_key()}"),
    ("contacts", "UPDATE", f"{not_one_address('address')} OR {not_its_key()}"),
    ("snapshot_recipients", "INSERT", f"{not_one_address('address')} OR {not_its_key()}"),
    ("mailboxes", "INSERT", not_one_address("address")),
    ("mailboxes", "UPDATE", not_one_address("address")),
    (
        "snapshots",
        "INSERT",
        f"{not_one_address('sender_address')} OR {not_one_address('reply_to')}",
    ),
)
CONDITIONS = (
    # A review is made by somebody who holds its role in the office.
    (
        "reviews",
        "INSERT",
        "no_role",
        "NOT EXISTS (SELECT 1 FROM memberships m JOIN snapshots s ON s.office_id = m.office_id "
        "WHERE s.id = NEW.snapshot_id AND m.staff_id = NEW.staff_id AND m.role = "
        "CASE NEW.step WHEN 'check' THEN 'checker' ELSE 'approver' END)",
    ),
    # A batch needs the office's leave, and one wording for all.
    ("mailings", "INSERT", "batch_not_allowed", BATCH_NOT_ALLOWED),
    (
        "mailings",
        "UPDATE",
        "batch_not_allowed_now",
        f"NEW.mode <> OLD.mode AND {BATCH_NOT_ALLOWED}",
    ),
    ("snapshots", "INSERT", "batch_not_allowed", BATCH_NOT_ALLOWED),
    (
        "dispatches",
        "INSERT",
        "batch_not_allowed",
        "EXISTS (SELECT 1 FROM snapshots s JOIN offices o ON o.id = s.office_id "
        "WHERE s.id = NEW.snapshot_id AND s.mode = 'batch' AND NOT o.batches_allowed)",
    ),
    (
        "snapshots",
        "INSERT",
        "batch_with_fields",
        "NEW.mode = 'batch' AND replace(replace(replace(replace("
        "NEW.subject || NEW.body, '{', ''), '}', ''), '｛', ''), '｝', '') "
        "<> NEW.subject || NEW.body",
    ),
    # Whom a mailing has reached, or may have, is in no later snapshot of it (nothing goes twice).
    (
        "snapshot_recipients",
        "INSERT",
        "reached",
        "EXISTS (SELECT 1 FROM deliveries d JOIN snapshots s ON s.id = d.snapshot_id "
        "JOIN snapshot_recipients r ON r.snapshot_id = d.snapshot_id "
        "AND r.contact_id = d.contact_id "
        "JOIN snapshots mine ON mine.mailing_id = s.mailing_id "
        "WHERE mine.id = NEW.snapshot_id AND r.address_key = NEW.address_key "
        "AND d.state IN ('accepted', 'uncertain', 'claimed'))",
    ),
    # What was withheld stays withheld, and what may have arrived is not sent again: a worker whose
    # claim lapsed may still bring the relay's answer to its own open attempt, and nobody else.
    (
        "deliveries",
        "UPDATE",
        "given_up",
        "(OLD.state = 'withheld' AND NEW.state <> OLD.state) OR (OLD.state = 'uncertain' "
        "AND NEW.state NOT IN ('uncertain', 'accepted', 'refused') AND NOT EXISTS "
        "(SELECT 1 FROM attempts a WHERE a.delivery_id = OLD.id AND a.settled_at IS NULL))",
    ),
    # SQLite's UPDATE OR REPLACE would put a row in the place of another.
    ("deliveries", "UPDATE", "renumbered", differs("id", "office_id", "event_id")),
    (
        "deliveries",
        "INSERT",
        "first_copy_replaced",
        "NEW.first_copy AND EXISTS "
        "(SELECT 1 FROM deliveries d WHERE d.snapshot_id = NEW.snapshot_id AND d.first_copy)",
    ),
    # A sending that is over stays over, and names its batch as it began.
    (
        "dispatches",
        "UPDATE",
        "rewritten",
        differs("snapshot_id", "office_id", "event_id", "created_at", "token")
        + " OR (OLD.finished_at IS NOT NULL AND "
        + differs("finished_at")
        + ")",
    ),
    # What a sending showed can be said only when it is over.
    (
        "exposure_records",
        "INSERT",
        "unfinished",
        "NOT EXISTS (SELECT 1 FROM dispatches d "
        "WHERE d.snapshot_id = NEW.snapshot_id AND d.finished_at IS NOT NULL)",
    ),
    # What an attempt says was sent stays; it is settled once; only its mail may be erased.
    (
        "attempts",
        "UPDATE",
        "rewritten",
        f"{differs('id', 'delivery_id', 'number', 'handed_over_at', 'digest')} "
        f"OR (OLD.settled_at IS NOT NULL "
        f"AND {differs('settled_at', 'outcome', 'reply_code', 'reply_text')}) "
        f"OR ({differs('head')} AND NOT (length(NEW.head) = 0 AND {MAIL_ERASED}))",
    ),
    # Once erased, always erased; and never while it is being decided on or sent.
    (
        "erasures",
        "INSERT",
        "in_use",
        "EXISTS (SELECT 1 FROM mailings m JOIN snapshots s ON s.mailing_id = m.id "
        "WHERE s.id = NEW.snapshot_id AND m.state IN ('checking', 'approving', 'sending')) "
        "OR EXISTS (SELECT 1 FROM dispatches d "
        "WHERE d.snapshot_id = NEW.snapshot_id AND d.finished_at IS NULL)",
    ),
    # Whom it has reached is not known any more then, so nothing more of it is ever sent.
    (
        "snapshots",
        "INSERT",
        "erased",
        "EXISTS (SELECT 1 FROM erasures e JOIN snapshots s ON s.id = e.snapshot_id "
        "WHERE s.mailing_id = NEW.mailing_id)",
    ),
    # An alert keeps what it said; only its mail and who has seen it move on.
    (
        "alerts",
        "UPDATE",
        "rewritten",
        differs(
            "id", "office_id", "kind", "subject", "sentence", "mailbox_id", "raised_at", "token"
        )
        + " OR (OLD.seen_at IS NOT NULL AND "
        + differs("seen_at", "seen_by")
        + ")",
    ),
)
# The one way in which a snapshot's people change: erased whole, by a recorded erasure.
PEOPLE_REWRITTEN = (
    f"NOT ({ERASED} AND NEW.company = '' AND NEW.department = '' AND NEW.title = '' "
    "AND NEW.name = '' AND NEW.address = '' AND NEW.address_key = 'erased:' || NEW.contact_id) OR "
    + differs("snapshot_id", "contact_id", "office_id", "event_id", "participant_id", "position")
)


def upgrade() -> None:
    _columns()
    _tables()
    guards.allow("snapshot_recipients", "update")
    guards.refuse("snapshot_recipients", "UPDATE", "update", PEOPLE_REWRITTEN)
    for table in WRITTEN_ONCE:
        guards.keep(table)
    for table in NEVER_DELETED:
        guards.never_deleted(table)
    for table, keys in NEVER_REPLACED.items():
        guards.never_replaced(table, *keys)
    for table, verb, condition in ADDRESSES:
        guards.refuse(table, verb, f"address_{verb.lower()}", condition)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)


def downgrade() -> None:
    _lower_guards()
    op.drop_index("ix_deliveries_claimed_by", "deliveries")
    for table in ("erasures", "exposure_records", "alerts", "mailing_reached"):
        op.drop_table(table)
    for table in ("snapshots", "mailings"):
        tables.set_choices(table, "mode", ("individual", "batch"), ("individual",))
    for table, column in ADDED_COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _lower_guards() -> None:
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table, verb, _ in ADDRESSES:
        guards.allow(table, f"address_{verb.lower()}")
    for table in NEVER_REPLACED:
        guards.allow(table, "replaced")
    for table in NEVER_DELETED:
        guards.may_be_deleted(table)
    for table in WRITTEN_ONCE:
        guards.release(table)
    guards.allow("snapshot_recipients", "update")
    guards.refuse("snapshot_recipients", "UPDATE", "update")


def _columns() -> None:
    no = sa.false()
    op.add_column(
        "offices", sa.Column("batches_allowed", sa.Boolean, nullable=False, server_default=no)
    )
    op.execute(
        "ALTER TABLE offices ADD COLUMN batch_size INTEGER DEFAULT 50 NOT NULL "
        "CONSTRAINT ck_offices_batch_size CHECK (batch_size BETWEEN 1 AND 100)"
    )
    op.add_column("mailings", sa.Column("html", sa.Boolean, nullable=False, server_default=no))
    op.add_column("snapshots", sa.Column("html", sa.Boolean, nullable=False, server_default=no))
    op.add_column("snapshots", sa.Column("format", sa.Integer, nullable=False, server_default="1"))
    op.add_column(
        "dispatches", sa.Column("token", sa.String(32), nullable=False, server_default="")
    )
    for table in ("mailings", "snapshots"):
        tables.set_choices(table, "mode", ("individual",), ("individual", "batch"))
    op.create_index(
        "ix_deliveries_claimed_by",
        "deliveries",
        ["claimed_by"],
        unique=False,
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )


def _tables() -> None:
    _make_mailing_reached()
    _make_alerts()
    _make_exposure_records()
    _make_erasures()


def _make_mailing_reached() -> None:
    op.create_table(
        "mailing_reached",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_mailing_reached_mailing_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id", "contact_id"],
            ["snapshot_recipients.snapshot_id", "snapshot_recipients.contact_id"],
            name="fk_mailing_reached_recipient",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "contact_id", name=op.f("pk_mailing_reached")),
    )
    op.create_index(
        op.f("ix_mailing_reached_mailing_id"), "mailing_reached", ["mailing_id"], unique=False
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column(
            "mail",
            sa.Enum(
                "queued",
                "claimed",
                "accepted",
                "refused",
                "uncertain",
                name="mail",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_alerts_seen")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_alerts_office_id")),
        sa.ForeignKeyConstraint(
            ["office_id", "mailbox_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_alerts_mailbox",
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name=op.f("fk_alerts_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("token", name=op.f("uq_alerts_token")),
    )
    op.create_index(op.f("ix_alerts_office_id"), "alerts", ["office_id"], unique=False)


def _make_exposure_records() -> None:
    op.create_table(
        "exposure_records",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("known_addresses", sa.Integer(), nullable=False),
        sa.Column("exposing", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "exposing >= 0 AND unreadable >= 0 AND exposing + unreadable <= mails",
            name=op.f("ck_exposure_records_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["dispatches.snapshot_id"],
            name=op.f("fk_exposure_records_snapshot_id"),
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_exposure_records")),
    )


def _make_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_erasures_snapshot_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_erasures_staff_id")),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_erasures")),
    )
