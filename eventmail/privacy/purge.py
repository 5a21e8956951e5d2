"""The erasure of an event whose time is over: step by step, each in a short transaction.

It begins with its record, after which nothing of the event changes. Every step looks for what is
still there, so that whoever comes after a crash goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventmail import clock
from eventmail.answers import erasing as answers
from eventmail.audit.service import record
from eventmail.corrections.models import Correction
from eventmail.events.erased import EventErasure
from eventmail.events.models import Contact, Event, MaterialVersion, Participant
from eventmail.events.service import lock
from eventmail.language import said
from eventmail.letters.models import Slot
from eventmail.links.models import PageLink
from eventmail.mailings.models import Erasure, Mailing, Snapshot
from eventmail.mailings.review_models import FindingAnswer
from eventmail.offices.models import Office
from eventmail.outbox import retention
from eventmail.outbox.models import Delivery
from eventmail.own_page.models import LinkMail
from eventmail.privacy import due, files, incidents
from eventmail.roster.models import (
    AT_WORK,
    OPEN,
    ImportState,
    RosterChange,
    RosterImport,
    RosterRow,
)
from eventmail.suppression import service as suppression
from eventmail.webhooks.models import WebhookCall

log = logging.getLogger(__name__)

Writing = Callable[[], AbstractContextManager[Session]]
REASON = said("保存期間の満了")
PORTION = 500
NIGHT = range(1, 5)  # o'clock in Tokyo
QUIET = {"synchronize_session": False}


def is_night(moment: datetime) -> bool:
    """Whether it is the time at which offices are empty."""
    return clock.in_tokyo(moment).hour in NIGHT


def run(writing: Writing, today: date | None = None) -> int:
    """Erase what is due; returns how many events and incidents are done.

    One event that fails does not keep the others.
    """
    done = 0
    for event_id in _waiting(writing, today or clock.today()):
        try:
            if begin(writing, event_id, today or clock.today()):
                _go_on(writing, event_id)
                done += 1
        except Exception:
            log.exception("the erasure of event %s has to wait for another night", event_id)
    return done + incidents.run(writing, today or clock.today())


def _waiting(writing: Writing, today: date) -> list[int]:
    with writing() as session:
        begun = sa.select(EventErasure.event_id).where(EventErasure.finished_at.is_(None))
        found = list(session.scalars(begun))
        for office in session.scalars(sa.select(Office)):
            found += [each.event.id for each in due.coming(session, office, today)]
    return found


def begin(writing: Writing, event_id: int, today: date) -> bool:
    """Write the record unless something holds the event back; whether there is work to do."""
    with writing() as session:
        known = session.get(EventErasure, event_id)
        if known is not None:
            return known.finished_at is None
        lock(session, event_id)
        event = session.get_one(Event, event_id)
        found = due.look(session, session.get_one(Office, event.office_id), event)
        if found.on > today or found.obstacles:
            return False
        _discard_imports(session, event)
        session.add(_record(session, found))
        return True


def _record(session: Session, found: due.Due) -> EventErasure:
    event = found.event

    def count(column: InstrumentedAttribute[int], owner: InstrumentedAttribute[int]) -> int:
        return session.scalars(sa.select(sa.func.count(column)).where(owner == event.id)).one()

    return EventErasure(
        event_id=event.id,
        office_id=event.office_id,
        due_on=found.on,
        at=clock.now(),
        participants=found.participants,
        contacts=found.contacts,
        imports=count(RosterImport.id, RosterImport.event_id),
        materials=count(MaterialVersion.id, MaterialVersion.event_id),
        snapshots=count(Snapshot.id, Snapshot.event_id),
        mails=count(Delivery.id, Delivery.event_id),
    )


def _discard_imports(session: Session, event: Event) -> None:
    session.execute(
        sa.update(RosterImport)
        .where(RosterImport.event_id == event.id, RosterImport.state.in_(set(OPEN) - set(AT_WORK)))
        .values(state=ImportState.DISCARDED)
        .execution_options(**QUIET)
    )


def _go_on(writing: Writing, event_id: int) -> None:
    for snapshot_id in _whole_snapshots(writing, event_id):
        with writing() as session:
            retention.erase(session, None, session.get_one(Snapshot, snapshot_id), REASON)
    while _blank_contacts(writing, event_id):
        pass
    with writing() as session:
        _blank_rosters(session, event_id)
    files.erase(writing, event_id)
    with writing() as session:
        _finish(session, event_id)


def _whole_snapshots(writing: Writing, event_id: int) -> Iterator[int]:
    with writing() as session:
        erased = sa.select(Erasure.snapshot_id)
        query = sa.select(Snapshot.id).where(
            Snapshot.event_id == event_id, Snapshot.id.not_in(erased)
        )
        found = list(session.scalars(query))
    yield from found


def blank_contact() -> dict[str, object]:
    """The values of a contact of whom nothing is known any more; its key stays unique."""
    names = ("department", "title", "name", "phone", "notes", "address", "row_digest")
    key = sa.literal("erased:") + sa.cast(Contact.id, sa.String)
    return {**dict.fromkeys(names, ""), "names_person": False, "address_key": key}


def _blank_contacts(writing: Writing, event_id: int) -> bool:
    """A portion of them; whether there were any."""
    with writing() as session:
        query = sa.select(Contact.id).where(Contact.event_id == event_id, Contact.address != "")
        found = list(session.scalars(query.limit(PORTION)))
        session.execute(
            sa.delete(RosterChange)
            .where(RosterChange.contact_id.in_(found))
            .execution_options(**QUIET)
        )
        session.execute(
            sa.update(Contact)
            .where(Contact.id.in_(found))
            .values(**blank_contact())
            .execution_options(**QUIET)
        )
    return bool(found)


def blank_import() -> dict[str, object]:
    """What stays of an import: when, by whom, the file's digest and the counts."""
    return {
        "filename": "",
        "reading": {},
        "choices": {},
        "answers": {},
        "notes": [],
        "alarms": [],
        "message": "",
    }


