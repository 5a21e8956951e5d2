"""How the answers stand: counted, searched and filtered, a page at a time, or all for a workbook.

A line is a company that takes part. Whoever withdrew or left the roster is not asked any more;
what such a company had answered stays in its history.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail.answers import current
from eventmail.answers.models import Answer, AnswerValue, Attendance, ContactMark, Question
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.language import said
from eventmail.roster.listing import PageOf, by_first_row, count_of, page_of

AT_ONCE = 500
COUNTED = ("contacts", "opened", "confirmed")
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
    """The whole event in numbers."""
    counts = (
        sa.select(Answer.attendance, sa.func.count(), sa.func.coalesce(sa.func.sum(_people()), 0))
        .join(Participant, Participant.id == Answer.participant_id)
        .where(Answer.event_id == event.id, current.is_newest(), *takes_part(event))
        .group_by(Answer.attendance)
    )
    found = {each: (count, people) for each, count, people in session.execute(counts)}
    attending, people = found.get(Attendance.ATTENDING, (0, 0))
    absent, _ = found.get(Attendance.ABSENT, (0, 0))
    asked, contacts, opened, confirmed = map(int, session.execute(_marks(event)).one())
    return Figures(
        attending=attending,
        absent=absent,
        unanswered=asked - attending - absent,
        people=int(people),
        contacts=contacts,
        opened=opened,
        confirmed=confirmed,
    )


def page(session: Session, event: Event, show: Show, text: str, wanted: int) -> PageOf[Line]:
    """A page of companies in the order of the roster."""
    found = page_of(session, _listed(event, show, text), wanted, by_first_row(event))
    return PageOf(_lines(session, found.items), found.total, found.page)


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
    return (
        Participant.event_id == event.id,
        Participant.office_id == event.office_id,
        Participant.status == ParticipantStatus.ATTENDING,
        somebody,
    )


def _asked() -> tuple[sa.ColumnExpressionArgument[bool], ...]:
    """Who is asked at all: those whom a mail to everybody reaches."""
    return Contact.active, Contact.address != ""


def _people() -> sa.ColumnElement[int]:
    return sa.case((Answer.attendance == Attendance.ATTENDING, Answer.people), else_=0)


def _marks(event: Event) -> sa.Select[int, int, int, int]:
    """Companies and contacts who are asked, and the contacts' marks, all in one walk."""
    marks = (
        sa.select(ContactMark.contact_id, ContactMark.opened_at, ContactMark.confirmed_at)
        .where(ContactMark.event_id == event.id)
        .cte("marks")
        .prefix_with("MATERIALIZED", dialect="postgresql")  # once, not contact by contact
    )
    counts = [sa.func.count(each) for each in (Contact.id, marks.c.opened_at, marks.c.confirmed_at)]
    named = [each.label(name) for each, name in zip(counts, COUNTED, strict=True)]
    each = (
        sa.select(Contact.participant_id, *named)
        .outerjoin(marks, marks.c.contact_id == Contact.id)
        .where(Contact.event_id == event.id, *_asked())
        .group_by(Contact.participant_id)
        .subquery()
    )
    sums = (sa.func.coalesce(sa.func.sum(each.c[name]), 0) for name in COUNTED)
    return (
        sa.select(sa.func.count(), *sums)
        .select_from(Participant)
        .join(each, each.c.participant_id == Participant.id)
        .where(
            Participant.event_id == event.id,
            Participant.office_id == event.office_id,
            Participant.status == ParticipantStatus.ATTENDING,
        )
    )


def _listed(event: Event, show: Show, text: str) -> sa.Select[Participant]:
    query = companies(event)
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
