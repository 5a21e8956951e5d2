"""Addresses and domains that an office lets its letters name."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ONE_VALUE = (
    "value LIKE '%_._%' AND value NOT LIKE '% %' AND value NOT LIKE '%,%' "
    "AND value NOT LIKE '%@%@%'"
)


def upgrade() -> None:
    op.create_table(
        "office_allowed_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(254), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(ONE_VALUE, name=op.f("ck_office_allowed_addresses_value")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_office_allowed_addresses_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff.id"], name=op.f("fk_office_allowed_addresses_added_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_allowed_addresses")),
        sa.UniqueConstraint(
            "office_id", "value", name=op.f("uq_office_allowed_addresses_office_id_value")
        ),
    )


def downgrade() -> None:
    op.drop_table("office_allowed_addresses")
