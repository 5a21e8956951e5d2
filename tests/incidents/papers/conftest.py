"""The founding story in a database, at the end of its second day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.calls.service import Said
from eventmail.incidents.calls.standing import TICKS
from eventmail.incidents.models import Incident, Party
from eventmail.incidents.papers import facts, service
from eventmail.incidents.papers.values import Published, Written
from eventmail.incidents.record import service as record
from eventmail.incidents.record.models import Level
from eventmail.incidents.record.service import Plan
from eventmail.sample import People
from tests.incidents import story
from tests.incidents.papers.story import JUNE_1, JUNE_2, MAY_31

CAUSES = (
    "送信先を「BCC」に入力すべきところ、「To」に入力したこと。",
    "送信する前に、ほかの職員による確認をしていなかったこと。",
)
REACHED = 25
WRITTEN = Written(
    second_harm="現在までに、二次被害は確認されていません。",
    contact="職業安定部 職業安定課\n電話 00-0000-0000",
    published=Published.YES,
    published_on=JUNE_2,
)
ALL_SAID = dict.fromkeys(TICKS, True) | {"unread": False}


@pytest.fixture
def told(database: Database, people: People) -> int:
    """The incident's id: 25 reached on the first day, 5 on the second, everything written."""
    with database.writing() as session:
        incident = story.leak(session, people.manager)
        tell(session, people, incident)
        return incident.id


def tell(session: Session, people: People, incident: Incident) -> None:
    """What the office did in the two days."""
    query = sa.select(Party.id).where(Party.incident_id == incident.id)
    for number, party in enumerate(session.scalars(query.order_by(Party.position)).all()):
        absent = number >= REACHED
        if absent:
            _call(session, people, incident, party, Outcome.ABSENT, MAY_31.day)
        day = (5, MAY_31.day) if not absent else (6, JUNE_1.day)
        _call(session, people, incident, party, Outcome.REACHED, day[1], month=day[0])
    for text in CAUSES:
        record.add_cause(session, people.manager, incident, text)
    office = Plan("緊急の会議を開き、事案を周知する。", owner_name="所長", due_on=JUNE_1)
    bureau = Plan("各所に注意喚起する。", Level.BUREAU, owner_name="職業安定課", due_on=JUNE_1)
    for plan in (office, bureau):
        made = record.add_measure(session, people.manager, incident, plan)
        record.finish(session, people.manager, incident, made.number, made.version, JUNE_1)
    service.write(session, people.manager, incident, WRITTEN, facts.secrets(session, incident))


def _call(
    session: Session,
    people: People,
    incident: Incident,
    party: int,
    outcome: Outcome,
    day: int,
    month: int = 5,
) -> None:
    version = calls.line(session, incident, party).version
    said = Said(version, outcome, ALL_SAID if outcome is Outcome.REACHED else None)
    at = datetime(2023, month, day, 6, tzinfo=UTC)
    calls.save(session, people.author, incident, party, said, at)
