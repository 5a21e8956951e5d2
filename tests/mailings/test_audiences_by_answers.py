"""未回答・未確認・参加のみ: audiences by what the participants have answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from eventmail.answers import service as answers
from eventmail.answers.models import Attendance
from eventmail.answers.service import Call
from eventmail.database import Database
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.mailings import audiences, service
from eventmail.mailings.models import AUDIENCE_NAMES, Audience, Mailing, MailingState, Snapshot
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.outbox.models import Delivery
from eventmail.sample import People
from tests.answers.hands import give, keys
from tests.answers.test_answering import colleague
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.test_audiences import draft, ids
from tests.pages import Pages

ABSENT, ATTENDING = Attendance.ABSENT, Attendance.ATTENDING
BY_ANSWERS = audiences.BY_ANSWERS


def audience(session: Session, people: People, event_id: int, kind: Audience) -> set[int]:
    return ids(session, draft(session, people, event_id, audience=kind))


def test_each_audience_is_those_whom_its_name_says(
    database: Database, people: People, meeting: Meeting
) -> None:
    """3 comes, 4 does not, 5 first did and now does not, 6 said so on the telephone, 7 has only
    confirmed, 8 has only opened his page, 9 has a colleague who answered.
    """
    with database.writing() as session:
        everybody = audience(session, people, meeting.event.id, Audience.ALL)
        give(session, 3)
        give(session, 4, ABSENT)
        give(session, 5)
        give(session, 5, ABSENT)
        give(session, 6, call=Call(people.author, "森様から"))
        answers.confirm(session, *keys(session, 7))
        answers.note_opened(session, *keys(session, 8))
        mate = colleague(session, 9)
        give(session, mate)
        found = {each: audience(session, people, meeting.event.id, each) for each in BY_ANSWERS}
        everybody |= {mate}
        assert found[Audience.UNANSWERED] == everybody - {3, 4, 5, 6, 9, mate}
        assert found[Audience.UNCONFIRMED] == everybody - {3, 4, 5, 7, mate}
        assert found[Audience.ATTENDING] == {3, 6, 9, mate}


@pytest.mark.parametrize("kind", BY_ANSWERS, ids=str)
def test_nobody_withdrawn_and_nobody_who_left_comes_in_by_an_answer(
    database: Database, people: People, meeting: Meeting, kind: Audience
) -> None:
    with database.writing() as session:
        for each in (3, 4) if kind is Audience.ATTENDING else ():
            give(session, each)
        assert {3, 4} <= audience(session, people, meeting.event.id, kind)
        session.get_one(Contact, 3).participant.status = ParticipantStatus.WITHDRAWN
        session.get_one(Contact, 4).active = False
        session.flush()
        assert not {3, 4} & audience(session, people, meeting.event.id, kind)


@pytest.mark.parametrize("kind", BY_ANSWERS, ids=str)
def test_answers_of_another_event_count_for_nothing(
    database: Database, people: People, meeting: Meeting, kind: Audience
) -> None:
    with database.writing() as session:
        give(session, 3)
        event = session.get_one(Event, meeting.event.id)
        facts = service.events.EventFacts(
            "別のイベント", event.held_on, "", "会場", event.sender_id, event.reply_to_id
        )
        other = service.events.add_event(session, people.author, facts)
        assert audience(session, people, other.id, kind) == set()


@pytest.fixture
def reminder(database: Database, people: People, meeting: Meeting) -> int:
    """The letter to those who have not answered: 3 and 4 have."""
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).audience = Audience.UNANSWERED
        give(session, 3)
        give(session, 4, ABSENT)
    return meeting.mailing.id


def test_the_words_are_frozen_and_stand_on_the_paper_and_before_the_checker(
    database: Database, people: People, reminder: int, sign_in: Callable[[str], Pages]
) -> None:
    snapshot = journey.submit(database, people, reminder, answering=True)
    with database.reading() as session:
        stored = content_of_snapshot(session.get_one(Snapshot, snapshot.id))
        assert stored.audience == AUDIENCE_NAMES[Audience.UNANSWERED]
        assert stored.audience == "まだ回答していない事業所だけ（未回答）"
        assert stored.expected_count == len(stored.recipients) == 28
        assert not {3, 4} & {each.contact_id for each in stored.recipients}
        assert stored.digest == snapshot.digest
    with database.writing() as session:
        give(session, 5)
    checker = sign_in("checker")
    for path in ("drafting-paper", "check"):
        text = checker.get(f"/mailings/{reminder}/{path}").text
        assert "送信先の選び方まだ回答していない事業所だけ（未回答）" in text.replace(" ", "")
    assert "提出のあとに、回答や受け取りの確認をした送信先が1件あります" in text


Answering = Callable[[Session], object]
MEANWHILE: dict[str, Answering] = {
    "somebody answers": lambda session: give(session, 5),
    "somebody answers and takes it back": lambda session: (
        give(session, 5),
        give(session, 5, ABSENT),
    ),
    "somebody confirms": lambda session: answers.confirm(session, *keys(session, 5)),
}


@pytest.mark.parametrize("case", MEANWHILE)
def test_an_answer_between_the_looks_changes_nothing_of_what_was_submitted(
    database: Database, people: People, reminder: int, case: str
) -> None:
    """What was checked and approved is what is sent: to whoever answered meanwhile, too."""
    snapshot = journey.submit(database, people, reminder, answering=True)
    with database.writing() as session:
        MEANWHILE[case](session)
        assert service.refresh(session, session.get_one(Event, snapshot.event_id)) == []
    journey.check(database, people, reminder)
    with database.writing() as session:
        give(session, 6)
    journey.approve(database, people, reminder)
    with database.reading() as session:
        mails = {each.contact_id for each in session.query(Delivery) if each.contact_id}
        assert {5, 6} <= mails
        assert not {3, 4} & mails


def test_the_reviewers_are_told_how_many_have_answered_since(
    database: Database, people: People, reminder: int
) -> None:
    snapshot = journey.submit(database, people, reminder, answering=True)
    with database.writing() as session:
        mailing = session.get_one(Mailing, reminder)
        assert audiences.moved_on(session, mailing, snapshot) == 0
        give(session, 5)
        give(session, 6, ABSENT)
        assert audiences.moved_on(session, mailing, snapshot) == 2


def test_whoever_withdraws_meanwhile_still_sends_it_back(
    database: Database, people: People, reminder: int
) -> None:
    snapshot = journey.submit(database, people, reminder, answering=True)
    with database.writing() as session:
        session.get_one(Contact, 5).participant.status = ParticipantStatus.WITHDRAWN
        session.flush()
        assert len(service.refresh(session, session.get_one(Event, snapshot.event_id))) == 1


def test_another_audience_is_another_mailing(
    database: Database, people: People, reminder: int
) -> None:
    journey.submit(database, people, reminder, answering=True)
    with database.writing() as session:
        session.get_one(Mailing, reminder).audience = Audience.UNCONFIRMED
    with pytest.raises(service.UserError, match="変わっています"):
        journey.check(database, people, reminder)


def test_what_is_taken_back_asks_the_answers_anew(
    database: Database, people: People, reminder: int
) -> None:
    journey.submit(database, people, reminder, answering=True)
    with database.writing() as session:
        mailing = service.get_mailing(session, people.author, reminder, lock=True)
        give(session, 5)
        service.withdraw(session, people.author, mailing)
        assert mailing.state is MailingState.DRAFT
        assert 5 not in ids(session, mailing)
