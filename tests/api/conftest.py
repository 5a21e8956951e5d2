"""One office that programs ask, for all tests here; what a test changes is its own object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import create_app
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.findings import timing
from eventmail.mailings.models import Mailing
from eventmail.offices.permissions import Actor
from eventmail.sample import People
from tests.api.programs import Program, made, manager_too, next_door
from tests.conftest import Templates, _people, opened
from tests.roster.importer import make_event
from tests.web.test_matrix import _settings


@dataclass(frozen=True)
class Asked:
    """The office, its meeting with an approved mailing, an event without a roster, its programs."""

    app: Flask
    database: Database
    people: People
    manager: Actor
    event_id: int
    mailing_id: int
    empty_id: int
    whole: Program
    masked: Program
    stranger: Program


@pytest.fixture(scope="module")
def asked(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timing, "_reason", lambda _moment: "")  # as conftest's office_hours
        database = opened(templates.copy("sqlite", "approved"))
    app = create_app(_settings(database, tmp_path_factory.mktemp("api")))
    people = _people(database)
    empty = make_event(database, people)
    with database.writing() as session:
        manager = manager_too(session, people)
        whole = made(session, manager, contacts=True)[1]
        masked = made(session, manager, name="見学用")[1]
        stranger = made(session, next_door(session), contacts=True)[1]
        event_id = session.scalars(sa.select(Event.id).order_by(Event.id)).first() or 0
        mailing_id = session.scalars(sa.select(Mailing.id)).one()
    programs = (Program(app, each) for each in (whole, masked, stranger))
    yield Asked(app, database, people, manager, event_id, mailing_id, empty.id, *programs)
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    database.dispose()
