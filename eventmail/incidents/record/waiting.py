"""What of the offices' incidents waits for somebody: reports that are due, measures not done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Asked
from eventmail.incidents.models import Incident
from eventmail.incidents.record import reporting
from eventmail.incidents.record.deadlines import Applies
from eventmail.incidents.record.models import Measure
from eventmail.incidents.record.reporting import Standing
from eventmail.language import listed, said
from eventmail.offices.models import Membership, Staff
from eventmail.offices.permissions import Action, Actor

QUESTIONS = said("報告が必要かどうかが、まだ決まっていません。3つの質問に答えてください。")
OPEN_QUESTION = said("報告が必要かどうかが、まだ決まっていません。{why}")
OVERDUE = said("期限を過ぎています。")
OF_NOBODY = said("担当が職員でないため、対応を進める職員に出しています。")
LEFT = said(
    "担当の職員がこの所にいないため、対応を進める職員に出しています。担当を変えてください。"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """``number``: of the measure, None for a report. Without ``due_on``: as soon as can be."""

    incident: Incident
    subject: str
    due_on: date | None
    note: str = ""
    number: int | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether its last day has gone by."""
        return self.due_on is not None and self.due_on < clock.today()


def reports(session: Session, actor: Actor, found: Sequence[Incident]) -> Iterator[Waiting]:
    """Of each of these incidents, which are not over, what is to be reported next."""
    if not found or not actor.may(Action.LEAD_RESPONSE):
        return
    told = reporting.standings_of(session, found)
    for incident in found:
        standings = told[incident.id]
        unknown = next(
            (each for each in standings if each.deadline.applies is Applies.UNKNOWN), None
        )
        first = reporting.next_due(standings)
        if first is None and not unknown:
            continue
        name = first.deadline.name if first else said("報告の要否の判断")
        notes: list[str] = [OVERDUE] if first and first.is_overdue else []
        notes += [_what_is_open(unknown)] if unknown else []
        yield Waiting(incident, name, first.deadline.due if first else None, listed(notes, " "))


def _what_is_open(unknown: Standing) -> str:
    """Nobody has judged it, or nobody knows yet how many were shown."""
    if unknown.deadline.is_unanswered:
        return QUESTIONS
    return OPEN_QUESTION.format(why=unknown.deadline.why)


def measures(session: Session, actor: Actor) -> Iterator[Waiting]:
    """The actor's own that are not done; for those who lead also late ones of no staff member,
    and whatever somebody left behind who serves here no more.
    """
    leads = actor.may(Action.LEAD_RESPONSE)
    query = query_measures(actor.office.id, actor.id, clock.today(), leads=leads)
    for each, incident in session.execute(query.order_by(Measure.due_on, Measure.id)):
        note = "" if each.owner_id == actor.id else LEFT if each.owner_id else OF_NOBODY
        yield Waiting(incident, each.text.rstrip("。"), each.due_on, note, each.number)


def query_measures(
    office_id: Asked, staff_id: Asked, today: Asked, *, leads: bool
) -> sa.Select[Measure, Incident]:
    """The same for an office and a person, who leads its responses or not."""
    late = sa.and_(Measure.owner_id.is_(None), Measure.due_on < today)
    mine = Measure.owner_id == staff_id
    left = sa.and_(Measure.owner_id.is_not(None), ~_owner_serves())
    whose = sa.or_(mine, late, left) if leads else mine
    newest = (
        sa.select(Measure.incident_id, Measure.number, sa.func.max(Measure.version).label("last"))
        .where(Measure.office_id == office_id)
        .group_by(Measure.incident_id, Measure.number)
        .subquery()
    )
    return (
        sa.select(Measure, Incident)
        .join(Incident, Incident.id == Measure.incident_id)
        .join(
            newest,
            sa.and_(
                newest.c.incident_id == Measure.incident_id,
                newest.c.number == Measure.number,
                newest.c.last == Measure.version,
            ),
        )
        .where(Measure.office_id == office_id, Incident.erased_at.is_(None))
        .where(Measure.done_on.is_(None), ~Measure.dropped, whose)
    )


def _owner_serves() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Membership.office_id == Measure.office_id,
        Membership.staff_id == Measure.owner_id,
        Staff.id == Measure.owner_id,
        Staff.active,
    )
