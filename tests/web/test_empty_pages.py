"""Every list in an office with nothing in it says so, and what to do: to each role that sees it.

A new page with a list adds its name to ``LISTS``, with the action that fills the list and the page
or form that does it; a page without a list to ``NO_LIST``. One that stands in neither fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import Rule

from eventmail import create_app, sample
from eventmail.offices.permissions import Action
from tests.conftest import Templates, _people, opened
from tests.pages import Element, Page, Pages
from tests.roster.importer import make_event
from tests.web.matrix import MAY, NOBODY, PAGES
from tests.web.test_matrix import OUTSIDE, PASSWORDS, _settings

NEEDS = {endpoint: action for action, names in PAGES.items() for endpoint in names.split()}
# Which action fills the list, and where: a link or a form of the page leads there.
LISTS: dict[str, tuple[Action, str] | None] = {
    "accounts.account": None,  # the session in which one looks
    "agenda.index": None,  # a month, which says so when nothing is in it
    "administration.index": (Action.ADMINISTER, "administration.add_office"),
    "allowed.index": (Action.ALLOW_ADDRESS, "allowed.add"),
    "api_tokens.index": (Action.MANAGE_API, "api_tokens.new"),
    "answers.index": (Action.IMPORT_ROSTER, "roster.upload_page"),
    "answers.questions": (Action.EDIT_EVENT, "answers.add_question"),
    "audit.index": None,  # whatever was done is in it
    "corrections.index": None,  # participants fill it
    "desk.index": None,
    "doctor.index": None,  # the same checks in every installation
    "events.participants": (Action.IMPORT_ROSTER, "roster.upload_page"),
    "events.show": (Action.EDIT_MAILING, "mailings.new"),
    "gateway.index": None,
    "home.index": (Action.EDIT_EVENT, "events.new"),
    "incidents.index": (Action.RESPOND, "incidents.new"),
    "notices.index": None,
    "notices.sent": (Action.OVERSEE, "notices.write"),
    "offices.deputies_page": (Action.APPOINT, "offices.appoint"),
    "overview.index": None,
    "people.index": (Action.MANAGE_STAFF, "people.invite_page"),
    "privacy.retention": None,
    "proposals.index": (Action.PROPOSE_SETTING, "proposals.change"),
    "roster.history": (Action.IMPORT_ROSTER, "roster.upload_page"),
    "suppression.index": (Action.SUPPRESS, "suppression.add"),
    "training.index": None,
    "training.manage": (Action.MANAGE_TRAINING, "training.assign"),
    "training.overview": (Action.OVERSEE, "training.order"),
    "webhooks.index": (Action.MANAGE_API, "webhooks.new"),
    "wordings.index": (Action.EDIT_MAILING, "wordings.new"),
}
NO_LIST = """
    accounts.confirm accounts.password accounts.sign_in administration.add_bureau events.edit
    events.new api_tokens.new factors.app factors.index factors.second gateway.all_messages
    incident_record.own_deadlines incidents.new letters.copy_event_page mailings.new
    manual.index api.openapi api.list_events api.list_mailings api.list_roster api.show_event
    notices.write observing.live observing.metrics observing.ready
    outbox.stop_page own_page.new own_page.sample people.invite_page
    privacy.hold_page privacy.person relays.show roster.add_page roster.upload_page setup.index
    setup.try_relay staffmail.me webhooks.new wordings.new
"""
# Nothing but that there is nothing: no word of what to do, or of what will come here.
BARE = re.compile(r"[^。]*(?<!て)(ありません|いません)。?")
WHO = [*PASSWORDS, *OUTSIDE]


@dataclass(frozen=True)
class Bare:
    """An office with its people, and an event with no roster, material or mailing."""

    app: Flask
    event_id: int
    browsers: dict[str, Pages]

    def path(self, endpoint: str) -> str:
        """Where a page is; of a setting, the mailbox's."""
        rule = next(each for each in rules(self.app) if each.endpoint == endpoint)
        values = {"event_id": self.event_id, "kind": "mailbox", "bureau_id": 1}
        named = {name: values[name] for name in rule.arguments}
        return str(self.app.url_map.bind("localhost").build(endpoint, named))


