"""What of the office's incidents waits for one person."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from eventmail.desk.tasks import Kind, Task
from eventmail.incidents.record import waiting
from eventmail.offices.permissions import Actor


def tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """Reports that are due, for those who lead; measures, for whoever is to take them."""
    for each in waiting.reports(session, actor):
        kind = Kind.REPORT_LATE if each.is_overdue else Kind.REPORT
        yield _task(kind, each)
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
