"""What becomes of the old queue when a person says that a copy may send."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.keeping import bags
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Dispatch
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import SendingLock


@dataclass(frozen=True, slots=True)
class Unlocked:
    """How many sendings wait for a person of their office now, and how many of the service's own
    mails were dropped. ``is_behind``: where the rows came from, more may have happened since.
    """

    paused: int = 0
    dropped: int = 0
    is_behind: bool = False


def unlock(session: Session, reason: str, here: str, *, nothing_sent_since: bool) -> Unlocked:
    """Let the installation send again.

    Mails that waited when the backup was made may have left since: nobody can tell from the rows.
    So every sending that is not over is paused, and a person of its office looks and lets it go
    on, unless the administrator says that nothing was sent since. After a move to this database
    (``here``) that is known: the other one was locked first.
    """
    held = sendlock.unlock(session, reason)
    if nothing_sent_since or all(_moved_here(each, here) for each in held):
        return Unlocked()
    return Unlocked(_pause_all(session, reason), bags.drop(session), is_behind=True)


def _moved_here(lock: SendingLock, here: str) -> bool:
    return lock.is_moved and lock.origin == here[: sendlock.LONGEST]


def _pause_all(session: Session, reason: str) -> int:
    """Also what a person had paused: he may have let it go on since, where it came from."""
    query = (
        sa.select(Dispatch, Snapshot.mailing_id)
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .where(Dispatch.finished_at.is_(None), Dispatch.cancelled_at.is_(None))
        .order_by(Dispatch.snapshot_id)
        .with_for_update(of=Dispatch)
    )
    found = session.execute(query).all()
    for dispatch, mailing_id in found:
        dispatch.paused_at, dispatch.paused_by = clock.now(), None  # the page says why
        subject = f"mailing:{mailing_id}"
        why = reason.strip()[: sendlock.LONGEST]
        record(session, "dispatch.paused", subject, office_id=dispatch.office_id, reason=why)
    return len(found)
