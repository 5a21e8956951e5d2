"""Fixtures of this room: an event without participants, and somebody who imports into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.sample import People
from tests.pages import Pages
from tests.roster.importer import Importer, make_event
from tests.roster.review import Review


@pytest.fixture
def event(database: Database, people: People) -> Event:
    """An event without participants."""
    return make_event(database, people)


@pytest.fixture
def bring(database: Database, people: People, event: Event) -> Importer:
    """Imports rows into the event."""
    return Importer(database, people, event)


@pytest.fixture
def review(sign_in: Callable[[str], Pages], event: Event) -> Review:
    """The author at the review page of the event's upload."""
    return Review(sign_in("author"), event)
