"""A lost head of the audit's chain comes back, and addresses are looked up by an index.

Besides, sessions may say that they ended because the second factors were taken away.
"""

from alembic import op

from migrations import guards
from migrations.tables import set_choices

revision = "0019"
down_revision = "0018"

HEADS = "audit_heads"
BEGUN = "NEW.number <> 0 OR NEW.mac <> '' OR NEW.older <> 0"
# a chain begins empty; a head that was lost comes back at the last link
BEGUN_OR_BACK = (
    "NEW.older <> 0 OR NOT (NEW.number = 0 AND NEW.mac = '') AND NOT "
    "(EXISTS (SELECT 1 FROM audit_links l WHERE l.chain = NEW.chain "
    "AND l.number = NEW.number AND l.mac = NEW.mac) AND NOT EXISTS "
    "(SELECT 1 FROM audit_links l WHERE l.chain = NEW.chain AND l.number > NEW.number))"
)
ENDINGS = ("signed_out", "idle", "too_old", "by_person", "password", "deactivated", "passed_on")
WITH_FACTORS = (*ENDINGS[:5], "factors", *ENDINGS[5:])
LOOKED_UP = "ix_snapshot_recipients_office_address"


def upgrade() -> None:
    guards.allow(HEADS, "begun")
    guards.refuse(HEADS, "INSERT", "begun", BEGUN_OR_BACK)
    set_choices("staff_sessions", "ended_how", ENDINGS, WITH_FACTORS)
    # Every page is asked which of its addresses are participants'.
    op.create_index(LOOKED_UP, "snapshot_recipients", ["office_id", "address_key"])


def downgrade() -> None:
    op.drop_index(LOOKED_UP, "snapshot_recipients")
    op.execute("UPDATE staff_sessions SET ended_how = 'deactivated' WHERE ended_how = 'factors'")
    set_choices("staff_sessions", "ended_how", WITH_FACTORS, ENDINGS)
    guards.allow(HEADS, "begun")
    guards.refuse(HEADS, "INSERT", "begun", BEGUN)
