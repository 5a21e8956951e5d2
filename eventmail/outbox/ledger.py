"""The rows of the outbox: claim, hand over, settle, and give back what was left lying.

Every function is one short transaction of the caller's. A claim is committed before its mail is
made; the attempt is committed before its bytes leave; so after any crash the rows say which mails
surely did not leave (``queued`` again) and which may have (``uncertain``: a person decides).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch

LEASE = timedelta(minutes=5)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
UNSETTLED = (*OPEN, DeliveryState.CLAIMED)


def claim(
    session: Session, snapshot_id: int, worker: str, count: int, *, first_copy: bool
) -> list[int]:
    """Take up to ``count`` due deliveries for ``worker``; returns their ids.

    One UPDATE over a locking subselect: PostgreSQL skips what another worker is taking, SQLite
    drops the locking words and has one writer anyway.
    """
    due = (
        sa.select(Delivery.id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.first_copy == first_copy,
            Delivery.state.in_(OPEN),
            Delivery.due_at <= clock.now(),
        )
        .order_by(Delivery.id)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(due))
        .values(state=DeliveryState.CLAIMED, claimed_by=worker, lease_until=clock.now() + LEASE)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(taken.scalars())


def hand_over(
    session: Session, delivery_ids: Sequence[int], worker: str, digest: str, head: bytes
) -> list[Attempt]:
    """Note that one mail is about to leave for these deliveries: one, or all of a blind batch.

    Stretches the lease of all that is claimed with them. Returns nothing if any claim is no longer
    this worker's: then the mail must not leave.
    """
    now = clock.now()
    claims = _claims(session, worker)
    for each in claims:
        each.lease_until = now + LEASE
    deliveries = [each for each in claims if each.id in delivery_ids]
    if len(deliveries) != len(delivery_ids):
        return []
    for delivery in deliveries:
        delivery.attempts += 1
    attempts = [
        Attempt(
            delivery_id=each.id, number=each.attempts, handed_over_at=now, digest=digest, head=head
        )
        for each in deliveries
    ]
    session.add_all(attempts)
    session.flush()
    return attempts


def settle(
    session: Session,
    delivery_id: int,
    attempt_id: int | None,
    state: DeliveryState,
    *,
    outcome: str = "",
    code: int | None = None,
    text: str = "",
    due_at: datetime | None = None,
) -> None:
    """Write a delivery's fate, and the relay's words in its attempt.

    The lease may have lapsed meanwhile. Then it is ``uncertain``, and stays so if it would have to
    be sent again, but the sending is over: nobody would come for it.
    """
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    late = delivery.state is not DeliveryState.CLAIMED
    if not (late and state in OPEN and _is_finished(session, delivery)):
        delivery.state = state
    delivery.claimed_by = delivery.lease_until = None
    delivery.reply = f"{code} {text}".strip()[:500] if code else text[:500]
    delivery.due_at = due_at or delivery.due_at
    if attempt_id is not None:
        attempt = session.get_one(Attempt, attempt_id)
        attempt.settled_at = clock.now()
        attempt.outcome, attempt.reply_code, attempt.reply_text = outcome, code, text[:500]


def withhold(session: Session, delivery_ids: Sequence[int], worker: str, reason: str) -> None:
    """These do not leave. What is no longer this worker's claim has another fate, and keeps it."""
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.id.in_(delivery_ids),
            Delivery.claimed_by == worker,
            Delivery.id.not_in(_open_attempts()),
        )
        .values(state=DeliveryState.WITHHELD, claimed_by=None, lease_until=None, reply=reason[:500])
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, worker: str, due_at: datetime) -> None:
    """Put this worker's claims that never left back in the queue, due at ``due_at``."""
    session.execute(
        sa.update(Delivery)
        .where(Delivery.claimed_by == worker, Delivery.id.not_in(_open_attempts()))
        .values(state=DeliveryState.QUEUED, claimed_by=None, lease_until=None, due_at=due_at)
        .execution_options(synchronize_session=False)
    )


def withhold_rest(session: Session, snapshot_id: int, reason: str) -> None:
    """Nothing more of this snapshot leaves: what has not left yet is withheld.

    The rows are locked first: a mail that another worker is just handing over is seen then.
    """
    rows = sa.select(Delivery.id).where(Delivery.snapshot_id == snapshot_id)
    session.execute(rows.order_by(Delivery.id).with_for_update()).all()
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.state.in_(UNSETTLED),
            Delivery.id.not_in(_open_attempts()),
        )
        .values(
            state=DeliveryState.WITHHELD,
            claimed_by=None,
            lease_until=None,
            reply=reason[:500],
        )
        .execution_options(synchronize_session=False)
    )


def reclaim_lapsed(session: Session) -> int:
    """Judge claims whose lease lapsed: handed over means ``uncertain``, else ``queued`` again."""
    lapsed = sa.and_(Delivery.state == DeliveryState.CLAIMED, Delivery.lease_until < clock.now())
    uncertain = session.execute(
        sa.update(Delivery)
        .where(lapsed, Delivery.id.in_(_open_attempts()))
        .values(
            state=DeliveryState.UNCERTAIN,
            claimed_by=None,
            lease_until=None,
            reply="送信処理が途中で止まったため、届いたかどうかわかりません。",
        )
        .execution_options(synchronize_session=False)
        .returning(Delivery.id)
    ).all()
    queued = session.execute(
        sa.update(Delivery)
        .where(lapsed)
        .values(state=DeliveryState.QUEUED, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
        .returning(Delivery.id)
    ).all()
    return len(uncertain) + len(queued)


def due_snapshots(session: Session) -> list[int]:
    """The snapshots of which something is due now, or nothing is left to do."""
    working = sa.select(Dispatch.snapshot_id).where(Dispatch.finished_at.is_(None))
    due = sa.select(Delivery.snapshot_id).where(
        Delivery.state.in_(OPEN), Delivery.due_at <= clock.now()
    )
    unsettled = sa.select(Delivery.snapshot_id).where(Delivery.state.in_(UNSETTLED))
    query = working.where(
        sa.or_(Dispatch.snapshot_id.in_(due), Dispatch.snapshot_id.not_in(unsettled))
    )
    return list(session.scalars(query))


def unsettled(session: Session, snapshot_id: int) -> int:
    """How many mails of a snapshot are still to be sent or being sent."""
    query = sa.select(sa.func.count()).where(
        Delivery.snapshot_id == snapshot_id, Delivery.state.in_(UNSETTLED)
    )
    return session.scalars(query).one()


def next_try(attempts: int) -> datetime | None:
    """When to try again after ``attempts`` deferrals; None when it is time to give up."""
    return clock.now() + WAITS[attempts - 1] if attempts <= len(WAITS) else None


def _claims(session: Session, worker: str) -> list[Delivery]:
    """All that this worker holds, locked in the order of :func:`withhold_rest`."""
    query = (
        sa.select(Delivery)
        .where(Delivery.claimed_by == worker, Delivery.state == DeliveryState.CLAIMED)
        .order_by(Delivery.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def _is_finished(session: Session, delivery: Delivery) -> bool:
    query = sa.select(Dispatch.finished_at).where(Dispatch.snapshot_id == delivery.snapshot_id)
    return session.scalar(query) is not None


def _open_attempts() -> sa.Select[int]:
    return sa.select(Attempt.delivery_id).where(Attempt.settled_at.is_(None))
