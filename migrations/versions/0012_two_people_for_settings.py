"""Two people for dangerous settings: proposals, decisions, and changes that need them."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0012"
down_revision = "0011"

WRITTEN_ONCE = {
    "proposals": (("id",),),
    "proposal_decisions": (("proposal_id",),),
    "setting_changes": (("id",), ("proposal_id",)),
    "setting_looks": (("change_id", "staff_id"),),
}
# What the changes are about: no row of it is exchanged for another.
HELD = {
    "offices": (("id",), ("name",)),
    "mailboxes": (("id",), ("office_id", "address")),
    "memberships": (("staff_id", "office_id", "role"),),
}

# How many people could confirm a change of an office's settings (of any office, for the whole).
CONFIRMERS = (
    "(SELECT count(DISTINCT m.staff_id) FROM memberships m JOIN staff f ON f.id = m.staff_id "
    "WHERE f.active AND m.role IN ('manager', 'approver') "
    "AND (NEW.office_id IS NULL OR m.office_id = NEW.office_id))"
)
MAY_CONFIRM = (
    "EXISTS (SELECT 1 FROM memberships m JOIN staff f ON f.id = m.staff_id "
    "WHERE m.staff_id = NEW.staff_id AND f.active AND m.role IN ('manager', 'approver') "
    "AND m.office_id = {office})"
)
PROPOSAL = "SELECT 1 FROM proposals p WHERE p.id = NEW.proposal_id"
# A change repeats what was proposed and confirmed, word for word.
CONFIRMED = (
    "EXISTS (SELECT 1 FROM proposals p JOIN proposal_decisions d ON d.proposal_id = p.id "
    "WHERE p.id = NEW.proposal_id AND d.verdict = 'confirmed' AND d.staff_id = NEW.staff_id "
    "AND p.office_id IS NOT DISTINCT FROM NEW.office_id AND p.kind = NEW.kind "
    "AND p.subject = NEW.subject AND p.before = NEW.before AND p.after = NEW.after)"
)


def said(row: str, kind: str, before: str, after: str, extra: str = "", subject: str = "''") -> str:
    """That the newest change of this very setting says just this."""
    office = f"{row}.id" if subject == "''" else f"{row}.office_id"
    return (
        "EXISTS (SELECT 1 FROM setting_changes c WHERE c.id = (SELECT max(n.id) "
        f"FROM setting_changes n WHERE n.office_id = {office} AND n.kind = '{kind}' "
        f"AND n.subject = {subject}) AND {before} AND {after}{extra})"
    )


def differs(*names: str) -> str:
    """Whether any of these columns changes."""
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


# The same texts as offices/settings.py writes: JSON with sorted names and no blanks.
def batches(row: str) -> str:
    """Whether batches are allowed, and their size."""
    return (
        f"'{{\"allowed\":' || CASE WHEN {row}.batches_allowed THEN 'true' ELSE 'false' END "
        f"|| ',\"size\":' || CAST({row}.batch_size AS VARCHAR) || '}}'"
    )


def mailbox(row: str) -> str:
    """A mailbox's name."""
    escaped = f"replace(replace({row}.name, '\\', '\\\\'), '\"', '\\\"')"
    return f"'{{\"name\":\"' || {escaped} || '\"}}'"


def unsettled(kind: str, columns: tuple[str, ...], text: Callable[[str], str], safe: str) -> str:
    """An office's columns change, and nothing says that they should; or not in that direction."""
    so = said(
        "NEW",
        kind,
        f"c.before = {text('OLD')}",
        f"c.after = {text('NEW')}",
        f" AND (c.basis <> 'safer' OR ({safe}))",
    )
    return f"{differs(*columns)} AND NOT {so}"


def minutes(kind: str, column: str) -> str:
    """The same for a column of minutes, where longer is safer, and None (by hand) the safest."""
    return unsettled(
        kind,
        (column,),
        lambda row: f"COALESCE(CAST({row}.{column} AS VARCHAR), 'null')",
        f"OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} > OLD.{column})",
    )


