"""A database that was restored or moved sends nothing until a person has unlocked it."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0033"
down_revision = "0032"

LOCKS = "sending_locks"
# A lock is lifted once, with a reason, and stays as it was written otherwise.
REWRITTEN = (
    "OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL OR NEW.lifted_reason = '' "
    "OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.since <> OLD.since "
    "OR NEW.origin <> OLD.origin"
)
# Beside the query and the worker: no mail is handed over while a lock holds.
LOCKED = "EXISTS (SELECT 1 FROM sending_locks l WHERE l.lifted_at IS NULL)"


def upgrade() -> None:
    op.create_table(
        LOCKS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.String(200), nullable=False),
        sa.CheckConstraint("kind IN ('restored', 'moved')", name=op.f("ck_sending_locks_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_locks")),
    )
    guards.refuse(LOCKS, "UPDATE", "rewritten", REWRITTEN)
    guards.never_deleted(LOCKS)
    guards.never_replaced(LOCKS, ("id",))
    guards.refuse("attempts", "INSERT", "locked", LOCKED)


def downgrade() -> None:
    guards.allow("attempts", "locked")
    guards.allow(LOCKS, "replaced")
    guards.may_be_deleted(LOCKS)
    guards.allow(LOCKS, "rewritten")
    op.drop_table(LOCKS)
