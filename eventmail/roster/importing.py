"""Writes a planned import into the roster, in the caller's one transaction, and how to undo it.

Rows travel in portions, so a roster of 100,000 contacts costs one portion's memory at a time.
Nobody is deleted: who is gone becomes inactive, because mails that were sent point to him.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.database import learn
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.roster.models import RosterChange, RosterImport, RosterRow
from eventmail.roster.planning import gone
from eventmail.roster.storing import is_taken, row_of
from eventmail.spreadsheet.rows import Row, company_key
from eventmail.suppression import service as suppression

PORTION = 2000
KEPT = (
    "participant_id",
    "department",
    "title",
    "name",
    "phone",
    "notes",
    "names_person",
    "address",
    "address_key",
    "active",
    "import_id",
    "source_row",
    "row_digest",
)
T = TypeVar("T")


def apply_rows(session: Session, event: Event, roster_import: RosterImport) -> None:
    """Bring the roster to what the import's taken rows say."""
    writer = _Writer(session, event, roster_import)
    # First those who leave: an address may stand with another company in the new roster.
    writer.leave(session.scalars(gone(session, event, roster_import)).all())
    writer.leave(writer.moved())
    for portion in portions(_taken(session, roster_import), PORTION):
        writer.write(portion)
    withdraw_empty(session, event)


def portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """``items`` in lists of at most ``size``."""
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion


def note_before(session: Session, roster_import: RosterImport, contacts: Iterable[Contact]) -> None:
    """Write down how contacts stand before this import changes them; once for each."""
    values = [
        {
            "import_id": roster_import.id,
            "contact_id": each.id,
            "before": {name: getattr(each, name) for name in KEPT}
            | {
                "company": each.participant.company,
                "status": each.participant.status.value,
                "corporate_number": each.participant.corporate_number,
            },
        }
        for each in contacts
    ]
    if values:
        session.execute(sa.insert(RosterChange), values)


def withdraw_empty(session: Session, event: Event) -> None:
    """A participant without any active contact takes no part."""
    active = sa.select(Contact.participant_id).where(Contact.event_id == event.id, Contact.active)
    session.execute(
        sa.update(Participant)
        .where(Participant.event_id == event.id, Participant.id.not_in(active))
        .values(status=ParticipantStatus.WITHDRAWN)
    )


def contact_values(roster_import: RosterImport, row: Row) -> dict[str, Any]:
    """A contact's columns from a row. The address is read once more, by the one strict type."""
    email = EmailAddress.parse(row.email)
    return {
        "department": row.department,
        "title": row.title,
        "name": row.contact,
        "phone": row.phone,
        "notes": row.notes,
        "names_person": row.person,
        "address": str(email),
        "address_key": email.key,
        "active": True,
        "import_id": roster_import.id,
        "source_row": row.number,
        "row_digest": row.digest,
    }


