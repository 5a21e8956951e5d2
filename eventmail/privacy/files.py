"""The bytes of files: blanked when no event that still has its data refers to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.erased import EventErasure
from eventmail.events.models import Blob, MaterialScan, MaterialVersion
from eventmail.mailings.models import SnapshotMaterial
from eventmail.roster.models import RosterImport

HOLDERS = (RosterImport, MaterialVersion, SnapshotMaterial)


def erase(writing: Callable[[], AbstractContextManager[Session]], event_id: int) -> None:
    """Blank the event's files, one in a transaction."""
    with writing() as session:
        office_id = session.get_one(EventErasure, event_id).office_id
        digests = _of_event(session, event_id)
    for sha256 in sorted(digests):
        with writing() as session:
            if not _is_used(session, office_id, sha256):
                blank(session, office_id, sha256)


def blank(session: Session, office_id: int, sha256: str) -> None:
    """A file's bytes and what its scan told; its digest stays."""
    for table, values in ((Blob, {"content": b""}), (MaterialScan, {"told": {}, "scanner": 0})):
        owned = sa.and_(table.office_id == office_id, table.sha256 == sha256)
        session.execute(
            sa.update(table)
            .where(owned)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _of_event(session: Session, event_id: int) -> set[str]:
    return {
        sha256
        for holder in HOLDERS
        for sha256 in session.scalars(sa.select(holder.sha256).where(holder.event_id == event_id))
    }


def _is_used(session: Session, office_id: int, sha256: str) -> bool:
    gone = sa.select(EventErasure.event_id)
    return any(
        session.scalar(
            sa.select(holder.sha256)
            .where(holder.office_id == office_id, holder.sha256 == sha256)
            .where(holder.event_id.not_in(gone))
            .limit(1)
        )
        is not None
        for holder in HOLDERS
    )
