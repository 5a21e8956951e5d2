"""Second factors: an app's codes, passkeys and recovery codes."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0016"
down_revision = "0015"

PURPOSES = ("register", "sign_in", "step")
TABLES = (
    "recovery_codes",
    "passkey_challenges",
    "passkeys",
    "totp_offers",
    "totp_secrets",
    "factor_holders",
)
# A code's time step is accepted once: whatever is written, the number grows.
REPLAYED = "NEW.last_step <= OLD.last_step"
MOVED = "NEW.staff_id <> OLD.staff_id"
# A passkey stays the key it was, its counter never goes back, and a blocked one stays blocked.
FORGED = " OR ".join(
    (
        MOVED,
        "NEW.credential_id <> OLD.credential_id",
        "NEW.public_key <> OLD.public_key",
        "NEW.sign_count < OLD.sign_count",
        "(OLD.blocked_at IS NOT NULL AND NEW.blocked_at IS NULL)",
    )
)
UNUSED_AGAIN = "OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.digest <> OLD.digest"
GUARDS = (
    ("totp_secrets", "replayed", REPLAYED),
    ("totp_secrets", "moved", MOVED),
    ("passkeys", "forged", FORGED),
    ("recovery_codes", "used_again", f"{UNUSED_AGAIN} OR {MOVED}"),
)


def upgrade() -> None:
    op.create_table(
        "factor_holders",
        _person(),
        sa.Column("handle", sa.String(43), nullable=False),
        sa.Column("must_enrol", sa.Boolean(), server_default=sa.false(), nullable=False),
        _staff("factor_holders"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_factor_holders")),
        sa.UniqueConstraint("handle", name=op.f("uq_factor_holders_handle")),
    )
    op.create_table(
        "totp_secrets",
        _person(),
        sa.Column("sealed", sa.String(400), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _moment("since"),
        _staff("totp_secrets"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_totp_secrets")),
    )
    op.create_table(
        "totp_offers",
        _person(),
        sa.Column("sealed", sa.String(400), nullable=False),
        _moment("made_at"),
        _staff("totp_offers"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_totp_offers")),
    )
    _passkeys()
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        _person(),
        sa.Column("digest", sa.String(64), nullable=False),
        _moment("made_at"),
        _moment("used_at", nullable=True),
        _staff("recovery_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("staff_id", "digest", name=op.f("uq_recovery_codes_staff_id_digest")),
    )
    for table, name, condition in GUARDS:
        guards.refuse(table, "UPDATE", name, condition)


def downgrade() -> None:
    for table, name, _ in GUARDS:
        guards.allow(table, name)
    for table in TABLES:
        op.drop_table(table)


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        _person(),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.String(2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        _moment("since"),
        _moment("used_at", nullable=True),
        _moment("blocked_at", nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_passkeys_name")),
        _staff("passkeys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_staff_id"), "passkeys", ["staff_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        _moment("until"),
        sa.CheckConstraint(
            _one_of("purpose", PURPOSES), name=op.f("ck_passkey_challenges_purpose")
        ),
        _staff("passkey_challenges"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_passkey_challenges")),
    )
    op.create_index(op.f("ix_passkey_challenges_until"), "passkey_challenges", ["until"])


def _person() -> sa.Column[int]:
    # A key that is also a foreign key takes no number of its own.
    return sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id"))


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{each}'" for each in values))
