"""How the answers stand: counted, searched and filtered, a page at a time, or all for a workbook.

A line is a company that takes part. Whoever withdrew or left the roster is not asked any more;
what such a company had answered stays in its history.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail.answers import current
from eventmail.answers.models import Answer, AnswerValue, Attendance, ContactMark, Question
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.roster.listing import PageOf, by_first_row, count_of, page_of

AT_ONCE = 500
ROWS = 30  # companies on one page, each with its answers
LISTED = (Participant, Contact, Answer, AnswerValue)


class Show(enum.StrEnum):
    """Which companies are listed."""

    ALL = "all"
    ATTENDING = "attending"
    ABSENT = "absent"
    UNANSWERED = "unanswered"
    UNCONFIRMED = "unconfirmed"
    UNOPENED = "unopened"


SHOW_NAMES = {
    Show.ALL: said("すべて"),
    Show.ATTENDING: said("参加"),
    Show.ABSENT: said("欠席"),
    Show.UNANSWERED: said("未回答"),
    Show.UNCONFIRMED: said("未確認の担当者がいる"),
    Show.UNOPENED: said("ページを開いていない担当者がいる"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One contact of a company and its marks."""

    contact: Contact
    opened_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One company: its newest answer (None: not yet), and its contacts."""

    participant: Participant
    answer: Answer | None
    people: tuple[Person, ...]

    @property
    def values(self) -> dict[int, str]:
        """The newest answer to each question."""
        return {e.question_id: e.value for e in self.answer.values} if self.answer else {}


@dataclass(frozen=True, slots=True)
class Figures:
    """Companies by their newest answer, how many people come, and contacts by their marks."""

    attending: int
    absent: int
    unanswered: int
    people: int
    contacts: int
    opened: int
    confirmed: int

    @property
    def companies(self) -> int:
        """How many take part in the roster."""
        return self.attending + self.absent + self.unanswered

    @property
    def unconfirmed(self) -> int:
        """Contacts who have not said that they received the mail."""
        return self.contacts - self.confirmed


def figures(session: Session, event: Event) -> Figures:
    """The whole event in numbers: who answered how, and how many there are of each."""
    answers = {row.attendance: row for row in session.execute(_answered(event))}
    whole = session.execute(_counted(event)).one()
    attending, absent = (
        answers[each].companies if each in answers else 0
        for each in (Attendance.ATTENDING, Attendance.ABSENT)
    )
    return Figures(
        attending=attending,
        absent=absent,
        unanswered=whole.companies - attending - absent,
        people=int(answers[Attendance.ATTENDING].people) if attending else 0,
        contacts=int(whole.contacts),
        opened=whole.opened if whole.companies else 0,
        confirmed=whole.confirmed if whole.companies else 0,
    )


def page(
    session: Session,
    event: Event,
    show: Show,
    text: str,
    wanted: int,
    known: Figures | None = None,
) -> PageOf[Line]:
    """A page of companies in the order of the roster; ``known``: the event's, if it is counted."""
    total = _KNOWN[show](known) if known and not text and show in _KNOWN else None
    query = _listed(event, show, text)
    if total is None:
        total = count_of(session, query)
    ordered = _filtered(_in_order(event), show, text)
    found = page_of(session, ordered, wanted, total=total, size=ROWS)
    return PageOf(_lines(session, found.items), found.total, found.page, found.size)


def count(session: Session, event: Event, show: Show, text: str) -> int:
    """How many companies these are."""
    return count_of(session, _listed(event, show, text))


def every(session: Session, event: Event, show: Show, text: str) -> Iterator[Line]:
    """All of them, a portion at a time."""
    ordered = by_first_row(event)(_listed(event, show, text))
    ids = list(session.scalars(ordered.with_only_columns(Participant.id)))
    for start in range(0, len(ids), AT_ONCE):
        portion = ids[start : start + AT_ONCE]
        query = sa.select(Participant).where(Participant.id.in_(portion))
        by_id = {each.id: each for each in session.scalars(query)}
        yield from _lines(session, [by_id[number] for number in portion])
        for each in list(session):
            if isinstance(each, LISTED):
                session.expunge(each)


def line(session: Session, event: Event, participant_id: int) -> Line | None:
    """One company of the list; None if it is not in it."""
    query = companies(event).where(Participant.id == participant_id)
    return next(iter(_lines(session, session.scalars(query).all())), None)


def asked_ever(session: Session, event: Event) -> list[Question]:
    """The questions with an answer or asked now, in order: the columns of the list."""
    answered = sa.exists().where(AnswerValue.question_id == Question.id)
    query = sa.select(Question).where(
        Question.event_id == event.id,
        Question.office_id == event.office_id,
        sa.or_(~Question.retired, answered),
    )
    return list(session.scalars(query.order_by(Question.retired, Question.position, Question.id)))


def companies(event: Event) -> sa.Select[Participant]:
    """Those who take part and can be asked."""
    return sa.select(Participant).where(*takes_part(event))


def takes_part(event: Event) -> tuple[sa.ColumnElement[bool], ...]:
    """The same as conditions on companies."""
    somebody = sa.exists().where(
        Contact.participant_id == Participant.id, Contact.event_id == event.id, *_asked()
    )
    return *_attends(event), somebody


def _attends(event: Event) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Participant.event_id == event.id,
        Participant.office_id == event.office_id,
        Participant.status == ParticipantStatus.ATTENDING,
    )


def _asked() -> tuple[sa.ColumnExpressionArgument[bool], ...]:
    """Who is asked at all: those whom a mail to everybody reaches."""
    return Contact.active, Contact.address != ""


