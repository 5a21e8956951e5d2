"""What was said on the telephone: kept as long as its company, gone with whom it may name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.incidents import parties
from eventmail.incidents.calls import service
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.calls.service import Said
from eventmail.incidents.models import ExposedAddress, Incident
from eventmail.sample import People
from tests.incidents import story
from tests.incidents.test_privacy import close, erase
from tests.privacy import traces


@pytest.fixture
def leak(database: Database, people: People) -> int:
    """The story's incident; of its second company somebody has wished something."""
    with database.writing() as session:
        incident = story.leak(session, people.manager)
        said = Said(0, Outcome.ABSENT, None, "山田様に折り返す")
        service.save(session, people.author, incident, incident.parties[1].id, said)
        return incident.id


def test_who_is_erased_is_erased_from_what_was_said(
    database: Database, people: People, leak: int
) -> None:
    close(database, people, leak)
    assert traces.in_rows(database, ["山田様"])
    assert erase(database, people, story.COMPANIES[1].address) == 1
    assert traces.in_rows(database, ["山田様"]) == []
    with database.reading() as session:
        assert len(service.calls(session, session.get_one(Incident, leak))) == 1


def test_who_is_erased_is_erased_from_what_another_company_said(
    database: Database, people: People, leak: int
) -> None:
    him = story.COMPANIES[1].address
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        query = sa.select(ExposedAddress).where(ExposedAddress.address == him)
        session.scalars(query).one().shown_name = "山田 太郎"
        third, fourth = (each.id for each in incident.parties[2:4])
        for number, said in ((third, "山田さんにも謝ってほしい"), (fourth, "夕方にかける")):
            found = Said(0, Outcome.ABSENT, None, said)
            line = service.save(session, people.author, incident, number, found)
        service.strike(session, people.author, incident, fourth, line.calls[0].id, "山田様だった")
    close(database, people, leak)
    erase(database, people, him)
    assert traces.in_rows(database, ["山田"]) == []
    assert len(traces.in_rows(database, ["夕方にかける"])) == 1


def test_a_company_that_was_called_is_never_put_into_another(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, called, *_ = (each.id for each in incident.parties)
        assert parties.merge(session, people.author, incident, {first, called}).id == called
