"""The founding story's incident over the sample meeting's roster of 30, and people who call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Contact, Event, Participant
from eventmail.incidents.calls import mails, service
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.calls.service import Said
from eventmail.incidents.calls.standing import TICKS, Line
from eventmail.incidents.models import ExposedAddress, Incident, Law, Origin, Party
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing
from eventmail.mailings.service import Draft
from eventmail.offices.permissions import Actor
from eventmail.sample import People

NOTICED = datetime(2023, 5, 31, 0, 30, tzinfo=UTC)  # Wednesday, 9:30 in Tokyo
ALL_SAID = dict.fromkeys(TICKS, True) | {"unread": False}
TITLE = "宛先にアドレスを並べて送った"


def leak(session: Session, people: People, event: Event) -> Incident:
    """30 companies, each with its address and a telephone number, in the order of the roster."""
    incident = Incident(
        office_id=event.office_id,
        title=TITLE,
        origin=Origin.OUTSIDE,
        law=Law.ADMINISTRATIVE,
        event_id=event.id,
        noticed_at=NOTICED,
        opened_by=people.manager.id,
        opened_at=NOTICED,
    )
    session.add(incident)
    session.flush()
    query = sa.select(Contact).join(Contact.participant).where(Contact.event_id == event.id)
    for number, each in enumerate(session.scalars(query.order_by(Participant.id)), 1):
        _party(session, incident, number, each)
    return incident


def _party(session: Session, incident: Incident, number: int, contact: Contact) -> None:
    place = {"office_id": incident.office_id, "incident_id": incident.id}
    company = contact.participant.company
    party = Party(**place, position=number, company=company, phone=f"06-0000-01{number:02}")
    party.event_id, party.participant_id = contact.event_id, contact.participant_id
    session.add(party)
    session.flush()
    session.add(
        ExposedAddress(
            **place,
            party_id=party.id,
            address=contact.address,
            address_key=contact.address_key,
            names_person=False,
        )
    )


def parties(session: Session, incident: Incident) -> list[int]:
    """The companies' ids in the order of the list."""
    query = sa.select(Party.id).where(Party.incident_id == incident.id)
    return list(session.scalars(query.order_by(Party.position)))


def call(
    session: Session,
    actor: Actor,
    incident: Incident,
    party_id: int,
    outcome: Outcome | None,
    **ticks: bool,
) -> Line:
    """Write a call down on what is recorded now; whoever is reached is told everything."""
    version = service.line(session, incident, party_id).version
    told = (ALL_SAID | ticks) if outcome is not Outcome.ABSENT else None
    return service.save(session, actor, incident, party_id, Said(version, outcome, told))


def call_all(
    session: Session, actor: Actor, incident: Incident, which: Iterable[int], outcome: Outcome
) -> None:
    """The same to several companies."""
    for each in which:
        call(session, actor, incident, each, outcome)


def begin(session: Session, people: People, incident: Incident, purpose: Purpose) -> int:
    """The author begins a mail from the list, and fills in what only he knows."""
    mailing = mails.begin(session, people.author, incident, purpose)
    mailings.save_draft(session, people.author, mailing, filled(mailing))
    return mailing.id


def filled(mailing: Mailing, **other: object) -> Draft:
    """The ready wording with nothing left to fill in."""
    words = {
        "purpose": mailing.purpose,
        "subject": mailing.subject,
        "body": mailing.body.replace("●●", "お電話でお伝えしたとおりです"),
        "mode": mailing.mode,
        "audience": mailing.audience,
    }
    return Draft(material_ids=frozenset(), version=mailing.version, **(words | other))


def contacts_of(session: Session, incident: Incident, which: Iterable[int]) -> set[int]:
    """The contacts of these companies of the list."""
    query = (
        sa.select(Contact.id)
        .join(Party, Party.participant_id == Contact.participant_id)
        .where(Party.incident_id == incident.id, Party.id.in_(list(which)))
    )
    return set(session.scalars(query))
