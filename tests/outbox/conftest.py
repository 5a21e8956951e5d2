"""The meeting's approved mailing, and the tasks of an installation over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.job import Job, prepare
from eventmail.outbox.worker import Outbox
from tests.outbox import hands


@pytest.fixture
def snapshot(approved: Snapshot) -> Snapshot:
    return approved


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def job(database: Database, approved: Snapshot) -> Job:
    """The approved mailing on the press; the office's copy was looked at."""
    with database.writing() as session:
        hands.let_go(session, approved.id)
    return prepare(database, approved.id)
