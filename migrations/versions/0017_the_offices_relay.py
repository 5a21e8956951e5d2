"""An office's own relay: written once, the newest row holds."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0017"
down_revision = "0011"

TABLE = "office_relays"
SECURITY = ("none", "starttls", "tls")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column(
            "security",
            sa.Enum(
                *SECURITY, name="security", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("sealed_password", sa.String(length=1000), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("most_recipients", sa.Integer(), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("port BETWEEN 1 AND 65535", name=op.f("ck_office_relays_port")),
        sa.CheckConstraint(
            "connections BETWEEN 1 AND 64", name=op.f("ck_office_relays_connections")
        ),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_office_relays_per_minute")),
        sa.CheckConstraint(
            "most_recipients BETWEEN 1 AND 100", name=op.f("ck_office_relays_most_recipients")
        ),
        sa.CheckConstraint(
            "username = '' OR security <> 'none'", name=op.f("ck_office_relays_credentials")
        ),
        sa.CheckConstraint(
            "(username = '') = (sealed_password = '')", name=op.f("ck_office_relays_password")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_office_relays_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["staff.id"], name=op.f("fk_office_relays_chosen_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_relays")),
        sa.UniqueConstraint("office_id", "id", name=op.f("uq_office_relays_office_id_id")),
    )
    guards.keep(TABLE)
    guards.never_replaced(TABLE, ("id",))


def downgrade() -> None:
    guards.allow(TABLE, "replaced")
    guards.release(TABLE)
    op.drop_table(TABLE)