def of_mailbox(row: str, before: str, after: str) -> str:
    """That the newest change of a mailbox does not say just this."""
    return "NOT " + said(row, "mailbox", before, after, subject=f"{row}.address")


def of_role(row: str, no: str) -> str:
    """That the newest change of a person's roles says something else of this one."""
    named = f"c.after {no} LIKE '%\"' || {row}.role || '\"%'"
    return "NOT " + said(row, "roles", named, "TRUE", subject=f"CAST({row}.staff_id AS VARCHAR)")


CONDITIONS = (
    ("offices", "INSERT", "born_open", "NEW.batches_allowed"),
    (
        "offices",
        "UPDATE",
        "batches",
        unsettled(
            "batches",
            ("batches_allowed", "batch_size"),
            batches,
            "(OLD.batches_allowed OR NOT NEW.batches_allowed) AND NEW.batch_size <= OLD.batch_size",
        ),
    ),
    ("offices", "UPDATE", "hold", minutes("hold", "hold_minutes")),
    ("offices", "UPDATE", "first_copy", minutes("first_copy", "first_copy_minutes")),
    (
        "mailboxes",
        "INSERT",
        "added",
        of_mailbox("NEW", "c.before = 'null'", f"c.after = {mailbox('NEW')}"),
    ),
    (
        "mailboxes",
        "UPDATE",
        "renamed",
        f"{differs('id', 'office_id', 'address')} OR {differs('name')} AND "
        + of_mailbox("NEW", f"c.before = {mailbox('OLD')}", f"c.after = {mailbox('NEW')}"),
    ),
    (
        "mailboxes",
        "DELETE",
        "removed",
        of_mailbox("OLD", f"c.before = {mailbox('OLD')}", "c.after = 'null'"),
    ),
    ("memberships", "INSERT", "given", of_role("NEW", "")),
    ("memberships", "UPDATE", "update", None),
    ("memberships", "DELETE", "taken", of_role("OLD", "NOT")),
    # A proposal is of somebody of the office, or of the administrator at the command line.
    (
        "proposals",
        "INSERT",
        "stranger",
        "NEW.office_id IS NOT NULL AND NEW.proposer_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM memberships m JOIN staff f ON f.id = m.staff_id "
        "WHERE f.active AND m.office_id = NEW.office_id AND m.staff_id = NEW.proposer_id)",
    ),
    # Nobody decides on his own proposal, and nobody else takes it back.
    (
        "proposal_decisions",
        "INSERT",
        "own_proposal",
        "NEW.verdict IN ('confirmed', 'declined') "
        f"AND EXISTS ({PROPOSAL} AND p.proposer_id = NEW.staff_id)",
    ),
    (
        "proposal_decisions",
        "INSERT",
        "not_own",
        f"NEW.verdict = 'withdrawn' AND NOT EXISTS ({PROPOSAL} AND p.proposer_id = NEW.staff_id)",
    ),
    (
        "proposal_decisions",
        "INSERT",
        "no_role",
        "NEW.verdict IN ('confirmed', 'declined') "
        f"AND EXISTS ({PROPOSAL} AND p.office_id IS NOT NULL "
        f"AND NOT {MAY_CONFIRM.format(office='p.office_id')})",
    ),
    (
        "proposal_decisions",
        "INSERT",
        "late",
        f"NEW.verdict = 'confirmed' AND EXISTS ({PROPOSAL} AND p.expires_at <= NEW.at)",
    ),
    ("setting_changes", "INSERT", "unconfirmed", f"NEW.basis = 'confirmed' AND NOT {CONFIRMED}"),
    ("setting_changes", "INSERT", "set_up", f"NEW.basis = 'setup' AND {CONFIRMERS} >= 2"),
    (
        "setting_changes",
        "INSERT",
        "not_safer",
        "NEW.basis = 'safer' AND (NEW.kind NOT IN ('batches', 'hold', 'first_copy') "
        f"OR NEW.staff_id IS NULL OR NEW.office_id IS NULL "
        f"OR NOT {MAY_CONFIRM.format(office='NEW.office_id')})",
    ),
    # One change begins where the one before it ended.
    (
        "setting_changes",
        "INSERT",
        "gap",
        "EXISTS (SELECT 1 FROM setting_changes c WHERE c.id = (SELECT max(n.id) "
        "FROM setting_changes n WHERE n.office_id IS NOT DISTINCT FROM NEW.office_id "
        "AND n.kind = NEW.kind AND n.subject = NEW.subject) AND c.after <> NEW.before)",
    ),
)


