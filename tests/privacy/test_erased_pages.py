"""The pages of an event that was erased: they stay calm, say so, and show nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from eventmail import clock
from eventmail.api.operations import OPERATIONS
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events import erased
from eventmail.events.models import Contact, Event, MaterialVersion
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.service import Draft
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.outbox import sending
from eventmail.outbox.models import Delivery
from eventmail.privacy import closing, purge
from eventmail.privacy.models import RetentionHold
from eventmail.roster.models import RosterImport
from eventmail.sample import People
from eventmail.wire import Relay
from tests.api.programs import Program, made, manager_too
from tests.pages import Pages
from tests.privacy import traces

LATER = date(2040, 1, 1)
SignIn = Callable[[str], Pages]
KEYS = {
    "event_id": Event.id,
    "mailing_id": Mailing.id,
    "delivery_id": Delivery.id,
    "version_id": MaterialVersion.id,
    "material_id": MaterialVersion.material_id,
    "import_id": RosterImport.id,
    "contact_id": Contact.id,
}
PROGRAMS_KEYS = ("event_id", "mailing_id", "import_id")


@pytest.fixture
def gone(database: Database, approved: Snapshot, people: People, relay: Relay) -> frozenset[str]:
    """The event is erased, a mailing that was sent and one in draft; the words that went."""
    words = traces.words(database)
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        mailings.add_mailing(
            session, people.author, event, Draft("連絡", "下書き", "本文", frozenset(), 0)
        )
    assert purge.run(database.writing, LATER) == 1
    return words


def paths(app: Flask, database: Database) -> list[tuple[str, str]]:
    """Every GET of the app with the event's own ids, and its endpoint."""
    with database.reading() as session:
        ids = {name: sorted(session.scalars(sa.select(key))) for name, key in KEYS.items()}
    del ids["delivery_id"][0]  # the office's own copy
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):  # knows no browser: a program asks below
            continue
        if "GET" in (rule.methods or ()) and rule.arguments & KEYS.keys():
            for number in range(2 if "mailing_id" in rule.arguments else 1):
                found.append((_filled(rule, ids, number), rule.endpoint))
    return found


def _filled(rule: Rule, ids: dict[str, list[int]], number: int) -> str:
    def value(match: re.Match[str]) -> str:
        known = ids.get(match[1], [1])
        return str(known[min(number, len(known) - 1)])

    return re.sub(r"<(?:int|mail):(\w+)>", value, rule.rule)


@pytest.mark.parametrize("role", ["author", "auditor"])
def test_every_page_of_it_stays_calm_and_shows_nobody(
    app: Flask, database: Database, gone: frozenset[str], sign_in: SignIn, role: str
) -> None:
    browser = sign_in(role)
    seen = set()
    for path, endpoint in paths(app, database):
        response = browser.raw(path)
        text = response.get_data().decode("utf-8", "ignore")
        stays = endpoint in closing.STAY and not path.startswith("/mailings/2")
        expected = {200} if stays else {410}
        assert response.status_code in expected | {403}, (path, response.status_code)
        assert [word for word in gone if word in text] == [], path
        if response.status_code != 403 and response.mimetype == "text/html":
            assert "消去しました" in text, path
            seen.add(endpoint)
    assert seen >= {"events.show", "mailings.show", "outbox.paper", "materials.look"}


def test_they_keep_the_rules_of_all_pages_and_the_counts(
    database: Database, gone: frozenset[str], sign_in: SignIn
) -> None:
    browser = sign_in("author")
    assert "30社が登録され" in browser.get("/events/1").text
    assert "30" in browser.get("/mailings/1/record").text
    browser.get("/mailings/1")
    browser.get("/mailings/2", status=410)
    browser.get("/mailings/1/progress")
    browser.get("/events/1/participants", status=410)
    browser.get("/")
    browser.get("/tasks")


def test_another_office_learns_nothing_of_it(database: Database, gone: object, app: Flask) -> None:
    with database.writing() as session:
        other = offices.add_office(session, "別の労働局", "別の所")
        offices.add_staff(session, other, "betsu", "別の人", "another-long-one", [Role.AUTHOR])
    browser = Pages(app)
    browser.sign_in("betsu", "another-long-one")
    browser.get("/events/1", status=404)
    browser.get("/mailings/1/preview", status=404)


def test_the_page_tells_what_goes_when_and_an_event_can_be_held(
    database: Database, meeting: object, people: People, sign_in: SignIn
) -> None:
    with database.writing() as session:
        session.scalars(sa.select(Event)).one().held_on = date(2020, 2, 29)
    browser = sign_in("manager")
    page = browser.get("/privacy/retention")
    assert "次の夜に消去します" in page.text
    assert "令和3年3月1日" in page.text
    past = {"until": "2020-01-01", "reason": "調査のため"}
    assert "今日よりあと" in browser.post("/privacy/retention/1", past, status=409).text
    browser.post("/privacy/retention/1", {"until": "", "reason": ""}, status=422)
    until = clock.today() + timedelta(days=30)
    page = browser.post(
        "/privacy/retention/1", {"until": until.isoformat(), "reason": "開示の請求のため"}
    )
    assert "延長中" in page.text
    assert "開示の請求のため" in page.text
    assert purge.run(database.writing, until) == 0
    page = browser.post("/privacy/retention/1/release")
    assert "延長中" not in page.text
    assert purge.run(database.writing, until) == 1
    with database.reading() as session:
        assert len(session.scalars(sa.select(RetentionHold)).all()) == 2
        actions = set(session.scalars(sa.select(AuditEntry.action)))
        assert {"retention.held", "retention.released"} <= actions


@pytest.mark.parametrize(("role", "status"), [("author", 403), ("auditor", 200), ("approver", 200)])
def test_who_sees_the_page_and_who_changes_nothing(
    meeting: object, sign_in: SignIn, role: str, status: int
) -> None:
    browser = sign_in(role)
    browser.get("/privacy/retention", status=status)
    browser.get("/privacy/retention/1", status=403)
    browser.post("/privacy/retention/1", {"until": "2099-01-01", "reason": "x"}, status=403)


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("name", [key for key, each in OPERATIONS.items() if "{" in each.path])
def test_programs_are_told_the_same(
    app: Flask, database: Database, people: People, name: str
) -> None:
    """Whatever they ask, read or write, and whatever they send."""
    with database.writing() as session:
        secret = made(session, manager_too(session, people), contacts=True)[1]
        ids = {key: sorted(session.scalars(sa.select(KEYS[key])))[0] for key in PROGRAMS_KEYS}
    asked = OPERATIONS[name]
    answer = Program(app, secret).ask(asked.method, asked.path.format(**ids))
    assert (answer.status_code, answer.json["code"], answer.json["detail"]) == (
        410,
        "erased",
        erased.GONE,
    )
