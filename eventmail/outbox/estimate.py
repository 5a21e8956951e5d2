"""When a sending will be through, judged by how fast its last mails were settled."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.language import said
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.outbox.service import Progress

NEWEST = 500
AS_OF = timedelta(minutes=3)
TOO_FEW = 5
MINUTE = timedelta(minutes=1)


def ends_at(session: Session, snapshot_id: int, progress: Progress) -> datetime | None:
    """When the mails that are due now will all have met their fate; None if nobody can say."""
    states = (DeliveryState.QUEUED, DeliveryState.CLAIMED)
    left = sum(progress.counts.get(state, 0) for state in states)
    pace = _seconds_each(session, snapshot_id)
    if not left or pace is None:
        return None
    return clock.now() + timedelta(seconds=left * pace)


def next_try_at(session: Session, snapshot_id: int, progress: Progress) -> datetime | None:
    """When the first of those that wait to be sent again is due; None while others still go."""
    states = (DeliveryState.QUEUED, DeliveryState.CLAIMED)
    if any(progress.counts.get(state) for state in states):
        return None
    return session.scalar(
        sa.select(sa.func.min(Delivery.due_at)).where(
            Delivery.snapshot_id == snapshot_id, Delivery.state == DeliveryState.DEFERRED
        )
    )


def spoken(ends: datetime) -> str:
    """``あと約3分（10:25ごろ）``: to the minute, so that it does not change all the time."""
    left = ends - clock.now()
    if left < MINUTE:
        return said("あと1分以内")
    minutes = -(-left // MINUTE)
    hours, rest = divmod(minutes, 60)
    if not hours:
        words = said("{minutes}分", minutes=rest)
    elif not rest:
        words = said("{hours}時間", hours=hours)
    else:
        words = said("{hours}時間{minutes}分", hours=hours, minutes=rest)
    at = clock.in_tokyo(ends)
    time = f"{at.hour}:{at.minute:02}"
    if at.date() != clock.today():
        time = said("{month}月{day}日{time}", month=at.month, day=at.day, time=time)
    return said("あと約{words}（{time}ごろ）", words=words, time=time)


def _seconds_each(session: Session, snapshot_id: int) -> float | None:
    """How long one mail takes, all connections together, over the newest attempts of all."""
    newest = (
        sa.select(Attempt.delivery_id, Attempt.handed_over_at, Attempt.settled_at)
        .order_by(Attempt.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    query = (
        sa.select(
            sa.func.count(), sa.func.min(newest.c.handed_over_at), sa.func.max(newest.c.settled_at)
        )
        .join(Delivery, Delivery.id == newest.c.delivery_id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            ~Delivery.first_copy,
            newest.c.settled_at.is_not(None),
            newest.c.handed_over_at > clock.now() - AS_OF,
        )
    )
    count, first, last = session.execute(query).one()
    if count < TOO_FEW or last <= first:
        return None
    seconds: float = (last - first).total_seconds() / count
    return seconds
