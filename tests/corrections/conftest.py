"""One contact with a page of his own, and the office beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.sealing import Sealer
from tests.conftest import Meeting

PUBLIC = "http://localhost"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation that knows its own address."""
    return replace(settings, public_url=PUBLIC)


@pytest.fixture
def public(database: Database, settings: Settings) -> Iterator[Database]:
    found = open_database(settings)
    yield found
    found.dispose()


@dataclass(frozen=True)
class Him:
    """One contact, and the link to his page."""

    id: int
    address: str
    event_id: int
    token: str

    @property
    def page(self) -> str:
        return f"/p/{self.token}/contact"


def contact_of(database: Database, number: int) -> Contact:
    with database.reading() as session:
        found = session.get_one(Contact, number)
        _ = found.participant
        return found


def _him(database: Database, settings: Settings, index: int) -> Him:
    with database.writing() as session:
        query = sa.select(Contact).order_by(Contact.id).offset(index).limit(1)
        contact = session.scalars(query).one()
        token = links.token_for(session, Sealer.of(settings), contact)
        return Him(contact.id, contact.address, contact.event_id, token)


@pytest.fixture
def him(public: Database, settings: Settings, meeting: Meeting) -> Him:
    return _him(public, settings, 0)


@pytest.fixture
def other(public: Database, settings: Settings, meeting: Meeting) -> Him:
    return _him(public, settings, 1)
