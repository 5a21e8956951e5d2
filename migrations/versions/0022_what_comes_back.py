"""Mails that come back, and deliveries that they show to have failed after all."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, tables

revision = "0022"
down_revision = "0021"

BEFORE = (
    *("queued", "claimed", "accepted", "deferred", "refused", "uncertain", "withheld"),
    "cancelled",
)
AFTER = (*BEFORE, "bounced")
MAILS, BOUNCES = "bounce_mails", "bounces"
SOURCES = ("pipe", "maildir", "imap", "receiver")
KINDS = ("bounce", "auto_reply", "other")
MATCHES = ("return_address", "message_id", "address", "none")
CLASSES = ("hard", "soft", "policy", "unknown")
# As in 0004, and comes back with the downgrade.
SEND_AGAIN = (
    "EXISTS (SELECT 1 FROM decisions s WHERE s.delivery_id = OLD.id "
    "AND s.attempt = OLD.attempts AND s.verdict = 'send_again')"
)
REFUSED = (
    "(OLD.state = 'refused' AND NEW.state <> OLD.state "
    f"AND NOT (NEW.state = 'queued' AND {SEND_AGAIN}))"
)
SETTLED = f"(OLD.state = 'accepted' AND NEW.state <> OLD.state) OR {REFUSED}"
# What the relay took stays taken, unless it comes back; and what came back stays so.
SETTLED_OR_BACK = (
    "(OLD.state = 'accepted' AND NEW.state NOT IN ('accepted', 'bounced')) "
    f"OR (OLD.state = 'bounced' AND NEW.state <> 'bounced') OR {REFUSED}"
)
GIVEN_UP = (
    "(OLD.state IN ('withheld', 'cancelled') AND NEW.state <> OLD.state) OR "
    "(OLD.state = 'uncertain' AND NEW.state NOT IN ('uncertain', 'accepted', 'refused'{more}) "
    "AND NOT EXISTS (SELECT 1 FROM attempts a "
    "WHERE a.delivery_id = OLD.id AND a.settled_at IS NULL) "
    f"AND NOT (NEW.state = 'queued' AND {SEND_AGAIN}))"
)
# Nothing is said to have come back without a mail that says so.
UNFOUNDED = (
    "NEW.state = 'bounced' AND OLD.state <> 'bounced' AND (OLD.state NOT IN "
    "('accepted', 'uncertain') OR NEW.first_copy OR NOT EXISTS (SELECT 1 FROM bounces b "
    "WHERE b.delivery_id = NEW.id AND b.hardness = 'hard' AND b.sure))"
)
PARTED = (
    "NOT EXISTS (SELECT 1 FROM bounce_mails m JOIN deliveries d ON d.office_id = m.office_id "
    "WHERE m.id = NEW.mail_id AND d.id = NEW.delivery_id AND NOT m.forged)"
)


def upgrade() -> None:
    _mails()
    _bounces()
    guards.allow("deliveries", "settled")
    guards.allow("deliveries", "given_up")
    tables.set_choices("deliveries", "state", BEFORE, AFTER)
    guards.refuse("deliveries", "UPDATE", "settled", SETTLED_OR_BACK)
    guards.refuse("deliveries", "UPDATE", "given_up", GIVEN_UP.format(more=", 'bounced'"))
    guards.refuse("deliveries", "UPDATE", "unfounded", UNFOUNDED)
    for table, keys in ((MAILS, ("id",)), (BOUNCES, ("mail_id", "delivery_id"))):
        guards.keep(table)
        guards.never_replaced(table, keys)
    guards.refuse(BOUNCES, "INSERT", "parted", PARTED)


def downgrade() -> None:
    guards.allow(BOUNCES, "parted")
    for table in (BOUNCES, MAILS):
        guards.allow(table, "replaced")
        guards.release(table)
    for name in ("unfounded", "given_up", "settled"):
        guards.allow("deliveries", name)
    op.execute("UPDATE deliveries SET state = 'accepted' WHERE state = 'bounced'")
    tables.set_choices("deliveries", "state", AFTER, BEFORE)
    guards.refuse("deliveries", "UPDATE", "settled", SETTLED)
    guards.refuse("deliveries", "UPDATE", "given_up", GIVEN_UP.format(more=""))
    op.drop_table(BOUNCES)
    op.drop_table(MAILS)


def _choice(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _mails() -> None:
    op.create_table(
        MAILS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("match", sa.String(32), nullable=False),
        sa.Column("forged", sa.Boolean(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_bounce_mails_office_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce_mails")),
        sa.UniqueConstraint("digest", name=op.f("uq_bounce_mails_digest")),
        sa.UniqueConstraint("office_id", "id", name=op.f("uq_bounce_mails_office_id_id")),
        _choice(MAILS, "source", SOURCES),
        _choice(MAILS, "kind", KINDS),
        _choice(MAILS, "match", MATCHES),
    )


def _bounces() -> None:
    op.create_table(
        BOUNCES,
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("hardness", sa.String(32), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["bounce_mails.id"], name=op.f("fk_bounces_mail_id")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_bounces_delivery_id")
        ),
        sa.PrimaryKeyConstraint("mail_id", "delivery_id", name=op.f("pk_bounces")),
        _choice(BOUNCES, "hardness", CLASSES),
    )
    op.create_index("ix_bounces_delivery", BOUNCES, ["delivery_id"])
