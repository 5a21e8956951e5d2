"""Tokens with which a program asks the API, and what each has asked for under a key of its own."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0036"
down_revision = "0035"

WRITTEN = (
    *("id", "office_id", "staff_id", "name", "digest", "hint"),
    *("reads", "contacts", "imports", "drafts", "created_at", "expires_at"),
)
# What a token may do is said once; of the rest only its use is noted, and its end, for good.
CHANGED = (
    " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)
    + " OR (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at"
    + " OR NEW.used_at IS DISTINCT FROM OLD.used_at))"
)


def upgrade() -> None:
    _tokens()
    _requests()
    guards.refuse("api_tokens", "UPDATE", "changed", CHANGED)
    guards.never_deleted("api_tokens")
    guards.never_replaced("api_tokens", ("id",), ("digest",))


def downgrade() -> None:
    guards.allow("api_tokens", "replaced")
    guards.may_be_deleted("api_tokens")
    guards.allow("api_tokens", "changed")
    op.drop_table("api_requests")
    op.drop_table("api_tokens")


def _served(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _tokens() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("offices.id"), nullable=False),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        *(
            sa.Column(name, sa.Boolean, nullable=False)
            for name in ("reads", "contacts", "imports", "drafts")
        ),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment),
        sa.Column("revoked_at", moment),
        sa.Column("revoked_by", sa.Integer, sa.ForeignKey("staff.id")),
        _served("staff_id"),
        _served("revoked_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("digest"),
        sa.CheckConstraint("reads OR imports OR drafts", "scopes"),
        sa.CheckConstraint("reads OR NOT contacts", "contacts"),
        sa.CheckConstraint("expires_at > created_at", "expiry"),
    )


def _requests() -> None:
    op.create_table(
        "api_requests",
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("token_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_id", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "token_id"],
            ["api_tokens.office_id", "api_tokens.id"],
            name="fk_api_requests_token",
        ),
        sa.Index("ix_api_requests_at", "at"),
    )
