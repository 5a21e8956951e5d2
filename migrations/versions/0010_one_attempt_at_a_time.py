"""One attempt at a time; and the words of relays and people go with the rest when it is erased.

Revision ID: 0010
"""

from migrations import guards

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# An attempt that may have arrived is followed by another only where a person asked for it.
BESIDE_ANOTHER = (
    "EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_id = NEW.delivery_id "
    "AND (a.settled_at IS NULL OR a.outcome IN ('accepted', 'uncertain')) "
    "AND NOT EXISTS (SELECT 1 FROM decisions s WHERE s.delivery_id = a.delivery_id "
    "AND s.attempt = a.number AND s.verdict = 'send_again'))"
)
MAIL_ERASED = (
    "EXISTS (SELECT 1 FROM erasures e JOIN deliveries d ON d.snapshot_id = e.snapshot_id "
    "WHERE d.id = OLD.delivery_id)"
)


def differs(*names: str) -> str:
    """Whether any of these columns changes."""
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names)


KEPT = f"{differs('id', 'delivery_id', 'number', 'handed_over_at', 'digest')} "
HEAD = f"OR ({differs('head')} AND NOT (length(NEW.head) = 0 AND {MAIL_ERASED}))"
REWRITTEN_BEFORE = (
    f"{KEPT}OR (OLD.settled_at IS NOT NULL "
    f"AND ({differs('settled_at', 'outcome', 'reply_code', 'reply_text')})) {HEAD}"
)
# Relays quote addresses in their replies.
REWRITTEN = (
    f"{KEPT}OR (OLD.settled_at IS NOT NULL AND ({differs('settled_at', 'outcome', 'reply_code')} "
    f"OR ({differs('reply_text')} AND NOT (NEW.reply_text = '' AND {MAIL_ERASED})))) {HEAD}"
)
DECIDED_AGAIN = (
    f"{differs('delivery_id', 'attempt', 'verdict', 'staff_id', 'at')} "
    f"OR ({differs('note')} AND NOT (NEW.note = '' AND {MAIL_ERASED}))"
)


def upgrade() -> None:
    guards.refuse("attempts", "INSERT", "beside_another", BESIDE_ANOTHER)
    guards.allow("attempts", "rewritten")
    guards.refuse("attempts", "UPDATE", "rewritten", REWRITTEN)
    guards.allow("decisions", "update")
    guards.refuse("decisions", "UPDATE", "update", DECIDED_AGAIN)


def downgrade() -> None:
    guards.allow("decisions", "update")
    guards.refuse("decisions", "UPDATE", "update")
    guards.allow("attempts", "rewritten")
    guards.refuse("attempts", "UPDATE", "rewritten", REWRITTEN_BEFORE)
    guards.allow("attempts", "beside_another")
