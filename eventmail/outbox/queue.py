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
from eventmail.config import Settings

log = logging.getLogger(__name__)
NAME = "eventmail"
BEAT = "worker.beat"  # under this key the queue keeps when a worker last made its round
TABLES = 0x68756579  # any number that nobody else locks: "huey"


def make_huey(settings: Settings) -> Any:
    """The queue beside the database in use: a file of its own with SQLite, else PostgreSQL.

    Tasks are pickled, so they carry a signature: whoever can write the queue's tables, but does
    not know the secret, cannot make a worker run anything.
    """
    serializer = SignedSerializer(secret=_secret(settings))
    file = queue_file(settings)
    if file is not None:
        return SqliteHuey(
            NAME, filename=str(file), serializer=serializer, results=False, timeout=30
        )
    dsn = _plain(settings.database)
    # Huey makes its tables when it is made; two that do so at once would break one of them.
    with psycopg.connect(dsn, autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(%s)", [TABLES])
        return PostgresHuey(NAME, dsn=dsn, serializer=serializer, results=False)


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
