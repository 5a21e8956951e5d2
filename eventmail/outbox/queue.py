"""Huey, which only wakes the workers. The rows and their leases are the truth."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from huey import PostgresHuey, SqliteHuey
from huey.serializer import SignedSerializer

from eventmail import clock, silence
from eventmail.away import Outage
from eventmail.config import Settings

log = logging.getLogger(__name__)
NAME = "eventmail"
BEAT = "worker.beat"  # under this key the queue keeps when a worker last made its round
TABLES = 0x68756579  # any number that nobody else locks: "huey"


class _Watched:
    """A queue that tells when its database goes away and when it is back: Huey's own record of
    each reading would be thousands (:mod:`eventmail.outbox.waking`).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._outage = Outage("the queue's database")

    def dequeue(self) -> Any:
        """As Huey does."""
        with self._outage.watched():
            return super().dequeue()  # type: ignore[misc]

    def enqueue(self, task: Any) -> Any:
        """As Huey does."""
        with self._outage.watched():
            return super().enqueue(task)  # type: ignore[misc]

    def read_schedule(self, timestamp: datetime | None = None) -> Any:
        """As Huey does."""
        with self._outage.watched():
            return super().read_schedule(timestamp)  # type: ignore[misc]


class _InFile(_Watched, SqliteHuey):  # type: ignore[misc]
    """The queue in a file of its own."""


class _OnServer(_Watched, PostgresHuey):  # type: ignore[misc]
    """The queue in the database's server."""


def make_huey(settings: Settings) -> Any:
    """The queue beside the database in use: a file of its own with SQLite, else PostgreSQL.

    Tasks are pickled, so they carry a signature: whoever can write the queue's tables, but does
    not know the secret, cannot make a worker run anything.
    """
    serializer = SignedSerializer(secret=_secret(settings))
    file = queue_file(settings)
    if file is not None:
        return _InFile(NAME, filename=str(file), serializer=serializer, results=False, timeout=30)
    dsn = _plain(settings.database)
    # Huey makes its tables when it is made; two that do so at once would break one of them.
    with psycopg.connect(dsn, autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(%s)", [TABLES])
        return _OnServer(NAME, dsn=dsn, serializer=serializer, results=False)


def queue_file(settings: Settings) -> Path | None:
    """The queue's own file; None where it is in the database's server."""
    return settings.data_dir / "queue.sqlite3" if settings.database.startswith("sqlite:") else None


def _plain(url: str) -> str:
    """The address as the driver itself takes it."""
    found = silence.noticed(sa.make_url(url)).set(drivername="postgresql")
    return found.render_as_string(hide_password=False)


def _secret(settings: Settings) -> str:
    return hashlib.sha256(b"queue:" + settings.secret_key.encode()).hexdigest()


def beat(huey: Any) -> None:
    """Leave word that a worker lives. A queue that cannot take it holds up no sweep."""
    try:
        huey.put(BEAT, clock.now().isoformat())
    except Exception:
        log.exception("the queue did not take word that this worker lives")


def last_beat(huey: Any) -> datetime | None:
    """When a worker last made its round."""
    told = huey.get(BEAT, peek=True)
    return datetime.fromisoformat(told) if told else None
