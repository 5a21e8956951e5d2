"""An office in which nobody serves yet, and who sets it up."""

from __future__ import annotations

import pytest
from flask import Flask

from eventmail import sample
from eventmail.database import Database
from eventmail.offices import service as offices
from eventmail.offices.models import Office
from eventmail.sample import People
from tests.pages import Pages


@pytest.fixture
def administrator(app: Flask, database: Database) -> Pages:
    with database.writing() as session:
        sample.load_outside(session)
    browser = Pages(app)
    browser.enter("system", "demo-system-pass")
    return browser


@pytest.fixture
def new(database: Database, people: People) -> Office:
    """An office in which nobody serves yet."""
    with database.writing() as session:
        return offices.add_office(session, "みどり野労働局", "青葉所")
