"""局の一覧 as a page: for its overseer, of the own bureau, without a participant."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from eventmail import sample
from eventmail.database import Database
from eventmail.events.models import Contact, Participant
from eventmail.offices import service as offices
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Pages


def test_it_shows_figures_of_the_own_bureau_and_no_participant(
    app: Flask, database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        sample.load_outside(session)
        offices.add_office(session, "遠くの労働局", "遠くの所")
    browser = Pages(app)
    page = browser.sign_in("kyoku", "demo-kyoku-no-pass")
    assert page.h1 == "局の一覧"
    assert people.author.office.name in page.text
    assert "遠くの" not in page.text
    with database.reading() as session:
        names = set(session.scalars(sa.select(Participant.company)))
        names |= set(session.scalars(sa.select(Contact.address)))
    assert len(names) > 30
    assert not [each for each in names if each in page.text]
    for path in ("/events/1", "/mailings/1", "/tasks", "/administration"):
        browser.get(path, status=403)
