"""What was read of a mail is taken into an incident: its addresses, and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventmail import clock
from eventmail.addresses import EmailAddress, names_a_person
from eventmail.errors import UserError
from eventmail.incidents import service
from eventmail.incidents.calls import calling
from eventmail.incidents.calls.models import Caller, Followup
from eventmail.incidents.models import (
    Evidence,
    ExposedAddress,
    Incident,
    IncidentMail,
    Party,
    Place,
    Sighting,
)
from eventmail.incidents.own import Own
from eventmail.incidents.reading.values import Listed, Seen, SentMail, Unread
from eventmail.language import said
from eventmail.offices.permissions import Actor
from eventmail.spreadsheet.rows import company_key
from eventmail.suppression import service as suppression

NOBODY = said(
    "このメールからは、所の外のあて先が1件も読み取れませんでした。ファイルを確かめてください。"
)
TWICE = said("同じファイルは、{number}通目として登録してあります。")
CALLED = said(
    "「{company}」には電話などの記録があるため、ほかの事業所にまとめられません。"
    "一覧では、事業所名を「{company}」にしてください。両方に記録があるときは、まとめずに続けてください。"
)
NO_ADDRESS = said("「{company}」のアドレスがありません。アドレスも入れてください。")
TWO_COMPANIES = said(
    "同じアドレスが「{one}」と「{other}」の両方にあります。どちらの事業所のものかを確かめて、"
    "1つだけにしてください。"
)
UNNAMED = said("（名前は未入力）")
MOST_ADDRESSES = 10_000
TOO_MANY = said("1つの事案に登録できるアドレスは{most:,}件までです。", most=MOST_ADDRESSES)
LONGEST = {"company": 200, "name": 200, "phone": 40, "subject": 500, "sender": 254}


@dataclass(slots=True)
class Book:
    """The incident's companies and addresses while more come in."""

    incident: Incident
    addresses: dict[str, ExposedAddress]
    position: int


def add_mail(
    session: Session, actor: Actor, incident: Incident, own: Own, sent: SentMail
) -> IncidentMail:
    """One more mail that showed addresses; a company is made for each address not known yet."""
    service.touch(session, actor, incident)
    _require_new(session, incident, sent)
    outside = [each for each in sent.seen if each.email not in own]
    if not outside:
        raise UserError(NOBODY)
    mail = IncidentMail(
        office_id=incident.office_id,
        incident_id=incident.id,
        number=_next(session, IncidentMail.number, incident),
        evidence=Evidence(sent.kind.value),
        subject=sent.subject[: LONGEST["subject"]],
        sender=sent.sender[: LONGEST["sender"]],
        sent_at=sent.sent_at,
        sha256=sent.sha256,
        own_count=len(sent.seen) - len(outside),
        unread=told(sent.unread),
        added_by=actor.id,
        added_at=clock.now(),
    )
    session.add(mail)
    session.flush()
    _see(session, book_of(session, incident), mail, outside)
    _settled(session, incident)
    service.audit(
        session,
        incident,
        "incident.mail_added",
        actor,
        kind=mail.evidence.value,
        addresses=len(outside),
        own=mail.own_count,
        unread=len(mail.unread),
        sha256=mail.sha256,
    )
    return mail


def name_parties(
    session: Session, actor: Actor, incident: Incident, own: Own, listed: Iterable[Listed]
) -> int:
    """Names and telephone numbers by a list: known addresses find their company, others are added.

    Addresses that one line's company has together are one company from now on.
    """
    service.touch(session, actor, incident)
    book = book_of(session, incident)
    here = session.scalars(sa.select(Party).where(Party.incident_id == incident.id)).all()
    named = {company_key(each.company): each for each in here}
    outside = [each for each in listed if each.email is None or each.email not in own]
    _require_one_company_each(outside)
    suppression.lock_office(session, incident.office_id)  # whoever hands a mail over is waited for
    recorded = recorded_ones(session, incident)
    touched: set[int] = set()
    for each in sorted(outside, key=lambda each: _party_id(book, each) not in recorded):
        touched.add(_name(session, book, named, each, touched).id)
    session.flush()
    _forget_empty(session, incident, touched)
    _settled(session, incident)
    service.audit(session, incident, "incident.parties_named", actor, count=len(outside))
    return len(outside)


def recorded_ones(session: Session, incident: Incident) -> frozenset[int]:
    """Companies of which something was written down; of several put together such a one stays."""
    query = sa.select(Followup.party_id).where(Followup.incident_id == incident.id)
    return frozenset(session.scalars(query))


def told(unread: Iterable[Unread]) -> list[dict[str, str]]:
    """The lines that could not be read, as they are kept."""
    return [{"text": each.text, "why": each.why} for each in unread]


def unnamed(email: EmailAddress) -> str:
    """What a company is called until somebody names it; never by a whole address."""
    return f"{email.domain}{UNNAMED}"


def new_party(session: Session, book: Book, company: str, phone: str = "") -> Party:
    """One more company at the end of the list."""
    made = _party(book, company, phone)
    session.add(made)
    session.flush()
    return made


def address_of(
    session: Session, book: Book, email: EmailAddress, name: str, party: Party
) -> ExposedAddress:
    """The incident's row of an address, and the company's that it is of if it is a new one."""
    found = book.addresses.get(email.key)
    if found is None:
        found = _address(book, email, name, party)
        session.add(found)
        session.flush()
    return found


