"""The office's list of addresses that are mailed no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Event
from eventmail.suppression.models import Suppression, SuppressionLift

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One suppression, for which event (None: the whole office), and its lift if there is one."""

    found: Suppression
    event: Event | None
    lift: SuppressionLift | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of them."""

    entries: Sequence[Entry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def listed(session: Session, office_id: int, q: str, wanted: int) -> Listed:
    """What stands first, then what was lifted; the newest first. ``q`` stands in the address."""
    query = (
        sa.select(Suppression, Event, SuppressionLift)
        .outerjoin(Event, Event.id == Suppression.event_id)
        .outerjoin(SuppressionLift, SuppressionLift.suppression_id == Suppression.id)
        .where(Suppression.office_id == office_id)
    )
    if q:
        query = query.where(Suppression.address_key.icontains(q, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    page = min(wanted, max(1, -(-total // PAGE)))
    lifted = SuppressionLift.suppression_id.is_not(None)
    query = query.order_by(lifted, Suppression.id.desc())
    rows = session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    return Listed([Entry(*row) for row in rows], total, page)
