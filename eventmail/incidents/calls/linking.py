"""The event by whose roster the incident is mailed, and which participant each company is."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.incidents import service as incidents
from eventmail.incidents.calls.models import IncidentMailing
from eventmail.incidents.models import ExposedAddress, Incident, Party
from eventmail.offices.permissions import Action, Actor

MAILED = (
    "このイベントの名簿で、すでにメールを作っています。ほかのイベントには変えられません。"
    "同じイベントを選ぶと、名簿ともう一度照らし合わせます。"
)


def choose_event(session: Session, actor: Actor, incident: Incident, event_id: int) -> int:
    """Mail by this event's roster; returns how many companies were found in it."""
    actor.require(Action.RESPOND)
    event = events.get_event(session, actor, event_id)
    incidents.require_open(incident)
    if incident.event_id != event.id:
        _require_unmailed(session, incident)
        incident.event_id = event.id
        _forget(session, incident)
    count = match(session, incident)
    record(
        session,
        "incident.event_chosen",
        f"incident:{incident.id}",
        office_id=incident.office_id,
        staff_id=actor.id,
        event=event.id,
        participants=count,
    )
    return count


def match(session: Session, incident: Incident) -> int:
    """Find each company in the roster by its addresses; one that two participants share is none's.

    Whoever was found before stays found. Returns how many are.
    """
    keys = _keys(session, incident)
    found = _participants(session, incident)
    count = 0
    for party in session.scalars(sa.select(Party).where(Party.incident_id == incident.id)):
        if party.participant_id is None:
            same = set().union(*(found.get(key, set()) for key in keys.get(party.id, ())))
            if len(same) == 1:
                party.event_id, party.participant_id = incident.event_id, same.pop()
        count += party.participant_id is not None
    session.flush()
    return count


def _require_unmailed(session: Session, incident: Incident) -> None:
    query = sa.select(IncidentMailing.mailing_id).where(IncidentMailing.incident_id == incident.id)
    if session.scalars(query.limit(1)).first() is not None:
        raise UserError(MAILED)


def _forget(session: Session, incident: Incident) -> None:
    session.execute(
        sa.update(Party)
        .where(Party.incident_id == incident.id)
        .values(event_id=None, participant_id=None)
    )


def _keys(session: Session, incident: Incident) -> dict[int, set[str]]:
    query = sa.select(ExposedAddress.party_id, ExposedAddress.address_key).where(
        ExposedAddress.incident_id == incident.id
    )
    found: dict[int, set[str]] = defaultdict(set)
    for party_id, key in session.execute(query):
        found[party_id].add(key)
    return found


def _participants(session: Session, incident: Incident) -> dict[str, set[int]]:
    query = sa.select(Contact.address_key, Contact.participant_id).where(
        Contact.event_id == incident.event_id,
        Contact.office_id == incident.office_id,
        Contact.active,
    )
    found: dict[str, set[int]] = defaultdict(set)
    for key, participant_id in session.execute(query):
        found[key].add(participant_id)
    return found
