"""After an erasure: the database's own leftovers.

SQLite leaves what was deleted in free pages and in its write-ahead log; VACUUM writes the file
anew without them. PostgreSQL's autovacuum does the same in its time (docs/security.md).
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditEntry
from eventmail.audit.service import record
from eventmail.database import Database
from eventmail.outbox.models import Dispatch

log = logging.getLogger(__name__)

DONE = "storage.scrubbed"
ERASED = ("event.erased", "person.erased", "snapshot.erased", "incident.erased")


def scrub(database: Database) -> bool:
    """Write SQLite's file anew if something was erased since, and nothing is being sent."""
    if not database.is_sqlite:
        return False
    with database.reading() as session:
        if not _is_due(session) or _sends(session):
            return False
    try:
        with database.engine.connect() as connection:
            # Outside a transaction: the engine has begun one by itself.
            for each in ("COMMIT", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.exec_driver_sql(each)
            connection.exec_driver_sql("BEGIN")
    except DatabaseError:
        log.exception("the database's file has to be written anew another night")
        return False
    with database.writing() as session:
        record(session, DONE, "installation:0")
    return True


def _is_due(session: Session) -> bool:
    def last(*actions: str) -> int:
        query = sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.action.in_(actions))
        return session.scalar(query) or 0

    return last(*ERASED) > last(DONE)


def _sends(session: Session) -> bool:
    query = sa.select(Dispatch.snapshot_id).where(Dispatch.finished_at.is_(None)).limit(1)
    return session.scalar(query) is not None
