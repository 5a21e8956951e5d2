"""How much of a sending is left: counted over the index, never row by row."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from eventmail import clock
from eventmail.outbox.ledger import OPEN, UNSETTLED
from eventmail.outbox.models import Delivery


def unsettled(session: Session, snapshot_id: int) -> int:
    """How many mails of a snapshot are still to be sent or being sent."""
    query = sa.select(sa.func.count()).where(
        Delivery.snapshot_id == snapshot_id, Delivery.state.in_(UNSETTLED)
    )
    return session.scalars(query).one()


def has_open(snapshot_id: sa.ColumnElement[int] | Mapped[int]) -> sa.ColumnElement[bool]:
    """The condition that a snapshot has mails that nobody has taken yet."""
    waiting = sa.select(Delivery.id).where(
        Delivery.snapshot_id == snapshot_id, Delivery.state.in_(OPEN)
    )
    return waiting.exists()


def due(session: Session, snapshot_id: int, *, most: int, first_copy: bool) -> int:
    """How many mails are due now, counted up to ``most``."""
    found = (
        sa.select(Delivery.id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.first_copy == first_copy,
            Delivery.state.in_(OPEN),
            Delivery.due_at <= clock.now(),
        )
        .limit(most)
    )
    return session.scalars(sa.select(sa.func.count()).select_from(found.subquery())).one()