def upgrade() -> None:
    _make_tables()
    for table, keys in WRITTEN_ONCE.items():
        guards.keep(table)
        guards.never_replaced(table, *keys)
    for table, keys in HELD.items():
        guards.never_replaced(table, *keys)
        guards.never_truncated(table)
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)


def downgrade() -> None:
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table in HELD:
        guards.may_be_truncated(table)
        guards.allow(table, "replaced")
    for table in reversed(list(WRITTEN_ONCE)):
        guards.allow(table, "replaced")
        guards.release(table)
        op.drop_table(table)


def _make_tables() -> None:
    _make_proposals()
    _make_decisions()
    _make_changes()
    op.create_table(
        "setting_looks",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["change_id"], ["setting_changes.id"], name=op.f("fk_setting_looks_change_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_setting_looks_staff_id")),
        sa.PrimaryKeyConstraint("change_id", "staff_id", name=op.f("pk_setting_looks")),
    )


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        *_value(),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        _moment("at"),
        _moment("expires_at"),
        sa.CheckConstraint("before <> after", name=op.f("ck_proposals_different")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_proposals_reason")),
        sa.CheckConstraint("at < expires_at", name=op.f("ck_proposals_time")),
        _points("proposals", "office_id", "offices"),
        _points("proposals", "proposer_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("id", "digest", name=op.f("uq_proposals_id_digest")),
    )
    op.create_index(op.f("ix_proposals_office_id"), "proposals", ["office_id"], unique=False)


def _make_decisions() -> None:
    op.create_table(
        "proposal_decisions",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        _moment("at"),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'declined', 'withdrawn', 'lapsed')",
            name=op.f("ck_proposal_decisions_verdict"),
        ),
        sa.CheckConstraint(
            "(verdict = 'lapsed') = (staff_id IS NULL)",
            name=op.f("ck_proposal_decisions_somebody"),
        ),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'withdrawn') OR length(trim(reason)) > 0",
            name=op.f("ck_proposal_decisions_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id", "digest"],
            ["proposals.id", "proposals.digest"],
            name="fk_proposal_decisions_proposal",
        ),
        _points("proposal_decisions", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_decisions")),
    )


def _make_changes() -> None:
    op.create_table(
        "setting_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        *_value(),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        _moment("at"),
        sa.CheckConstraint("before <> after", name=op.f("ck_setting_changes_different")),
        sa.CheckConstraint(
            "basis IN ('confirmed', 'setup', 'safer')", name=op.f("ck_setting_changes_basis")
        ),
        sa.CheckConstraint(
            "(basis = 'confirmed') = (proposal_id IS NOT NULL)",
            name=op.f("ck_setting_changes_proposal"),
        ),
        _points("setting_changes", "office_id", "offices"),
        _points("setting_changes", "proposal_id", "proposals"),
        _points("setting_changes", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_setting_changes_proposal_id")),
    )
    op.create_index("ix_setting_changes_place", "setting_changes", ["office_id", "kind", "subject"])


def _value() -> list[sa.Column[object]]:
    """Which setting, and from what to what."""
    return [
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(254), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
    ]


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
