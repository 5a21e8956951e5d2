"""A database that is away: told of in one line when it goes, and in one when it is back.

Whoever asks it meanwhile fails as well, again and again, and no trace of calls says more than the
driver's own words. Only that counts as away: whatever else goes wrong is told of with its trace.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

STILL = 600.0  # seconds until an outage that goes on is told of again
# Of PostgreSQL: no answer at all, a broken connection, a server that comes or goes.
NO_ANSWER = ("08", "57P")
# Of SQLite: a file that cannot be opened, read or written just now, or is another's for too long.
NO_FILE = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")


def is_away(error: BaseException | None) -> bool:
    """Whether it only says that the database could not be asked."""
    error = _of_driver(error)
    if isinstance(error, _no_answer()):
        return error.sqlstate is None or error.sqlstate.startswith(NO_ANSWER)
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorname", "").startswith(NO_FILE)
    return False


def words(error: BaseException | None) -> str:
    """What the driver says, in one line."""
    return " ".join(str(_of_driver(error)).split())


def is_news(record: logging.LogRecord) -> bool:
    """As a filter of a log: whether a record tells more than that the database is away."""
    return not (isinstance(record.exc_info, tuple) and is_away(record.exc_info[1]))


def _no_answer() -> type[psycopg.OperationalError]:
    """Looked for when something has failed: a command that needs no database loads no driver."""
    import psycopg

    return psycopg.OperationalError


def _of_driver(error: BaseException | None) -> BaseException | None:
    """SQLAlchemy sets its own around it, with the statement."""
    return getattr(error, "orig", None) or error


class Outage:
    """What one process knows of whether its database answers."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._guard = threading.Lock()
        self._since: float | None = None
        self._told = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note how one question to the database ends. Its error goes on to whoever asked."""
        asked = time.monotonic()
        try:
            yield
        except Exception as error:
            if is_away(error):
                self._is_away(words(error))
            raise
        if self._since is not None:
            self._answered(asked)

    def _is_away(self, why: str) -> None:
        now = time.monotonic()
        with self._guard:
            if self._since is None:
                self._since = self._told = now
                log.error("%s is away: %s", self._name, why)
            elif now - self._told >= STILL:
                self._told = now
                log.error("%s is away for %d seconds: %s", self._name, now - self._since, why)

    def _answered(self, asked: float) -> None:
        """What was asked before it went proves nothing."""
        with self._guard:
            if self._since is not None and asked > self._since:
                away = time.monotonic() - self._since
                self._since = None
                log.warning("%s is back after %d seconds", self._name, away)
