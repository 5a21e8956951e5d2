"""What of the office's incidents waits for one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from eventmail.desk.tasks import Kind, Task
from eventmail.incidents import service
from eventmail.incidents.models import Incident
from eventmail.incidents.record import waiting
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

UNFINISHED = said(
    "対応を終えるまで、ここに表示します。次にすることは、事案の画面で確かめられます。"
)


def tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """What is open; reports that are due, for those who lead."""
    found = service.open_ones(session, actor.office.id)
    yield from _open(actor, found)
    for each in waiting.reports(session, actor, found):
        kind = Kind.REPORT_LATE if each.is_overdue else Kind.REPORT
        yield _task(kind, each)


def measures(session: Session, actor: Actor) -> Iterator[Task]:
    """Measures against another leak, for their owners."""
    for each in waiting.measures(session, actor):
        yield _task(Kind.MEASURE_LATE if each.is_overdue else Kind.MEASURE, each)


def _task(kind: Kind, each: waiting.Waiting) -> Task:
    title = f"「{each.incident.title}」。"
    return Task(
        kind=kind,
        due_on=each.due_on,
        incident_id=each.incident.id,
        number=each.number,
        subject=each.subject,
        note=title + each.note,
    )


def _open(actor: Actor, found: Sequence[Incident]) -> Iterator[Task]:
    """Leaks, or the fear of one, to which the office still has to see."""
    if not actor.may(Action.RESPOND):
        return
    for each in found:
        yield Task(
            kind=Kind.INCIDENT,
            since=each.noticed_at,
            incident_id=each.id,
            subject=each.title,
            note=UNFINISHED,
        )
