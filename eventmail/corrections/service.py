"""A change of person or address: proposed on one's own page, in force once the old address agrees.

The new address gets nothing before that. Whoever has only the link to the page can propose, but
not agree: the code goes to the registered address. The office may take a word on the phone
instead, or refuse.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress, names_a_person
from eventmail.audit.service import address_digest, record
from eventmail.corrections.models import Correction, State
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.language import said
from eventmail.links.service import Guest
from eventmail.mailings import service as mailings
from eventmail.offices.permissions import Action, Actor
from eventmail.own_page import asking, codes
from eventmail.roster import hand
from eventmail.roster.models import Source
from eventmail.sealing import Sealer
from eventmail.suppression import service as suppression
from eventmail.suppression.models import Kind

LASTS = timedelta(days=7)
MOST_A_DAY = 3
MOST_TRIES = 5
OPEN = (State.WAITING, State.AGREED)
NO_WORD = said("だれに、いつ電話で確かめたかを1文で入力してください。")
NO_REASON = said("認めない理由を1文で入力してください。")
NO_ADDRESS = said("メールアドレスは書かずに、名前や部署で入力してください。")
DECIDED = said("この申し出は、すでに処理されているか、取り下げられています。")
MOVED_ON = said(
    "申し出のあとに、この担当者のアドレスが変わりました。もう一度申し出てもらってください。"
)
FIELDS = ("department", "title", "name")


class Answer(enum.StrEnum):
    """What became of a code that was typed."""

    DONE = "done"
    AGREED = "agreed"
    WRONG = "wrong"
    OVER = "over"


class Refused(Exception):
    """A proposal that is not taken; ``reason`` names the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who shall get the mails, and where."""

    department: str
    title: str
    name: str
    email: EmailAddress


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that the office can decide, with whom it is about as he stands now."""

    correction: Correction
    contact: Contact
    participant: Participant
    event: Event


def propose(session: Session, guest: Guest, wanted: Wanted) -> Correction:
    """Write it down, and mail a code to the registered address. Raises :class:`Refused`."""
    contact = _locked(session, guest)
    now = clock.now()
    if _is_same(contact, wanted):
        raise Refused("nothing_changed")
    lately = sa.select(sa.func.count()).where(
        Correction.contact_id == contact.id, Correction.made_at > now - timedelta(days=1)
    )
    if (session.scalar(lately) or 0) >= MOST_A_DAY:
        raise Refused("too_often")
    withdraw(session, guest)
    mail = asking.queue_code(session, contact)
    made = Correction(
        office_id=contact.office_id,
        event_id=contact.event_id,
        participant_id=contact.participant_id,
        contact_id=contact.id,
        address_before=contact.address_key,
        **{name: getattr(wanted, name) for name in FIELDS},
        address=str(wanted.email),
        made_at=now,
        expires_at=now + LASTS,
        code_token=mail.token,
    )
    session.add(made)
    session.flush()
    digests = {"before": contact.address, "after": made.address}
    told = {name: address_digest(session, value) for name, value in digests.items()}
    _audit(session, made, "contact.proposed", None, fields=_changed(contact, wanted), **told)
    return made


def own(session: Session, guest: Guest) -> Correction | None:
    """What this contact has proposed and is not decided or over."""
    return session.scalar(_open().where(Correction.contact_id == guest.contact.id))


def withdraw(session: Session, guest: Guest) -> None:
    """He does not want it any more, or something else; what is over goes out of the way."""
    _locked(session, guest)  # nobody decides meanwhile
    query = sa.select(Correction).where(
        Correction.contact_id == guest.contact.id, Correction.state.in_(OPEN)
    )
    for each in session.scalars(query.execution_options(populate_existing=True)):
        each.state, each.decided_at = State.WITHDRAWN, clock.now()
    session.flush()


def confirm(session: Session, sealer: Sealer, guest: Guest, typed: str) -> Answer:
    """The code that went to the old address: the change is in force, in the roster's history."""
    contact = _locked(session, guest)
    found = own(session, guest)
    if found is None or found.tries >= MOST_TRIES or found.address_before != contact.address_key:
        return Answer.OVER
    if not codes.is_code(sealer, found.code_token, typed):
        found.tries += 1
        return Answer.OVER if found.tries >= MOST_TRIES else Answer.WRONG
    found.state, found.decided_at = State.AGREED, clock.now()
    session.flush()
    try:
        with session.begin_nested():
            _apply(session, None, found)
    except UserError:  # the address may be another's: only the office is told whose
        return Answer.AGREED
    return Answer.DONE


