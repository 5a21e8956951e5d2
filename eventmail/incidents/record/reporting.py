"""What has to be reported until when, what was reported, and what a person said of the incident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.record import counting, rows
from eventmail.incidents.record.deadlines import (
    Applies,
    Assessed,
    Deadline,
    DeadlineFacts,
    Duty,
    Own,
    deadlines,
)
from eventmail.incidents.record.models import Assessment, OwnDeadlines, Report
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

FUTURE = said("報告した日時が先になっています。実際に報告した日時を入力してください。")
TOO_EARLY = said("報告した日時が、気づいた日時より前になっています。日時を確かめてください。")
NO_REASON = said("記録を取り消す理由を、1文で入力してください。元の記録も、理由と一緒に残ります。")
WRONG_DAYS = said(
    "開庁日の数は、0から20までで入力してください。期限を決めないときは空のままにします。"
)
NOT_REPORTED = said("この報告は、まだ記録されていません。")
MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A duty, and what came of it. ``late``: after its last day, or reported after it."""

    deadline: Deadline
    report: Report | None
    today: date

    @property
    def is_done(self) -> bool:
        """Whether it was reported."""
        return self.report is not None and not self.report.void

    @property
    def version(self) -> int:
        """How often something was said of it."""
        return self.report.version if self.report else 0

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.deadline.applies is Applies.YES and not self.is_done

    @property
    def is_overdue(self) -> bool:
        """Whether its last day is over and it is not done."""
        due = self.deadline.due
        return self.is_open and due is not None and due < self.today


def facts(session: Session, incident: Incident) -> DeadlineFacts:
    """All that the duties of one incident follow from."""
    return facts_of(session, [incident])[incident.id]


def facts_of(session: Session, found: Sequence[Incident]) -> dict[int, DeadlineFacts]:
    """The same of several of one office, by as many queries as of one."""
    numbers = counting.counted(session, found)
    judged = rows.assessments(session, found)
    days = {each: own(session, each) for each in {each.office_id for each in found}}
    return {
        each.id: DeadlineFacts(
            law=each.law,
            persons=numbers[each.id].persons,
            noticed_on=clock.in_tokyo(each.noticed_at).date(),
            unread=numbers[each.id].unread,
            assessed=assessed(judged[each.id]) if each.id in judged else None,
            own=days[each.office_id],
            unconfirmed=numbers[each.id].unconfirmed,
            shown=numbers[each.id].shown,
        )
        for each in found
    }


def assessed(found: Assessment) -> Assessed:
    """The answers of a judgement."""
    return Assessed(found.sensitive, found.financial, found.malicious)


def standings(session: Session, incident: Incident) -> list[Standing]:
    """Every duty with what came of it, in the order in which they come."""
    return standings_of(session, [incident])[incident.id]


def standings_of(session: Session, found: Sequence[Incident]) -> dict[int, list[Standing]]:
    """The same of several of one office, by as many queries as of one."""
    told = rows.reports_of(session, found)
    today = clock.today()
    return {
        incident_id: [
            Standing(each, told.get((incident_id, each.duty)), today) for each in deadlines(known)
        ]
        for incident_id, known in facts_of(session, found).items()
    }


def next_due(standing: Collection[Standing]) -> Standing | None:
    """The open duty with the nearest last day; what has none comes after those."""
    waiting = [each for each in standing if each.is_open]
    return min(waiting, key=lambda each: each.deadline.due or date.max, default=None)


def own(session: Session, office_id: int) -> Own:
    """The office's own deadlines; the same day until somebody sets them."""
    found = rows.own_deadlines(session, office_id)
    return Own(found.internal, found.bureau) if found else Own()


def set_own(session: Session, actor: Actor, wanted: Own) -> None:
    """Set the office's own deadlines."""
    actor.require(Action.LEAD_RESPONSE)
    days = (wanted.internal, wanted.bureau)
    if any(each is not None and not 0 <= each <= MOST_DAYS for each in days):
        raise UserError(WRONG_DAYS)
    last = rows.own_deadlines(session, actor.office.id)
    before = own(session, actor.office.id)
    if last is not None and before == wanted:
        return
    made = OwnDeadlines(
        office_id=actor.office.id,
        version=(last.version if last else 0) + 1,
        internal=wanted.internal,
        bureau=wanted.bureau,
        staff_id=actor.id,
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    record(
        session,
        "office.incident_deadlines_set",
        f"office:{actor.office.id}",
        office_id=actor.office.id,
        staff_id=actor.id,
        before={"internal_days": before.internal, "bureau_days": before.bureau},
        after={"internal_days": wanted.internal, "bureau_days": wanted.bureau},
    )


def assess(
    session: Session, actor: Actor, incident: Incident, answers: Assessed, seen: int, note: str = ""
) -> None:
    """Say what no machine can know of it. Every answer is kept."""
    _begin(session, actor, incident)
    incidents.require_open(incident)
    values = {
        "sensitive": answers.sensitive,
        "financial": answers.financial,
        "malicious": answers.malicious,
    }
    note = incidents.plain(note, said("判断の理由"))
    rows.write(session, actor, incident, Assessment, seen, {}, note=note, **values)
    incidents.audit(session, incident, "incident.assessed", actor, **values)


def report(
    session: Session,
    actor: Actor,
    incident: Incident,
    duty: Duty,
    seen: int,
    reported_at: datetime,
    number: str = "",
    note: str = "",
) -> None:
    """報告した: write down that it was done, when and under what number."""
    _begin(session, actor, incident)
    if reported_at > clock.now() + incidents.A_MINUTE:
        raise UserError(FUTURE)
    if reported_at < incident.noticed_at:
        raise UserError(TOO_EARLY)
    rows.write(
        session,
        actor,
        incident,
        Report,
        seen,
        {"duty": duty},
        reported_at=reported_at,
        number=incidents.plain(number, said("受付番号"))[:100],
        note=incidents.plain(note, said("メモ")),
    )
    incidents.audit(session, incident, "incident.reported", actor, duty=duty.value)


def take_back(
    session: Session, actor: Actor, incident: Incident, duty: Duty, seen: int, note: str
) -> None:
    """It was not reported after all."""
    _begin(session, actor, incident)
    last = rows.newest(session, Report, incident, duty=duty)
    if last is None or last.void:
        raise UserError(NOT_REPORTED)
    if not note.strip():
        raise UserError(NO_REASON)
    reason = incidents.plain(note, said("理由"))
    rows.write(session, actor, incident, Report, seen, {"duty": duty}, void=True, note=reason)
    incidents.audit(session, incident, "incident.report_taken_back", actor, duty=duty.value)


def _begin(session: Session, actor: Actor, incident: Incident) -> None:
    """A report can be written down after the incident is closed, for some are due much later."""
    actor.require(Action.LEAD_RESPONSE)
    if incident.office_id != actor.office.id:
        raise NotFound
    incidents.hold(session, incident)
    if incident.erased_at is not None:
        incidents.require_open(incident)
