"""Who is on the telephone with which company now. It warns, and locks nobody out."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import insert_new
from eventmail.errors import NotFound
from eventmail.incidents.calls.models import Caller
from eventmail.incidents.models import Incident, Party
from eventmail.language import listed, said
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor

LASTS = timedelta(minutes=2)
CALLING = said("いま電話中：{names}")
WARNING = said("いま電話中：{names}さん。同じ事業所に二度かけないよう、声をかけてください。")


def begin(session: Session, actor: Actor, incident: Incident, party_id: int) -> None:
    """Note that the actor is calling. Who was not heard of for two minutes begins anew."""
    actor.require(Action.RESPOND)
    own = sa.select(Party.id).where(
        Party.id == party_id,
        Party.incident_id == incident.id,
        Party.office_id == actor.office.id,
    )
    if session.scalar(own) is None:
        raise NotFound
    now = clock.now()
    forget_silent(session, Caller.incident_id == incident.id)
    place = {"office_id": incident.office_id, "incident_id": incident.id}
    key = {"party_id": party_id, "staff_id": actor.id}
    known = sa.update(Caller).filter_by(**key).values(seen_at=now)
    found = session.execute(known.execution_options(synchronize_session=False))
    if not found.rowcount:  # type: ignore[attr-defined]
        insert_new(session, Caller, place | key | {"opened_at": now, "seen_at": now})


def forget_silent(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Those of whom nothing was heard for so long are not on the telephone any more."""
    silent = Caller.seen_at < clock.now() - LASTS
    session.execute(sa.delete(Caller).where(which, silent))


def end(session: Session, actor: Actor, party_id: int) -> None:
    """Note that the actor has rung off."""
    own = sa.and_(Caller.party_id == party_id, Caller.staff_id == actor.id)
    session.execute(sa.delete(Caller).where(own))


def now_calling(session: Session, incident: Incident, besides: int = 0) -> dict[int, list[str]]:
    """Who calls whom now, by company, the longest first; ``besides``: leave this person out."""
    query = (
        sa.select(Caller.party_id, Staff.name)
        .join(Staff, Staff.id == Caller.staff_id)
        .where(
            Caller.incident_id == incident.id,
            Caller.staff_id != besides,
            Caller.seen_at >= clock.now() - LASTS,
        )
        .order_by(Caller.opened_at, Caller.staff_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for party_id, name in session.execute(query):
        found[party_id].append(name)
    return dict(found)


def in_words(names: list[str]) -> str:
    """``いま電話中：佐藤``; empty for nobody."""
    return CALLING.format(names=listed(names, said("、"))) if names else ""


def warning(names: list[str]) -> str:
    """To whoever has the page of the same company open; empty while nobody else calls."""
    return WARNING.format(names=listed(names, said("、"))) if names else ""