def accept(session: Session, actor: Actor, correction_id: int, told: str) -> None:
    """The office telephoned, and takes it over; or the old address agreed and it could not be."""
    actor.require(Action.IMPORT_ROSTER)
    found = _decidable(session, actor, correction_id)
    words = told.strip()
    if not words and found.state is not State.AGREED:
        raise UserError(NO_WORD)
    _apply(session, actor, found, _plain(words))


def refuse(session: Session, actor: Actor, correction_id: int, reason: str) -> None:
    """It is not taken over, for a reason."""
    actor.require(Action.IMPORT_ROSTER)
    found = _decidable(session, actor, correction_id)
    if not reason.strip():
        raise UserError(NO_REASON)
    found.told = _plain(reason.strip())
    found.state, found.staff_id, found.decided_at = State.REFUSED, actor.id, clock.now()
    session.flush()
    _audit(session, found, "contact.refused", actor)


def waiting(session: Session, office_id: int, event_id: int | None = None) -> list[Waiting]:
    """What the office can decide, the oldest first."""
    query = (
        _open()
        .add_columns(Contact, Participant, Event)
        .join(Contact, Contact.id == Correction.contact_id)
        .join(Participant, Participant.id == Correction.participant_id)
        .join(Event, Event.id == Correction.event_id)
        .where(Correction.office_id == office_id, Contact.active)
    )
    if event_id is not None:
        query = query.where(Correction.event_id == event_id)
    return [Waiting(*row) for row in session.execute(query.order_by(Correction.id))]


def _open() -> sa.Select[Correction]:
    in_time = sa.or_(Correction.state == State.AGREED, Correction.expires_at > clock.now())
    return sa.select(Correction).where(Correction.state.in_(OPEN), in_time)


def _decidable(session: Session, actor: Actor, correction_id: int) -> Correction:
    query = sa.select(Correction).where(
        Correction.id == correction_id, Correction.office_id == actor.office.id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    events.lock(session, found.event_id)
    session.refresh(found)
    if session.scalar(_open().where(Correction.id == found.id)) is None:
        raise UserError(DECIDED)
    return found


def _apply(session: Session, actor: Actor | None, found: Correction, told: str = "") -> None:
    """An import of one row, like a change by hand: in the history, and it can be undone."""
    event = session.get_one(Event, found.event_id)
    contact = hand.get_contact(session, event, found.contact_id)
    if contact.address_key != found.address_before:
        raise UserError(MOVED_ON)
    before, same_person = contact.email, contact.name == found.name
    email = EmailAddress.parse(found.address)
    same_address = before == email
    company = contact.participant
    typed = hand.Typed(
        company=company.company,
        email=email,
        status=company.status.value,
        corporate_number=company.corporate_number,
        phone=contact.phone,
        notes=contact.notes,
        names_person=contact.names_person if same_address else names_a_person(email),
        **{name: getattr(found, name) for name in FIELDS},
    )
    hand.change(session, actor, event, contact, typed, source=Source.OWN)
    if same_person:
        _carry_over(session, event, before, email)
    found.state, found.staff_id, found.told = State.DONE, actor.id if actor else None, told
    found.decided_at = clock.now()
    session.flush()
    _audit(session, found, "contact.corrected", actor, how="phone" if told else "code")
    if not same_address:
        asking.queue_next(session, contact)
    mailings.refresh(session, event)


def _carry_over(session: Session, event: Event, before: EmailAddress, now: EmailAddress) -> None:
    """Whoever wanted no mails wants none at his new address either."""
    for each in suppression.standing(session, event, [before.key]).get(before.key, ()):
        if each.kind is not Kind.BOUNCED and before != now:
            suppression.suppress(
                session, each.office_id, each.event_id, now, each.kind, source=each.source
            )


def _locked(session: Session, guest: Guest) -> Contact:
    events.lock(session, guest.event.id)
    return session.get_one(Contact, guest.contact.id, populate_existing=True)


def _is_same(contact: Contact, wanted: Wanted) -> bool:
    return not _changed(contact, wanted)


def _changed(contact: Contact, wanted: Wanted) -> list[str]:
    found = [name for name in FIELDS if getattr(contact, name) != getattr(wanted, name)]
    return [*found, *(["address"] if contact.address_key != wanted.email.key else [])]


def _plain(words: str) -> str:
    if "@" in words or "＠" in words:
        raise UserError(NO_ADDRESS)
    return words[:300]


def _audit(
    session: Session, found: Correction, action: str, actor: Actor | None, **details: object
) -> None:
    record(
        session,
        action,
        f"contact:{found.contact_id}",
        office_id=found.office_id,
        staff_id=actor.id if actor else None,
        **details,
    )
