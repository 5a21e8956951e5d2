"""Making, opening and revoking a participant's link."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, contains_eager

from eventmail import clock
from eventmail.audit.service import record
from eventmail.doorway import doorway_of
from eventmail.events.erased import EventErasure
from eventmail.events.models import Contact, Event, Participant
from eventmail.links.models import PageLink
from eventmail.links.tokens import Place, could_be, digest_of, name_of, token_of
from eventmail.sealing import Sealer
from eventmail.sendlock import service as sendlock

AFTER_THE_EVENT = timedelta(days=30)
PORTION = 500


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever came in by a link: one contact of one participant, and nobody else."""

    office_id: int
    event: Event
    participant: Participant
    contact: Contact
    link_id: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a link is made for, and to which address it goes."""

    place: Place
    address_key: str


@dataclass(frozen=True, slots=True)
class Book:
    """Which link of each contact of an event is good; ``others`` are those that have not the first.

    Held small: of 100,000 contacts only those whose link was ever renewed stand in it. ``first``:
    the serial of a first link. After a restore it is beyond all that may have been given since the
    backup, maybe to an address that was mended later.
    """

    sealer: Sealer
    others: Mapping[int, tuple[int, str]]
    first: int

    def token(self, place: Place) -> str:
        """The token in a letter to this contact."""
        serial, key_id = self.of(place.contact_id)
        return token_of(_key(self.sealer, key_id), place, serial)

    def of(self, contact_id: int) -> tuple[int, str]:
        """The serial of a contact's link, and which key makes it."""
        return self.others.get(contact_id, (self.first, name_of(self.sealer.keys[0])))


def last_day(held_on: date) -> date:
    """The last day on which the links of an event open."""
    return held_on + AFTER_THE_EVENT


def token_for(session: Session, sealer: Sealer, contact: Contact) -> str:
    """The contact's token; its row is made on first use."""
    place = place_of(contact)
    keep_ready(session, sealer, contact.event_id, [Owner(place, contact.address_key)])
    return book_of(session, sealer, contact.event_id, [contact.id]).token(place)


def keep_ready(session: Session, sealer: Sealer, event_id: int, owners: Sequence[Owner]) -> None:
    """Make the rows of those who have no link that opens: before a letter with it leaves."""
    for start in range(0, len(owners), PORTION):
        _make(session, sealer, event_id, owners[start : start + PORTION])


def book_of(
    session: Session, sealer: Sealer, event_id: int, ids: Collection[int] | None = None
) -> Book:
    """Which links are good in an event, for all of its contacts or some.

    What has no row yet is told as it will be: a preview and the mail show the same.
    """
    newest = name_of(sealer.keys[0])
    first = sendlock.last_restore(session) + 1
    known = {name_of(key) for key in sealer.keys}
    plain = sa.and_(
        PageLink.serial == first,
        PageLink.key_id == newest,
        PageLink.revoked_at.is_(None),
        PageLink.address_key == Contact.address_key,
    )
    odd = sa.select(PageLink.contact_id).join(Contact, Contact.id == PageLink.contact_id)
    query = (
        sa.select(PageLink.contact_id, PageLink.serial, PageLink.key_id, _is_good())
        .join(Contact, Contact.id == PageLink.contact_id)
        .where(
            PageLink.event_id == event_id,
            PageLink.contact_id.in_(odd.where(PageLink.event_id == event_id, ~plain)),
        )
        .order_by(PageLink.contact_id, PageLink.serial)
    )
    if ids is not None:
        query = query.where(PageLink.contact_id.in_(ids))
    others: dict[int, tuple[int, str]] = {}
    good: set[int] = set()
    for contact_id, serial, key_id, opens in session.execute(query):
        if opens and key_id in known:
            others[contact_id] = (serial, key_id)
            good.add(contact_id)
        elif contact_id not in good:
            others[contact_id] = (max(serial + 1, first), newest)
    return Book(sealer, others, first)


def opened(session: Session, token: str) -> Guest | None:
    """Who comes in by this token; None for one that is wrong, over, revoked or not his any more."""
    if not could_be(token):
        return None
    door = doorway_of(session)
    # Whoever has a key that was taken out of use can make its tokens: they open nothing any more.
    kept = PageLink.key_id.in_(map(name_of, door.sealer.keys)) if door else sa.true()
    query = (
        sa.select(PageLink.id, Contact, Event)
        .join(Contact, Contact.id == PageLink.contact_id)
        .join(Contact.participant)
        .join(Event, Event.id == PageLink.event_id)
        .outerjoin(EventErasure, EventErasure.event_id == Event.id)
        .options(contains_eager(Contact.participant))
        .where(
            PageLink.token_digest == digest_of(token),
            kept,
            _is_good(),
            Contact.active,
            EventErasure.event_id.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None or clock.today() > last_day(found[2].held_on):
        return None
    link_id, contact, event = found
    return Guest(event.office_id, event, contact.participant, contact, link_id)


def has_any(session: Session, contact: Contact) -> bool:
    """Whether a link was ever given to a contact."""
    query = sa.select(PageLink.id).where(PageLink.contact_id == contact.id).limit(1)
    return session.scalar(query) is not None


def revoke(session: Session, sealer: Sealer, contact: Contact, staff_id: int | None = None) -> str:
    """End every link of a contact, and make him the next. Returns the new token.

    ``staff_id``: who of the office did it; None where the participant did it himself.
    """
    ended = session.execute(
        sa.update(PageLink)
        .where(PageLink.contact_id == contact.id, PageLink.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    record(
        session,
        "link.revoked",
        f"contact:{contact.id}",
        office_id=contact.office_id,
        staff_id=staff_id,
        count=getattr(ended, "rowcount", 0),
    )
    return token_for(session, sealer, contact)


def place_of(contact: Contact) -> Place:
    """Whose page a link of this contact opens."""
    return Place(contact.office_id, contact.event_id, contact.participant_id, contact.id)


def _make(session: Session, sealer: Sealer, event_id: int, owners: Sequence[Owner]) -> None:
    ids = [each.place.contact_id for each in owners]
    own = sa.select(PageLink.contact_id).join(Contact, Contact.id == PageLink.contact_id)
    known = [name_of(key) for key in sealer.keys]
    good = own.where(PageLink.contact_id.in_(ids), _is_good(), PageLink.key_id.in_(known))
    missing = set(ids) - set(session.scalars(good))
    if not missing:
        return
    book = book_of(session, sealer, event_id, missing)
    rows = [_row(book, each) for each in owners if each.place.contact_id in missing]
    # Somebody beside this transaction may have made the same: then it is there.
    dialects = {"sqlite": sqlite, "postgresql": postgresql}
    insert = dialects[session.get_bind().dialect.name].insert
    session.execute(insert(PageLink).on_conflict_do_nothing(), rows)


def _row(book: Book, owner: Owner) -> dict[str, object]:
    place, newest = owner.place, name_of(book.sealer.keys[0])
    return {
        **place._asdict(),
        "serial": book.of(place.contact_id)[0],
        "key_id": newest,
        "token_digest": digest_of(book.token(place)),
        "address_key": owner.address_key,
        "made_at": clock.now(),
    }


def _is_good() -> sa.ColumnElement[bool]:
    """Not revoked, and the contact still has the address that it was given to."""
    return sa.and_(PageLink.revoked_at.is_(None), PageLink.address_key == Contact.address_key)


def _key(sealer: Sealer, key_id: str) -> bytes:
    return next(key for key in sealer.keys if name_of(key) == key_id)
