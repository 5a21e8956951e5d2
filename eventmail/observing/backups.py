"""What is known of the backups, for figures and alerts.

Nothing where none was ever made on this machine; then there is neither a figure nor an alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventmail.config import Settings
from eventmail.last_backup import last_backup, last_good_backup


@dataclass(frozen=True, slots=True)
class Backup:
    """The last good backup, and whether one failed since."""

    good_at: datetime | None
    failed_since: bool


def look(settings: Settings) -> Backup | None:
    """What the last backups came to."""
    last, good = last_backup(settings), last_good_backup(settings)
    if last is None:
        return None
    return Backup(good.at if good else None, not last.is_good)
