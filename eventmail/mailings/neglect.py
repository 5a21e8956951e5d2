"""Events that are near and of which nothing was sent: perhaps it goes another way (L20)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState

NEAR = timedelta(days=14)
ON_ITS_WAY = (MailingState.SENDING, MailingState.SENT)


def neglected(session: Session, office_ids: Collection[int]) -> list[Event]:
    """Events of these offices within 14 days with no mailing that went out, the nearest first."""
    today = clock.today()
    gone = sa.exists().where(
        Mailing.office_id == Event.office_id,
        Mailing.event_id == Event.id,
        Mailing.state.in_(ON_ITS_WAY),
    )
    query = (
        sa.select(Event)
        .where(Event.office_id.in_(office_ids), Event.held_on.between(today, today + NEAR), ~gone)
        .order_by(Event.held_on, Event.id)
    )
    return list(session.scalars(query))


def waiting_mailing(session: Session, event: Event) -> bool:
    """Whether at least something is written for the event, though not sent."""
    query = sa.select(sa.exists().where(Mailing.event_id == event.id))
    return bool(session.scalar(query))