def _blank_rosters(session: Session, event_id: int) -> None:
    imports = sa.select(RosterImport.id).where(RosterImport.event_id == event_id)
    mailings = sa.select(Mailing.id).where(Mailing.event_id == event_id)
    statements: tuple[sa.Delete | sa.Update, ...] = (
        sa.delete(RosterChange).where(RosterChange.import_id.in_(imports)),
        sa.delete(RosterRow).where(RosterRow.import_id.in_(imports)),
        sa.delete(Slot).where(Slot.event_id == event_id),
        sa.delete(PageLink).where(PageLink.event_id == event_id),
        sa.delete(Correction).where(Correction.event_id == event_id),
        sa.delete(LinkMail).where(LinkMail.event_id == event_id),
        sa.delete(WebhookCall).where(WebhookCall.event_id == event_id),
        sa.delete(FindingAnswer).where(FindingAnswer.mailing_id.in_(mailings)),
        sa.update(RosterImport).where(RosterImport.event_id == event_id).values(**blank_import()),
        sa.update(Participant)
        .where(Participant.event_id == event_id)
        .values(company="", corporate_number=""),
    )
    for each in statements:
        session.execute(each.execution_options(**QUIET))
    answers.of_event(session, event_id)


def _finish(session: Session, event_id: int) -> None:
    erasure = session.get_one(EventErasure, event_id, with_for_update=True)
    if erasure.finished_at is not None:
        return
    suppression.forget_strangers(session, erasure.office_id)
    erasure.finished_at = clock.now()
    record(
        session,
        "event.erased",
        f"event:{event_id}",
        office_id=erasure.office_id,
        due_on=erasure.due_on.isoformat(),
        participants=erasure.participants,
        contacts=erasure.contacts,
        imports=erasure.imports,
        materials=erasure.materials,
        mails=erasure.mails,
    )
