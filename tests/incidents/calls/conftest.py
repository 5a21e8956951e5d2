"""The founding story's incident, ready to be called."""

from __future__ import annotations

import pytest

from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.sample import People
from tests.conftest import Meeting
from tests.incidents.calls import hands


@pytest.fixture
def leak(database: Database, people: People, meeting: Meeting) -> int:
    """The id of the incident with 30 companies, all found in the meeting's roster."""
    with database.writing() as session:
        return hands.leak(session, people, session.get_one(Event, meeting.event.id)).id
