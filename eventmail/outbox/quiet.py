"""Events that are near, and to which nothing has been sent yet (L20: the tool was not used)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch

NEAR = timedelta(days=14)
LEFT = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.BOUNCED)


BEGUN = (MailingState.CHECKING, MailingState.APPROVING, MailingState.SENDING)


def begun(session: Session, events: Collection[Event]) -> set[int]:
    """Those of the events of which a mailing is on its way already: it need not be written."""
    query = sa.select(Mailing.event_id).where(
        Mailing.event_id.in_([each.id for each in events]), Mailing.state.in_(BEGUN)
    )
    return set(session.scalars(query)) if events else set()


def quiet_events(session: Session, office_ids: Collection[int]) -> list[Event]:
    """The offices' events of the next 14 days of which no participant has been sent anything."""
    today = clock.today()
    sent = sa.exists().where(
        Dispatch.office_id == Event.office_id,
        Dispatch.event_id == Event.id,
        Delivery.snapshot_id == Dispatch.snapshot_id,
        Delivery.state.in_(LEFT),
        ~Delivery.first_copy,
    )
    query = (
        sa.select(Event)
        .where(
            Event.office_id.in_(office_ids),
            Event.held_on.between(today, today + NEAR),
            ~sent,
        )
        .order_by(Event.held_on, Event.id)
    )
    return list(session.scalars(query))
