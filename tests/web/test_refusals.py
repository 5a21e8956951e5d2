"""What signed-in people are refused is written down, and nobody can fill the audit by asking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.sample import People
from eventmail.web import refusals
from eventmail.web.refusals import KEPT
from tests.pages import Pages

SignIn = Callable[[str], Pages]


@pytest.fixture(autouse=True)
def from_nothing(app: Flask) -> None:
    """The tests of one process share the app, and its count."""
    refusals.attach(app)


def refused(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "access.refused")
        return list(session.scalars(query))


def test_a_refusal_is_in_the_audit_of_the_office(
    sign_in: SignIn, database: Database, people: People
) -> None:
    sign_in("author").post("/people/new", {"login": "x"}, status=403)
    (entry,) = refused(database)
    assert (entry.staff_id, entry.office_id) == (people.author.id, people.author.office.id)
    assert (entry.subject, entry.via) == ("page:people.invite", "page")
    assert entry.details == {"method": "POST", "path": "/people/new"}
    page = sign_in("auditor").get("/audit?kind=staff")
    assert "権限のない操作を断りました" in page.text


def test_whoever_tries_everything_does_not_fill_it(sign_in: SignIn, database: Database) -> None:
    browser, other = sign_in("author"), sign_in("checker")
    for _ in range(KEPT.burst + 5):
        browser.raw("/people/new")
    assert len(refused(database)) == KEPT.burst
    other.raw("/people/new")
    assert len(refused(database)) == KEPT.burst + 1


def test_a_visitor_writes_nothing(pages: Pages, database: Database) -> None:
    pages.get("/people/new")
    assert refused(database) == []
