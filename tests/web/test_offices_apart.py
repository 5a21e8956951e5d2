"""Another office's things answer as if they were not there, on every page that names one."""

from __future__ import annotations

import pytest
from flask import Flask

from eventmail.accounts import sessions
from eventmail.accounts.origin import NOWHERE
from eventmail.alerts import service as alerts
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Snapshot
from eventmail.offices import service as offices
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Action
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests import settling
from tests.conftest import Meeting
from tests.pages import Pages

PASSWORD = "a stranger's password"


@pytest.fixture
def stranger(app: Flask, database: Database, people: People) -> Pages:
    """Somebody with every role, but in another office."""
    with database.writing() as session:
        office = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        settling.add_staff(session, office, "tonari", "隣野 一郎", PASSWORD, list(Role))
        # The first session is somebody else's.
        sessions.open_one(session, session.get_one(Staff, people.author.id), NOWHERE)
    browser = Pages(app)
    browser.sign_in("tonari", PASSWORD)
    return browser


def routes(app: Flask, ids: dict[str, int]) -> list[tuple[str, str]]:
    """Every route that names an object, with these ids or the first: (method, path)."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or not rule.arguments:
            continue
        if rule.endpoint.startswith(
            ("administration.", "setup.")
        ):  # names offices, and nothing in them
            continue
        if app.view_functions[rule.endpoint].needs is Action.OVERSEE:  # above all offices
            continue
        if rule.endpoint.startswith("api."):  # knows no browser: tests/api asks with a token
            continue
        if rule.endpoint.startswith("gateway."):  # names kinds of files, made from one's own
            continue
        path = adapter.build(rule.endpoint, {name: ids.get(name, 1) for name in rule.arguments})
        methods = (rule.methods or set()) & {"GET", "POST"}
        found += [(method, path) for method in sorted(methods)]
    return found


def test_no_route_opens_anything_of_another_office(
    app: Flask,
    stranger: Pages,
    database: Database,
    meeting: Meeting,
    approved: Snapshot,
    people: People,
    relay: Relay,
) -> None:
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        wordings.add_wording(session, people.author, WordingKind.OWN, Text("礼", "礼", "礼"))
        box = session.get_one(Event, meeting.event.id).reply_to
        alerts.raise_alert(session, box, "test", f"mailing:{meeting.mailing.id}", "止まりました。")
    tried = routes(app, {"event_id": meeting.event.id, "mailing_id": meeting.mailing.id})
    assert len(tried) > 20
    for method, path in tried:
        if method == "GET":
            stranger.get(path, status=404)
        else:
            data = {"digest": approved.digest, "counted": "30", "reason": "x", "files": ""}
            stranger.post(path, data, status=404)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_too_large_for_any_row_is_not_found(stranger: Pages, number: int) -> None:
    for place in ("events", "mailings", "deliveries", "materials"):
        stranger.get(f"/{place}/{number}", status=404)


def test_the_home_page_is_empty_for_the_other_office(stranger: Pages, meeting: Meeting) -> None:
    assert meeting.event.name not in stranger.get("/").text
