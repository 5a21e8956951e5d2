"""Incidents in the office's retention, and one person's place in them.

An incident is kept as long after its end as an event after its day; while it is open it stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.incidents import erasing
from eventmail.incidents.calls import erasing as calls
from eventmail.incidents.models import ExposedAddress, Incident, IncidentMail, Party, Sighting
from eventmail.incidents.record import erasing as record
from eventmail.language import said
from eventmail.offices.models import Office
from eventmail.privacy import due

log = logging.getLogger(__name__)
Writing = Callable[[], AbstractContextManager[Session]]
# Every room of incidents blanks its own; a new one adds itself here.
# Whoever takes names out of texts comes before the names go.
ROOMS: tuple[Callable[[Session, Incident], None], ...] = (
    record.of_incident,
    calls.of_incident,
    erasing.of_incident,
)
UNDER_WAY = said(
    "「{title}」は対応中の漏えい等事案です。対応を終えてから、もう一度お試しください。"
)


@dataclass(frozen=True, slots=True)
class Exposed:
    """One address of a person that was shown to others in an incident."""

    address: ExposedAddress
    company: str
    phone: str
    incident: Incident
    mails: tuple[int, ...]  # by their numbers


def run(writing: Writing, today: date) -> int:
    """Blank what is due; one incident that fails does not keep the others."""
    done = 0
    with writing() as session:
        waiting = [each.id for each in coming(session, today)]
    for incident_id in waiting:
        try:
            with writing() as session:
                blank(session, incident_id)
            done += 1
        except Exception:
            log.exception("the erasure of incident %s waits for another night", incident_id)
    return done


def blank(session: Session, incident_id: int) -> None:
    """All rooms of one incident, in one transaction."""
    incident = session.get_one(Incident, incident_id, with_for_update=True)
    for room in ROOMS:
        room(session, incident)


def coming(session: Session, until: date) -> list[Incident]:
    """The incidents whose names and addresses go until then, of all offices."""
    query = sa.select(Incident, Office.retention_months).join(
        Office, Office.id == Incident.office_id
    )
    kept = query.where(Incident.closed_at.is_not(None), Incident.erased_at.is_(None))
    return [each for each, months in session.execute(kept) if due_on(each, months) <= until]


def due_on(incident: Incident, months: int) -> date:
    """The first day on which they go; an open incident has none."""
    if incident.closed_at is None:
        return date.max
    closed_on = clock.in_tokyo(incident.closed_at).date()
    return due.months_after(closed_on, months) + due.DAY


def exposed(
    session: Session, office_id: int, is_asked: Callable[[str, str], bool]
) -> tuple[Exposed, ...]:
    """Where a person's address stood; ``is_asked`` is told its key and the name beside it."""
    query = (
        sa.select(ExposedAddress, Party, Incident)
        .join(Party, Party.id == ExposedAddress.party_id)
        .join(Incident, Incident.id == ExposedAddress.incident_id)
        .where(ExposedAddress.office_id == office_id, ExposedAddress.address != "")
        .order_by(ExposedAddress.id)
    )
    return tuple(
        Exposed(address, party.company, party.phone, incident, _mails(session, address))
        for address, party, incident in session.execute(query)
        if is_asked(address.address_key, address.shown_name)
    )


def _mails(session: Session, address: ExposedAddress) -> tuple[int, ...]:
    query = (
        sa.select(IncidentMail.number)
        .join(Sighting, Sighting.mail_id == IncidentMail.id)
        .where(Sighting.address_id == address.id)
    )
    return tuple(session.scalars(query.order_by(IncidentMail.number)))


def obstacle(found: Collection[Exposed]) -> str:
    """Why it cannot be erased now; empty if it can."""
    for each in found:
        if each.incident.closed_at is None:
            return UNDER_WAY.format(title=each.incident.title)
    return ""
