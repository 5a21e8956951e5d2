"""Changes of a roster by hand: one contact added, changed, taken out, brought back.

Each is an import of its own with one row: the values as they were typed are kept as its file, and
its journal lets it be undone like any other.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.addresses import EmailAddress, names_a_person
from eventmail.audit.service import address_digest, record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.roster.importing import note_before, withdraw_empty
from eventmail.roster.listing import BY_HAND, BY_OWN
from eventmail.roster.models import ImportState, RosterChange, RosterImport, Source
from eventmail.spreadsheet.rows import company_key
from eventmail.suppression import service as suppression

LEFT = said("この担当者は、すでに名簿から外れています。")


@dataclass(frozen=True, slots=True)
class Typed:
    """One contact as a person typed it. Company, number and status are the whole company's."""

    company: str
    email: EmailAddress
    status: str = ParticipantStatus.ATTENDING.value
    corporate_number: str = ""
    department: str = ""
    title: str = ""
    name: str = ""
    phone: str = ""
    notes: str = ""
    names_person: bool = False

    def told(self) -> dict[str, object]:
        """Plain values, for the kept file."""
        return asdict(self) | {"email": str(self.email)}


def add(session: Session, actor: Actor, event: Event, typed: Typed) -> Contact:
    """Put a contact into the roster, beside the company's others if it is there already."""
    change = _begin(session, actor, event, "added", typed.told())
    _require_free(session, event, typed.email)
    suppression.recognise(session, event.office_id, [typed.email.key])
    participant = _participant(session, event, typed.company)
    if participant is None:
        participant = Participant(
            office_id=event.office_id,
            event_id=event.id,
            company=typed.company,
            status=ParticipantStatus(typed.status),
            corporate_number=typed.corporate_number,
        )
        session.add(participant)
        session.flush()
    else:
        _set_company(session, change, participant, typed, keep_name=True)
    contact = Contact(
        office_id=event.office_id,
        event_id=event.id,
        participant=participant,
        source_row=_next_row(session, event),
        **_values(change, typed),
    )
    contact.names_person = names_a_person(typed.email)
    session.add(contact)
    session.flush()
    session.add(RosterChange(import_id=change.id, contact_id=contact.id, before=None))
    _finish(session, actor, event, change, contact, new=1)
    return contact


def add_all(session: Session, actor: Actor, event: Event, typed: Sequence[Typed]) -> list[Contact]:
    """Put several contacts into an empty roster as one import, a company for each name."""
    told = [each.told() for each in typed]
    made = _begin(session, actor, event, "added", {"contacts": told})
    suppression.recognise(session, event.office_id, [each.email.key for each in typed])
    row, companies = _next_row(session, event), dict[str, Participant]()
    added = []
    for number, each in enumerate(typed):
        key = company_key(each.company)
        if key not in companies:
            companies[key] = Participant(
                office_id=event.office_id,
                event_id=event.id,
                company=each.company,
                status=ParticipantStatus(each.status),
            )
        contact = Contact(
            office_id=event.office_id,
            event_id=event.id,
            participant=companies[key],
            source_row=row + number,
            **_values(made, each),
        )
        contact.names_person = names_a_person(each.email)
        added.append(contact)
    session.add_all(added)
    session.flush()
    session.add_all(RosterChange(import_id=made.id, contact_id=c.id, before=None) for c in added)
    if added:
        _finish(session, actor, event, made, added[0], new=len(added))
    return added


def change(
    session: Session,
    actor: Actor | None,
    event: Event,
    contact: Contact,
    typed: Typed,
    *,
    source: Source = Source.HAND,
) -> None:
    """Change a contact, and the company it belongs to. It keeps its place in the roster.

    Without an ``actor`` the participant does it himself; whoever calls has asked whether he may.
    """
    told = typed.told() | {"contact": contact.id}
    made = _begin(session, actor, event, "changed", told, source)
    if not contact.active:
        raise UserError(LEFT)
    _require_free(session, event, typed.email, contact)
    suppression.recognise(session, event.office_id, [typed.email.key])
    other = _participant(session, event, typed.company)
    if other is not None and other.id != contact.participant_id:
        raise UserError(
            said(
                "「{company}」は、別の事業所として名簿にあります。"
                "その事業所の「担当者を追加」を使ってください。",
                company=other.company,
            )
        )
    before = _told(session, contact)
    _set_company(session, made, contact.participant, typed, beside=contact)
    for name, value in _values(made, typed).items():
        setattr(contact, name, value)
    session.flush()
    change = {"before": before, "after": _told(session, contact)}
    _finish(session, actor, event, made, contact, change, changed=1)


def leave(session: Session, actor: Actor, event: Event, contact: Contact) -> None:
    """Take a contact out of the roster; a company without any other withdraws."""
    made = _begin(session, actor, event, "removed", {"contact": contact.id})
    if not contact.active:
        raise UserError(LEFT)
    note_before(session, made, [contact])
    contact.active = False
    session.flush()
    withdraw_empty(session, event)
    session.refresh(contact.participant)
    _finish(session, actor, event, made, contact, gone=1)


def come_back(session: Session, actor: Actor, event: Event, contact: Contact) -> None:
    """Put a contact that left back into the roster; a company that has no other takes part."""
    made = _begin(session, actor, event, "restored", {"contact": contact.id})
    if contact.active:
        raise UserError(said("この担当者は、すでに名簿に戻っています。"))
    _require_free(session, event, contact.email)
    note_before(session, made, [contact])
    if not events.addresses_of(session, contact.participant_id):
        contact.participant.status = ParticipantStatus.ATTENDING
    contact.active, contact.import_id = True, made.id
    session.flush()
    _finish(session, actor, event, made, contact, new=1)


