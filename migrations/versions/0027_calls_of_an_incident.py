"""The contact list of an incident: calls, what was said, and mails to those reached or absent."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from migrations.tables import set_choices

revision = "0027"
down_revision = "0026"

MOMENT = sa.DateTime(timezone=True)
OUTCOMES = ("reached", "absent", "struck")
PURPOSES = ("handling", "correction", "apology")
BEFORE = ("all", "new", "chosen", "unanswered", "unconfirmed", "attending")
BY_CALLS = ("reached", "absent")
KINDS = ("announcement", "materials", "change", "absence", "apology", "own")
NEW_KINDS = ("incident_handling", "incident_correction", "incident_apology")
TICKS = ("explained", "apologised", "deletion_agreed", "printouts_destroyed", "unread")
CALLS = "incident_calls"
WRITTEN = (
    *("id", "office_id", "incident_id", "party_id", "at", "called_by", "outcome", "strikes_id"),
)
# A call stays as it was written down; only the words of its note go, once their time is over.
CHANGED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR (NEW.note IS DISTINCT FROM OLD.note AND NEW.note <> '')"
)
STRIKES_A_STRIKE = (
    f"NEW.strikes_id IS NOT NULL AND EXISTS (SELECT 1 FROM {CALLS} c "
    "WHERE c.id = NEW.strikes_id AND c.outcome = 'struck')"
)
# What is mailed of an incident goes to each alone, and to those its purpose is for.
UNFIT = (
    "NOT EXISTS (SELECT 1 FROM mailings m WHERE m.id = NEW.mailing_id AND m.mode = 'individual' "
    "AND m.audience = CASE NEW.purpose WHEN 'handling' THEN 'absent' ELSE 'reached' END)"
)
MOVED = (
    "(NEW.mode IS DISTINCT FROM OLD.mode OR NEW.audience IS DISTINCT FROM OLD.audience) "
    "AND EXISTS (SELECT 1 FROM incident_mailings i WHERE i.mailing_id = OLD.id)"
)
STANDS = (
    f"EXISTS (SELECT 1 FROM {CALLS} c WHERE c.party_id = p.id AND c.outcome = '{{outcome}}' "
    f"AND NOT EXISTS (SELECT 1 FROM {CALLS} x WHERE x.strikes_id = c.id))"
)
SPOKEN, MISSED = STANDS.format(outcome="reached"), STANDS.format(outcome="absent")
TOLD = (
    f"({SPOKEN} AND EXISTS (SELECT 1 FROM incident_followups f "
    "WHERE f.party_id = p.id AND f.explained))"
)
PARTIES = "SELECT 1 FROM incident_parties p WHERE p.incident_id = i.incident_id AND "
OF_COMPANY = "p.participant_id = d.participant_id AND "
# The company under which the list has the address, where that is another one.
OWNER = (
    "SELECT 1 FROM incident_addresses a JOIN incident_parties p ON p.id = a.party_id "
    "JOIN snapshot_recipients r ON r.address_key = a.address_key "
    "WHERE a.incident_id = i.incident_id AND r.snapshot_id = d.snapshot_id "
    "AND r.contact_id = d.contact_id AND "
)
# Whoever writes the attempt: no correction before the call, and nobody is told that he could not
# be reached after he was.
UNCALLED = (
    "EXISTS (SELECT 1 FROM deliveries d JOIN snapshots n ON n.id = d.snapshot_id "
    "JOIN incident_mailings i ON i.mailing_id = n.mailing_id "
    "WHERE d.id = NEW.delivery_id AND NOT d.first_copy AND ("
    f"(i.purpose = 'handling' AND (EXISTS ({PARTIES}{OF_COMPANY}{SPOKEN}) "
    f"OR NOT EXISTS ({PARTIES}{OF_COMPANY}{MISSED}) "
    f"OR EXISTS ({OWNER}({SPOKEN} OR NOT {MISSED})))) OR "
    f"(i.purpose <> 'handling' AND (EXISTS ({PARTIES}{OF_COMPANY}NOT {TOLD}) "
    f"OR NOT EXISTS ({PARTIES}{OF_COMPANY}{TOLD}) "
    f"OR EXISTS ({OWNER}NOT {TOLD})))))"
)


def upgrade() -> None:
    set_choices("mailings", "audience", BEFORE, (*BEFORE, *BY_CALLS))
    set_choices("wordings", "kind", KINDS, (*KINDS[:-1], *NEW_KINDS, "own"))
    _followups()
    _calls()
    _callers()
    _mailings()
    guards.never_deleted("incident_followups")
    guards.refuse(CALLS, "UPDATE", "changed", CHANGED)
    guards.refuse(CALLS, "INSERT", "strike", STRIKES_A_STRIKE)
    guards.never_deleted(CALLS)
    guards.never_replaced(CALLS, ("id",), ("strikes_id",))
    guards.keep("incident_mailings")
    guards.never_replaced("incident_mailings", ("mailing_id",))
    guards.refuse("incident_mailings", "INSERT", "unfit", UNFIT)
    guards.refuse("mailings", "UPDATE", "of_incident", MOVED)
    guards.refuse("attempts", "INSERT", "uncalled", UNCALLED)


def downgrade() -> None:
    guards.allow("attempts", "uncalled")
    guards.allow("mailings", "of_incident")
    guards.allow("incident_mailings", "unfit")
    guards.allow("incident_mailings", "replaced")
    guards.release("incident_mailings")
    guards.allow(CALLS, "replaced")
    guards.may_be_deleted(CALLS)
    guards.allow(CALLS, "strike")
    guards.allow(CALLS, "changed")
    guards.may_be_deleted("incident_followups")
    for table in ("incident_mailings", "incident_callers", CALLS, "incident_followups"):
        op.drop_table(table)
    _forget("wordings", "kind", NEW_KINDS, "own")
    set_choices("wordings", "kind", (*KINDS[:-1], *NEW_KINDS, "own"), KINDS)
    _forget("mailings", "audience", BY_CALLS, "chosen")
    set_choices("mailings", "audience", (*BEFORE, *BY_CALLS), BEFORE)


def _forget(table: str, column: str, values: tuple[str, ...], instead: str) -> None:
    """A narrow audience never becomes all by itself."""
    listed = ", ".join(map(repr, values))
    op.execute(f"UPDATE {table} SET {column} = '{instead}' WHERE {column} IN ({listed})")


def _choice(name: str, values: tuple[str, ...]) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False)


def _whole(*names: str, null: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer, nullable=null) for name in names]


def _staff(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Integer, sa.ForeignKey("staff.id"), **more)


def _served(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _of_party() -> sa.ForeignKeyConstraint:
    columns = ["office_id", "incident_id", "party_id"]
    targets = [f"incident_parties.{name}" for name in ("office_id", "incident_id", "id")]
    return sa.ForeignKeyConstraint(columns, targets)


def _index(table: str, column: str = "incident_id") -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _followups() -> None:
    op.create_table(
        "incident_followups",
        sa.Column("party_id", sa.Integer, primary_key=True, autoincrement=False),
        *_whole("office_id", "incident_id"),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in TICKS),
        sa.Column("wishes", sa.String(1000), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        _staff("written_by"),
        sa.Column("written_at", MOMENT),
        _of_party(),
        _served("written_by"),
    )
    _index("incident_followups")


def _calls() -> None:
    own = ("office_id", "incident_id", "party_id")
    op.create_table(
        CALLS,
        sa.Column("id", sa.Integer, primary_key=True),
        *_whole(*own),
        sa.Column("at", MOMENT, nullable=False),
        _staff("called_by", nullable=False),
        _choice("outcome", OUTCOMES),
        *_whole("strikes_id", null=True),
        sa.Column("note", sa.String(300), nullable=False),
        _of_party(),
        _served("called_by"),
        sa.UniqueConstraint(*own, "id"),
        sa.UniqueConstraint("strikes_id"),
        sa.ForeignKeyConstraint([*own, "strikes_id"], [f"{CALLS}.{name}" for name in (*own, "id")]),
        sa.CheckConstraint("(outcome = 'struck') = (strikes_id IS NOT NULL)", "strikes"),
    )
    _index(CALLS)
    _index(CALLS, "party_id")


def _callers() -> None:
    op.create_table(
        "incident_callers",
        sa.Column("party_id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True),
        *_whole("office_id", "incident_id"),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _of_party(),
        _served("staff_id"),
    )
    _index("incident_callers")


def _mailings() -> None:
    place = ("office_id", "event_id")
    op.create_table(
        "incident_mailings",
        sa.Column("mailing_id", sa.Integer, primary_key=True),
        *_whole(*place, "incident_id"),
        _choice("purpose", PURPOSES),
        sa.ForeignKeyConstraint(
            [*place, "mailing_id"], [f"mailings.{name}" for name in (*place, "id")]
        ),
        sa.ForeignKeyConstraint(
            [*place, "incident_id"], [f"incidents.{name}" for name in (*place, "id")]
        ),
    )
    _index("incident_mailings")
