"""PostgreSQL's unique keys alone hold what is written by the thousand.

It has no INSERT OR REPLACE, against which :func:`guards.never_replaced` stands: what an INSERT
does there to a row that it finds is an UPDATE, with all the guards of one. Those guards look for
each key before each row; planned while a table is empty, and the plan kept, they read all
recipients of a mailing for each of its recipients.
"""

from alembic import op

from migrations import guards

revision = "0040"
down_revision = "0039"

BY_THE_THOUSAND = {
    "snapshot_recipients": (
        ("snapshot_id", "contact_id"),
        ("snapshot_id", "position"),
        ("snapshot_id", "address_key"),
    ),
    "deliveries": (("id",), ("snapshot_id", "contact_id"), ("token",)),
    "attempts": (("id",), ("delivery_id", "number")),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in BY_THE_THOUSAND:
            guards.allow(table, "replaced")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, keys in BY_THE_THOUSAND.items():
            guards.never_replaced(table, *keys)
