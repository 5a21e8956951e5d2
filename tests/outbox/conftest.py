"""The meeting's approved mailing, and the tasks of an installation over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.worker import Outbox


@pytest.fixture
def snapshot(approved: Snapshot) -> Snapshot:
    return approved


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()
