"""Answers are a history of a company, given by its own contacts, until the last day."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.answers import asking, service
from eventmail.answers.asking import Wording
from eventmail.answers.models import Answer, Attendance, ContactMark, QuestionKind, Via
from eventmail.answers.service import Call, Reply
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.answers.hands import give, keys
from tests.conftest import Meeting
from tests.mailings.test_races import at_once

LUNCH = Wording(QuestionKind.CHOICE, "昼食", True, ("必要", "不要"))


def colleague(session: Session, contact_id: int) -> int:
    """A second contact of the same company."""
    first = session.get_one(Contact, contact_id)
    names = ("office_id", "event_id", "participant_id", "import_id", "source_row", "row_digest")
    second = Contact(**{name: getattr(first, name) for name in names})
    second.address = second.address_key = "soumu@futari.example"
    session.add(second)
    session.flush()
    return second.id


def answers(session: Session) -> list[tuple[int, int, str]]:
    query = sa.select(Answer.number, Answer.contact_id, Answer.attendance)
    return [tuple(row) for row in session.execute(query.order_by(Answer.id))]


def test_the_newest_answer_counts_and_the_older_ones_stay(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        lunch = asking.add(session, people.author, meeting.event, LUNCH)
        give(session, 3, message="よろしく", values={lunch.id: "必要"})
        give(session, 3, Attendance.ABSENT)
        found = service.sheet(session, *keys(session, 3))
        assert found.newest is not None
        assert (found.newest.attendance, found.newest.people) == (Attendance.ABSENT, None)
        assert found.values == {}
        before = service.history(session, found.contact.participant_id)[1]
        assert (before.people, before.message) == (2, "よろしく")
        assert [each.value for each in before.values] == ["必要"]


def test_an_answer_is_the_companys_whoever_of_it_gave_it(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        other = colleague(session, 3)
        give(session, 3)
        seen = service.sheet(session, *keys(session, other))
        assert seen.newest is not None
        assert (seen.seen, seen.by_self) == (1, False)
        give(session, other, Attendance.ABSENT)
        assert answers(session) == [(1, 3, "attending"), (2, other, "absent")]


def test_nobody_sees_another_companys_answer(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        give(session, 3, message="内緒の話")
        assert service.sheet(session, *keys(session, 4)).newest is None


def test_office_company_and_contact_must_belong_together(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        office, company, contact = keys(session, 3)
        _, other, _ = keys(session, 4)
        reply = Reply(Attendance.ATTENDING, 1, "", 0, frozenset())
        for wrong in ((office + 1, company, contact), (office, other, contact), (office, 0, 0)):
            for ask in (service.sheet, service.confirm, service.note_opened):
                with pytest.raises(NotFound):
                    ask(session, *wrong)
            with pytest.raises(NotFound):
                service.save(session, *wrong, reply)
        assert answers(session) == []


def test_an_answer_by_telephone_says_who_took_it_and_what_was_said(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        found = give(session, 3, call=Call(people.author, " 森様から。2名で参加とのこと "))
        assert (found.via, found.staff_id) == (Via.PHONE, people.author.id)
        assert found.note == "森様から。2名で参加とのこと"
        # He was on the telephone: that says nothing of the mail.
        assert not service.sheet(session, *keys(session, 3)).is_confirmed


REFUSED_CALLS = {"no note": ("　", service.NO_NOTE), "a long note": ("字" * 501, service.LONG_NOTE)}


@pytest.mark.parametrize("case", REFUSED_CALLS)
def test_a_telephone_note_is_needed(
    database: Database, people: People, meeting: Meeting, case: str
) -> None:
    note, sentence = REFUSED_CALLS[case]
    with database.writing() as session, pytest.raises(UserError) as refused:
        give(session, 3, call=Call(people.author, note))
    assert refused.value.message == sentence


def test_only_authors_of_the_office_take_answers_by_telephone(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        give(session, 3, call=Call(people.auditor, "電話"))
    elsewhere = dataclasses.replace(people.author, office=_another_office(database))
    with database.writing() as session, pytest.raises((NotFound, Forbidden)):
        give(session, 3, call=Call(elsewhere, "電話"))


def _another_office(database: Database) -> service.Event:
    from eventmail.offices import service as offices

    with database.writing() as session:
        return offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")


class TestTheLastDay:
    def test_is_the_events_own_unless_the_organiser_says_otherwise(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            assert service.closing_day(session, event) == event.held_on
            day = event.held_on - timedelta(days=7)
            asking.set_deadline(session, people.author, event, day)
            assert service.closing_day(session, event) == day
            event.held_on = day - timedelta(days=1)  # moved forward: nobody answers after it
            assert service.closing_day(session, event) == event.held_on
            asking.set_deadline(session, people.author, event, None)
            assert service.closing_day(session, event) == event.held_on

    def test_a_deadline_after_the_event_is_refused(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        late = meeting.event.held_on + timedelta(days=1)
        with database.writing() as session, pytest.raises(UserError, match="開催日"):
            asking.set_deadline(
                session, people.author, session.get_one(Event, meeting.event.id), late
            )

    def test_counts_to_its_end_and_the_office_can_take_a_call_after_it(
        self, database: Database, people: People, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        day = date(2026, 12, 1)
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            asking.set_deadline(session, people.author, event, day)
            monkeypatch.setattr(clock, "today", lambda: day)
            give(session, 3)
            monkeypatch.setattr(clock, "today", lambda: day + timedelta(days=1))
            with pytest.raises(UserError, match="令和8年12月1日（火）で終わりました"):
                give(session, 3, Attendance.ABSENT)
            give(session, 3, Attendance.ABSENT, call=Call(people.author, "森様から"))
            assert len(answers(session)) == 2


def test_whoever_withdrew_is_told_to_call_the_office(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        session.get_one(Contact, 3).participant.status = ParticipantStatus.WITHDRAWN
        session.flush()
        with pytest.raises(UserError, match="参加の取りやめ"):
            give(session, 3)
        with pytest.raises(UserError, match="先に参加者名簿を直してください"):
            give(session, 3, call=Call(people.author, "森様から"))


def test_absence_changes_nothing_in_the_roster(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        give(session, 3, Attendance.ABSENT)
        session.expire_all()
        contact = session.get_one(Contact, 3)
        assert contact.participant.status is ParticipantStatus.ATTENDING
        assert contact.active


def test_what_changed_while_the_form_was_open_is_looked_at_first(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        opened = service.sheet(session, *keys(session, 3))
        reply = Reply(Attendance.ATTENDING, 2, "", opened.seen, opened.asked)
        asking.add(session, people.author, meeting.event, LUNCH)
        with pytest.raises(UserError) as refused:
            service.save(session, *keys(session, 3), reply)
        assert refused.value.message == service.CHANGED
        give(session, 3)
        now = service.sheet(session, *keys(session, 3))
        with pytest.raises(UserError) as refused:
            service.save(session, *keys(session, 3), dataclasses.replace(reply, asked=now.asked))
        assert refused.value.message == service.ANSWERED_MEANWHILE
        assert len(answers(session)) == 1


class TestMarks:
    def test_the_first_time_counts(
        self, database: Database, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = clock.now()
        with database.writing() as session:
            monkeypatch.setattr(clock, "now", lambda: first)
            service.note_opened(session, *keys(session, 3))
            monkeypatch.setattr(clock, "now", lambda: first + timedelta(hours=1))
            service.note_opened(session, *keys(session, 3))
            service.confirm(session, *keys(session, 3))
            monkeypatch.setattr(clock, "now", lambda: first + timedelta(hours=2))
            service.confirm(session, *keys(session, 3))
            mark = session.scalars(sa.select(ContactMark)).one()
            assert (mark.opened_at, mark.confirmed_at) == (first, first + timedelta(hours=1))

    def test_an_answer_by_the_link_confirms_the_mail(
        self, database: Database, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            give(session, 3)
            assert service.sheet(session, *keys(session, 3)).is_confirmed
            assert not service.sheet(session, *keys(session, 4)).is_confirmed

    def test_an_erased_contact_is_not_marked(self, database: Database, meeting: Meeting) -> None:
        with database.writing() as session:
            contact = session.get_one(Contact, 3)
            session.expunge(contact)
            contact.address = ""
            assert not service._mark(session, contact, confirmed=True)
            assert session.get(ContactMark, 3) is None


def test_the_audit_tells_who_answered_and_never_what(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        lunch = asking.add(session, people.author, meeting.event, LUNCH)
        give(session, 3, message="内緒の話", values={lunch.id: "必要"})
        give(session, 3, Attendance.ABSENT, call=Call(people.author, "内緒のメモ"))
        query = sa.select(AuditEntry).where(AuditEntry.action.like("answer.%"))
        entries = list(session.scalars(query.order_by(AuditEntry.id)))
        told = [(e.action, e.staff_id, e.via, e.client, e.details) for e in entries]
        assert told == [
            ("answer.given", None, "link", "", {"contact": 3, "number": 1}),
            ("answer.taken", people.author.id, "", "", {"contact": 3, "number": 2}),
        ]


def test_of_two_colleagues_at_the_same_moment_one_is_asked_to_look_first(
    database: Database, people: People, meeting: Meeting
) -> None:
    """Neither overwrites the other unseen, on both databases."""
    with database.writing() as session:
        who = [keys(session, each) for each in (3, colleague(session, 3))]
    reply = Reply(Attendance.ATTENDING, 2, "", 0, frozenset())

    def answer(where: tuple[int, int, int]) -> Callable[[], None]:
        def act() -> None:
            with database.writing() as session:
                service.save(session, *where, reply)

        return act

    assert at_once(*map(answer, who)) == [service.ANSWERED_MEANWHILE]
    with database.reading() as session:
        assert [number for number, _, _ in answers(session)] == [1]


def test_two_clicks_at_once_confirm_once(database: Database, meeting: Meeting) -> None:
    with database.reading() as session:
        where = keys(session, 3)

    def act() -> None:
        with database.writing() as session:
            service.confirm(session, *where)

    assert at_once(act, act, act) == []
    with database.reading() as session:
        assert session.get_one(ContactMark, 3).confirmed_at is not None
        query = sa.select(sa.func.count()).where(AuditEntry.action == "answer.confirmed")
        assert session.scalars(query).one() == 1
