"""Sessions that can be ended, the history of signing in, growing waits, and invitations."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0014"
down_revision = "0013"

STAGES = ("pending", "full")
ENDINGS = (
    "signed_out",
    "idle",
    "too_old",
    "by_person",
    "password",
    "deactivated",
    "passed_on",
)
OUTCOMES = ("signed_in", "password_only", "refused", "second_refused")
TABLES = ("invitations", "throttles", "sign_ins", "staff_sessions")
# What has ended stays ended, and a session stays its person's.
REVIVED = (
    "OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL OR NEW.staff_id <> OLD.staff_id "
    "OR NEW.token_digest <> OLD.token_digest OR NEW.created_at <> OLD.created_at "
    "OR NEW.stage <> OLD.stage"
)
# An invitation is taken up once, and says for good whom it was for.
TAKEN_AGAIN = "OLD.taken_at IS NOT NULL OR OLD.revoked_at IS NOT NULL OR " + " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in ("office_id", "staff_id", "token_digest", "is_reset", "expires_at")
)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.drop_index("ix_sign_in_failures_login", table_name="sign_in_failures")
    op.drop_table("sign_in_failures")
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("password_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_how", sa.String(32), nullable=True),
        _one_of("staff_sessions", "stage", STAGES),
        _one_of("staff_sessions", "ended_how", ENDINGS),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_staff_sessions_ended")
        ),
        _staff("staff_sessions", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_staff_sessions_token_digest")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        _one_of("sign_ins", "outcome", OUTCOMES),
        _staff("sign_ins", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_staff_id_at", "sign_ins", ["staff_id", "at"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_index(op.f("ix_throttles_at"), "throttles", ["at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("is_reset", sa.Boolean(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("taken_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.CheckConstraint(
            "taken_at IS NULL OR revoked_at IS NULL", name=op.f("ck_invitations_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_invitations_office_id")
        ),
        _staff("invitations", "staff_id"),
        _staff("invitations", "made_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    op.create_index(op.f("ix_invitations_office_id"), "invitations", ["office_id"])
    op.create_index(op.f("ix_invitations_staff_id"), "invitations", ["staff_id"])
    guards.refuse("staff_sessions", "UPDATE", "revived", REVIVED)
    guards.refuse("invitations", "UPDATE", "taken_again", TAKEN_AGAIN)
    guards.never_deleted("invitations")


def downgrade() -> None:
    guards.may_be_deleted("invitations")
    guards.allow("invitations", "taken_again")
    guards.allow("staff_sessions", "revived")
    for table in TABLES:
        op.drop_table(table)
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_login"), "sign_in_failures", ["login"])


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}"))