def show(
    session: Session, incident: Incident, mail: IncidentMail, listed: Iterable[Listed]
) -> None:
    """Companies that stood in the text or in a file of a mail that they did not get."""
    book = book_of(session, incident)
    here = {each.address_id for each in mail.sightings}
    position = len(here)
    for each in listed:
        party = new_party(session, book, each.company, each.phone)
        if each.email is None:
            raise UserError(NO_ADDRESS.format(company=each.company))
        address = address_of(session, book, each.email, "", party)
        if address.party_id != party.id:
            let_go(session, party)
        if address.id not in here:
            session.add(_sighting(mail, address, Place.SHOWN, position))
            here.add(address.id)
            position += 1
    session.flush()


def _see(session: Session, book: Book, mail: IncidentMail, outside: list[Seen]) -> None:
    """In three steps, however many they are: companies, addresses, where they stood."""
    new = [each for each in outside if each.email.key not in book.addresses]
    parties = [_party(book, _called(each)) for each in new]
    session.add_all(parties)
    session.flush()
    session.add_all(
        _address(book, each.email, each.name, party)
        for each, party in zip(new, parties, strict=True)
    )
    session.flush()
    for position, each in enumerate(outside):
        address = book.addresses[each.email.key]
        address.shown_name = address.shown_name or each.name[: LONGEST["name"]]
        session.add(_sighting(mail, address, Place(each.where.value), position))


def _called(each: Seen) -> str:
    name = each.name.strip()
    return name if name and "@" not in name else unnamed(each.email)


def _party(book: Book, company: str, phone: str = "") -> Party:
    made = Party(
        office_id=book.incident.office_id,
        incident_id=book.incident.id,
        position=book.position,
        company=company[: LONGEST["company"]],
        phone=phone[: LONGEST["phone"]],
    )
    book.position += 1
    return made


def _address(book: Book, email: EmailAddress, name: str, party: Party) -> ExposedAddress:
    if len(book.addresses) >= MOST_ADDRESSES:
        raise UserError(TOO_MANY)
    made = book.addresses[email.key] = ExposedAddress(
        office_id=book.incident.office_id,
        incident_id=book.incident.id,
        party_id=party.id,
        address=str(email),
        address_key=email.key,
        shown_name=name[: LONGEST["name"]],
        names_person=names_a_person(email),
    )
    return made


def _sighting(mail: IncidentMail, address: ExposedAddress, place: Place, position: int) -> Sighting:
    return Sighting(
        office_id=mail.office_id,
        incident_id=mail.incident_id,
        mail_id=mail.id,
        address_id=address.id,
        place=place,
        position=position,
    )


def _party_id(book: Book, listed: Listed) -> int | None:
    known = book.addresses.get(listed.email.key) if listed.email else None
    return known.party_id if known else None


def _require_one_company_each(listed: Iterable[Listed]) -> None:
    """That the list does not say of one address that it is of two companies."""
    owners: dict[str, str] = {}
    for each in listed:
        if each.email is None:
            continue
        other = owners.setdefault(each.email.key, each.company)
        if company_key(other) != company_key(each.company):
            raise UserError(TWO_COMPANIES.format(one=other, other=each.company))


def _name(
    session: Session, book: Book, named: dict[str, Party], each: Listed, touched: Collection[int]
) -> Party:
    """``touched``: what the list has named already is not given another name by a later line."""
    key = company_key(each.company)
    party = named.get(key)
    known = book.addresses.get(each.email.key) if each.email else None
    if party is None:
        is_free = known is not None and known.party_id not in touched
        party = session.get_one(Party, known.party_id) if known and is_free else None
        party = party or new_party(session, book, each.company)
        party.company = each.company[: LONGEST["company"]]
        named[key] = party
    party.phone = each.phone[: LONGEST["phone"]] or party.phone
    party.version += 1
    if known is not None:
        known.party_id = party.id
    elif each.email is not None:
        address_of(session, book, each.email, "", party)
    return party


def book_of(session: Session, incident: Incident) -> Book:
    """What is known of an incident already."""
    query = sa.select(ExposedAddress).where(ExposedAddress.incident_id == incident.id)
    known = {each.address_key: each for each in session.scalars(query)}
    return Book(incident, known, _next(session, Party.position, incident))


def _next(session: Session, column: InstrumentedAttribute[int], incident: Incident) -> int:
    owner = column.class_
    last = session.scalar(sa.select(sa.func.max(column)).where(owner.incident_id == incident.id))
    return (last or 0) + 1


def _require_new(session: Session, incident: Incident, sent: SentMail) -> None:
    query = sa.select(IncidentMail.number).where(
        IncidentMail.incident_id == incident.id, IncidentMail.sha256 == sent.sha256
    )
    number = session.scalar(query) if sent.sha256 else None
    if number is not None:
        raise UserError(TWICE.format(number=number))


def _forget_empty(session: Session, incident: Incident, named: Collection[int]) -> None:
    """Companies whose addresses a list has all put to another one."""
    query = sa.select(ExposedAddress.party_id).where(ExposedAddress.incident_id == incident.id)
    kept = {*named, *session.scalars(query)}
    for each in session.scalars(sa.select(Party).where(Party.incident_id == incident.id)).all():
        if each.id not in kept:
            let_go(session, each)


def let_go(session: Session, party: Party) -> None:
    """Take a company out whose addresses are another's now; not one that was called already."""
    if not let_go_if_untouched(session, party):
        raise UserError(CALLED.format(company=party.company))


def let_go_if_untouched(session: Session, party: Party) -> bool:
    """Take a company out unless another room has something of it; whether it went."""
    calling.forget_silent(session, Caller.party_id == party.id)
    try:
        with session.begin_nested():
            session.execute(sa.delete(Party).where(Party.id == party.id))
    except IntegrityError:
        return False
    session.expunge(party)
    return True


def _settled(session: Session, incident: Incident) -> None:
    session.flush()
    session.expire(incident, ["mails", "parties"])
