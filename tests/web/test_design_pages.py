"""The design on the pages as they are served: their weight, their rules, the way of the Tab key.

Every page that answers a GET, by whoever may open it, with the sample meeting in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.pages import Page
from tests.web.matrix import MAY
from tests.web.test_design import PLAIN, STATIC
from tests.web.test_matrix import NEEDS, World, rules, world  # noqa: F401 - a fixture among them

MOST = 100_000  # bytes of a page with all it loads, nothing packed
LOADS = {"link": "href", "script": "src", "img": "src"}
FOCUSABLE = {"a", "button", "input", "select", "textarea", "summary"}

Shown = tuple[str, Page, FlaskClient]


@pytest.fixture(scope="module")
def pages(world: World) -> list[Shown]:  # noqa: F811
    """Every page, fetched once."""
    return list(fetched(world))


def fetched(world: World) -> Iterator[Shown]:  # noqa: F811
    for rule in rules(world.app):
        if "GET" not in (rule.methods or ()):
            continue
        client = world.clients[MAY[NEEDS[rule.endpoint]].split()[0]]
        answer = client.get(path := world.path(rule))
        if answer.mimetype == "text/html" and answer.status_code == 200:
            yield path, Page(answer.text), client


def weight(page: Page, client: FlaskClient) -> dict[str, int]:
    """The bytes of all that a browser loads for the page, the page first.

    A page of a material is the office's own document, as large as it must be to be read.
    """
    found = {"": len(page.markup.encode())}
    for each in page.elements:
        place = each.attributes.get(LOADS.get(each.tag, "")) or ""
        if place.startswith("/static/"):
            found[place] = len(client.get(place).data)
    return found


def unruled(page: Page) -> set[str]:
    """Classes on the page that no style sheet of this page knows.

    A variant may be as plain as its own first class: ``tag tag-neutral``.
    """
    sheets = [
        each.attributes["href"] or ""
        for each in page.all("link")
        if each.attributes.get("rel") == "stylesheet"
    ]
    known = "".join((STATIC / Path(urlsplit(each).path).name).read_text() for each in sheets)
    ruled = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", known)) | set(PLAIN)
    return {
        each
        for element in page.elements
        for classes in [(element.attributes.get("class") or "").split()]
        for each in classes
        if each not in ruled and not any(each.startswith(f"{b}-") for b in classes if b in ruled)
    }


def key_faults(page: Page) -> list[str]:
    """What would lead somebody astray who walks the page with the Tab key."""
    order = [each.attributes.get("tabindex") for each in page.elements]
    found = [f"tabindex {each}" for each in order if each and int(each) > 0]
    stops = [
        e for e in page.elements if e.tag in FOCUSABLE and "href" in e.attributes | {"href": e.tag}
    ]
    first = stops[0].attributes
    target = [e for e in page.elements if f"#{e.attributes.get('id')}" == first.get("href")]
    if (
        first.get("class") != "skip-link"
        or not target
        or target[0].attributes.get("tabindex") != "-1"
    ):
        found.append("the first stop does not lead to the main part")
    return found


def test_every_page_is_looked_at(pages: list[Shown]) -> None:
    assert len(pages) > 90


def test_no_page_weighs_more_than_100_kb(pages: list[Shown]) -> None:
    heavy = {path: weight(page, client) for path, page, client in pages}
    print(*sorted(((sum(each.values()), path) for path, each in heavy.items()))[-5:], sep="\n")
    assert {path: each for path, each in heavy.items() if sum(each.values()) > MOST} == {}


def test_every_page_loads_the_rules_of_its_classes(pages: list[Shown]) -> None:
    found = {path: unruled(page) for path, page, _client in pages}
    assert {path: classes for path, classes in found.items() if classes} == {}


def test_a_key_walks_every_page_in_its_order(pages: list[Shown]) -> None:
    found = {path: key_faults(page) for path, page, _client in pages}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_class_without_a_rule_is_found() -> None:
    sheet = '<link rel="stylesheet" href="/static/app.css?v=1">'
    assert unruled(Page(f'{sheet}<p class="lead">')) == set()
    assert unruled(Page(f'{sheet}<p class="leaden">')) == {"leaden"}


def test_a_stop_out_of_order_is_found() -> None:
    skip = '<a class="skip-link" href="#main">本文へ</a><main id="main" tabindex="-1">'
    assert key_faults(Page(skip)) == []
    assert key_faults(Page(f'{skip}<a href="/" tabindex="2">先に</a>')) == ["tabindex 2"]
    assert key_faults(Page('<a href="/">ホーム</a><main id="main">')) != []
