"""The newest version of everything that has versions, and how a further one is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import UserError
from eventmail.incidents import service
from eventmail.incidents.models import Incident
from eventmail.incidents.record.deadlines import Duty
from eventmail.incidents.record.models import (
    Assessment,
    Cause,
    Chronicled,
    Measure,
    OwnDeadlines,
    Report,
)
from eventmail.language import said
from eventmail.offices.permissions import Actor

Kept = TypeVar("Kept", Assessment, Cause, Chronicled, Measure, Report)
CHANGED = said(
    "開いている間に、ほかの職員が同じところを書き直しました。入力した内容は下に残っています。"
    "いまの内容を見てから、もう一度お試しください。"
)


class Outdated(UserError):
    """Somebody else was quicker; ``version`` is what counts now."""

    def __init__(self, version: int) -> None:
        super().__init__(CHANGED)
        self.version = version


def newest(session: Session, kind: type[Kept], incident: Incident, **key: object) -> Kept | None:
    """The version that counts; ``key`` names one of several of a kind."""
    query = sa.select(kind).where(kind.incident_id == incident.id).filter_by(**key)
    return session.scalar(query.order_by(kind.version.desc()).limit(1))


def write(
    session: Session,
    actor: Actor,
    incident: Incident,
    kind: type[Kept],
    seen: int,
    key: dict[str, Any],
    **values: object,
) -> Kept:
    """One more version, by somebody who saw version ``seen`` (0: none). The incident is held."""
    service.hold(session, incident)
    last = newest(session, kind, incident, **key)
    version = last.version if last else 0
    if seen != version:
        raise Outdated(version)
    made = kind(
        office_id=incident.office_id,
        incident_id=incident.id,
        version=version + 1,
        staff_id=actor.id,
        at=clock.now(),
        **key,
        **values,
    )
    session.add(made)
    session.flush()
    return made


def next_number(session: Session, kind: type[Cause] | type[Measure], incident: Incident) -> int:
    """The number of one more of a kind. The incident is held, so nobody else takes it."""
    service.hold(session, incident)
    most = sa.select(sa.func.max(kind.number)).where(kind.incident_id == incident.id)
    return (session.scalar(most) or 0) + 1


def reports(session: Session, incident: Incident) -> dict[Duty, Report]:
    """Of each duty that somebody has reported, or said not to be reported, the newest word."""
    return {duty: each for (_, duty), each in reports_of(session, [incident]).items()}


def reports_of(session: Session, incidents: Sequence[Incident]) -> dict[tuple[int, Duty], Report]:
    """The same of several incidents."""
    query = sa.select(Report).where(Report.incident_id.in_([each.id for each in incidents]))
    found = session.scalars(query.order_by(Report.version))
    return {(each.incident_id, each.duty): each for each in found}


def assessments(session: Session, incidents: Sequence[Incident]) -> dict[int, Assessment]:
    """What counts of each incident that somebody has judged."""
    query = sa.select(Assessment).where(Assessment.incident_id.in_([e.id for e in incidents]))
    return {each.incident_id: each for each in session.scalars(query.order_by(Assessment.version))}


def causes(session: Session, incident: Incident) -> list[Cause]:
    """Those that count, in the order in which they were found."""
    query = sa.select(Cause).where(Cause.incident_id == incident.id).order_by(Cause.version)
    newest_of = {each.number: each for each in session.scalars(query)}
    return [newest_of[each] for each in sorted(newest_of) if not newest_of[each].dropped]


def measures(session: Session, incident: Incident) -> list[Measure]:
    """Those that count, in the order in which they were decided."""
    query = sa.select(Measure).where(Measure.incident_id == incident.id).order_by(Measure.version)
    newest_of = {each.number: each for each in session.scalars(query)}
    return [newest_of[each] for each in sorted(newest_of) if not newest_of[each].dropped]


def own_deadlines(session: Session, office_id: int) -> OwnDeadlines | None:
    """The office's own deadlines; None where nobody has set them."""
    query = sa.select(OwnDeadlines).where(OwnDeadlines.office_id == office_id)
    return session.scalar(query.order_by(OwnDeadlines.version.desc()).limit(1))
