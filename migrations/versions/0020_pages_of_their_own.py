"""The participants' links to a page of their own, from which they may take the materials."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0020"
down_revision = "0019"

LINKS = "page_links"
MAILS = "link_mails"
BY_LINK = ("mailings", "snapshots")
KEPT = (
    *("id", "office_id", "event_id", "participant_id", "contact_id", "serial"),
    *("key_id", "token_digest", "address_key", "made_at"),
)
# A link is never given to somebody else, and what was revoked opens nothing again.
CHANGED = (
    "(" + " OR ".join(f"NEW.{each} IS DISTINCT FROM OLD.{each}" for each in KEPT) + ")"
    " OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)"
)
ADDRESSED = ("id", "office_id", "event_id", "participant_id", "contact_id", "made_at", "token")
READDRESSED = " OR ".join(f"NEW.{each} IS DISTINCT FROM OLD.{each}" for each in ADDRESSED)
# It names an address: it goes with whoever is erased, and not before.
NEEDED = (
    "NOT EXISTS (SELECT 1 FROM event_erasures g WHERE g.event_id = OLD.event_id) "
    "AND NOT EXISTS (SELECT 1 FROM contact_erasures g WHERE g.contact_id = OLD.contact_id)"
)


def upgrade() -> None:
    for table in BY_LINK:
        op.execute(f"ALTER TABLE {table} ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT false")
    op.create_table(
        LINKS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_page_links_contact",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_links")),
        sa.UniqueConstraint("contact_id", "serial", name=op.f("uq_page_links_contact_id_serial")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_page_links_token_digest")),
    )
    op.create_index("ix_page_links_event_id", LINKS, ["event_id"])
    guards.refuse(LINKS, "UPDATE", "changed", CHANGED)
    guards.refuse(LINKS, "DELETE", "needed", NEEDED)
    _make_mails()


def downgrade() -> None:
    guards.allow(MAILS, "needed")
    guards.allow(MAILS, "readdressed")
    op.drop_table(MAILS)
    guards.allow(LINKS, "needed")
    guards.allow(LINKS, "changed")
    op.drop_table(LINKS)
    for table in BY_LINK:
        op.execute(f"ALTER TABLE {table} DROP COLUMN by_link")


def _make_mails() -> None:
    """Whoever asked for his link, and what became of the mail with it."""
    op.create_table(
        MAILS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("reply", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'accepted', 'refused', 'uncertain', 'dropped')",
            name=op.f("ck_link_mails_state"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_link_mails_contact",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_mails")),
        sa.UniqueConstraint("token", name=op.f("uq_link_mails_token")),
    )
    op.create_index("ix_link_mails_state_due_at", MAILS, ["state", "due_at"])
    op.create_index("ix_link_mails_contact_id", MAILS, ["contact_id"])
    guards.refuse(MAILS, "UPDATE", "readdressed", READDRESSED)
    guards.refuse(MAILS, "DELETE", "needed", NEEDED)
