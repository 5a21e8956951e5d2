"""The roster as it stands: counted, searched, and shown page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.roster.models import RosterImport, Source

PAGE = 50
ROWS = 75  # contacts on one page, where companies have several
BY_HAND = said("手入力")
BY_OWN = said("本人の申し出")
T = TypeVar("T")
Order = Callable[[sa.Select[T]], sa.Select[T]]


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """One page of a long list."""

    items: Sequence[T]
    total: int
    page: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Counts:
    """A roster's companies, those who withdrew included, and whom a mail to all would reach."""

    companies: int
    addressees: int

    @property
    def contacts_each(self) -> float:
        """How many a company has, one at least."""
        return max(self.addressees / (self.companies or 1), 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A company with its contacts: those in the roster, else the last one who was."""

    participant: Participant
    contacts: Sequence[Contact]

    @property
    def attends(self) -> bool:
        """Whether it takes part."""
        return self.participant.status is ParticipantStatus.ATTENDING


def page_of(
    session: Session,
    query: sa.Select[T],
    wanted: int,
    ordered: Order[T] | None = None,
    total: int | None = None,
    size: int | None = None,
) -> PageOf[T]:
    """A page of a query's first entities; a page beyond the last is the last.

    ``ordered`` brings them in order if that takes more than the query: counting does without.
    ``total``: how many they are, for whoever has counted them already. ``size``: of a page.
    """
    size = size or PAGE
    total = count_of(session, query) if total is None else total
    page = min(wanted, max(1, -(-total // size)))
    query = ordered(query) if ordered else query
    items = session.scalars(query.limit(size).offset((page - 1) * size)).all()
    return PageOf(items, total, page, size)


def count_of(session: Session, query: sa.Select[T]) -> int:
    """How many a query finds. Their order, which may cost more than they do, is not asked for."""
    unordered = query.order_by(None).subquery()
    return session.scalars(sa.select(sa.func.count()).select_from(unordered)).one()


def by_first_row(event: Event) -> Order[Participant]:
    """Companies in the order of the roster; whoever has no active contact comes last.

    The rows are gathered in one walk over the event's contacts, not company by company.
    """
    first = (
        sa.select(Contact.participant_id, sa.func.min(Contact.source_row).label("first_row"))
        .where(Contact.event_id == event.id, Contact.active)
        .group_by(Contact.participant_id)
        .subquery()
    )

    def ordered(query: sa.Select[Participant]) -> sa.Select[Participant]:
        joined = query.outerjoin(first, first.c.participant_id == Participant.id)
        # On both databases alike, whatever they take an empty value for.
        return joined.order_by(first.c.first_row.is_(None), first.c.first_row, Participant.id)

    return ordered


def count_participants(session: Session, event: Event) -> int:
    """How many companies the roster names, those who withdrew included."""
    query = sa.select(sa.func.count()).where(Participant.event_id == event.id)
    return session.scalars(query).one()


def count_addressees(session: Session, event: Event) -> int:
    """How many contacts a mail to all would reach."""
    # Whoever does not take part is a few, and is taken off what an index counts of all.
    withdrawn = sa.select(Participant.id).where(
        Participant.event_id == event.id, Participant.status != ParticipantStatus.ATTENDING
    )
    query = sa.select(sa.func.count()).where(
        Contact.event_id == event.id, Contact.active, Contact.participant_id.not_in(withdrawn)
    )
    return session.scalars(query).one()


def counts(session: Session, event: Event) -> Counts:
    """Both numbers."""
    return Counts(count_participants(session, event), count_addressees(session, event))


def entries(
    session: Session, event: Event, counted: Counts, text: str, wanted: int
) -> PageOf[Entry]:
    """A page of companies in the order of the roster; ``text`` must stand somewhere in them.

    ``counted``: the event's. Where most companies have several contacts a page has fewer of them:
    each contact is a row, and a page stays light.
    """
    query = sa.select(Participant).where(
        Participant.event_id == event.id,
        Participant.company != "",  # erased
    )
    if text:
        query = query.where(_holds(text))
    size = min(PAGE, int(ROWS / counted.contacts_each) or 1)
    found = page_of(session, query, wanted, by_first_row(event), size=size)
    contacts = _contacts(session, [each.id for each in found.items])
    shown = [Entry(each, contacts.get(each.id, [])) for each in found.items]
    return PageOf(shown, found.total, found.page, found.size)


def entries_after(session: Session, event: Event, participant_id: int, most: int) -> list[Entry]:
    """The next companies in the order in which they came in, for whoever reads on and on."""
    query = (
        sa.select(Participant)
        .where(
            Participant.event_id == event.id,
            Participant.company != "",  # erased
            Participant.id > participant_id,
        )
        .order_by(Participant.id)
        .limit(most)
    )
    found = session.scalars(query).all()
    contacts = _contacts(session, [each.id for each in found])
    return [Entry(each, contacts.get(each.id, [])) for each in found]


def shown_contacts() -> sa.ColumnElement[bool]:
    """Who stands for his company: the active ones, else the last one who was."""
    other = sa.orm.aliased(Contact)
    better = sa.exists().where(
        other.participant_id == Contact.participant_id,
        other.address != "",
        sa.or_(other.active, other.id > Contact.id),
    )
    return sa.and_(Contact.address != "", sa.or_(Contact.active, ~better))


def sources(session: Session, contacts: Sequence[Contact]) -> dict[int, str]:
    """Import to where its values came from: the file's name, or a person's hand."""
    query = sa.select(RosterImport.id, RosterImport.filename, RosterImport.source).where(
        RosterImport.id.in_({each.import_id for each in contacts})
    )
    return {
        number: {Source.HAND: BY_HAND, Source.OWN: BY_OWN}.get(Source(source), filename)
        for number, filename, source in session.execute(query)
    }


def _contacts(session: Session, participants: Sequence[int]) -> dict[int, list[Contact]]:
    query = (
        sa.select(Contact)
        .where(Contact.participant_id.in_(participants), shown_contacts())
        .order_by(Contact.source_row, Contact.id)
    )
    found: dict[int, list[Contact]] = {}
    for contact in session.scalars(query):
        found.setdefault(contact.participant_id, []).append(contact)
    return found


def _holds(text: str) -> sa.ColumnElement[bool]:
    columns = (
        Contact.name,
        Contact.department,
        Contact.title,
        Contact.address,
        Contact.phone,
        Contact.notes,
    )
    somewhere = sa.or_(*(each.icontains(text, autoescape=True) for each in columns))
    contact = sa.exists().where(
        Contact.participant_id == Participant.id, shown_contacts(), somewhere
    )
    return sa.or_(Participant.company.icontains(text, autoescape=True), contact)
