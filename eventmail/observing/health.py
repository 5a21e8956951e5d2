"""Whether this process answers, and whether it can do its work: for a proxy and for watchers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from threading import Lock

from eventmail.database import Database

log = logging.getLogger(__name__)

SECONDS, KEEPS = 1.0, 2.0
READY, DATABASE, MIGRATION = "", "database", "migration"


class Readiness:
    """Asks the database, and waits no longer than a second.

    A database that hangs keeps one thread, however often somebody asks meanwhile, and an answer
    counts for two seconds: nobody loads the service by asking. ``is_current``: whether the database
    has the form that this version needs.
    """

    def __init__(
        self, is_current: Callable[[Database], bool], seconds: float = SECONDS, keeps: float = KEEPS
    ) -> None:
        self._is_current, self._seconds, self._keeps = is_current, seconds, keeps
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._lock = Lock()
        self._asked: Future[bool] | None = None
        self._asked_at = 0.0

    def missing(self, database: Database) -> str:
        """What is missing, in a word; empty if all is there."""
        try:
            current = self._ask(database).result(self._seconds)
        except TooLate:
            return DATABASE
        except Exception as error:  # noqa: BLE001 - whatever a dead database raises
            log.warning("the database does not answer: %s", type(error).__name__)
            return DATABASE
        return READY if current else MIGRATION

    def _ask(self, database: Database) -> Future[bool]:
        with self._lock:
            now = time.monotonic()
            is_old = now - self._asked_at >= self._keeps
            if self._asked is None or (is_old and self._asked.done()):
                self._asked = self._pool.submit(self._is_current, database)
                self._asked_at = now
            return self._asked
