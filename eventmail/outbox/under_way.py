"""An office's sendings that are begun and not over: where each stands, and how far it has come.

However many there are, they are asked for in one statement.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail.database import table_of
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox.ledger import UNSETTLED
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch
from eventmail.outbox.standing import Standing, judge
from eventmail.sendlock.service import IS_LOCKED


@dataclass(frozen=True, slots=True)
class UnderWay:
    """``done`` of ``total`` mails to participants have met their fate.

    ``copy_taken``: the relay has taken the office's own first copy.
    """

    mailing: Mailing
    revision: int
    standing: Standing
    copy_taken: bool
    done: int
    total: int


def under_way(session: Session, office_id: int) -> list[UnderWay]:
    """What is held, sending, paused or stopped in an office, oldest first."""
    own = Delivery.snapshot_id == Snapshot.id
    left = sa.select(sa.func.count()).where(
        own, Delivery.state.in_(UNSETTLED), ~Delivery.first_copy
    )
    copied = sa.exists().where(own, Delivery.first_copy, Delivery.state == DeliveryState.ACCEPTED)
    dispatch, office = table_of(Dispatch).c, table_of(Office).c
    query = (
        sa.select(
            Mailing,
            Snapshot.revision,
            Snapshot.recipient_count,
            left.correlate(Snapshot).scalar_subquery().label("left"),
            copied.label("copied"),
            dispatch.finished_at,
            dispatch.cancelled_at,
            Mailing.state.label("state"),
            IS_LOCKED.label("locked"),
            office.stopped_at,
            Snapshot.mode.label("mode"),
            office.batches_allowed,
            dispatch.paused_at,
            dispatch.starts_at,
            dispatch.released_at,
        )
        .join(Snapshot, Snapshot.mailing_id == Mailing.id)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .join(Office, Office.id == Mailing.office_id)
        .where(
            Mailing.office_id == office_id,
            Mailing.state == MailingState.SENDING,
            Dispatch.finished_at.is_(None),
        )
        .order_by(Mailing.id, Snapshot.revision)
        .options(joinedload(Mailing.event))
    )
    newest = {row.Mailing.id: row for row in session.execute(query)}
    return [
        UnderWay(
            row.Mailing,
            row.revision,
            judge(row),
            row.copied,
            row.recipient_count - row.left,
            row.recipient_count,
        )
        for row in newest.values()
    ]
