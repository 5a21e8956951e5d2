"""A scanner signs in as each role, walks everywhere and types its payloads into everything.

The office it walks in was written by an attacker (``seeded.py``), so walking alone tries the
stored ways. Each answer is judged by the rules of ``crawler.wrong``, whatever was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.attacks.conftest import Place
from tests.attacks.crawler import Crawler, Form, kind_of
from tests.attacks.payloads import CHOSEN, FAMILIES, MARK, ONE, OTHER, TAUTOLOGIES, TYPED

ROLES = ("author", "checker", "approver", "manager", "auditor")
# How many kinds of pages each comes to, at least: a crawler without links finds no fault.
REACHED = {"author": 30, "checker": 20, "approver": 20, "manager": 15, "auditor": 15, "": 1}


@pytest.mark.parametrize("role", REACHED)
def test_walking_through_the_hostile_office_finds_nothing(hostile: Place, role: str) -> None:
    crawler = hostile.walked(role)
    if not role:
        crawler.walk("/sign-in")
    assert not crawler.found, report(crawler.found)
    kinds = {kind_of(path) for path in crawler.pages}
    assert len(kinds) >= REACHED[role], sorted(kinds)
    seen = [path for path, page in crawler.pages.items() if MARK in page.text]
    assert bool(seen) is bool(role), "the payloads are on the pages, as text"


def test_what_is_typed_into_any_field_of_any_form_stays_text(hostile: Place) -> None:
    tried, found = 0, []
    for crawler, form in every_form(hostile):
        hostile.anew()
        crawler = again(hostile, crawler)
        for family in TYPED:
            crawler.send(form, typed(form, FAMILIES[family]), f"{family} typed into {form.kind}")
            tried += 1
        for family in CHOSEN:
            crawler.send(form, chosen(form, FAMILIES[family]), f"{family} chosen in {form.kind}")
        crawler.get(form.page, f"the page of {form.kind}")
        found += crawler.found
    assert not found, report(found)
    assert tried > 25 * len(TYPED)


def test_what_stands_in_any_parameter_of_any_link_stays_text(hostile: Place) -> None:
    known: set[tuple[str, str]] = set()
    for role in ROLES:
        walked = hostile.walked(role)
        hostile.anew()
        crawler = again(hostile, walked)
        new = {(kind_of(path), name): (path, name) for path, name in parameters(walked)}
        for path, name in (new[each] for each in sorted(set(new) - known)):
            for family, payload in FAMILIES.items():
                crawler.get(changed(path, name, payload[:2000]), f"{family} as {name} of {path}")
        known |= set(new)
        assert not crawler.found, report(crawler.found)


def test_no_parameter_and_no_search_tells_what_is_true_in_sql(hostile: Place) -> None:
    walked = hostile.walked("author")
    searches = [form for form in walked.forms.values() if form.method == "get"]
    asked = [(form.action, each.name) for form in searches for each in form.fields]
    asked += parameters(walked)
    assert len(asked) > 5
    hostile.anew()
    crawler = again(hostile, walked)
    for path, name in asked:
        crawler.get(path)  # a message of the page before is shown once
        for text in TAUTOLOGIES:
            true, false = (said(crawler, path, name, text.format(each)) for each in (ONE, OTHER))
            assert true == false.replace(OTHER, ONE), f"{name} of {path} tells it apart"


def said(crawler: Crawler, path: str, name: str, text: str) -> str:
    """What the page says, but for the tokens of its forms, which differ each time."""
    response = crawler.get(changed(path, name, text))
    if response.mimetype != "text/html":
        return f"{response.status_code} {response.mimetype}"
    return f"{response.status_code} " + re.sub(r'name="csrf_token"[^>]*', "", response.text)


def every_form(place: Place) -> Iterator[tuple[Crawler, Form]]:
    """Each kind of form once, with the first of the roles that comes to it."""
    known: set[tuple[str, str, tuple[str, ...]]] = set()
    for role in ROLES:
        crawler = place.walked(role)
        found = [form for kind, form in crawler.forms.items() if kind not in known]
        known |= set(crawler.forms)
        for form in found:
            yield crawler, form


def report(found: list[str]) -> str:
    """All of it: a scan is long, and its findings come together."""
    return "\n".join(dict.fromkeys(found))


def again(place: Place, crawler: Crawler) -> Crawler:
    """The same person after the office is as it was."""
    return Crawler(place.app, crawler.staff_id)


def typed(form: Form, payload: str) -> dict[str, list[str]]:
    """The form with the payload wherever a person types, and in its files' names."""
    words = {each.name: [payload] for each in form.fields if each.typed}
    return form.untouched | words


def chosen(form: Form, payload: str) -> dict[str, list[str]]:
    """The form with the payload in place of whatever it offers to choose or carries hidden."""
    names = {each.name for each in form.fields if not each.typed} - {"csrf_token"}
    return form.untouched | {name: [payload] for name in names}


def parameters(crawler: Crawler) -> list[tuple[str, str]]:
    """Every parameter of the links that were walked, once a kind of path."""
    found = {}
    for path in crawler.asked_for:
        for name, _ in parse_qsl(urlsplit(path).query, keep_blank_values=True):
            found.setdefault((kind_of(path), name), (path, name))
    return list(found.values())


def changed(path: str, name: str, value: str) -> str:
    """The link with another value of one parameter."""
    parts = urlsplit(path)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True)) | {name: value}
    return f"{parts.path}?{urlencode(asked, errors='surrogatepass')}"
