"""The one question before all others: which rooms have anything for somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.desk import asking, service
from eventmail.desk.tasks import Kind, Task
from eventmail.incidents.record import service as records
from eventmail.incidents.record.service import Plan
from eventmail.offices import service as offices
from eventmail.offices.models import Staff
from eventmail.sample import People
from tests.counting import selects_of
from tests.desk.counted import as_counted
from tests.incidents import story
from tests.web.test_matrix import PASSWORDS, World, world

__all__ = ["world"]


def _blocked(_session: Session, _office_id: int) -> str:
    return "つながりません。"


def _waiting(world: World, login: str) -> list[Task]:
    database: Database = world.app.extensions["eventmail"].database
    with database.reading() as session:
        staff = session.scalars(sa.select(Staff).filter_by(login=login)).one()
        return service.waiting(session, offices.actor_of(session, staff), _blocked)


def test_no_room_that_has_something_is_passed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an office with one of each: the same tasks as if every room were read."""
    logins = [each["login"] for each in PASSWORDS.values()]
    asked = {login: _waiting(world, login) for login in logins}
    monkeypatch.setattr(asking, "rooms_with_something", lambda *_: frozenset(asking.ROOMS))
    assert asked == {login: _waiting(world, login) for login in logins}
    found = {task.kind for tasks in asked.values() for task in tasks}
    assert found >= {Kind.INCIDENT, Kind.RELAY, Kind.SETTING, Kind.RESULTS, Kind.NOTICE}, found


def test_the_head_of_a_page_counts_what_the_desk_shows(world: World) -> None:
    database: Database = world.app.extensions["eventmail"].database
    with database.reading() as session:
        for each in PASSWORDS.values():
            staff = session.scalars(sa.select(Staff).filter_by(login=each["login"])).one()
            as_counted(session, offices.actor_of(session, staff), _blocked)


@pytest.mark.parametrize(("role", "count"), [("author", 1), ("approver", 2)])
def test_of_measures_each_counts_his_own_and_who_leads_what_nobody_does(
    database: Database, people: People, role: str, count: int
) -> None:
    yesterday = clock.today() - timedelta(days=1)
    with database.writing() as session:
        leak = story.leak(session, people.manager)
        for owner in (people.author.id, people.approver.id, None):
            name = "" if owner else "所長"
            plan = Plan("会議を開く", owner_id=owner, owner_name=name, due_on=yesterday)
            records.add_measure(session, people.manager, leak, plan)
        actor = offices.actor_of(session, session.get_one(Staff, getattr(people, role).id))
        found = as_counted(session, actor, _blocked)
        assert [each.kind for each in found].count(Kind.MEASURE_LATE) == count


def test_where_nothing_waits_one_question_is_all(database: Database, people: People) -> None:
    with database.reading() as session:
        staff = session.get_one(Staff, people.author.id)
        actor = offices.actor_of(session, staff)
        assert selects_of(lambda: service.waiting(session, actor, _blocked)) == 1


def test_every_room_is_asked(database: Database, people: People) -> None:
    """Of whoever may do everything: a room that is not asked would stay silent."""
    query = asking._question(asking.ACTIONS)
    assert {each["name"] for each in query.column_descriptions} == set(asking.ROOMS)


PLANS = sa.text(
    "SELECT generic_plans, custom_plans FROM pg_prepared_statements ORDER BY length(statement) DESC"
)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_is_planned_once_however_often_it_is_asked(database: Database, people: People) -> None:
    """To plan it takes longer than to answer it, and every page asks it."""
    for _ in range(8):
        with database.reading() as session:
            asking.at_a_glance(session, people.author)
    with database.reading() as session:
        generic, custom = session.execute(PLANS).first() or (0, 0)
    assert generic >= 2
    assert custom == 0
