"""消去の請求: one person goes from every event of the office, in one transaction.

What others need stays: the event, the other companies, counts, digests and fates. A roster's file
holds everybody in one, so the files of those events go whole; their rosters stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.answers import erasing as answers
from eventmail.audit.service import record
from eventmail.corrections.models import Correction
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.erased import ContactErasure, PersonErasure
from eventmail.events.models import Contact, MaterialVersion, Participant
from eventmail.incidents import erasing as of_incidents
from eventmail.incidents.calls import erasing as of_calls
from eventmail.incidents.record import erasing as of_record
from eventmail.language import said
from eventmail.letters.models import Slot
from eventmail.links.models import PageLink
from eventmail.mailings.models import (
    Mailing,
    SendMode,
    Snapshot,
    SnapshotMaterial,
    SnapshotRecipient,
)
from eventmail.mailings.review_models import FindingAnswer, SnapshotFinding
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery
from eventmail.own_page.models import LinkMail
from eventmail.privacy import due, files, incidents
from eventmail.privacy.people import Person, contacts_of
from eventmail.privacy.purge import QUIET, blank_contact
from eventmail.roster.importing import withdraw_empty
from eventmail.roster.models import (
    OPEN,
    ImportState,
    RosterChange,
    RosterImport,
    RosterRow,
)
from eventmail.sealing import Sealer
from eventmail.suppression import service as suppression

PURPOSE = "erased person"
NOBODY = said("この方の情報はもうありません。もう一度探して、いまの内容を確かめてください。")
BUSY = said("「{event}」は{obstacle}終わってから、もう一度お試しください。")
NO_REASON = said("消去の理由を入れてください。")


def obstacle(session: Session, person: Person) -> str:
    """Why it cannot be done now; empty if it can."""
    for event in person.events:
        found = due.obstacles(session, event)
        if found:
            return BUSY.format(event=event.name, obstacle=found[0])
    return incidents.obstacle(person.exposed)


def erase(session: Session, actor: Actor, sealer: Sealer, person: Person, reason: str) -> int:
    """Erase the person; returns how many contacts and addresses in incidents it was.

    Raises :class:`UserError` while something is under way.
    """
    actor.require(Action.MANAGE_PRIVACY)
    if not reason.strip():
        raise UserError(NO_REASON)
    for event in sorted(person.events, key=lambda each: each.id):
        events.lock(session, event.id)
    if not person.is_held:
        raise UserError(NOBODY)
    reason_against = obstacle(session, person)
    if reason_against:
        raise UserError(reason_against)
    words = _words(session, person)
    _write_down(session, actor, sealer, person, reason.strip())
    _from_mails(session, person.ids)
    answers.of_contacts(session, person.ids, words | _family_names(person))
    _from_findings(session, person, words)
    if person.ids:
        _from_rosters(session, person)
    # What was said on the telephone may name him.
    of_calls.of_parties(session, {each.address.party_id for each in person.exposed})
    in_incidents = _in_incidents(person, words | _family_names(person))
    of_calls.of_words(session, *in_incidents)
    of_record.of_words(session, *in_incidents)
    of_incidents.of_addresses(session, person.exposed_ids)
    for event in person.events:
        withdraw_empty(session, event)
    suppression.forget_strangers(session, actor.office.id)
    session.expire_all()
    return len(person.ids) + len(person.exposed)


def erased_rows(session: Session, sealer: Sealer, found: RosterImport) -> list[str]:
    """The rows of an open import whose address is of somebody who asked to be erased."""
    rows = sa.select(RosterRow.key, RosterRow.address_key).where(RosterRow.import_id == found.id)
    known = _digests(session, found.office_id)
    if not known:
        return []
    return [row for row, key in session.execute(rows) if sealer.digest(key, PURPOSE) in known]


def was_erased(session: Session, sealer: Sealer, office_id: int, key: str) -> bool:
    """Whether somebody with this address asked to be erased."""
    known = _digests(session, office_id)
    return bool(known) and sealer.digest(key, PURPOSE) in known


def _digests(session: Session, office_id: int) -> frozenset[str]:
    query = sa.select(PersonErasure.digest).where(PersonErasure.office_id == office_id)
    return frozenset(session.scalars(query))


def _words(session: Session, person: Person) -> frozenset[str]:
    """What would tell of the person in a sentence: addresses, now and then, and the name."""
    found = {word for each in person.entries for word in (each.contact.address, each.contact.name)}
    query = sa.select(SnapshotRecipient.address, SnapshotRecipient.name)
    for pair in session.execute(query.where(SnapshotRecipient.contact_id.in_(person.ids))):
        found.update(pair)
    return frozenset(found - {""})


def _family_names(person: Person) -> frozenset[str]:
    """How colleagues speak of somebody: 山田 of 山田 太郎."""
    names = [each.contact.name for each in person.entries]
    names += [each.address.shown_name for each in person.exposed]
    found = (name.split()[:1] for name in names)
    return frozenset(name for part in found for name in part if len(name) > 1)


def _in_incidents(person: Person, words: frozenset[str]) -> tuple[set[int], frozenset[str]]:
    """In which incidents he is told of, and by which words: the name beside his address, too."""
    shown = {each.address.shown_name for each in person.exposed} - {""}
    return {each.incident.id for each in person.exposed}, words | shown


def _write_down(
    session: Session, actor: Actor, sealer: Sealer, person: Person, reason: str
) -> None:
    owner = {"office_id": actor.office.id}
    made: dict[str, PersonErasure] = {}
    for key in sorted(_keys(person)):
        digest = sealer.digest(key, PURPOSE)
        made[digest] = PersonErasure(
            **owner, digest=digest, reason=reason, staff_id=actor.id, at=clock.now()
        )
    session.add_all(made.values())
    session.flush()
    for each in person.entries:
        contact = each.contact
        digest = sealer.digest(contact.address_key, PURPOSE)
        session.add(
            ContactErasure(
                **owner,
                contact_id=contact.id,
                event_id=contact.event_id,
                participant_id=contact.participant_id,
                person_id=made[digest].id,
            )
        )
    session.flush()
    for erasure in made.values():
        record(
            session,
            "person.erased",
            f"person:{erasure.id}",
            office_id=actor.office.id,
            staff_id=actor.id,
            address=erasure.digest,
            contacts=len(person.ids),
            events=len(person.events),
            mails=len(person.mails),
            exposed=len(person.exposed),
        )


def _keys(person: Person) -> frozenset[str]:
    """The addresses by which he is known here."""
    return frozenset(
        (
            *(each.contact.address_key for each in person.entries),
            *(each.address.address_key for each in person.exposed),
        )
    )


def _from_mails(session: Session, ids: frozenset[int]) -> None:
    mails = sa.select(Delivery.id).where(Delivery.contact_id.in_(ids))
    # A batch's mail names nobody, and is kept once for all who got it.
    own = mails.join(Snapshot, Snapshot.id == Delivery.snapshot_id).where(
        Snapshot.mode != SendMode.BATCH
    )
    names = ("company", "department", "title", "name", "address")
    key = sa.literal("erased:") + sa.cast(SnapshotRecipient.contact_id, sa.String)
    blanks = (
        sa.update(SnapshotRecipient)
        .where(SnapshotRecipient.contact_id.in_(ids))
        .values(**dict.fromkeys(names, ""), address_key=key),
        sa.update(Attempt).where(Attempt.delivery_id.in_(mails)).values(reply_text=""),
        sa.update(Attempt).where(Attempt.delivery_id.in_(own)).values(head=b""),
        sa.update(DecisionRecord).where(DecisionRecord.delivery_id.in_(mails)).values(note=""),
        sa.update(Delivery).where(Delivery.contact_id.in_(ids)).values(reply=""),
    )
    for each in blanks:
        session.execute(each.execution_options(**QUIET))


def _from_findings(session: Session, person: Person, words: frozenset[str]) -> None:
    numbers = [event.id for event in person.events]
    frozen = sa.select(SnapshotFinding).where(
        SnapshotFinding.event_id.in_(numbers), SnapshotFinding.message != ""
    )
    for finding in session.scalars(frozen):
        told = finding.message + finding.answer + finding.place
        if contacts_of(finding) & person.ids or any(word in told for word in words):
            finding.message, finding.place, finding.answer = "", "{}", ""
    session.flush()
    drafts = sa.select(FindingAnswer).join(Mailing, Mailing.id == FindingAnswer.mailing_id)
    for answer in session.scalars(drafts.where(Mailing.event_id.in_(numbers))):
        if any(word in answer.answer for word in words):
            session.delete(answer)
    for slot in session.scalars(sa.select(Slot).where(Slot.event_id.in_(numbers))):
        if any(word in str(slot.typed) for word in words):
            session.delete(slot)
    session.flush()


def _from_rosters(session: Session, person: Person) -> None:
    numbers = [event.id for event in person.events]
    imports = sa.select(RosterImport.id).where(RosterImport.event_id.in_(numbers))
    empty: dict[str, object] = {
        "reading": {},
        "choices": {},
        "answers": {},
        "notes": [],
        "alarms": [],
    }
    statements: tuple[sa.Delete | sa.Update, ...] = (
        sa.update(RosterImport)
        .where(RosterImport.event_id.in_(numbers), RosterImport.state.in_(OPEN))
        .values(state=ImportState.DISCARDED),
        sa.update(RosterImport)
        .where(RosterImport.event_id.in_(numbers))
        .values(**empty, message=""),
        sa.delete(RosterRow).where(RosterRow.import_id.in_(imports)),
        sa.delete(RosterChange).where(RosterChange.contact_id.in_(person.ids)),
        sa.delete(PageLink).where(PageLink.contact_id.in_(person.ids)),
        sa.delete(Correction).where(Correction.contact_id.in_(person.ids)),
        sa.delete(LinkMail).where(LinkMail.contact_id.in_(person.ids)),
        sa.update(Contact)
        .where(Contact.id.in_(person.ids))
        .values(**blank_contact(), active=False),
    )
    for each in statements:
        session.execute(each.execution_options(**QUIET))
    _companies(session, person)
    for office_id, sha256 in files_of(session, numbers):
        files.blank(session, office_id, sha256)


def _companies(session: Session, person: Person) -> None:
    """A company of whose people nobody is left: it may be one person's business."""
    left = sa.exists().where(Contact.participant_id == Participant.id, Contact.address != "")
    companies = {each.contact.participant_id for each in person.entries}
    session.execute(
        sa.update(Participant)
        .where(Participant.id.in_(companies), ~left)
        .values(company="", corporate_number="")
        .execution_options(**QUIET)
    )


def files_of(session: Session, event_ids: Collection[int]) -> list[tuple[int, str]]:
    """The rosters' files of these events; not those that another event or a shelf has as well."""
    touched = sa.select(ContactErasure.event_id)
    query = sa.select(RosterImport.office_id, RosterImport.sha256).where(
        RosterImport.event_id.in_(event_ids),
        RosterImport.sha256.not_in(
            sa.select(RosterImport.sha256).where(RosterImport.event_id.not_in(touched))
        ),
        RosterImport.sha256.not_in(sa.select(MaterialVersion.sha256)),
        RosterImport.sha256.not_in(sa.select(SnapshotMaterial.sha256)),
    )
    return sorted({(office, sha256) for office, sha256 in session.execute(query)})


def mailings_closed(session: Session, person: Person) -> int:
    """How many mailings can send nothing again: what was approved is not whole any more."""
    query = (
        sa.select(sa.func.count(sa.distinct(Snapshot.mailing_id)))
        .join(SnapshotRecipient, SnapshotRecipient.snapshot_id == Snapshot.id)
        .where(SnapshotRecipient.contact_id.in_(person.ids))
    )
    return session.scalars(query).one()
