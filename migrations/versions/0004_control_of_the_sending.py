"""Hold, first copy, pause, STOP, scheduled start; people's decisions; limits that workers share."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, tables

revision = "0004"
down_revision = "0003"

BEFORE = ("queued", "claimed", "accepted", "deferred", "refused", "uncertain", "withheld")
AFTER = (*BEFORE, "cancelled")
STAFF = "INTEGER CONSTRAINT fk_{table}_{column} REFERENCES staff (id)"
MINUTES = "INTEGER{default} CONSTRAINT ck_offices_{column} CHECK ({column} BETWEEN 0 AND 1440)"
WHEN = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
# What stood in migration 0001 and 0002, and comes back with the downgrade.
SETTLED = "OLD.state IN ('accepted', 'refused') AND NEW.state <> OLD.state"
ALREADY_OVER = (
    "(NEW.snapshot_id IS DISTINCT FROM OLD.snapshot_id OR "
    "NEW.office_id IS DISTINCT FROM OLD.office_id OR NEW.event_id IS DISTINCT FROM OLD.event_id "
    "OR NEW.created_at IS DISTINCT FROM OLD.created_at OR NEW.token IS DISTINCT FROM OLD.token) "
    "OR (OLD.finished_at IS NOT NULL AND (NEW.finished_at IS DISTINCT FROM OLD.finished_at))"
)
GIVEN_UP = (
    "(OLD.state = 'withheld' AND NEW.state <> OLD.state) OR (OLD.state = 'uncertain' "
    "AND NEW.state NOT IN ('uncertain', 'accepted', 'refused') AND NOT EXISTS "
    "(SELECT 1 FROM attempts a WHERE a.delivery_id = OLD.id AND a.settled_at IS NULL))"
)
UNFINISHED = (
    "NOT EXISTS (SELECT 1 FROM dispatches d "
    "WHERE d.snapshot_id = NEW.snapshot_id AND d.finished_at IS NOT NULL)"
)
# A person said of this very attempt that the mail shall go again.
SEND_AGAIN = (
    "EXISTS (SELECT 1 FROM decisions s WHERE s.delivery_id = OLD.id "
    "AND s.attempt = OLD.attempts AND s.verdict = 'send_again')"
)
DECIDED = (
    # What the relay took stays taken; what it refused goes again only by a person's decision.
    (
        "deliveries",
        "UPDATE",
        "settled",
        "(OLD.state = 'accepted' AND NEW.state <> OLD.state) OR (OLD.state = 'refused' "
        f"AND NEW.state <> OLD.state AND NOT (NEW.state = 'queued' AND {SEND_AGAIN}))",
    ),
    (
        "deliveries",
        "UPDATE",
        "given_up",
        "(OLD.state IN ('withheld', 'cancelled') AND NEW.state <> OLD.state) OR "
        "(OLD.state = 'uncertain' AND NEW.state NOT IN ('uncertain', 'accepted', 'refused') "
        "AND NOT EXISTS (SELECT 1 FROM attempts a "
        "WHERE a.delivery_id = OLD.id AND a.settled_at IS NULL) "
        f"AND NOT (NEW.state = 'queued' AND {SEND_AGAIN}))",
    ),
    # A sending that is over begins another round only where a person asked for it.
    (
        "dispatches",
        "UPDATE",
        "rewritten",
        "NEW.snapshot_id IS DISTINCT FROM OLD.snapshot_id "
        "OR NEW.office_id IS DISTINCT FROM OLD.office_id "
        "OR NEW.event_id IS DISTINCT FROM OLD.event_id "
        "OR NEW.created_at IS DISTINCT FROM OLD.created_at "
        "OR NEW.token IS DISTINCT FROM OLD.token "
        "OR (OLD.finished_at IS NULL AND NEW.round <> OLD.round) "
        "OR (OLD.finished_at IS NOT NULL AND (NEW.finished_at IS DISTINCT FROM OLD.finished_at "
        "OR NEW.round <> OLD.round) AND NOT (NEW.finished_at IS NULL "
        "AND NEW.round = OLD.round + 1 AND EXISTS (SELECT 1 FROM decisions s "
        "JOIN deliveries d ON d.id = s.delivery_id WHERE d.snapshot_id = OLD.snapshot_id "
        "AND s.attempt = d.attempts AND s.verdict = 'send_again')))",
    ),
)
# The mail itself is refused while anything says no: STOP, pause, hold time, no look at the copy.
NOT_NOW = (
    "EXISTS (SELECT 1 FROM deliveries d JOIN dispatches p ON p.snapshot_id = d.snapshot_id "
    "JOIN offices o ON o.id = p.office_id WHERE d.id = NEW.delivery_id "
    "AND (o.stopped_at IS NOT NULL OR p.paused_at IS NOT NULL OR p.cancelled_at IS NOT NULL "
    "OR p.finished_at IS NOT NULL OR NEW.handed_over_at < p.starts_at "
    "OR (NOT d.first_copy AND p.released_at IS NULL)))"
)


def upgrade() -> None:
    when = WHEN[op.get_bind().dialect.name]
    for column, kind in _office_columns(when):
        op.execute(f"ALTER TABLE offices ADD COLUMN {column} {kind}")
    for column, kind in _dispatch_columns(when):
        op.execute(f"ALTER TABLE dispatches ADD COLUMN {column} {kind}")
    for table in ("mailings", "snapshots"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN send_at {when}")
    # What was begun before this version goes on by itself, as it would have.
    op.execute("UPDATE dispatches SET released_at = created_at")
    _make_decisions()
    _make_relay_tables()
    guards.allow("deliveries", "settled")
    guards.allow("deliveries", "given_up")
    guards.allow("dispatches", "rewritten")
    tables.set_choices("deliveries", "state", BEFORE, AFTER)
    for table, verb, name, condition in DECIDED:
        guards.refuse(table, verb, name, condition)
    guards.refuse("attempts", "INSERT", "not_now", NOT_NOW)
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index("ix_deliveries_due", "deliveries", ["snapshot_id", "state", "due_at", "id"])
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["delivery_id"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    _records_by_round()


def downgrade() -> None:
    _records_once()
    op.drop_index("ix_attempts_open", "attempts")
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index("ix_deliveries_due", "deliveries", ["snapshot_id", "state", "due_at"])
    guards.allow("attempts", "not_now")
    for table, _, name, _ in DECIDED:
        guards.allow(table, name)
    op.execute("UPDATE deliveries SET state = 'withheld' WHERE state = 'cancelled'")
    tables.set_choices("deliveries", "state", AFTER, BEFORE)
    guards.refuse("deliveries", "UPDATE", "settled", SETTLED)
    guards.refuse("deliveries", "UPDATE", "given_up", GIVEN_UP)
    guards.refuse("dispatches", "UPDATE", "rewritten", ALREADY_OVER)
    guards.allow("decisions", "replaced")
    guards.release("decisions")
    for table in ("decisions", "relay_slots", "relay_paces"):
        op.drop_table(table)
    for table in ("snapshots", "mailings"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN send_at")
    for column, _ in reversed(_dispatch_columns("")):
        op.execute(f"ALTER TABLE dispatches DROP COLUMN {column}")
    for column, _ in reversed(_office_columns("")):
        op.execute(f"ALTER TABLE offices DROP COLUMN {column}")


def _office_columns(when: str) -> list[tuple[str, str]]:
    hold = MINUTES.format(column="hold_minutes", default=" NOT NULL DEFAULT 0")
    return [
        ("hold_minutes", hold),
        ("first_copy_minutes", MINUTES.format(column="first_copy_minutes", default=" DEFAULT 0")),
        ("stopped_at", when),
        ("stopped_by", STAFF.format(table="offices", column="stopped_by")),
        ("stop_reason", "VARCHAR(200) NOT NULL DEFAULT ''"),
    ]


def _dispatch_columns(when: str) -> list[tuple[str, str]]:
    return [
        ("starts_at", when),
        ("paused_at", when),
        ("paused_by", STAFF.format(table="dispatches", column="paused_by")),
        ("released_at", when),
        ("released_by", STAFF.format(table="dispatches", column="released_by")),
        ("cancelled_at", when),
        ("cancelled_by", STAFF.format(table="dispatches", column="cancelled_by")),
        ("round", "INTEGER NOT NULL DEFAULT 1"),
    ]


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('arrived', 'not_arrived', 'send_again')", name=op.f("ck_decisions_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_decisions_delivery_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_decisions_staff_id")),
        sa.PrimaryKeyConstraint("delivery_id", "attempt", name=op.f("pk_decisions")),
    )
    guards.keep("decisions")
    guards.never_replaced("decisions", ("delivery_id", "attempt"))


def _make_relay_tables() -> None:
    op.create_table(
        "relay_paces",
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slow_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("setbacks", sa.Integer(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_relay_paces")),
    )
    op.create_table(
        "relay_slots",
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(60), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", "number", name=op.f("pk_relay_slots")),
    )


RECORD = """
CREATE TABLE exposure_records_again (
    snapshot_id INTEGER NOT NULL, {round}
    examined_at {when} NOT NULL,
    mails INTEGER NOT NULL, known_addresses INTEGER NOT NULL,
    exposing INTEGER NOT NULL, unreadable INTEGER NOT NULL,
    CONSTRAINT pk_exposure_records{suffix} PRIMARY KEY (snapshot_id{key}),
    CONSTRAINT fk_exposure_records_snapshot_id{suffix}
        FOREIGN KEY(snapshot_id) REFERENCES dispatches (snapshot_id),
    CONSTRAINT ck_exposure_records_counts{suffix}
        CHECK (exposing >= 0 AND unreadable >= 0 AND exposing + unreadable <= mails)
)"""
COUNTS = "examined_at, mails, known_addresses, exposing, unreadable"


def _records_by_round() -> None:
    """One look through all mails after each round of a sending."""
    copied = f"SELECT snapshot_id, 1, {COUNTS} FROM exposure_records"
    _rebuild_records("round INTEGER NOT NULL,", ", round", copied)


def _records_once() -> None:
    newest = "(SELECT max(n.round) FROM exposure_records n WHERE n.snapshot_id = r.snapshot_id)"
    columns = ", ".join(f"r.{name.strip()}" for name in COUNTS.split(","))
    copied = f"SELECT r.snapshot_id, {columns} FROM exposure_records r WHERE r.round = {newest}"
    _rebuild_records("", "", copied)


def _rebuild_records(column: str, key: str, copied: str) -> None:
    guards.allow("exposure_records", "unfinished")
    guards.allow("exposure_records", "replaced")
    guards.release("exposure_records")
    when = WHEN[op.get_bind().dialect.name]
    # PostgreSQL's index names are unique in the whole schema.
    suffix = "" if op.get_bind().dialect.name == "sqlite" else "_again"
    op.execute(RECORD.format(round=column, key=key, when=when, suffix=suffix))
    op.execute(f"INSERT INTO exposure_records_again {copied}")
    op.drop_table("exposure_records")
    op.execute("ALTER TABLE exposure_records_again RENAME TO exposure_records")
    for name in ("pk", "fk", "ck") if suffix else ():
        whole = f"{name}_exposure_records{dict(pk='', fk='_snapshot_id', ck='_counts')[name]}"
        op.execute(f"ALTER TABLE exposure_records RENAME CONSTRAINT {whole}{suffix} TO {whole}")
    guards.keep("exposure_records")
    guards.never_replaced("exposure_records", ("snapshot_id", *(("round",) if key else ())))
    guards.refuse("exposure_records", "INSERT", "unfinished", UNFINISHED)
