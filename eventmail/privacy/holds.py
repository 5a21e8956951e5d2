"""延長: who keeps an event's personal data longer, and which events were erased."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.erased import EventErasure
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.privacy import due
from eventmail.privacy.models import RetentionHold

FURTHEST = 60  # months from today that one hold may reach
NO_REASON = said("延長の理由を入れてください。例：開示の請求に対応中のため。")
PAST = said("延長の終わりの日は、今日よりあとの日にしてください。")
TOO_FAR = said("延長は5年先までです。もっと長くなるときは、その時にもう一度延長してください。")


def hold(session: Session, actor: Actor, event_id: int, until: date, reason: str) -> RetentionHold:
    """Keep an event's personal data up to a day. Raises :class:`UserError` for a wrong day."""
    actor.require(Action.MANAGE_PRIVACY)
    event = events.get_event(session, actor, event_id)
    events.lock(session, event.id)
    if not reason.strip():
        raise UserError(NO_REASON)
    if until <= clock.today():
        raise UserError(PAST)
    if until > due.months_after(clock.today(), FURTHEST):
        raise UserError(TOO_FAR)
    made = RetentionHold(
        office_id=event.office_id,
        event_id=event.id,
        until=until,
        reason=reason.strip(),
        staff_id=actor.id,
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    _audit(session, actor, "retention.held", event.id, until=until.isoformat())
    return made


def release(session: Session, actor: Actor, event_id: int) -> None:
    """End a hold: the newest row says that it ends today."""
    actor.require(Action.MANAGE_PRIVACY)
    event = events.get_event(session, actor, event_id)
    events.lock(session, event.id)
    found = due.newest_hold(session, event.id)
    if found is None or found.until <= clock.today():
        raise NotFound
    session.add(
        RetentionHold(
            office_id=event.office_id,
            event_id=event.id,
            until=clock.today(),
            reason=said("延長を終えました。"),
            staff_id=actor.id,
            at=clock.now(),
        )
    )
    _audit(session, actor, "retention.released", event.id)


def erasures(session: Session, office_id: int) -> list[tuple[EventErasure, str]]:
    """The events that were erased, the newest first, with their names."""
    query = (
        sa.select(EventErasure, Event.name)
        .join(Event, Event.id == EventErasure.event_id)
        .where(EventErasure.office_id == office_id)
        .order_by(EventErasure.at.desc(), EventErasure.event_id.desc())
    )
    return [(erasure, name) for erasure, name in session.execute(query)]


def _audit(session: Session, actor: Actor, action: str, event_id: int, **details: object) -> None:
    # Not of ``event:``: who holds an event has not made its mailings.
    subject = f"retention:{event_id}"
    record(session, action, subject, office_id=actor.office.id, staff_id=actor.id, **details)
