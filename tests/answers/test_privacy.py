"""What was answered goes with the event's time or on the person's request; the counts stay."""

from __future__ import annotations

import io
from datetime import date

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail.answers import asking, listing, service
from eventmail.answers.asking import Wording
from eventmail.answers.models import Answer, AnswerValue, Attendance, ContactMark, QuestionKind
from eventmail.answers.service import Call
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact, Event
from eventmail.privacy import erasing, handing, people, purge
from eventmail.sample import People
from eventmail.sealing import Sealer
from tests.answers.hands import give, keys
from tests.answers.test_answering import colleague
from tests.conftest import Meeting
from tests.privacy import traces

SEALER = Sealer((b"k" * 32,))
WORDS = ("早めに着きます", "アレルギーがあります", "森様からの電話")


@pytest.fixture
def answered(database: Database, people: People, meeting: Meeting) -> Meeting:
    """3 answered with words, and once more on the telephone; 4 did, too."""
    with database.writing() as session:
        wish = asking.add(
            session, people.author, meeting.event, Wording(QuestionKind.TEXT, "要望", False)
        )
        for each in (3, 4):
            give(session, each, message=WORDS[0], values={wish.id: WORDS[1]})
        give(session, 3, Attendance.ABSENT, call=Call(people.author, WORDS[2]))
    return meeting


def erase(database: Database, people_: People, contact_id: int) -> None:
    with database.writing() as session:
        address = session.get_one(Contact, contact_id).address
        found = people.find(session, people_.manager, address)
        erasing.erase(session, people_.manager, SEALER, found, "本人の請求")


def told(session: Session) -> list[tuple[int, str, str]]:
    query = sa.select(Answer.contact_id, Answer.message, Answer.note).order_by(Answer.id)
    return [tuple(each) for each in session.execute(query)]


def test_after_its_time_no_words_are_left_and_the_counts_are(
    database: Database, people: People, answered: Meeting
) -> None:
    assert len(traces.in_rows(database, WORDS)) == 5
    assert purge.run(database.writing, date(2040, 1, 1)) == 1
    assert traces.in_rows(database, WORDS) == []
    with database.reading() as session:
        rows = session.execute(sa.select(Answer.attendance, Answer.people).order_by(Answer.id))
        assert [tuple(each) for each in rows] == [
            ("attending", 2),
            ("attending", 2),
            ("absent", None),
        ]


def test_nothing_new_comes_to_an_erased_event(
    database: Database, people: People, answered: Meeting
) -> None:
    with database.reading() as session:
        where = keys(session, 5)
    purge.run(database.writing, date(2040, 1, 1))
    with database.writing() as session:
        found = service.sheet(session, *where)
        assert found.closed == service.GONE
        reply = service.Reply(Attendance.ABSENT, None, "", 0, found.asked)
        with pytest.raises(UserError):
            service.save(session, *where, reply)
        service.note_opened(session, *where)
        assert session.get(ContactMark, 5) is None
    row = {"office_id": where[0], "participant_id": where[1], "contact_id": where[2]}
    row |= {"event_id": answered.event.id}
    opened = sa.insert(ContactMark).values(**row, opened_at=sa.func.now())
    with pytest.raises(DBAPIError, match="erased"), database.writing() as session:
        session.execute(opened)


def test_one_persons_words_go_everywhere_and_the_others_stay(
    database: Database, people: People, answered: Meeting
) -> None:
    erase(database, people, 3)
    with database.reading() as session:
        assert told(session) == [(3, "", ""), (4, WORDS[0], ""), (3, "", "")]
        values = sa.select(AnswerValue.value).order_by(AnswerValue.answer_id)
        assert list(session.scalars(values)) == ["", WORDS[1]]
        assert [each.attendance for each in session.scalars(sa.select(Answer))] == [
            "attending",
            "attending",
            "absent",
        ]


def test_what_a_colleague_wrote_of_the_person_goes_as_well(
    database: Database, people: People, answered: Meeting
) -> None:
    with database.writing() as session:
        mate = colleague(session, 3)
        session.get_one(Contact, 3).name = "山田 太郎"
        session.flush()
        give(session, mate, message="山田が2名で伺います")
        give(session, mate, message="駐車場を使います")
    erase(database, people, 3)
    with database.reading() as session:
        assert told(session)[-2:] == [(mate, "", ""), (mate, "駐車場を使います", "")]


def test_what_is_gone_does_not_come_back(
    database: Database, people: People, answered: Meeting
) -> None:
    erase(database, people, 3)
    for statement in (
        "UPDATE answers SET message = 'x' WHERE contact_id = 3",
        "UPDATE answers SET attendance = 'absent' WHERE contact_id = 3",
        "UPDATE answers SET message = '' WHERE contact_id = 4",
        "UPDATE answer_values SET value = 'x'",
    ):
        with pytest.raises(DBAPIError), database.writing() as session:
            session.execute(sa.text(statement))


def test_a_person_is_handed_his_own_answers_and_nobody_elses(
    database: Database, people: People, answered: Meeting
) -> None:
    with database.writing() as session:
        address = session.get_one(Contact, 3).address
        give(session, 5, message="ほかの方の連絡")
    with database.reading() as session:
        found = people_of(session, people, address)
    book = load_workbook(io.BytesIO(handing.workbook(found)))
    rows = list(book["参加の回答"].iter_rows(min_row=2, values_only=True))
    assert [row[1:6] for row in rows] == [
        ("参加", "2", f"要望：{WORDS[1]}", WORDS[0], None),
        ("欠席", None, None, None, WORDS[2]),
    ]


def people_of(session: Session, people_: People, asked: str) -> people.Person:
    return people.find(session, people_.manager, asked)


def test_an_erased_contact_is_counted_no_more_and_its_company_is_still_answered(
    database: Database, people: People, answered: Meeting
) -> None:
    with database.writing() as session:
        mate = colleague(session, 3)
    erase(database, people, 3)
    with database.reading() as session:
        event = session.get_one(Event, answered.event.id)
        found = listing.figures(session, event)
        assert (found.companies, found.contacts, found.absent) == (30, 30, 1)
        line = listing.line(session, event, session.get_one(Contact, mate).participant_id)
        assert line is not None
        assert [each.contact.id for each in line.people] == [mate]
