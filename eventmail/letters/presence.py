"""Who has a letter open. It warns, and locks nobody out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import UtcDateTime, insert_new
from eventmail.language import said
from eventmail.letters.models import Visit
from eventmail.mailings.models import Mailing
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor

LASTS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has the letter open, and since when."""

    name: str
    since: datetime

    @property
    def sentence(self) -> str:
        """As the page says it."""
        local = clock.in_tokyo(self.since)
        return said(
            "{name}さんが{time}からこの案件の本文を開いています。",
            name=self.name,
            time=f"{local.hour}:{local.minute:02}",
        )


def enter(session: Session, actor: Actor, mailing: Mailing) -> None:
    """Note that the actor has it open. Who was not heard of for two minutes comes anew.

    Another of his tabs may note just now that it is closed: then that is what is known.
    """
    actor.require(Action.EDIT_MAILING)
    now = clock.now()
    key = {"mailing_id": mailing.id, "staff_id": actor.id}
    anew = sa.case(
        (Visit.seen_at < now - LASTS, sa.literal(now, UtcDateTime())), else_=Visit.opened_at
    )
    known = sa.update(Visit).filter_by(**key).values(opened_at=anew, seen_at=now)
    found = session.execute(known.execution_options(synchronize_session=False))
    if not found.rowcount:  # type: ignore[attr-defined]
        insert_new(session, Visit, key | {"opened_at": now, "seen_at": now})


def leave(session: Session, actor: Actor, mailing: Mailing) -> None:
    """Note that the actor has closed it."""
    session.execute(
        sa.delete(Visit).where(Visit.mailing_id == mailing.id, Visit.staff_id == actor.id)
    )


def others(session: Session, actor: Actor, mailing: Mailing) -> list[Other]:
    """Who else has it open now, the longest first."""
    query = (
        sa.select(Staff.name, Visit.opened_at)
        .join(Visit, Visit.staff_id == Staff.id)
        .where(
            Visit.mailing_id == mailing.id,
            Visit.staff_id != actor.id,
            Visit.seen_at >= clock.now() - LASTS,
        )
        .order_by(Visit.opened_at, Visit.staff_id)
    )
    return [Other(name, since) for name, since in session.execute(query)]