class _Writer:
    """One import's way into the roster."""

    def __init__(self, session: Session, event: Event, roster_import: RosterImport) -> None:
        self._session = session
        self._event = event
        self._import = roster_import
        self._owner = {"office_id": event.office_id, "event_id": event.id}
        self._participants: dict[str, int] = {
            company: number
            for number, company in session.execute(
                sa.select(Participant.id, Participant.company)
                .where(Participant.event_id == event.id)
                .order_by(Participant.id.desc())
            )
        }

    def moved(self) -> Sequence[Contact]:
        """Contacts whose address now stands with a company of another name: somebody else's."""
        query = (
            sa.select(RosterRow, Contact)
            .join(Contact, Contact.id == RosterRow.contact_id)
            .where(RosterRow.import_id == self._import.id, is_taken(), RosterRow.loud)
        )
        pairs = list(self._session.execute(query))
        found = [contact for row, contact in pairs if self._is_moved(row, contact)]
        numbers = [contact.id for contact in found]
        for portion in portions(numbers, PORTION):
            self._session.execute(
                sa.update(RosterRow)
                .where(RosterRow.import_id == self._import.id, RosterRow.contact_id.in_(portion))
                .values(contact_id=None)
            )
        return found

    def leave(self, contacts: Sequence[Contact]) -> None:
        """Take contacts out of the roster."""
        note_before(self._session, self._import, contacts)
        for contact in contacts:
            contact.active = False
        self._session.flush()

    def write(self, portion: list[tuple[Row, int | None]]) -> None:
        """Write one portion of taken rows: new contacts, and those that are there already."""
        keys = [row.email.casefold() for row, _ in portion]
        suppression.recognise(self._session, self._event.office_id, keys)
        self._change([(row, number) for row, number in portion if number is not None])
        self._enter([row for row, number in portion if number is None])
        self._session.flush()

    def _is_moved(self, row: RosterRow, contact: Contact) -> bool:
        return company_key(row.company) != company_key(contact.participant.company)

    def _change(self, pairs: list[tuple[Row, int]]) -> None:
        wanted = {number: row for row, number in pairs}
        query = sa.select(Contact).where(Contact.id.in_(wanted))
        contacts = list(self._session.scalars(query))
        note_before(self._session, self._import, contacts)
        for contact in contacts:
            row = wanted[contact.id]
            _set_company(contact.participant, row)  # the same company, perhaps spelt anew
            self._participants[row.company] = contact.participant_id
            values = contact_values(self._import, row)
            if values["address_key"] == contact.address_key:
                del values["names_person"]  # the office may have overruled it for this address
            for name, value in values.items():
                setattr(contact, name, value)
        self._session.flush()

    def _enter(self, rows: list[Row]) -> None:
        self._make_participants(rows)
        learn(self._session, Participant)  # each contact's company is looked for by its key
        values = [
            self._owner
            | {"participant_id": self._participants[row.company]}
            | contact_values(self._import, row)
            for row in rows
        ]
        if not values:
            return
        made = self._session.scalars(sa.insert(Contact).returning(Contact.id), values)
        changes = [
            {"import_id": self._import.id, "contact_id": number, "before": None} for number in made
        ]
        self._session.execute(sa.insert(RosterChange), changes)

    def _make_participants(self, rows: list[Row]) -> None:
        fresh = {row.company: row for row in rows if row.company not in self._participants}
        for company, number in self._inserted(fresh):
            self._participants[company] = number
        known = {row.company: row for row in rows if row.company not in fresh}
        ids = [self._participants[company] for company in known]
        for participant in self._session.scalars(
            sa.select(Participant).where(Participant.id.in_(ids))
        ):
            row = known.get(participant.company)
            if row is not None:
                _set_company(participant, row)

    def _inserted(self, fresh: dict[str, Row]) -> Iterator[tuple[str, int]]:
        values = [
            self._owner
            | {
                "company": company,
                "status": ParticipantStatus(row.status),
                "corporate_number": row.corporate_number,
            }
            for company, row in fresh.items()
        ]
        if values:
            query = sa.insert(Participant).returning(Participant.company, Participant.id)
            yield from self._session.execute(query, values)


def _set_company(participant: Participant, row: Row) -> None:
    participant.company = row.company
    participant.status = ParticipantStatus(row.status)
    participant.corporate_number = row.corporate_number or participant.corporate_number


def _taken(session: Session, roster_import: RosterImport) -> Iterator[tuple[Row, int | None]]:
    last = 0
    while True:
        query = (
            sa.select(RosterRow)
            .where(RosterRow.import_id == roster_import.id, is_taken(), RosterRow.position > last)
            .order_by(RosterRow.position)
            .limit(PORTION)
        )
        found = list(session.scalars(query))
        if not found:
            return
        for stored in found:
            yield row_of(stored), stored.contact_id
        last = found[-1].position
        for stored in found:
            session.expunge(stored)
