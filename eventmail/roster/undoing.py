"""Takes the newest change of a roster back, as long as nothing has been sent since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.errors import UserError
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.roster.importing import KEPT, PORTION, portions, withdraw_empty
from eventmail.roster.models import ImportState, RosterChange, RosterImport
from eventmail.suppression import service as suppression

SENT = said(
    "この取り込みのあとにメールを送信したため、元に戻せません。"
    "直すところがあるときは、新しい名簿を取り込むか、参加事業所を1件ずつ直してください。"
)
NOT_NEWEST = said("このあとにも名簿が変わっています。新しいものから順に元に戻してください。")


def newest(session: Session, event: Event) -> RosterImport | None:
    """The newest change of the roster that still counts: the only one that can be taken back."""
    query = (
        sa.select(RosterImport)
        .where(RosterImport.event_id == event.id, RosterImport.state == ImportState.APPLIED)
        .order_by(RosterImport.applied_at.desc(), RosterImport.id.desc())
    )
    return session.scalar(query.limit(1))


def obstacle(
    session: Session, event: Event, roster_import: RosterImport, last_sent: datetime | None
) -> str:
    """Why a change cannot be taken back; empty if it can. ``last_sent``: a mail of the event."""
    if roster_import.state is not ImportState.APPLIED or roster_import.applied_at is None:
        return said("この変更は、すでに元に戻したか、取り込んでいません。")
    found = newest(session, event)
    if found is None or found.id != roster_import.id:
        return NOT_NEWEST
    if last_sent is not None and last_sent >= roster_import.applied_at:
        return SENT
    changed = sa.select(RosterChange.import_id).where(RosterChange.import_id == roster_import.id)
    if session.scalar(changed.limit(1)) is None:
        return said("この取り込みには、元に戻すための記録がありません。")
    return ""


def undo(
    session: Session, event: Event, roster_import: RosterImport, last_sent: datetime | None
) -> None:
    """Bring every contact back to how it stood before, or raise :class:`UserError`."""
    reason = obstacle(session, event, roster_import, last_sent)
    if reason:
        raise UserError(reason)
    _leave_all(session, roster_import)
    for portion in _portions_before(session, roster_import):
        _bring_back(session, portion)
    for new in portions(_new(session, roster_import), PORTION):
        _forget(session, event, new)
    withdraw_empty(session, event)
    roster_import.state = ImportState.UNDONE
    roster_import.undone_at = clock.now()
    event.roster_version += 1
    session.flush()


def _leave_all(session: Session, roster_import: RosterImport) -> None:
    """First nobody of it is active, so that two who swapped their addresses do not collide."""
    touched = sa.select(RosterChange.contact_id).where(RosterChange.import_id == roster_import.id)
    session.execute(sa.update(Contact).where(Contact.id.in_(touched)).values(active=False))
    session.expire_all()  # what was looked at before the lock, the version too


def _portions_before(
    session: Session, roster_import: RosterImport
) -> Iterator[dict[int, dict[str, object]]]:
    last = 0
    while True:
        query = (
            sa.select(RosterChange.contact_id, RosterChange.before)
            .where(RosterChange.import_id == roster_import.id, RosterChange.before.is_not(None))
            .where(RosterChange.contact_id > last)
            .order_by(RosterChange.contact_id)
            .limit(PORTION)
        )
        found = {number: before or {} for number, before in session.execute(query)}
        if not found:
            return
        yield found
        last = max(found)


def _new(session: Session, roster_import: RosterImport) -> Sequence[int]:
    return session.scalars(
        sa.select(RosterChange.contact_id).where(
            RosterChange.import_id == roster_import.id, RosterChange.before.is_(None)
        )
    ).all()


def _forget(session: Session, event: Event, contacts: list[int]) -> None:
    """Who was new goes whole, unless a mailing that was frozen meanwhile points to him."""
    empty = ~sa.exists().where(Contact.participant_id == Participant.id)
    companies = sa.select(Contact.participant_id).where(Contact.id.in_(contacts))
    participants = session.scalars(companies).all()
    try:
        with session.begin_nested():
            session.execute(sa.delete(RosterChange).where(RosterChange.contact_id.in_(contacts)))
            session.execute(sa.delete(Contact).where(Contact.id.in_(contacts)))
            session.execute(sa.delete(Participant).where(Participant.id.in_(participants), empty))
    except IntegrityError:
        return  # they stay as inactive


def _bring_back(session: Session, before: dict[int, dict[str, object]]) -> None:
    query = (
        sa.select(Contact)
        .where(Contact.id.in_(before))
        .options(joinedload(Contact.participant))
        .order_by(Contact.id)
    )
    contacts = list(session.scalars(query))
    if contacts:
        keys = [str(told["address_key"]) for told in before.values()]
        suppression.recognise(session, contacts[0].office_id, keys)
    for contact in contacts:
        told = before[contact.id]
        for name in KEPT:
            setattr(contact, name, told[name])
        _bring_company_back(contact.participant, told)
    session.flush()


def _bring_company_back(participant: Participant, told: dict[str, object]) -> None:
    participant.company = str(told["company"])
    participant.status = ParticipantStatus(str(told["status"]))
    participant.corporate_number = str(told["corporate_number"])