def _answered(event: Event) -> sa.Select[*tuple[Any, ...]]:
    """Companies that take part and have answered, by their newest answer."""
    newest = current.newest_of(event.id)
    return (
        sa.select(
            newest.c.attendance,
            sa.func.count().label("companies"),
            sa.func.coalesce(sa.func.sum(newest.c.people), 0).label("people"),
        )
        .join(Participant, Participant.id == newest.c.participant_id)
        .where(*takes_part(event))
        .group_by(newest.c.attendance)
    )


def _counted(event: Event) -> sa.Select[*tuple[Any, ...]]:
    """All companies that take part, their contacts, and the marks: one row."""
    asked = _contacts(event)
    companies = (
        sa.select(
            sa.func.count().label("companies"),
            sa.func.coalesce(sa.func.sum(asked.c.contacts), 0).label("contacts"),
        )
        .select_from(Participant)
        .join(asked, asked.c.participant_id == Participant.id)
        .where(*_attends(event))
        .subquery()
    )
    marks = _marks(event)
    return sa.select(companies, marks).join_from(companies, marks, sa.true())


def _contacts(event: Event) -> sa.Subquery:
    """How many of each company are asked: read from the roster's index alone."""
    return (
        sa.select(Contact.participant_id, sa.func.count().label("contacts"))
        .where(Contact.event_id == event.id, *_asked())
        .group_by(Contact.participant_id)
        .subquery()
    )


def _marks(event: Event) -> sa.Subquery:
    """The marks in one row, less those of the few who left the roster or whose company did: they
    are not asked.
    """
    gone = sa.select(Contact.id).where(Contact.event_id == event.id, ~Contact.active)
    away = sa.select(Participant.id).where(
        Participant.event_id == event.id, Participant.status != ParticipantStatus.ATTENDING
    )
    return (
        sa.select(
            sa.func.count(ContactMark.opened_at).label("opened"),
            sa.func.count(ContactMark.confirmed_at).label("confirmed"),
        )
        .where(
            ContactMark.event_id == event.id,
            ContactMark.contact_id.not_in(gone),
            ContactMark.participant_id.not_in(away),
        )
        .subquery()
    )


def _in_order(event: Event) -> sa.Select[Participant]:
    """:func:`companies` in the order of the roster, by one walk for both."""
    asked = sa.func.count(sa.func.nullif(Contact.address, ""))
    walk = (
        sa.select(Contact.participant_id, sa.func.min(Contact.source_row).label("first_row"))
        .where(Contact.event_id == event.id, Contact.active)
        .group_by(Contact.participant_id)
        .having(asked > 0)
        .subquery()
    )
    return (
        sa.select(Participant)
        .join(walk, walk.c.participant_id == Participant.id)
        .where(*_attends(event))
        .order_by(walk.c.first_row, Participant.id)
    )


def _listed(event: Event, show: Show, text: str) -> sa.Select[Participant]:
    return _filtered(companies(event), show, text)


def _filtered(query: sa.Select[Participant], show: Show, text: str) -> sa.Select[Participant]:
    if show in _CONDITIONS:
        query = query.where(_some_contact(_CONDITIONS[show]))
    if text:
        query = query.where(_holds(text))
    return query


_CONDITIONS = {
    Show.ATTENDING: current.answered(Attendance.ATTENDING),
    Show.ABSENT: current.answered(Attendance.ABSENT),
    Show.UNANSWERED: current.unanswered(),
    Show.UNCONFIRMED: current.unconfirmed(),
    Show.UNOPENED: current.unopened(),
}

# How many these are, if the event was counted already.
_KNOWN: dict[Show, Callable[[Figures], int]] = {
    Show.ALL: lambda known: known.companies,
    Show.ATTENDING: lambda known: known.attending,
    Show.ABSENT: lambda known: known.absent,
    Show.UNANSWERED: lambda known: known.unanswered,
}


def _some_contact(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Contact.participant_id == Participant.id, *_asked(), condition)


def _holds(text: str) -> sa.ColumnElement[bool]:
    """In the company's name, a contact's, or in what it answered last."""
    said = sa.exists().where(
        Answer.participant_id == Participant.id,
        current.is_newest(),
        sa.or_(
            *(each.icontains(text, autoescape=True) for each in (Answer.message, Answer.note)),
            sa.exists().where(
                AnswerValue.answer_id == Answer.id,
                AnswerValue.value.icontains(text, autoescape=True),
            ),
        ),
    )
    names = (Contact.name, Contact.department, Contact.title)
    person = _some_contact(sa.or_(*(each.icontains(text, autoescape=True) for each in names)))
    return sa.or_(Participant.company.icontains(text, autoescape=True), person, said)


def _lines(session: Session, participants: Sequence[Participant]) -> list[Line]:
    numbers = [each.id for each in participants]
    query = (
        sa.select(Answer)
        .where(Answer.participant_id.in_(numbers), current.is_newest())
        .options(selectinload(Answer.values))
    )
    answers = {each.participant_id: each for each in session.scalars(query)}
    people = _people_of(session, numbers)
    return [
        Line(each, answers.get(each.id), tuple(people.get(each.id, ()))) for each in participants
    ]


def _people_of(session: Session, numbers: Sequence[int]) -> dict[int, list[Person]]:
    query = (
        sa.select(Contact, ContactMark.opened_at, ContactMark.confirmed_at)
        .outerjoin(ContactMark, ContactMark.contact_id == Contact.id)
        .where(Contact.participant_id.in_(numbers), *_asked())
        .order_by(Contact.source_row, Contact.id)
    )
    found: dict[int, list[Person]] = {}
    for contact, opened_at, confirmed_at in session.execute(query):
        found.setdefault(contact.participant_id, []).append(
            Person(contact, opened_at, confirmed_at)
        )
    return found
