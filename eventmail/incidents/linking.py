"""An incident from outside and an event: by its roster the companies get the incident's mails."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail.addresses import EmailAddress
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.events.service import EventFacts
from eventmail.incidents import parties, service, taking
from eventmail.incidents.exposure import with_addresses
from eventmail.incidents.models import ExposedAddress, Incident, Party
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Actor
from eventmail.roster import hand
from eventmail.spreadsheet.rows import company_key
from eventmail.suppression import service as suppression

LINKED = said("この事案は、すでにイベント「{event}」とつながっています。")
NOBODY = said(
    "対応先のアドレスがまだ1件もありません。先に、アドレスが見えたメールを登録してください。"
)
NO_NAME = said(
    "名前がまだ入っていない対応先が{count}件あります。イベントの名簿に入る名前はメールにも載るため、"
    "先に、対応先の画面で事業所名を入れてください。"
)
SAME_NAME = said(
    "「{company}」という名前の対応先が2つあります。"
    "同じ事業所なら1つにまとめ、別の事業所なら名前を分けてください。"
)


def link(session: Session, actor: Actor, incident: Incident, event: Event) -> int:
    """Find the companies in an event's roster by their addresses; returns how many were found.

    Done again after the roster has changed, it finds the others as well.
    """
    service.touch(session, actor, incident)
    if incident.event_id not in (None, event.id):
        other = session.get_one(Event, incident.event_id)
        raise UserError(LINKED.format(event=other.name))
    incident.event_id = event.id
    session.flush()
    suppression.lock_office(session, incident.office_id)  # whoever hands a mail over is waited for
    known = _known(session, incident, event)
    here = {each.id: each for each in parties.all_of(session, incident)}
    own = {each.participant_id: each for each in here.values() if each.participant_id is not None}
    for participant, addresses in known.items():
        party = own.get(participant.id) or here[addresses[0][0].party_id]
        if party.participant_id not in (None, participant.id):  # another's
            party = taking.new_party(
                session, taking.book_of(session, incident), participant.company
            )
        _match(party, participant, addresses)
    session.flush()
    _drop_empty(session, incident)
    session.flush()
    session.expire_all()
    service.audit(session, incident, "incident.linked", actor, event=event.id, count=len(known))
    return len(known)


def unmatched(session: Session, incident: Incident) -> list[Party]:
    """Companies that the event's roster does not know."""
    return [each for each in parties.all_of(session, incident) if each.participant_id is None]


def make_event(session: Session, actor: Actor, incident: Incident, facts: EventFacts) -> Event:
    """An event of its own for the response; its roster are the incident's companies."""
    service.touch(session, actor, incident)
    if incident.event_id is not None:
        raise UserError(LINKED.format(event=session.get_one(Event, incident.event_id).name))
    found = parties.all_of(session, incident)
    typed = _typed(found)
    event = events.add_event(session, actor, facts)
    hand.add_all(session, actor, event, typed)
    mailings.refresh(session, event)
    link(session, actor, incident, event)
    return event


def _typed(found: list[Party]) -> list[hand.Typed]:
    found = [each for each in found if any(one.address for one in each.addresses)]
    unnamed = sum(not each.company or each.company.endswith(taking.UNNAMED) for each in found)
    if unnamed:
        raise UserError(NO_NAME.format(count=unnamed))
    names: set[str] = set()
    for each in found:
        key = company_key(each.company)
        if key in names:
            raise UserError(SAME_NAME.format(company=each.company))
        names.add(key)
    typed = [
        hand.Typed(party.company, EmailAddress.parse(each.address), phone=party.phone)
        for party in found
        for each in party.addresses
        if each.address
    ]
    if not typed:
        raise UserError(NOBODY)
    return typed


def _known(
    session: Session, incident: Incident, event: Event
) -> dict[Participant, list[tuple[ExposedAddress, str]]]:
    """The roster's companies that the incident's addresses are of, with the telephone numbers."""
    query = (
        sa.select(ExposedAddress, Contact)
        .join(Contact, Contact.address_key == ExposedAddress.address_key)
        .where(
            ExposedAddress.incident_id == incident.id,
            Contact.office_id == incident.office_id,
            Contact.event_id == event.id,
            Contact.active,
        )
        .options(joinedload(Contact.participant))
        .order_by(ExposedAddress.id)
    )
    found: dict[Participant, list[tuple[ExposedAddress, str]]] = defaultdict(list)
    for address, contact in session.execute(query):
        found[contact.participant].append((address, contact.phone))
    return found


def _match(party: Party, participant: Participant, found: list[tuple[ExposedAddress, str]]) -> None:
    """The company is the participant's, and the addresses are the company's."""
    for address, _ in found:
        address.party_id = party.id
    phone = party.phone or next((phone for _, phone in found if phone), "")
    told = (participant.event_id, participant.id, participant.company, phone)
    if told != (party.event_id, party.participant_id, party.company, party.phone):
        party.event_id, party.participant_id, party.company, party.phone = told
        party.version += 1


def _drop_empty(session: Session, incident: Incident) -> None:
    for each in with_addresses(session, incident):
        if not each.addresses and each.participant_id is None and not each.phone:
            taking.let_go(session, each)
