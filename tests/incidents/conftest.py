"""The founding story in a database."""

from __future__ import annotations

import pytest

from eventmail.database import Database
from eventmail.sample import People
from tests.incidents import story


@pytest.fixture
def leak(database: Database, people: People) -> int:
    """The incident's id."""
    with database.writing() as session:
        return story.leak(session, people.manager).id
