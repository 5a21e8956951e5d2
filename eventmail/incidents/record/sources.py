"""Reads all that the chronology follows from: mails, calls, mailings, reports, measures, audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload

from eventmail.audit.models import AuditEntry
from eventmail.clock import in_tokyo
from eventmail.incidents.calls import standing
from eventmail.incidents.calls.mails import waves
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.models import Incident, IncidentMail, Place, Sighting
from eventmail.incidents.record import rows
from eventmail.incidents.record.deadlines import Duty
from eventmail.incidents.record.lines import Agreed, Known, Line, SentMail, Talk, Wave, at_noon
from eventmail.incidents.record.models import LEVEL_NAMES

FIELDS = {Place.TO: "TO", Place.CC: "CC", Place.BCC: "BCC"}
PAPER_MADE = "報告・公表のための書面を作った。"
# What of the audit belongs into the chronology; all else is either told by its own rows or detail.
ACTS = {
    "incident.closed": "対応を終えた。",
    "incident.reopened": "対応を再開した。",
    "incident.paper_taken": PAPER_MADE,
}
DONE_OF = {
    Duty.INTERNAL: "所内の報告をした",
    Duty.BUREAU: "労働局に報告した",
    Duty.PRELIMINARY: "個人情報保護委員会に速報をした",
    Duty.PERSONS: "本人に通知した",
    Duty.FINAL: "個人情報保護委員会に確報をした",
}


def known(
    session: Session, incident: Incident, found: Sequence[standing.Line] | None = None
) -> Known:
    """All of it. ``found``: the contact list, for whoever has it at hand."""
    found = standing.lines(session, incident) if found is None else found
    return Known(
        noticed_at=incident.noticed_at,
        noticed_how=incident.noticed_how,
        opened_at=incident.opened_at,
        happened_at=incident.happened_at,
        mails=_mails(session, incident),
        talks=_talks(found),
        agreed={each.party.id: _agreed(each) for each in found},
        waves=_waves(session, incident),
        acts=[*_acts(session, incident), *_reports(session, incident), *_done(session, incident)],
    )


def _mails(session: Session, incident: Incident) -> list[SentMail]:
    count = sa.func.count()
    query = sa.select(Sighting.mail_id, Sighting.place, count).group_by(
        Sighting.mail_id, Sighting.place
    )
    counts = {
        (mail_id, place): number
        for mail_id, place, number in session.execute(
            query.where(Sighting.incident_id == incident.id)
        )
    }
    mails = (
        sa.select(IncidentMail)
        .where(IncidentMail.incident_id == incident.id)
        .options(lazyload(IncidentMail.sightings))  # counted above, not looked at
    )
    return [
        SentMail(
            each.id,
            each.number,
            each.sent_at,
            tuple((name, counts.get((each.id, place), 0)) for place, name in FIELDS.items()),
        )
        for each in session.scalars(mails.order_by(IncidentMail.number))
    ]


def _talks(found: Iterable[standing.Line]) -> list[Talk]:
    return [
        Talk(each.at, each.party_id, each.outcome is Outcome.REACHED)
        for line in found
        for each in line.calls
        if each.stands
    ]


def _agreed(line: standing.Line) -> Agreed:
    return Agreed(*(line.ticked(name) for name in ("explained", "apologised", "deletion_agreed")))


def _waves(session: Session, incident: Incident) -> list[Wave]:
    return [
        Wave(each.mailing.id, each.purpose.value, each.sent_at, each.count)
        for each in waves(session, incident)
        if each.sent_at is not None and each.count
    ]


def _acts(session: Session, incident: Incident) -> Iterator[Line]:
    """The same act is told once a day."""
    query = sa.select(AuditEntry).where(
        AuditEntry.office_id == incident.office_id,
        AuditEntry.subject == f"incident:{incident.id}",
        AuditEntry.action.in_(ACTS),
    )
    told = set[tuple[str, date]]()
    for each in session.scalars(query.order_by(AuditEntry.id)):
        once = (each.action, in_tokyo(each.at).date())
        if once not in told:
            told.add(once)
            yield Line(each.at, ACTS[each.action], f"audit:{each.id}")


def _reports(session: Session, incident: Incident) -> Iterator[Line]:
    for duty, report in rows.reports(session, incident).items():
        if report.void or report.reported_at is None:
            continue
        number = f"（受付番号 {report.number}）" if report.number else ""
        yield Line(report.reported_at, f"{DONE_OF[duty]}{number}。", f"report:{duty}")


def _done(session: Session, incident: Incident) -> Iterator[Line]:
    for each in rows.measures(session, incident):
        if each.done_on is not None:
            text = f"再発防止策を実施した（{LEVEL_NAMES[each.level]}）：{each.text}"
            yield Line(at_noon(each.done_on), text, f"measure:{each.number}", all_day=True)
