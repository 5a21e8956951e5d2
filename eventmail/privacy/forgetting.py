"""What a machine remembers of files goes with the files, whichever machine's worker erased them.

What was found in files lies in a folder of each machine, the files in the one database. So every
process looks through its own machine's folder when it starts, and once an hour.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Blob

log = logging.getLogger(__name__)

SECONDS = 3600.0
PORTION = 500


def forget_gone(database: Database, folder: Path) -> int:
    """Delete what is remembered of files that no office has any more; returns how much that was.

    What is being written just now, or of a file that is not stored yet, may go as well: then the
    file is looked through once more.
    """
    kept = [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
    gone = 0
    for at in range(0, len(kept), PORTION):
        portion = kept[at : at + PORTION]
        there = _of_those(database, [each.name for each in portion])
        for each in portion:
            if each.name not in there:
                each.unlink(missing_ok=True)
                gone += 1
    return gone


def keep_forgetting(database: Database, folder: Path, ending: threading.Event) -> threading.Thread:
    """Do so in the background, now and every hour, until the process ends."""

    def go_on() -> None:
        while True:
            try:
                forget_gone(database, folder)
            except Exception:
                log.exception("what is remembered of erased files has to wait for the next hour")
            if ending.wait(SECONDS):
                return

    thread = threading.Thread(target=go_on, name="forgetting", daemon=True)
    thread.start()
    return thread


def _of_those(database: Database, digests: list[str]) -> set[str]:
    """Which of these files there are; of one that was erased the row stays, without a byte."""
    query = sa.select(Blob.sha256).where(Blob.sha256.in_(digests), sa.func.length(Blob.content) > 0)
    with database.reading() as session:
        return set(session.scalars(query))
