"""Loads the ground on which the rules look at a draft: a few queries, however large the roster."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.allowed import service as allowed
from eventmail.audit.models import AuditEntry, AuditHead
from eventmail.events import shelf
from eventmail.events.models import (
    Contact,
    Event,
    Material,
    MaterialVersion,
    Participant,
    ParticipantStatus,
)
from eventmail.mailings.acquainted import acquaintances
from eventmail.mailings.findings.ground import (
    Ground,
    History,
    Office,
    OtherEvent,
    Roster,
    strangers,
)
from eventmail.mailings.models import (
    Audience,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotMaterial,
    SnapshotRecipient,
)
from eventmail.mailings.snapshot import Content
from eventmail.offices import models as offices
from eventmail.roster.models import ImportState, RosterImport, Source
from eventmail.spreadsheet.companies import company_key

BEGUN = (MailingState.SENDING, MailingState.SENT, MailingState.HALTED)


def survey(session: Session, mailing: Mailing, content: Content) -> Ground:
    """Everything that the rules look at, as it is now."""
    office = _office(session, mailing.office_id)
    people = acquaintances(session, mailing.office_id).people
    sha256s = [each.sha256 for each in content.materials]
    return Ground(
        content=content,
        now=clock.now(),
        office=office,
        directory=strangers(content, office, people),
        scans=shelf.scans_for(session, mailing.office_id, sha256s) if sha256s else {},
        roster=_roster(session, mailing),
        history=_history(session, mailing, sha256s),
        expected_count=mailing.expected_count,
        chosen=mailing.audience is not Audience.ALL,
    )


def stamp(session: Session, mailing: Mailing) -> tuple[object, ...]:
    """Another one whenever a survey could tell something else: each act in an office is audited.

    The number of the newest act tells of one that this transaction has recorded itself; the length
    of the chain, of one that began before the newest and ended after it.
    """
    newest = sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.office_id == mailing.office_id)
    chain = sa.select(AuditHead.number).where(AuditHead.chain == mailing.office_id)
    return session.scalar(newest), session.scalar(chain), clock.today()


def _office(session: Session, office_id: int) -> Office:
    office = session.get_one(offices.Office, office_id)
    boxes = sa.select(offices.Mailbox.address).where(offices.Mailbox.office_id == office_id)
    staff = (
        sa.select(offices.Staff.name)
        .join(offices.Membership, offices.Membership.staff_id == offices.Staff.id)
        .where(offices.Membership.office_id == office_id)
        .distinct()
    )
    return Office(
        name=office.name,
        addresses=frozenset(each.casefold() for each in session.scalars(boxes)),
        staff=tuple(session.scalars(staff)),
        allowed=allowed.values(session, office_id),
        hold_minutes=office.hold_minutes,
    )


def _roster(session: Session, mailing: Mailing) -> Roster:
    gone = sa.select(Participant.company).where(
        Participant.event_id == mailing.event_id,
        Participant.status == ParticipantStatus.WITHDRAWN,
    )
    files = sa.select(RosterImport.filename).where(
        RosterImport.event_id == mailing.event_id,
        RosterImport.state == ImportState.APPLIED,
        RosterImport.source == Source.WORKBOOK,
    )
    return Roster(
        withdrawn=frozenset(map(company_key, session.scalars(gone))),
        files=tuple(dict.fromkeys(session.scalars(files.order_by(RosterImport.id)))),
    )


def _history(session: Session, mailing: Mailing, sha256s: list[str]) -> History:
    names = sa.select(Material.filename).where(
        Material.event_id == mailing.event_id, ~Material.removed
    )
    return History(
        events=_other_events(session, mailing),
        last=_last(session, mailing),
        ever=_ever(session, mailing),
        sent_files=_sent_files(session, mailing),
        elsewhere=_elsewhere(session, mailing, sha256s) if sha256s else {},
        shelf=tuple(session.scalars(names)),
    )


def _other_events(session: Session, mailing: Mailing) -> tuple[OtherEvent, ...]:
    query = sa.select(Event.name, Event.held_on, Event.place).where(
        Event.office_id == mailing.office_id, Event.id != mailing.event_id
    )
    return tuple(OtherEvent(*row) for row in session.execute(query))


def _begun(mailing: Mailing) -> sa.Select[int]:
    """The snapshots of the event's other mailings that were sent, or whose sending began."""
    return (
        sa.select(Snapshot.id)
        .join(Snapshot.mailing)
        .where(
            Mailing.event_id == mailing.event_id,
            Mailing.id != mailing.id,
            Mailing.state.in_(BEGUN),
        )
    )


def _last(session: Session, mailing: Mailing) -> dict[str, str] | None:
    """Whom the event's last mailing to everybody went to; None where that is not known any more."""
    newest = _begun(mailing).where(Mailing.audience == Audience.ALL)
    snapshot_id = session.scalar(newest.order_by(Snapshot.id.desc()).limit(1))
    if snapshot_id is None:
        return None
    query = sa.select(SnapshotRecipient.address_key, SnapshotRecipient.company).where(
        SnapshotRecipient.snapshot_id == snapshot_id, SnapshotRecipient.address != ""
    )
    return {key: company for key, company in session.execute(query)} or None


def _ever(session: Session, mailing: Mailing) -> frozenset[str]:
    """The addresses of the event's roster that the office has sent to before, in any event."""
    sent_to = (
        sa.select(SnapshotRecipient.contact_id)
        .join(Snapshot, Snapshot.id == SnapshotRecipient.snapshot_id)
        .join(Snapshot.mailing)
        .where(
            SnapshotRecipient.office_id == Contact.office_id,
            SnapshotRecipient.address_key == Contact.address_key,
            Mailing.state.in_(BEGUN),
        )
    )
    query = sa.select(Contact.address_key).where(
        Contact.office_id == mailing.office_id,
        Contact.event_id == mailing.event_id,
        sent_to.exists(),  # the first of all those mails is enough
    )
    return frozenset(session.scalars(query))


def _sent_files(session: Session, mailing: Mailing) -> dict[str, str]:
    query = (
        sa.select(SnapshotMaterial.filename, SnapshotMaterial.sha256)
        .where(SnapshotMaterial.snapshot_id.in_(_begun(mailing)))
        .order_by(SnapshotMaterial.snapshot_id)
    )
    return {name: sha256 for name, sha256 in session.execute(query)}


def _elsewhere(
    session: Session, mailing: Mailing, sha256s: list[str]
) -> dict[str, tuple[OtherEvent, ...]]:
    query = (
        sa.select(MaterialVersion.sha256, Event.name, Event.held_on, Event.place)
        .join(Event, Event.id == MaterialVersion.event_id)
        .where(
            MaterialVersion.office_id == mailing.office_id,
            MaterialVersion.event_id != mailing.event_id,
            MaterialVersion.sha256.in_(sha256s),
        )
        .distinct()
    )
    found: defaultdict[str, list[OtherEvent]] = defaultdict(list)
    for sha256, name, held_on, place in session.execute(query):
        found[sha256].append(OtherEvent(name, held_on, place))
    return {sha256: tuple(events) for sha256, events in found.items()}
