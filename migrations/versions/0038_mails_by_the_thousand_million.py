"""Numbers of deliveries and attempts have 64 bits, and guards are planned once.

32 bits last 214 days at ten million mails a day. SQLite's integers have 64 bits anyway.
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import plan_each, plan_once

revision = "0038"
down_revision = "0037"

NUMBERS = {
    "deliveries": ("id",),
    "attempts": ("id", "delivery_id"),
    "decisions": ("delivery_id",),
    "bounces": ("delivery_id",),
}


def upgrade() -> None:
    _count_in("bigint", sa.BigInteger())
    plan_once()


def downgrade() -> None:
    plan_each()
    _count_in("integer", sa.Integer())


def _count_in(name: str, kind: sa.types.TypeEngine[int]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in NUMBERS.items():
        for column in columns:
            op.alter_column(table, column, type_=kind)
        if "id" in columns:
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS {name}")
