"""What of an incident waits for whom: on the page of tasks and on the home page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.desk import incidents as desk
from eventmail.desk.tasks import Kind
from eventmail.incidents import service as incidents
from eventmail.incidents.models import Incident
from eventmail.incidents.record import reporting, service, waiting
from eventmail.incidents.record.deadlines import Assessed, Duty, Own
from eventmail.incidents.record.service import Plan
from eventmail.offices.permissions import Actor
from eventmail.sample import People
from tests.incidents import story
from tests.notices.bureau import serve_as
from tests.pages import Pages

NOTHING = Assessed(sensitive=False, financial=False, malicious=False)
LATER = story.NOTICED + timedelta(hours=1)
Find = Callable[[Session], Incident]


@pytest.fixture
def incident(database: Database, leak: int) -> Find:
    return lambda session: session.get_one(Incident, leak)


def waits(database: Database, actor: Actor) -> list[tuple[Kind, str]]:
    with database.reading() as session:
        found = (*desk.tasks(session, actor), *desk.measures(session, actor))
        return [(e.kind, e.subject) for e in found if e.kind is not Kind.INCIDENT]


def measure(
    database: Database, people: People, incident: Find, owner: int | None, due_on: date
) -> None:
    plan = Plan("教材を配る", owner_id=owner, owner_name="" if owner else "局", due_on=due_on)
    with database.writing() as session:
        service.add_measure(session, people.manager, incident(session), plan)


def test_the_next_report_waits_for_those_who_lead_until_all_are_made(
    database: Database, people: People, incident: Find
) -> None:
    assert waits(database, people.manager) == [(Kind.REPORT_LATE, "所内の報告")]
    assert waits(database, people.author) == []
    with database.writing() as session:
        found = incident(session)
        reporting.set_own(session, people.manager, Own(0, None))
        reporting.report(session, people.manager, found, Duty.INTERNAL, 0, LATER)
    assert waits(database, people.approver) == [(Kind.REPORT, "報告の要否の判断")]
    with database.writing() as session:
        reporting.assess(session, people.manager, incident(session), NOTHING, 0)
    assert waits(database, people.approver) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_until_a_mail_is_known_nobody_is_told_that_no_report_is_needed(
    database: Database, people: People, sign_in: Callable[[str], Pages]
) -> None:
    with database.writing() as session:
        found = incidents.open_outside(session, people.manager, story.OPENING)
        reporting.assess(session, people.manager, found, NOTHING, 0)
        (waiting_one,) = waiting.reports(session, people.manager, [found])
        assert "まだ登録されていません" in waiting_one.note
        assert "質問" not in waiting_one.note
        number = found.id
    page = sign_in("manager").get(f"/incidents/{number}/deadlines")
    assert "まだ決まっていません" in page.text
    assert "だれのアドレスが見えたかが、まだ登録されていません" in page.text
    assert "3つの質問に答える" not in page.text


def test_an_incident_that_is_over_asks_for_no_report(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        incidents.close(session, people.manager, found, "終えた", found.version)
    assert waits(database, people.manager) == []


def test_a_measure_waits_for_its_owner_until_it_is_done(
    database: Database, people: People, incident: Find
) -> None:
    measure(database, people, incident, people.author.id, clock.today() + timedelta(days=3))
    measure(database, people, incident, people.checker.id, story.WEDNESDAY)
    assert waits(database, people.author) == [(Kind.MEASURE, "教材を配る")]
    assert waits(database, people.checker) == [(Kind.MEASURE_LATE, "教材を配る")]
    with database.writing() as session:
        service.finish(session, people.author, incident(session), 1, 1, story.WEDNESDAY)
        service.drop_measure(session, people.manager, incident(session), 2, 1, "別の策にした")
    assert waits(database, people.author) == waits(database, people.checker) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_no_member_of_staff_does_in_time_waits_for_those_who_lead(
    database: Database, people: People, incident: Find
) -> None:
    measure(database, people, incident, None, story.WEDNESDAY)
    measure(database, people, incident, None, clock.today())
    leads = [each for each in waits(database, people.manager) if each[0] is not Kind.REPORT_LATE]
    assert leads == [(Kind.MEASURE_LATE, "教材を配る")]
    assert waits(database, people.author) == []


def test_what_somebody_left_behind_waits_for_those_who_lead(
    database: Database, people: People, incident: Find
) -> None:
    measure(database, people, incident, people.author.id, clock.today() + timedelta(days=3))
    with database.writing() as session:
        serve_as(session, people.author)
    with database.reading() as session:
        (left,) = waiting.measures(session, people.manager)
        assert "担当を変えてください" in left.note
        assert list(waiting.measures(session, people.checker)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_home_page_leads_there(
    database: Database,
    people: People,
    incident: Find,
    leak: int,
    sign_in: Callable[[str], Pages],
) -> None:
    measure(database, people, incident, people.manager.id, story.WEDNESDAY)
    page = sign_in("manager").get("/")
    assert "漏えい等事案：「所内の報告」の期限を過ぎています" in page.text
    assert "再発防止策「教材を配る」の期限を過ぎています" in page.text
    links = {each.attributes.get("href") for each in page.all("a")}
    assert {f"/incidents/{leak}/deadlines", f"/incidents/{leak}/measures/1"} <= links
