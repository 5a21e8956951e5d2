"""The organiser's questions: what was answered never changes its meaning."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail.answers import asking, service
from eventmail.answers.asking import Wording
from eventmail.answers.models import Answer, AnswerValue, Question, QuestionKind
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Event
from eventmail.events.service import EventFacts
from eventmail.letters import copying
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.answers.hands import give
from tests.conftest import Meeting

LUNCH = Wording(QuestionKind.CHOICE, "昼食", True, ("必要", "不要"))
CARS = Wording(QuestionKind.NUMBER, "車の台数", False, (), 0, 3)
MEANINGS = {
    "another wording": {"label": "昼食は要りませんか"},
    "another choice": {"choices": ("必要", "不要", "未定")},
    "choices turned round": {"choices": ("不要", "必要")},
    "another kind": {"kind": QuestionKind.TEXT},
}


def labels(session: sa.orm.Session, event: Event) -> list[str]:
    return [each.label for each in service.questions(session, event)]


@pytest.mark.parametrize("case", MEANINGS)
def test_once_answered_its_meaning_stays(
    database: Database, people: People, meeting: Meeting, case: str
) -> None:
    changed = dataclasses.replace(LUNCH, **MEANINGS[case])
    with database.writing() as session:
        lunch = asking.add(session, people.author, meeting.event, LUNCH)
        asking.change(session, people.author, meeting.event, lunch.id, changed, 1)
        asking.change(session, people.author, meeting.event, lunch.id, LUNCH, 2)
        give(session, 3, values={lunch.id: "必要"})
        with pytest.raises(UserError, match="「昼食」にはもう回答がある"):
            asking.change(session, people.author, meeting.event, lunch.id, changed, 3)
        assert asking.wording_of(session.get_one(Question, lunch.id)) == LUNCH


def test_whether_an_answer_is_needed_may_change_all_the_same(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        lunch = asking.add(session, people.author, meeting.event, LUNCH)
        give(session, 3, values={lunch.id: "必要"})
        free = dataclasses.replace(LUNCH, required=False)
        asking.change(session, people.author, meeting.event, lunch.id, free, 1)
        assert not session.get_one(Question, lunch.id).required


def test_two_who_change_it_at_once_do_not_overwrite_each_other(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        cars = asking.add(session, people.author, meeting.event, CARS)
        more = dataclasses.replace(CARS, high=5)
        asking.change(session, people.author, meeting.event, cars.id, more, 1)
        with pytest.raises(UserError) as refused:
            asking.change(session, people.author, meeting.event, cars.id, CARS, 1)
        assert refused.value.message == asking.CHANGED


def test_a_question_that_is_asked_no_more_keeps_its_answers(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        lunch = asking.add(session, people.author, event, LUNCH)
        give(session, 3, values={lunch.id: "必要"})
        asking.retire(session, people.author, event, lunch.id)
        assert labels(session, event) == []
        assert session.scalars(sa.select(AnswerValue.value)).all() == ["必要"]
        with pytest.raises(NotFound):
            asking.change(session, people.author, event, lunch.id, LUNCH, 1)


def test_the_order_is_the_organisers(database: Database, people: People, meeting: Meeting) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        for label in ("一", "二", "三"):
            last = asking.add(session, people.author, event, dataclasses.replace(CARS, label=label))
        asking.move_up(session, people.author, event, last.id)
        assert labels(session, event) == ["一", "三", "二"]
        asking.move_up(session, people.author, event, last.id)
        asking.move_up(session, people.author, event, last.id)  # is the first already
        assert labels(session, event) == ["三", "一", "二"]


def test_a_copied_event_asks_the_same_and_knows_no_answer(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        lunch = asking.add(session, people.author, event, LUNCH)
        asking.add(session, people.author, event, CARS)
        asking.move_up(session, people.author, event, lunch.id + 1)
        give(session, 3, values={lunch.id: "必要"})
        facts = EventFacts("来年", event.held_on, "", "会場", event.sender_id, event.reply_to_id)
        made = copying.copy_event(session, people.author, event, facts, ())
        copies = service.questions(session, made)
        assert [asking.wording_of(each) for each in copies] == [CARS, LUNCH]
        assert asking.answered_ids(session, copies) == frozenset()
        # So there it may still be worded anew.
        changed = dataclasses.replace(LUNCH, label="お弁当")
        asking.change(session, people.author, made, copies[1].id, changed, 1)


def test_there_is_an_end_to_questions(database: Database, people: People, meeting: Meeting) -> None:
    with database.writing() as session:
        for _ in range(asking.MOST_QUESTIONS):
            asking.add(session, people.author, meeting.event, CARS)
        with pytest.raises(UserError) as refused:
            asking.add(session, people.author, meeting.event, CARS)
        assert refused.value.message == asking.TOO_MANY


def test_a_kind_keeps_only_what_goes_with_it(
    database: Database, people: People, meeting: Meeting
) -> None:
    crowded = Wording(QuestionKind.TEXT, "要望", False, ("甲", "乙"), 1, 2)
    with database.writing() as session:
        made = asking.add(session, people.author, meeting.event, crowded)
        assert (made.choices, made.low, made.high) == ([], None, None)


def test_only_authors_ask(database: Database, people: People, meeting: Meeting) -> None:
    with database.writing() as session:
        made = asking.add(session, people.author, meeting.event, CARS)
        for who in (people.checker, people.manager, people.auditor):
            for deed in (
                lambda who=who: asking.add(session, who, meeting.event, CARS),
                lambda who=who: asking.change(session, who, meeting.event, made.id, LUNCH, 1),
                lambda who=who: asking.retire(session, who, meeting.event, made.id),
                lambda who=who: asking.move_up(session, who, meeting.event, made.id),
                lambda who=who: asking.set_deadline(session, who, meeting.event, None),
            ):
                with pytest.raises(Forbidden):
                    deed()


def test_what_changed_is_in_the_audit(database: Database, people: People, meeting: Meeting) -> None:
    with database.writing() as session:
        cars = asking.add(session, people.author, meeting.event, CARS)
        more = dataclasses.replace(CARS, high=5, label="台数")
        asking.change(session, people.author, meeting.event, cars.id, more, 1)
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "question.changed")
        ).one()
        assert entry.before == {"name": "車の台数", "high": 3}
        assert entry.after == {"name": "台数", "high": 5}


STATEMENTS = {
    "a wording under its answers": "UPDATE questions SET label = 'x'",
    "choices under their answers": "UPDATE questions SET choices = '[]'",
    "bounds under their answers": "UPDATE questions SET low = 1",
    "a question with answers": "DELETE FROM questions",
    "whether somebody comes": "UPDATE answers SET attendance = 'absent'",
    "how many come": "UPDATE answers SET people = 9",
    "what was said": "UPDATE answers SET message = 'x'",
    "blanking without an erasure": "UPDATE answers SET message = ''",
    "who took it": "UPDATE answers SET staff_id = NULL, via = 'link'",
    "an answer": "DELETE FROM answers",
    "a value": "UPDATE answer_values SET value = '不要'",
    "blanking a value without an erasure": "UPDATE answer_values SET value = ''",
    "a value away": "DELETE FROM answer_values",
    "when it was opened": "UPDATE contact_marks SET opened_at = '2020-01-01 00:00:00+00'",
    "when it was confirmed": "UPDATE contact_marks SET confirmed_at = NULL",
    "a mark": "DELETE FROM contact_marks",
    "a number twice": (
        "INSERT INTO answers (office_id, event_id, participant_id, contact_id, number, attendance, "
        "message, via, note, at) SELECT office_id, event_id, participant_id, contact_id, number, "
        "attendance, message, via, note, at FROM answers"
    ),
    "a call that nobody took": (
        "INSERT INTO answers (office_id, event_id, participant_id, contact_id, number, attendance, "
        "message, via, note, at) SELECT office_id, event_id, participant_id, contact_id, 9, "
        "attendance, message, 'phone', note, at FROM answers"
    ),
    "another company's contact": (
        "INSERT INTO answers (office_id, event_id, participant_id, contact_id, number, attendance, "
        "message, via, note, at) SELECT office_id, event_id, participant_id, contact_id + 1, 9, "
        "attendance, message, 'link', note, at FROM answers"
    ),
}


def test_the_database_keeps_what_was_asked_and_answered(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        lunch = asking.add(session, people.author, meeting.event, LUNCH)
        give(session, 3, message="よろしく", values={lunch.id: "必要"})
    done = [case for case, each in STATEMENTS.items() if not is_refused(database, each)]
    assert done == []
    with database.reading() as session:
        assert session.scalars(sa.select(Answer.message)).all() == ["よろしく"]


def is_refused(database: Database, statement: str) -> bool:
    try:
        with database.writing() as session:
            session.execute(sa.text(statement))
    except DBAPIError:
        return True
    return False
