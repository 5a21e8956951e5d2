"""An office with a webhook that leads to a receiver on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control
from eventmail.sample import People
from tests.webhooks.hands import Hook, made
from tests.webhooks.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def named(settings: Settings, receiver: Receiver) -> Settings:
    """The installation whose administrator has named the receiver."""
    return replace(settings, webhook_hosts=(receiver.origin,))


@pytest.fixture
def hook(database: Database, people: People, named: Settings, receiver: Receiver) -> Hook:
    """A webhook that is told everything, without names."""
    webhook, secret = made(database, people.manager, named, receiver.url)
    return Hook(database, named, webhook.id, secret)


@pytest.fixture
def waiting(database: Database, people: People, approved: Snapshot, hook: Hook) -> Hook:
    """One call is to be made: that the sending was paused."""
    with database.writing() as session:
        control.pause(session, people.author, session.get_one(Snapshot, approved.id))
    return hook
