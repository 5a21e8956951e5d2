"""Causes and measures: who decides them, who does them, and their history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronology, service
from eventmail.incidents.record.models import Level, Measure
from eventmail.incidents.record.service import Plan
from eventmail.incidents.record.suggestions import CAUSES, MEASURES
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.incidents import story

THURSDAY = date(2023, 6, 1)
MEETING = Plan(MEASURES[0].text, owner_name="所長", due_on=THURSDAY)
Find = Callable[[Session], Incident]
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def incident(database: Database, leak: int) -> Find:
    return lambda session: session.get_one(Incident, leak)


@sqlite_only
class TestMeasures:
    def test_causes_are_told_in_order_and_none_twice(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            for text in (*CAUSES, CAUSES[0]):
                service.add_cause(session, people.manager, incident(session), text)
        with database.reading() as session:
            assert service.causes(session, incident(session)) == list(CAUSES)

    def test_what_was_no_cause_is_dropped_with_a_reason(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            made = service.add_cause(session, people.manager, found, CAUSES[0])
            with pytest.raises(UserError, match="理由"):
                service.drop_cause(session, people.manager, found, made.number, 1, " ")
            service.drop_cause(session, people.manager, found, made.number, 1, "違った")
            assert service.causes(session, found) == []
            with pytest.raises(NotFound):
                service.drop_cause(session, people.manager, found, made.number, 2, "違った")

    def test_its_owner_says_that_it_is_done(
        self, database: Database, people: People, incident: Find
    ) -> None:
        plan = Plan("教材を配る", owner_id=people.author.id, due_on=THURSDAY)
        with database.writing() as session:
            found = incident(session)
            service.add_measure(session, people.manager, found, plan)
            with pytest.raises(Forbidden):
                service.finish(session, people.checker, found, 1, 1, THURSDAY)
            service.finish(session, people.author, found, 1, 1, THURSDAY, "全員に配った")
        with database.reading() as session:
            (made,) = service.measures(session, incident(session))
            told = chronology.chronology(session, incident(session))
        assert (made.done_on, made.note, made.version) == (THURSDAY, "全員に配った", 2)
        line = next(each for each in told if each.key == "measure:1")
        assert (line.text, line.all_day) == ("再発防止策を実施した（所）：教材を配る", True)

    def test_the_history_of_a_measure_stays(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            service.add_measure(session, people.manager, found, MEETING)
            later = replace(MEETING, due_on=THURSDAY + timedelta(days=1))
            service.change_measure(session, people.approver, found, 1, 1, later, "会場の都合")
            service.finish(session, people.manager, found, 1, 2, THURSDAY)
            service.take_back(session, people.manager, found, 1, 3, "日を間違えた")
            service.drop_measure(session, people.manager, found, 1, 4, "別の策にした")
            versions = service.history(session, found)[1]
            assert service.measures(session, found) == []
        assert [(each.due_on, each.done_on, each.dropped) for each in versions] == [
            (THURSDAY, None, False),
            (later.due_on, None, False),
            (later.due_on, THURSDAY, False),
            (later.due_on, None, False),
            (later.due_on, None, True),
        ]

    def test_a_measure_is_finished_after_the_incident_is_closed(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            service.add_measure(session, people.manager, found, MEETING)
            incidents.close(session, people.manager, found, "終えた", found.version)
            service.finish(session, people.manager, found, 1, 1, THURSDAY)
            with pytest.raises(UserError, match="対応を終えています"):
                service.add_measure(session, people.manager, found, MEETING)

    def test_a_measure_that_is_done_stays_as_it_is(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            service.add_measure(session, people.manager, found, MEETING)
            service.finish(session, people.manager, found, 1, 1, THURSDAY)
            with pytest.raises(UserError, match="実施済み"):
                service.change_measure(session, people.manager, found, 1, 2, MEETING)

    def test_who_only_answers_decides_no_measures(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session, pytest.raises(Forbidden):
            service.add_measure(session, people.author, incident(session), MEETING)
        with database.writing() as session, pytest.raises(Forbidden):
            service.add_cause(session, people.checker, incident(session), CAUSES[0])


REFUSED: dict[str, tuple[Plan, str]] = {
    "no words": (replace(MEETING, text=" "), "再発防止策を、1文"),
    "too many words": (replace(MEETING, text="あ" * 501), "500文字"),
    "nobody": (replace(MEETING, owner_name=""), "担当を、"),
    "two owners": (replace(MEETING, owner_id=1), "どちらか一方"),
    "somebody of elsewhere": (
        replace(MEETING, owner_name="", owner_id=999),
        "いまこの所にいません",
    ),
    "no day": (replace(MEETING, due_on=None), "期限の日"),
    "an address": (replace(MEETING, text="a@b.example に頼む"), "@"),
}


@sqlite_only
@pytest.mark.parametrize("case", REFUSED)
def test_a_measure_that_nobody_could_do_is_refused(
    case: str, database: Database, people: People, incident: Find
) -> None:
    plan, told = REFUSED[case]
    with database.writing() as session, pytest.raises(UserError, match=told):
        service.add_measure(session, people.manager, incident(session), plan)


DONE: dict[str, tuple[date, str]] = {
    "tomorrow": (clock.today() + timedelta(days=2), "先になって"),
    "before the incident": (story.WEDNESDAY - timedelta(days=1), "気づいた日より前"),
}


@sqlite_only
@pytest.mark.parametrize("case", DONE)
def test_it_was_done_on_a_day_that_can_be(
    case: str, database: Database, people: People, incident: Find
) -> None:
    day, told = DONE[case]
    with database.writing() as session:
        service.add_measure(session, people.manager, incident(session), MEETING)
        with pytest.raises(UserError, match=told):
            service.finish(session, people.manager, incident(session), 1, 1, day)


OVERDUE: dict[str, tuple[date | None, date, bool]] = {
    "on its last day": (None, THURSDAY, False),
    "the day after": (None, THURSDAY + timedelta(days=1), True),
    "done": (THURSDAY, THURSDAY + timedelta(days=1), False),
}


@pytest.mark.parametrize("case", OVERDUE)
def test_when_it_is_overdue(case: str) -> None:
    done_on, today, late = OVERDUE[case]
    assert service.is_overdue(Measure(due_on=THURSDAY, done_on=done_on), today) is late


def test_measures_and_causes_are_written_once(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        service.add_measure(session, people.manager, incident(session), MEETING)
        service.add_cause(session, people.manager, incident(session), CAUSES[0])
    for table in ("incident_measures", "incident_causes"):
        for statement in (f"UPDATE {table} SET dropped = TRUE", f"DELETE FROM {table}"):
            with (
                pytest.raises(DBAPIError, match=f"guard {table}"),
                database.writing() as session,
            ):
                session.execute(sa.text(statement))


def test_measures_of_the_story_are_ready() -> None:
    assert [each.level for each in MEASURES].count(Level.BUREAU) == 2
    assert [each.key for each in MEASURES if each.training] == ["inspection", "material"]