def get_contact(session: Session, event: Event, contact_id: int) -> Contact:
    """One contact of the event with its company, whether in the roster or not."""
    query = sa.select(Contact).where(
        Contact.id == contact_id,
        Contact.event_id == event.id,
        Contact.address != "",  # nobody brings back who was erased
    )
    found = session.scalar(query.options(joinedload(Contact.participant)))
    if found is None:
        raise NotFound
    return found


def get_participant(session: Session, event: Event, participant_id: int) -> Participant:
    """One company of the event."""
    found = session.scalar(
        sa.select(Participant).where(
            Participant.id == participant_id, Participant.event_id == event.id
        )
    )
    if found is None:
        raise NotFound
    return found


def _begin(
    session: Session,
    actor: Actor | None,
    event: Event,
    deed: str,
    told: dict[str, object],
    source: Source = Source.HAND,
) -> RosterImport:
    if actor is not None:
        actor.require(Action.IMPORT_ROSTER)
    elif source is not Source.OWN:
        raise ValueError("only a participant's own change is nobody's of the staff")
    by = actor.id if actor else None
    events.lock(session, event.id)
    # With a salt: from the digest, which outlives the values, nobody can try values out.
    kept = {"deed": deed, "salt": secrets.token_hex(16)} | told
    content = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
    now = clock.now()
    made = RosterImport(
        office_id=event.office_id,
        event_id=event.id,
        filename=BY_HAND if source is Source.HAND else BY_OWN,
        sha256=events.keep_blob(session, event.office_id, content),
        state=ImportState.APPLIED,
        source=source,
        reading={},
        uploaded_by=by,
        uploaded_at=now,
        confirmed_by=by,
        applied_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _told(session: Session, contact: Contact) -> dict[str, str]:
    """What was and is of a contact, for the audit: digests, for its values may be erased."""
    company = contact.participant
    values = {"address": contact.address, "company": company.company, "name": contact.name}
    digests = {name: address_digest(session, value) for name, value in values.items()}
    return digests | {"status": company.status.value}


def _finish(
    session: Session,
    actor: Actor | None,
    event: Event,
    made: RosterImport,
    contact: Contact,
    change: Mapping[str, Any] = MappingProxyType({}),
    **counts: int,
) -> None:
    made.counts = counts
    # In SQL: the event was read before its row was locked.
    session.execute(
        sa.update(Event).where(Event.id == event.id).values(roster_version=Event.roster_version + 1)
    )
    session.flush()
    record(
        session,
        "roster.by_hand",
        f"event:{event.id}",
        office_id=event.office_id,
        staff_id=actor.id if actor else None,
        file=made.sha256,
        contact=contact.id,
        **change,
        **counts,
    )


def _require_free(
    session: Session, event: Event, email: EmailAddress, own: Contact | None = None
) -> None:
    query = sa.select(Contact).where(
        Contact.event_id == event.id, Contact.active, Contact.address_key == email.key
    )
    taken = session.scalar(query.options(joinedload(Contact.participant)))
    if taken is not None and (own is None or taken.id != own.id):
        raise UserError(
            said(
                "このメールアドレスは、すでに「{company}」の担当者として名簿にあります。",
                company=taken.participant.company,
            )
        )


def _participant(session: Session, event: Event, company: str) -> Participant | None:
    """The company of that name, however it is spelt: the names pass by, none is kept."""
    wanted = company_key(company)
    query = sa.select(Participant.id, Participant.company).where(Participant.event_id == event.id)
    names = session.execute(query.execution_options(yield_per=1000))
    found = [number for number, name in names if company_key(name) == wanted]
    return session.get_one(Participant, found[0]) if found else None


def _set_company(
    session: Session,
    made: RosterImport,
    participant: Participant,
    typed: Typed,
    *,
    beside: Contact | None = None,
    keep_name: bool = False,
) -> None:
    """Set what is the whole company's; everybody it concerns is written down as he stood."""
    known = participant.corporate_number if keep_name else ""
    wanted = {
        "company": participant.company if keep_name else typed.company,
        "status": ParticipantStatus(typed.status),
        "corporate_number": typed.corporate_number or known,
    }
    concerned: Iterable[Contact] = [beside] if beside else []
    if any(getattr(participant, name) != value for name, value in wanted.items()):
        active = events.addresses_of(session, participant.id)
        concerned = {each.id: each for each in [*concerned, *active]}.values()
    note_before(session, made, concerned)
    for name, value in wanted.items():
        setattr(participant, name, value)
    session.flush()


def _next_row(session: Session, event: Event) -> int:
    query = sa.select(sa.func.max(Contact.source_row)).where(Contact.event_id == event.id)
    return (session.scalar(query) or 0) + 1


def _values(made: RosterImport, typed: Typed) -> dict[str, object]:
    text = json.dumps(typed.told(), ensure_ascii=False, sort_keys=True)
    return {
        "department": typed.department,
        "title": typed.title,
        "name": typed.name,
        "phone": typed.phone,
        "notes": typed.notes,
        "names_person": typed.names_person,
        "address": str(typed.email),
        "address_key": typed.email.key,
        "active": True,
        "import_id": made.id,
        "row_digest": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    }