@pytest.fixture(scope="module")
def bare(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    database = opened(templates.copy("sqlite", "office"))
    with database.writing() as session:
        sample.load_outside(session)
    event = make_event(database, _people(database))
    app = create_app(_settings(database, tmp_path_factory.mktemp("empty")))
    browsers = {who: Pages(app) for who in WHO}
    for who, each in (PASSWORDS | OUTSIDE).items():
        browsers[who].enter(each["login"], each["password"])
    yield Bare(app, event.id, browsers)
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    database.dispose()


def rules(app: Flask) -> list[Rule]:
    return [each for each in app.url_map.iter_rules() if each.endpoint != "static"]


def test_every_page_that_opens_without_a_thing_of_its_own_is_sorted(bare: Bare) -> None:
    found = {
        rule.endpoint
        for rule in rules(bare.app)
        if "GET" in (rule.methods or ())
        and not rule.arguments - {"event_id"}
        and set(MAY[NEEDS[rule.endpoint]].split()) - {NOBODY}
    }
    assert found == set(LISTS) | set(NO_LIST.split())
    assert not set(LISTS) & set(NO_LIST.split())


@pytest.mark.parametrize("who", WHO)
def test_an_empty_list_says_what_to_do(bare: Bare, who: str) -> None:
    wrong, seen = [], 0
    for endpoint, filled in LISTS.items():
        if who not in MAY[NEEDS[endpoint]].split():
            continue
        if endpoint == "home.index" and who in OUTSIDE:
            continue  # leads to their own first page
        seen += 1
        page = bare.browsers[who].get(bare.path(endpoint))
        wrong += [f"{endpoint}: {each}" for each in faults(page)]
        if filled and who in MAY[filled[0]].split() and bare.path(filled[1]) not in ways(page):
            wrong.append(f"{endpoint}: no way to {filled[1]}")
    assert wrong == []
    assert seen >= 2


def within(page: Page) -> list[Element]:
    """What stands in the page's own part."""
    (main,) = page.all("main")
    return [each for each in page.elements if main in each.inside]


def ways(page: Page) -> set[str]:
    """Where its links and forms lead."""
    found = [each.attributes.get("href") or each.attributes.get("action") for each in within(page)]
    here = [each for each in found if each]
    return {each.partition("?")[0] for each in here}


def faults(page: Page) -> Iterator[str]:
    """What a page with a list lacks where there is nothing in it."""
    inside = within(page)
    boxes = [each for each in inside if each.attributes.get("class") == "empty"]
    tables = [each for each in inside if each.tag == "table"]
    if not boxes and not tables:
        yield "neither a table nor a word that it is empty"
    for table in tables:
        if not any(each.tag == "td" and table in each.inside for each in inside):
            yield "a table without a row"
    for box in boxes:
        title, *sentences = [e.text.strip() for e in inside if e.tag == "p" and box in e.inside]
        if not title or not any(len(each) > 10 and each.endswith("。") for each in sentences):
            yield f"no sentence about what to do: {box.text.strip()}"
    for each in inside:
        boxed = any(outer in boxes for outer in each.inside)
        if each.tag in ("p", "li") and not boxed and BARE.fullmatch(each.text.strip()):
            yield f"nothing but: {each.text.strip()}"


LACKING = {
    "nothing at all": "<p>一覧です。何かを登録します。</p>",
    "a bare sentence": "<table><tr><td>1</td></tr></table><p>まだありません。</p>",
    "a table with its head alone": "<table><tr><th>名前</th></tr></table>",
    "a box without a way on": '<div class="empty"><p>ありません</p><p>まだ。</p></div>',
}


@pytest.mark.parametrize("case", LACKING)
def test_a_page_that_says_too_little_is_found(case: str) -> None:
    assert list(faults(Page(f"<main>{LACKING[case]}</main>")))
