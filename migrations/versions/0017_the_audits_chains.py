"""The audit hangs in chains: one for each office, and one for the installation.

A migration has no key, so it only counts the entries that are there already (``older``). They
become the first links as soon as somebody with the key comes by: at the end of ``app.py migrate``,
or with the first act of that office. What was done to them before cannot be told.
"""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0017"
down_revision = "0016"

LINKS, HEADS, CHECKS, ENTRIES = "audit_links", "audit_heads", "audit_checks", "audit_entries"
INDEXES = {
    "ix_audit_entries_when": ["office_id", "at", "id"],
    "ix_audit_entries_who": ["office_id", "staff_id", "at", "id"],
    "ix_audit_entries_what": ["office_id", "action", "at", "id"],
    "ix_audit_entries_subject": ["subject", "at", "id"],
}
OF_ITS_HEAD = "SELECT 1 FROM audit_heads h WHERE h.chain = NEW.chain AND h."
CONDITIONS = (
    # a link follows the head, and nothing else
    (LINKS, "INSERT", "number", f"NOT EXISTS ({OF_ITS_HEAD}number = NEW.number - 1)"),
    (LINKS, "INSERT", "previous", f"NOT EXISTS ({OF_ITS_HEAD}mac = NEW.previous)"),
    (
        LINKS,
        "INSERT",
        "foreign",
        "NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.id = NEW.entry_id "
        "AND COALESCE(e.office_id, 0) = NEW.chain)",
    ),
    (HEADS, "INSERT", "begun", "NEW.number <> 0 OR NEW.mac <> '' OR NEW.older <> 0"),
    (
        HEADS,
        "UPDATE",
        "back",
        "NEW.chain <> OLD.chain OR NEW.older <> OLD.older OR NEW.number <> OLD.number + 1",
    ),
    (
        HEADS,
        "UPDATE",
        "unlinked",
        "NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.chain = NEW.chain "
        "AND l.number = NEW.number AND l.mac = NEW.mac)",
    ),
)
FOLLOW = "UPDATE audit_heads SET number = NEW.number, mac = NEW.mac WHERE chain = NEW.chain;"


def upgrade() -> None:
    for name in ("before", "after"):
        op.add_column(ENTRIES, sa.Column(name, sa.JSON(), nullable=True))
    for name, length in (("via", 20), ("client", 64), ("session_mark", 16)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column(ENTRIES, column)
    for name, columns in INDEXES.items():
        op.create_index(name, ENTRIES, columns, unique=False)
    _make_tables()
    op.execute(
        f"INSERT INTO {HEADS} (chain, number, mac, older) "
        f"SELECT COALESCE(office_id, 0), 0, '', count(*) FROM {ENTRIES} "
        "GROUP BY COALESCE(office_id, 0)"
    )
    for table, verb, name, condition in CONDITIONS:
        guards.refuse(table, verb, name, condition)
    guards.keep(LINKS)
    guards.never_replaced(LINKS, ("chain", "number"), ("entry_id",))
    guards.never_deleted(HEADS)
    guards.never_replaced(HEADS, ("chain",))
    guards.keep(CHECKS)
    guards.never_replaced(CHECKS, ("id",))
    _follow()


def _make_tables() -> None:
    op.create_table(
        LINKS,
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_links_entry_id")
        ),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_links_entry_id")),
    )
    op.create_table(
        HEADS,
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0 AND older >= 0", name=op.f("ck_audit_heads_counted")),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        CHECKS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checks")),
    )
    op.create_index("ix_audit_checks_chain", CHECKS, ["chain", "id"], unique=False)


def _follow() -> None:
    """The head goes with each new link, by itself."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER follow_{LINKS} AFTER INSERT ON {LINKS} FOR EACH ROW BEGIN {FOLLOW} END"
        )
        return
    op.execute(
        f"CREATE FUNCTION follow_{LINKS}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{FOLLOW} RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER follow_{LINKS} AFTER INSERT ON {LINKS} "
        f"FOR EACH ROW EXECUTE FUNCTION follow_{LINKS}()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER follow_{LINKS}")
    else:
        op.execute(f"DROP TRIGGER follow_{LINKS} ON {LINKS}")
        op.execute(f"DROP FUNCTION follow_{LINKS}()")
    for table in (CHECKS, HEADS, LINKS):
        guards.allow(table, "replaced")
    guards.release(CHECKS)
    guards.may_be_deleted(HEADS)
    guards.release(LINKS)
    for table, _, name, _ in reversed(CONDITIONS):
        guards.allow(table, name)
    for table in (CHECKS, HEADS, LINKS):
        op.drop_table(table)
    for name in INDEXES:
        op.drop_index(name, ENTRIES)
    for name in ("session_mark", "client", "via", "after", "before"):
        op.drop_column(ENTRIES, name)
