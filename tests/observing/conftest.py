"""The tasks of one installation, as in ``tests/outbox``; several connections at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.observing import logs
from eventmail.outbox.worker import Outbox
from tests.observing.lines import Lines, listening


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(replace(settings, mail_lanes=2), database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What is written to the log from here on."""
    with listening(monkeypatch, logs.JsonLines) as found:
        yield found
