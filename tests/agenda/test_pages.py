"""予定表 as a page: what is on stands on its day, whoever's office it is, in two statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.agenda import service
from eventmail.agenda.month import Month
from eventmail.agenda.service import Sort
from eventmail.answers import asking
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.permissions import Actor
from eventmail.outbox.models import Dispatch
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
DAY = date(2027, 2, 17)
FEBRUARY = Month(date(2027, 2, 1))


@pytest.fixture
def held(database: Database, meeting: Meeting) -> Event:
    """The meeting, on a day of its own month."""
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        event.held_on = DAY
    return event


def entries(database: Database, actor: Actor, month: Month = FEBRUARY) -> list[service.Entry]:
    with database.reading() as session:
        return service.entries(session, actor, month)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.TOKYO)


def cell(page: Page, day: date) -> str:
    """What stands in the cell of one day."""
    (found,) = [e for e in page.all("time") if e.attributes["datetime"] == day.isoformat()]
    around = next(each for each in reversed(found.inside) if each.tag == "td")
    return re.sub(r"\s+", " ", around.text)


def test_event_deadline_and_planned_start_stand_on_their_days(
    database: Database, people: People, held: Event, meeting: Meeting
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, held.id)
        asking.set_deadline(session, people.author, event, DAY - timedelta(days=7))
        session.get_one(Mailing, meeting.mailing.id).send_at = at(DAY - timedelta(days=14), 23, 30)
    assert [(e.day, e.sort, e.at, e.state) for e in entries(database, people.author)] == [
        (DAY - timedelta(days=14), Sort.MAILING, time(23, 30), MailingState.DRAFT),
        (DAY - timedelta(days=7), Sort.DEADLINE, None, None),
        (DAY, Sort.EVENT, None, None),
    ]


def test_a_deadline_on_the_events_own_day_is_not_told_twice(
    database: Database, people: People, held: Event
) -> None:
    with database.writing() as session:
        asking.set_deadline(session, people.author, session.get_one(Event, held.id), DAY)
    assert [e.sort for e in entries(database, people.author)] == [Sort.EVENT]


def test_what_is_sent_stands_where_it_began(
    database: Database, people: People, approved: Snapshot
) -> None:
    today = Month.of(clock.today())
    mailings = [e for e in entries(database, people.author, today) if e.sort is Sort.MAILING]
    assert [(e.state, e.number) for e in mailings] == [(MailingState.SENDING, approved.mailing_id)]
    with database.writing() as session:
        dispatch = session.get_one(Dispatch, approved.id)
        dispatch.starts_at = at(DAY, 9, 5)
    mailings = [e for e in entries(database, people.author) if e.sort is Sort.MAILING]
    assert [(e.day, e.at) for e in mailings] == [(DAY, time(9, 5))]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2027, 1, 31), True),
        (date(2027, 1, 30), False),
        (date(2027, 3, 6), True),
        (date(2027, 3, 7), False),
    ],
)
def test_the_days_around_the_month_are_told_as_far_as_they_are_shown(
    database: Database, people: People, held: Event, day: date, shown: bool
) -> None:
    with database.writing() as session:
        session.get_one(Event, held.id).held_on = day
    assert bool([e for e in entries(database, people.author) if e.sort is Sort.EVENT]) is shown


def test_another_office_sees_nothing_of_it(
    database: Database, people: People, held: Event, meeting: Meeting
) -> None:
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).send_at = at(DAY, 9)
    office = replace(people.author, office=_other(database))
    assert entries(database, people.author)
    assert entries(database, office) == []


def _other(database: Database) -> Any:
    from eventmail.offices import service as offices

    with database.writing() as session:
        return offices.add_office(session, "みどり野労働局", "となりの所")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_two_statements_however_much_is_on(database: Database, people: People, held: Event) -> None:
    facts = events.EventFacts("", DAY, "", "会場", held.sender_id, held.reply_to_id)
    with database.writing() as session:
        for number in range(20):
            named = replace(facts, name=f"説明会{number}")
            events.add_event(session, people.author, named)
    with counted(database) as made:
        assert len(entries(database, people.author)) == 21
    assert len([each for each in made if each.lstrip().startswith("SELECT")]) == 2


def test_the_page_is_a_table_of_weeks_and_leads_on(
    sign_in: SignIn, database: Database, held: Event, meeting: Meeting
) -> None:
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).send_at = at(date(2027, 2, 10), 9, 5)
    page = sign_in("checker").get("/calendar?month=2027-02")
    assert page.h1 == "令和9年2月の予定表"
    assert [e.text for e in page.all("th")] == list("日月火水木金土")
    assert {e.attributes.get("scope") for e in page.all("th")} == {"col"}
    assert held.name in cell(page, DAY)
    assert "9:05" in cell(page, date(2027, 2, 10))
    assert "作成中" in cell(page, date(2027, 2, 10))
    assert "建国記念の日" in cell(page, date(2027, 2, 11))
    links = {e.text: e.attributes["href"] for e in page.all("a")}
    assert links["前の月"] == "/calendar?month=2027-01"
    assert links["次の月"] == "/calendar?month=2027-03"
    assert links[held.name] == f"/events/{held.id}"


def test_an_empty_month_says_so(sign_in: SignIn) -> None:
    assert "この月の予定はありません" in sign_in("author").get("/calendar?month=2031-05").text


def test_home_leads_there(sign_in: SignIn, meeting: Meeting) -> None:
    page = sign_in("author").get("/")
    assert len([e for e in page.all("a") if e.attributes.get("href") == "/calendar"]) == 2
