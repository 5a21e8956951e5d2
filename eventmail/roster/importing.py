"""Writes a roster's changes: new, changed and gone contacts of one event."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.roster.diff import Change, Kind
from eventmail.roster.models import RosterImport
from eventmail.spreadsheet.rows import Row, company_key


def apply_changes(
    session: Session, event: Event, roster_import: RosterImport, changes: Iterable[Change]
) -> None:
    """Write all changes. Who is gone is withdrawn, never deleted."""
    listed = list(changes)
    # First those who leave: an address may stand with another company in the new roster.
    for change in listed:
        if change.kind is Kind.GONE or _moved(change):
            _leave(session, change)
    session.flush()
    for change in listed:
        if change.row is None:
            continue
        if change.kind is Kind.NEW or _moved(change):
            _enter(session, event, roster_import, change.row)
        else:
            _update(session, roster_import, change, change.row)
    session.flush()
    _withdraw_empty(session, event)


def _moved(change: Change) -> bool:
    """Whether an address moved to a company of another name: that is somebody else's contact."""
    if change.current is None or change.row is None:
        return False
    return company_key(change.current.company) != company_key(change.row.company)


def _leave(session: Session, change: Change) -> None:
    assert change.current is not None
    session.get_one(Contact, change.current.contact_id).active = False


def _enter(session: Session, event: Event, roster_import: RosterImport, row: Row) -> None:
    participant = _participant(session, event, row)
    contact = Contact(
        office_id=event.office_id, event_id=event.id, participant_id=participant.id, active=True
    )
    _fill(contact, roster_import, row)
    session.add(contact)
    session.flush()


def _update(session: Session, roster_import: RosterImport, change: Change, row: Row) -> None:
    assert change.current is not None
    contact = session.get_one(Contact, change.current.contact_id)
    contact.participant.company = row.company  # the same company, spelt anew
    contact.participant.status = ParticipantStatus(row.status)
    _fill(contact, roster_import, row)


def _fill(contact: Contact, roster_import: RosterImport, row: Row) -> None:
    email = EmailAddress.parse(row.email)
    contact.department, contact.title, contact.name = row.department, row.title, row.contact
    contact.phone = row.phone
    contact.address, contact.address_key = str(email), email.key
    contact.import_id = roster_import.id
    contact.source_row, contact.row_digest = row.number, row.digest


def _participant(session: Session, event: Event, row: Row) -> Participant:
    query = sa.select(Participant).where(
        Participant.event_id == event.id, Participant.company == row.company
    )
    found = session.scalars(query.order_by(Participant.id)).first()
    if found is None:
        found = Participant(office_id=event.office_id, event_id=event.id, company=row.company)
        session.add(found)
    found.status = ParticipantStatus(row.status)
    session.flush()
    return found


def _withdraw_empty(session: Session, event: Event) -> None:
    active = sa.select(Contact.participant_id).where(Contact.event_id == event.id, Contact.active)
    session.execute(
        sa.update(Participant)
        .where(Participant.event_id == event.id, Participant.id.not_in(active))
        .values(status=ParticipantStatus.WITHDRAWN)
    )
