"""What is known of the backups: the one place where their keeper is asked.

Nothing is known where nobody keeps any by us; then there is neither a figure nor an alert.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from eventmail.config import Settings


@dataclass(frozen=True, slots=True)
class Backup:
    """The last good backup, and whether one failed since."""

    good_at: datetime | None
    failed_since: bool


Look = Callable[[Settings], Backup | None]


def nothing_known(_settings: Settings) -> Backup | None:
    """Where no backups are kept by this service."""
    return None


look: Look = nothing_known
