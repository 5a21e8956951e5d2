"""Staff's own addresses, and the notices that tell them what waits for them."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0008"
down_revision = "0007"

SEPARATORS = (",", ";", " ", "\t", "\r", "\n", "<", ">", '"', "、", "，", "；", "　", "＠", "﹫")
STATES = ("queued", "claimed", "accepted", "refused", "uncertain", "dropped")
NOT_ONE_ADDRESS = "NEW.address IS NOT NULL AND ({})".format(
    " OR ".join(
        [
            "length(NEW.address) - length(replace(NEW.address, '@', '')) <> 1",
            "NEW.address <> lower(NEW.address)",
            *(f"replace(NEW.address, '{each}', '') <> NEW.address" for each in SEPARATORS),
        ]
    )
)
# A notice is to one person, about one occasion, for good; what may have come is never sent again.
READDRESSED = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in ("staff_id", "office_id", "mailing_id", "occasion", "kind", "token", "made_at")
)
SETTLED = "OLD.state IN ('accepted', 'refused', 'uncertain', 'dropped') AND NEW.state <> OLD.state"
STRANGER = (
    "NOT EXISTS (SELECT 1 FROM memberships m "
    "WHERE m.staff_id = NEW.staff_id AND m.office_id = NEW.office_id)"
)


def upgrade() -> None:
    op.execute("ALTER TABLE staff ADD COLUMN address VARCHAR(254)")
    true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    op.execute(f"ALTER TABLE staff ADD COLUMN notices BOOLEAN DEFAULT {true} NOT NULL")
    op.create_index("uq_staff_address", "staff", ["address"], unique=True)
    for verb, name in (("INSERT", "address"), ("UPDATE", "address_changed")):
        guards.refuse("staff", verb, name, NOT_ONE_ADDRESS)
    op.create_table(
        "staff_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("reply", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "state IN ({})".format(", ".join(f"'{each}'" for each in STATES)),
            name=op.f("ck_staff_notices_state"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_staff_notices_office_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_notices_staff_id")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_staff_notices_mailing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notices")),
        sa.UniqueConstraint(
            "staff_id",
            "mailing_id",
            "occasion",
            name=op.f("uq_staff_notices_staff_id_mailing_id_occasion"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_staff_notices_token")),
    )
    op.create_index("ix_staff_notices_state_due_at", "staff_notices", ["state", "due_at"])
    guards.refuse("staff_notices", "INSERT", "stranger", STRANGER)
    guards.refuse("staff_notices", "UPDATE", "readdressed", READDRESSED)
    guards.refuse("staff_notices", "UPDATE", "settled", SETTLED)
    guards.never_deleted("staff_notices")
    guards.never_replaced(
        "staff_notices", ("id",), ("staff_id", "mailing_id", "occasion"), ("token",)
    )


def downgrade() -> None:
    for name in ("replaced", "settled", "readdressed", "stranger"):
        guards.allow("staff_notices", name)
    guards.may_be_deleted("staff_notices")
    op.drop_table("staff_notices")
    for name in ("address_changed", "address"):
        guards.allow("staff", name)
    op.drop_index("uq_staff_address", "staff")
    for column in ("notices", "address"):
        op.execute(f"ALTER TABLE staff DROP COLUMN {column}")
