"""One person: everything that an office holds of somebody who asks for it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from eventmail.addresses import AddressError, EmailAddress
from eventmail.answers.models import Answer, Question
from eventmail.answers.words import ATTENDANCE_NAMES
from eventmail.events.models import Contact, Event
from eventmail.language import said
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.mailings.review_models import SnapshotFinding
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.models import Attempt, Delivery
from eventmail.outbox.service import STATE_NAMES
from eventmail.privacy.incidents import Exposed, exposed
from eventmail.roster.models import RosterImport, Source


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the person in one event's roster, and the upload it came from."""

    contact: Contact
    event: Event
    source: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to the person."""

    event: str
    subject: str
    address: str
    state: str
    sent_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule said about the person alone, and what the author answered."""

    event: str
    message: str
    answer: str


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the person, by his page or on the telephone."""

    event: str
    attendance: str
    people: int | None
    values: tuple[tuple[str, str], ...]
    message: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """All of it. ``asked`` is what was searched for, as it was read."""

    asked: str
    entries: tuple[Entry, ...]
    mails: tuple[Mail, ...]
    notes: tuple[Note, ...]
    said: tuple[Said, ...] = ()
    exposed: tuple[Exposed, ...] = ()

    @property
    def ids(self) -> frozenset[int]:
        """The contacts that are this person."""
        return frozenset(each.contact.id for each in self.entries)

    @property
    def exposed_ids(self) -> frozenset[int]:
        """The addresses in incidents that are this person's."""
        return frozenset(each.address.id for each in self.exposed)

    @property
    def is_held(self) -> bool:
        """Whether anything of the person is held here."""
        return bool(self.entries or self.exposed)

    @property
    def events(self) -> list[Event]:
        """In which events the person is, the newest first."""
        found = {each.event.id: each.event for each in self.entries}
        return [found[number] for number in sorted(found, reverse=True)]


def folded(text: str) -> str:
    """A name for comparing: width, blanks and case make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def find(session: Session, actor: Actor, asked: str) -> Person:
    """Who has exactly this address or exactly this name, in all events of the office."""
    actor.require(Action.SEE_PRIVACY)
    entries = _entries(session, actor.office.id, _contacts(session, actor.office.id, asked))
    ids = frozenset(each.contact.id for each in entries)
    return Person(
        asked.strip(),
        entries,
        _mails(session, ids),
        _notes(session, ids),
        _said(session, ids),
        exposed(session, actor.office.id, _is_asked(asked, entries)),
    )


def _is_asked(asked: str, entries: tuple[Entry, ...]) -> Callable[[str, str], bool]:
    """Whether an address, or the name that stood beside it, is the person's."""
    keys = {each.contact.address_key for each in entries}
    try:
        keys.add(EmailAddress.parse(asked).key)
        wanted = ""
    except AddressError:
        wanted = folded(asked)
    return lambda key, name: key in keys or (bool(name) and folded(name) == wanted)


def _contacts(session: Session, office_id: int, asked: str) -> list[int]:
    own = (Contact.office_id == office_id, Contact.address != "")
    try:
        key = EmailAddress.parse(asked).key
    except AddressError:
        wanted = folded(asked)
        rows = session.execute(sa.select(Contact.id, Contact.name).where(*own, Contact.name != ""))
        return [number for number, name in rows if folded(name) == wanted]
    # An address that was mended since stands in what was sent.
    sent = sa.select(SnapshotRecipient.contact_id).where(
        SnapshotRecipient.office_id == office_id, SnapshotRecipient.address_key == key
    )
    either = sa.or_(Contact.address_key == key, Contact.id.in_(sent))
    return list(session.scalars(sa.select(Contact.id).where(*own, either)))


def _entries(session: Session, office_id: int, ids: list[int]) -> tuple[Entry, ...]:
    query = (
        sa.select(Contact, Event, RosterImport)
        .join(Event, Event.id == Contact.event_id)
        .join(RosterImport, RosterImport.id == Contact.import_id)
        .where(Contact.id.in_(ids), Contact.office_id == office_id)
        .options(joinedload(Contact.participant))
        .order_by(Event.held_on.desc(), Contact.id)
    )
    return tuple(
        Entry(
            contact,
            event,
            said("手入力") if found.source == Source.HAND else found.filename,
            found.applied_at or found.uploaded_at,
        )
        for contact, event, found in session.execute(query)
    )


def _mails(session: Session, ids: frozenset[int]) -> tuple[Mail, ...]:
    newest = sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts)
    query = (
        sa.select(Delivery, SnapshotRecipient.address, Snapshot, Attempt.handed_over_at)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .join(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .outerjoin(Attempt, newest)
        .where(Delivery.contact_id.in_(ids))
        .order_by(Delivery.id)
    )
    return tuple(
        Mail(
            snapshot.event_name,
            snapshot.mailing.subject_shown,
            address,
            STATE_NAMES[delivery.state],
            at,
            delivery.reply,
        )
        for delivery, address, snapshot, at in session.execute(query)
    )


def _said(session: Session, ids: frozenset[int]) -> tuple[Said, ...]:
    query = (
        sa.select(Answer, Event.name)
        .join(Event, Event.id == Answer.event_id)
        .where(Answer.contact_id.in_(ids))
        .options(selectinload(Answer.values))
        .order_by(Answer.id)
    )
    found = session.execute(query).all()
    asked = {each.question_id for answer, _ in found for each in answer.values}
    labels = sa.select(Question.id, Question.label).where(Question.id.in_(asked))
    names = {number: label for number, label in session.execute(labels)}
    return tuple(
        Said(
            event,
            ATTENDANCE_NAMES[answer.attendance],
            answer.people,
            tuple((names[each.question_id], each.value) for each in answer.values),
            answer.message,
            answer.note,
            answer.at,
        )
        for answer, event in found
    )


def _notes(session: Session, ids: frozenset[int]) -> tuple[Note, ...]:
    """Only what names nobody else: the file is handed over."""
    snapshots = sa.select(SnapshotRecipient.snapshot_id).where(
        SnapshotRecipient.contact_id.in_(ids)
    )
    query = (
        sa.select(SnapshotFinding, Snapshot.event_name)
        .join(Snapshot, Snapshot.id == SnapshotFinding.snapshot_id)
        .where(SnapshotFinding.snapshot_id.in_(snapshots), SnapshotFinding.message != "")
        .order_by(SnapshotFinding.snapshot_id, SnapshotFinding.position)
    )
    return tuple(
        Note(event, finding.message, finding.answer)
        for finding, event in session.execute(query)
        if (named := contacts_of(finding)) and named <= ids
    )


def contacts_of(finding: SnapshotFinding) -> frozenset[int]:
    """Whom a finding is about."""
    places = json.loads(finding.place)
    return frozenset(number for place in places for number in place["contact_ids"])
