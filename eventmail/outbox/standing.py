"""Whether a sending may go on now: one look at everything that can say no."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.mailings.models import Mailing, MailingState, SendMode, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import statements
from eventmail.outbox.ledger import OPEN, UNSETTLED
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.sendlock.service import IS_LOCKED


class Hold(enum.StrEnum):
    """What keeps a sending from going on, the strongest first."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    HALTED = "halted"
    LOCKED = "locked"  # a copy of which nobody has said yet that it may send
    STOPPED = "stopped"
    NO_LEAVE = "no_leave"  # a batch where the office allows none any more
    PAUSED = "paused"
    WAITING = "waiting"
    FIRST_COPY = "first_copy"
    NOTHING = "nothing"


GOING = frozenset({Hold.FIRST_COPY, Hold.NOTHING})
LATEST = 1000  # mails: what is under way has left some of them


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sending stands: ``until`` says when a wait is over by itself, if it is."""

    hold: Hold
    until: datetime | None = None

    @property
    def may_send(self) -> bool:
        """Whether anything may leave now: all of it, or the first copy."""
        return self.hold in GOING

    @property
    def first_copy_only(self) -> bool:
        """Whether nothing but the first copy may leave."""
        return self.hold is Hold.FIRST_COPY


def standing(session: Session, snapshot_id: int, *, lock: bool = False) -> Standing:
    """Where the sending of a snapshot stands.

    With ``lock`` nobody stops, pauses or halts it until the end of the transaction: whoever does
    so then knows that no more mails are being handed over when his own transaction is through.
    """
    query = statements.STANDING_LOCKED if lock else statements.STANDING
    session.flush()
    found = session.connection().execute(query, {"snapshot": snapshot_id}).one()
    return judge(found)


def judge(found: Any) -> Standing:
    """What a row with everything that can say no comes to (``statements.STANDING``)."""
    no_leave = found.mode is SendMode.BATCH and not found.batches_allowed
    early = found.starts_at is not None and found.starts_at > clock.now()
    said_no = (
        (found.finished_at, Hold.FINISHED),
        (found.cancelled_at, Hold.CANCELLED),
        (found.state is MailingState.HALTED, Hold.HALTED),
        (found.locked, Hold.LOCKED),
        (found.stopped_at, Hold.STOPPED),
        (no_leave, Hold.NO_LEAVE),
        (found.paused_at, Hold.PAUSED),
        (early, Hold.WAITING),
        (found.released_at is None, Hold.FIRST_COPY),
    )
    hold = next((each for no, each in said_no if no), Hold.NOTHING)
    return Standing(hold, found.starts_at if hold is Hold.WAITING else None)


def due_snapshots(session: Session) -> list[int]:
    """The snapshots that need a worker now.

    Something of them is due and may leave, or nothing is left to do, or the first copy has failed
    when no worker was there to halt the rest: then the office must be told.
    """
    now = clock.now()
    failed = (
        sa.select(Delivery.id)
        .where(
            Delivery.snapshot_id == Dispatch.snapshot_id,
            Delivery.first_copy,
            Delivery.state.in_((DeliveryState.REFUSED, DeliveryState.UNCERTAIN)),
            Dispatch.released_at.is_(None),
        )
        .exists()
    )
    due = (
        sa.select(Delivery.id)
        .where(
            Delivery.snapshot_id == Dispatch.snapshot_id,
            Delivery.state.in_(OPEN),
            Delivery.due_at <= now,
            sa.or_(Delivery.first_copy, Dispatch.released_at.is_not(None)),
        )
        .exists()
    )
    left = (
        sa.select(Delivery.id)
        .where(Delivery.snapshot_id == Dispatch.snapshot_id, Delivery.state.in_(UNSETTLED))
        .exists()
    )
    free = sa.and_(
        ~IS_LOCKED,
        Office.stopped_at.is_(None),
        sa.or_(Snapshot.mode != SendMode.BATCH, Office.batches_allowed),
        Dispatch.paused_at.is_(None),
        sa.or_(Dispatch.starts_at.is_(None), Dispatch.starts_at <= now),
    )
    query = (
        sa.select(Dispatch.snapshot_id)
        .join(Office, Office.id == Dispatch.office_id)
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .where(Dispatch.finished_at.is_(None), sa.or_(sa.and_(free, sa.or_(due, failed)), ~left))
        .order_by(Dispatch.snapshot_id)
    )
    return list(session.scalars(query))


def waiting_since(session: Session) -> datetime | None:
    """Since when nothing has moved in the sending that could go on and has stood longest.

    A sending that waited for its time, for a person or for its turn at the relay has not stood
    still until then. Of most the newest mail is among the last of all; where it is not, only what
    could have stood longer than another is looked through.
    """
    since = _ready_since(session, due_snapshots(session))
    moved = _newest(session, since, latest=True)
    stood = [max(since[each], at) for each, at in moved.items()]
    rest = sorted(since.keys() - moved.keys(), key=lambda each: since[each])
    for some in (rest[:1], rest[1:]):
        worth = [each for each in some if not stood or since[each] < min(stood)]
        older = _newest(session, worth)
        stood += [max(since[each], older.get(each, since[each])) for each in worth]
    return min(stood, default=None)


def _ready_since(session: Session, snapshot_ids: Collection[int]) -> dict[int, datetime]:
    """Of each sending since when it could have gone on, whatever has left since."""
    own = Delivery.snapshot_id == Dispatch.snapshot_id
    first = sa.select(Delivery.due_at).where(own, Delivery.first_copy, Delivery.state.in_(OPEN))
    # Each state by itself: then the first one in the index tells.
    due = [
        sa.select(sa.func.min(Delivery.due_at)).where(own, Delivery.state == each) for each in OPEN
    ]
    query = (
        sa.select(
            *(Dispatch.snapshot_id, Dispatch.starts_at, Dispatch.released_at),
            *(each.correlate(Dispatch).scalar_subquery() for each in (first, *due)),
        )
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .join(Snapshot.mailing)
        .where(
            Dispatch.snapshot_id.in_(snapshot_ids),
            Mailing.state != MailingState.HALTED,  # or cancelled
        )
    )
    now, found = clock.now(), {}
    for snapshot_id, starts_at, released_at, first_due, *all_due in session.execute(query):
        may_leave = all_due if released_at is not None else [first_due]
        at = min((each for each in may_leave if each is not None), default=None)
        if at is not None and at <= now:
            found[snapshot_id] = max(each for each in (at, starts_at, released_at) if each)
    return found


def _newest(
    session: Session, snapshot_ids: Collection[int], *, latest: bool = False
) -> dict[int, datetime]:
    """When the newest mail of each sending left, where one has; or is among the latest of all.

    Attempts are numbered as they leave. Their times lie beside the mails themselves, which would
    all have to be read; the numbers are in the index.
    """
    if not snapshot_ids:
        return {}
    left = sa.select(Attempt.id, Attempt.delivery_id)
    some = (left.order_by(Attempt.id.desc()).limit(LATEST) if latest else left).subquery()
    newest = (
        sa.select(Delivery.snapshot_id, sa.func.max(some.c.id).label("id"))
        .join(some, some.c.delivery_id == Delivery.id)
        .where(Delivery.snapshot_id.in_(snapshot_ids), Delivery.attempts > 0)
        .group_by(Delivery.snapshot_id)
        .subquery()
    )
    query = sa.select(newest.c.snapshot_id, Attempt.handed_over_at)
    found = session.execute(query.join(Attempt, Attempt.id == newest.c.id))
    return {snapshot_id: at for snapshot_id, at in found}


def _earliest_due(session: Session, snapshot_id: int, found: Standing) -> datetime | None:
    """When the first of what may leave is due."""
    query = sa.select(sa.func.min(Delivery.due_at)).where(
        Delivery.snapshot_id == snapshot_id,
        Delivery.state.in_(OPEN),
        *([Delivery.first_copy] if found.first_copy_only else []),
    )
    earliest: datetime | None = session.scalar(query)
    return earliest


def starting_before(session: Session, moment: datetime) -> list[tuple[int, datetime]]:
    """The sendings whose hold or planned time ends until then, and when."""
    query = sa.select(Dispatch.snapshot_id, Dispatch.starts_at).where(
        Dispatch.finished_at.is_(None),
        Dispatch.starts_at > clock.now(),
        Dispatch.starts_at <= moment,
    )
    return [(key, starts_at) for key, starts_at in session.execute(query) if starts_at]


def next_at(session: Session, snapshot_id: int) -> datetime | None:
    """When something of a sending is due next; None if nothing is, or a person has to act."""
    found = standing(session, snapshot_id)
    if found.hold is Hold.WAITING:
        return found.until
    if not found.may_send:
        return None
    return _earliest_due(session, snapshot_id, found) or release_at(session, snapshot_id)


def release_at(session: Session, snapshot_id: int) -> datetime | None:
    """When the rest follows the first copy by the office's rule; None if a person has to say so."""
    query = (
        sa.select(Attempt.settled_at, Office.first_copy_minutes)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Dispatch, Dispatch.snapshot_id == Delivery.snapshot_id)
        .join(Office, Office.id == Dispatch.office_id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.first_copy,
            Delivery.state == DeliveryState.ACCEPTED,
            Dispatch.released_at.is_(None),
            Attempt.number == Delivery.attempts,
        )
    )
    for settled_at, minutes in session.execute(query):
        if settled_at is not None and minutes is not None:
            return settled_at + timedelta(minutes=minutes)
    return None


def release_due(session: Session, snapshot_id: int | None = None) -> list[int]:
    """Let the rest of those sendings go whose first copy has waited as long as the office asks."""
    waiting = sa.select(Dispatch).where(
        Dispatch.released_at.is_(None),
        Dispatch.finished_at.is_(None),
        *([Dispatch.snapshot_id == snapshot_id] if snapshot_id is not None else []),
    )
    released = []
    for dispatch in session.scalars(waiting.with_for_update(skip_locked=True)):
        at = release_at(session, dispatch.snapshot_id)
        if at is not None and at <= clock.now():
            dispatch.released_at = clock.now()
            released.append(dispatch.snapshot_id)
    session.flush()
    return released
