"""What was said on the telephone: kept as long as its company, gone with whom it may name."""

from __future__ import annotations

import pytest

from eventmail.database import Database
from eventmail.incidents import parties
from eventmail.incidents.calls import service
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.calls.service import Said
from eventmail.incidents.models import Incident
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


def test_a_company_that_was_called_is_never_put_into_another(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, called, *_ = (each.id for each in incident.parties)
        assert parties.merge(session, people.author, incident, {first, called}).id == called
