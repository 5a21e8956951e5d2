"""Whoever leads in another office finds no incident of this one, whatever he wants to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound
from eventmail.incidents.models import Incident
from eventmail.incidents.papers import facts
from eventmail.incidents.papers import service as papers
from eventmail.incidents.papers.values import Written
from eventmail.incidents.record import chronicle, reporting, service
from eventmail.incidents.record.chronicle import Words
from eventmail.incidents.record.deadlines import Assessed, Duty
from eventmail.incidents.record.service import Plan
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.sample import People
from tests.incidents import story

PLAN = Plan("教材を配る", owner_name="局", due_on=story.WEDNESDAY)
NOTHING = Assessed(sensitive=False, financial=False, malicious=False)
SAID = Words(story.NOTICED, "別の言葉にした。")
Deed = Callable[[Session, Actor, Incident], object]
LED: dict[str, Deed] = {
    "judge": lambda s, a, i: reporting.assess(s, a, i, NOTHING, 0),
    "report": lambda s, a, i: reporting.report(s, a, i, Duty.FINAL, 0, story.NOTICED),
    "take a report back": lambda s, a, i: reporting.take_back(s, a, i, Duty.BUREAU, 1, "誤り"),
    "add a cause": lambda s, a, i: service.add_cause(s, a, i, "確かめなかった。"),
    "drop a cause": lambda s, a, i: service.drop_cause(s, a, i, 1, 1, "誤り"),
    "add a measure": lambda s, a, i: service.add_measure(s, a, i, PLAN),
    "change a measure": lambda s, a, i: service.change_measure(
        s, a, i, 1, 1, replace(PLAN, text="別の策")
    ),
    "finish a measure": lambda s, a, i: service.finish(s, a, i, 1, 1, story.WEDNESDAY),
    "drop a measure": lambda s, a, i: service.drop_measure(s, a, i, 1, 1, "誤り"),
    "add a line": lambda s, a, i: chronicle.add(s, a, i, SAID),
    "correct a line": lambda s, a, i: chronicle.correct(s, a, i, "noticed", 0, SAID, "誤り"),
    "leave a line out": lambda s, a, i: chronicle.leave_out(s, a, i, "noticed", 0, "重複"),
    "write for the papers": lambda s, a, i: papers.write(
        s, a, i, Written(contact="総務課"), facts.secrets(s, i)
    ),
}


@pytest.fixture
def written(database: Database, people: People, leak: int) -> int:
    """One cause, one measure, one report."""
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        service.add_cause(session, people.manager, incident, "宛先を見なかった。")
        service.add_measure(session, people.manager, incident, PLAN)
        reporting.report(session, people.manager, incident, Duty.BUREAU, 0, story.NOTICED)
    return leak


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_deed_is_done_here_and_not_found_elsewhere(
    database: Database, people: People, written: int
) -> None:
    with database.writing() as session:
        other = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        staff = offices.add_staff(
            session, other, "tonari", "隣 一郎", "a long enough word", [Role.MANAGER]
        )
    stranger = Actor(staff, other)
    for name, deed in LED.items():
        with database.writing() as session:
            incident = session.get_one(Incident, written)
            before = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
            with pytest.raises(NotFound):
                deed(session, stranger, incident)
            after = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
            assert before == after, name
            deed(session, people.manager, incident)
            session.rollback()
