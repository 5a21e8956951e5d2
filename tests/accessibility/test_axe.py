"""axe finds nothing on any page (WCAG 2.2 A and AA), and none is wider than a small screen.

Nor does anything move while a page is built up, hide the focus, or break its words on a phone.

Every route that shows a page is opened, by whoever may. A new one is opened by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from eventmail import create_app
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.sealing import Sealer
from eventmail.web import errors
from tests.accessibility import looks
from tests.accessibility.conftest import Screen
from tests.conftest import Templates, opened
from tests.web.matrix import MAY
from tests.web.test_matrix import (  # noqa: F401 - a fixture among them
    EVERYBODY,
    NEEDS,
    PASSWORDS,
    World,
    _settings,
    _signed_in,
    rules,
    world,
)

ERROR_PAGE = errors.page
# A mailing of the sample office at each level: whose pages it then has.
AT_LEVELS = {
    "submitted": ("checker", ("/mailings/1/check", "/mailings/1/check/letter/1", "/mailings/1")),
    "checked": ("approver", ("/mailings/1/approve", "/mailings/1")),
}
LATER = {"auditor", "checker", "approver"}  # all of theirs stands in other tests
WALKED = {
    "/sign-in": "nobody",
    "/": "author",
    "/mailings/1": "author",
    "/mailings/1/progress": "author",
    "/events/1/participants": "author",
    "/incidents/1/calls": "author",
}
Look = Callable[[Page], list[str]]
FAULTS = {
    "color-contrast": "main.style.color = '#ccc'",
    "label": "main.innerHTML += '<input type=text name=unnamed>'",
    "image-alt": "main.innerHTML += '<img src=/static/favicon.svg>'",
    "link-name": "main.innerHTML += '<a href=/></a>'",
}


def paths(world: World, who: str) -> Iterator[str]:  # noqa: F811
    """Every page that he is the first to be allowed to open."""
    for rule in rules(world.app):
        first = MAY[NEEDS[rule.endpoint]].split()[0]
        if "GET" in (rule.methods or ()) and first == who:
            yield world.path(rule)


@pytest.fixture(autouse=True)
def whole_error_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """The matrix does with a word of them."""
    monkeypatch.setattr(errors, "page", ERROR_PAGE)
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nothing_is_wrong_on_any_page(world: World, screen: Screen, who: str) -> None:  # noqa: F811
    person, wrong, shown = world.clients[who], list[str](), 0
    for path in paths(world, who):
        found = person.get(path)
        if found.mimetype == "text/html" and found.status_code not in (302, 303):
            shown += 1
            wrong += screen.faults(path, person)
    assert not wrong, "\n".join(wrong)
    assert shown or who in LATER


@pytest.mark.parametrize("level", AT_LEVELS)
def test_nothing_is_wrong_when_it_is_somebodys_turn(
    templates: Templates, tmp_path: Path, screen: Screen, level: str
) -> None:
    who, paths = AT_LEVELS[level]
    with app_at(templates, tmp_path, level) as app:
        account = PASSWORDS[who]
        person = _signed_in(app, account["login"], account["password"])
        for path in paths:
            assert person.get(path).status_code == 200, path
            assert screen.faults(path, person) == []


@contextmanager
def app_at(templates: Templates, folder: Path, level: str) -> Iterator[Flask]:
    database = opened(templates.copy("sqlite", level))
    app = create_app(_settings(database, folder))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    database.dispose()


def test_nothing_is_wrong_on_a_participants_own_page(world: World, screen: Screen) -> None:  # noqa: F811
    services = world.app.extensions["eventmail"]
    with services.database.writing() as session:
        contact = session.get_one(Contact, world.ids["contact_id"])
        token = links.token_for(session, Sealer.of(services.settings), contact)
    person = world.clients["nobody"]
    for path in (f"/p/{token}", f"/p/{token}/contact", f"/p/{token}?lang=en"):
        assert person.get(path).status_code == 200, path
        assert screen.faults(path, person) == []


@pytest.mark.parametrize("rule", FAULTS)
def test_what_is_wrong_is_found(world: World, screen: Screen, rule: str) -> None:  # noqa: F811
    screen.show("/sign-in", world.clients["nobody"])
    assert screen.violations() == []
    screen.page.locator("main").evaluate(f"main => {{ {FAULTS[rule]} }}")
    assert rule in {each.partition(":")[0] for each in screen.violations()}


H1 = "const h1 = main.querySelector('h1')"
LOOKS = {  # each with what it must find fault with
    looks.unseen: "main.querySelector('#login').style.setProperty('outline', '0', 'important')",
    looks.broken: f"{H1}; h1.style.cssText = 'word-break: break-all; width: 2.5em'",
    looks.walked: "main.innerHTML += '<a href=/ tabindex=3>先に</a>'",
}


@pytest.mark.parametrize("look", LOOKS, ids=lambda each: each.__name__)
def test_what_looks_wrong_is_found(world: World, screen: Screen, look: Look) -> None:  # noqa: F811
    screen.show("/sign-in", world.clients["nobody"])
    assert look(screen.page) == []
    screen.page.locator("main").evaluate(f"main => {{ {LOOKS[look]} }}")
    assert look(screen.page)


def test_what_moves_is_found(world: World, screen: Screen) -> None:  # noqa: F811
    screen.show("/sign-in", world.clients["nobody"])
    assert looks.shifts(screen.page) == []
    screen.page.locator("main").evaluate(
        "main => main.insertAdjacentHTML('afterbegin', '<p>割り込み</p>'.repeat(20))"
    )
    assert looks.shifts(screen.page)


@pytest.mark.parametrize("path", WALKED)
def test_the_tab_key_goes_from_the_top_to_the_end(world: World, screen: Screen, path: str) -> None:  # noqa: F811
    """That no page asks for another order: tests/web/test_design_pages.py; here key by key."""
    screen.show(path, world.clients[WALKED[path]])
    assert looks.walked(screen.page) == []


def test_the_skip_link_leads_past_the_header(world: World, screen: Screen) -> None:  # noqa: F811
    screen.show("/", world.clients["author"])
    screen.page.keyboard.press("Tab")
    assert screen.page.locator(":focus").inner_text() == "本文へ移動"
    assert screen.page.locator(":focus").bounding_box()["y"] > 0  # and can be seen now
    screen.page.keyboard.press("Enter")
    assert screen.page.evaluate("document.activeElement.id") == "main"


def test_what_sticks_out_is_found(world: World, screen: Screen) -> None:  # noqa: F811
    screen.show("/sign-in", world.clients["nobody"])
    assert screen.sticks_out() == []
    screen.page.locator("main").evaluate("main => { main.style.width = '900px' }")
    assert screen.sticks_out()
