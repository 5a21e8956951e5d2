"""Staff with addresses, and an outbox that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from tests.staffmail.staff import OWN, ROLES, URL


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=URL)


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def known(database: Database, people: People) -> People:
    """The three with addresses of their own: author@…, checker@…, approver@…"""
    with database.writing() as session:
        for role in ROLES:
            session.get_one(Staff, getattr(people, role).id).address = f"{role}@{OWN}"
    return people
