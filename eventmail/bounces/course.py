"""When the mails of a sending came back, counted by the database."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.bounces.models import Bounce, BounceMail
from eventmail.bounces.reading import Class
from eventmail.mailings.models import Snapshot
from eventmail.outbox.course import seconds_of
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.pictures.timeline import Counted


def came_back(session: Session, snapshot: Snapshot, step: int) -> list[Counted]:
    """The mails that have surely not arrived, in steps of time, by the first word of it."""
    first = (
        sa.select(sa.func.min(BounceMail.received_at).label("at"))
        .select_from(Bounce)
        .join(BounceMail, BounceMail.id == Bounce.mail_id)
        .join(Delivery, Delivery.id == Bounce.delivery_id)
        .where(
            Delivery.snapshot_id == snapshot.id,
            Delivery.state == DeliveryState.BOUNCED,
            Bounce.sure,
            Bounce.hardness == Class.HARD,
        )
        .group_by(Bounce.delivery_id)
        .subquery()
    )
    at = seconds_of(first.c.at)
    begun = (at - at % step).label("begun")
    query = sa.select(begun, sa.func.count()).group_by(begun)
    kind = DeliveryState.BOUNCED.value
    return [(int(moment), kind, count) for moment, count in session.execute(query)]
