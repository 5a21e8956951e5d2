"""Every form that is sent empty says at its top what is missing, with the way to each field.

The forms are those of the pages themselves: each is sent as it stands there, with nothing typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventmail.database import Database
from tests.pages import Element, Page
from tests.web.test_design_pages import fetched
from tests.web.test_matrix import World, world  # noqa: F401 - a fixture

TYPED = {"text", "email", "password", "search", "number", "date", "time", "file", "tel", "url"}
# Sent empty these are answered otherwise, and why.
Writing = Callable[[Database], AbstractContextManager[Session]]
OTHERWISE = {
    "/events/1/answers/deadline": "an empty day takes the deadline back to the day of the event",
    "/stop": "stopping asks for no reason: nothing may stand in its way",
    "/incidents/1/calls/1": "a call may have been without a wish",
}


@dataclass(frozen=True)
class Form:
    """A form on a page: where it is sent, what it carries unseen, and by whom."""

    action: str
    carried: tuple[tuple[str, str], ...]
    client: FlaskClient

    @property
    def name(self) -> str:
        return urlsplit(self.action).path


def forms_of(path: str, page: Page, client: FlaskClient) -> Iterator[Form]:
    """The forms in which something is typed."""
    for form in page.all("form"):
        inside = [each for each in page.elements if form in each.inside]
        if form.attributes.get("method") != "post" or not any(map(is_typed, inside)):
            continue
        carried = tuple(
            (each.attributes.get("name") or "", "" if is_typed(each) else value)
            for each in inside
            for value in [each.attributes.get("value") or ""]
            if is_typed(each) or each.attributes.get("type") == "hidden"
            if each.attributes.get("type") != "file"
        )
        yield Form(form.attributes.get("action") or path, carried, client)


def is_typed(each: Element) -> bool:
    kind = each.attributes.get("type", "text")
    return each.tag == "textarea" or (each.tag == "input" and kind in TYPED)


def errors_left_out(page: Page) -> list[str]:
    """Why the page does not help whoever sent it: no summary, or a wrong field without a way."""
    ids = {each.attributes.get("id") for each in page.elements}
    alerts = [each for each in page.elements if each.attributes.get("role") == "alert"]
    summaries = [e for e in alerts if "error-summary" in (e.attributes.get("class") or "")]
    if not summaries:
        return ["no summary of what is wrong"]
    links = {
        (each.attributes.get("href") or "").removeprefix("#")
        for each in page.all("a")
        if any(summary in each.inside for summary in summaries)
    }
    found = [f"a link leads to {each}, which is not there" for each in links if each not in ids]
    for each in page.elements:
        wrong = each.attributes.get("id") or ""
        ways = {wrong, wrong.rpartition("-")[0] + "-0"}  # a group's link leads to its first
        if each.attributes.get("aria-invalid") == "true" and not ways & links:
            found.append(f"no link leads to {wrong}")
    return found


@pytest.fixture(scope="module")
def forms(world: World) -> dict[str, Form]:  # noqa: F811
    """Each form of the pages once."""
    found: dict[str, Form] = {}
    for path, page, client in fetched(world):
        for each in forms_of(path, page, client):
            found.setdefault(each.name, each)
    return found


@contextmanager
def undone(_database: Database, writing: Writing) -> Iterator[Session]:
    """A transaction of which nothing stays: no form changes the page of the next."""
    with writing(_database) as session:
        yield session
        session.rollback()


def test_an_empty_form_says_what_is_missing(
    forms: dict[str, Form], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Database.writing
    monkeypatch.setattr(Database, "writing", lambda database: undone(database, real))
    wrong, asked = {}, 0
    for name, form in forms.items():
        answer = form.client.post(form.action, data=dict(form.carried))
        if answer.status_code in (302, 303):
            wrong[name] = ["was done"]
            continue
        asked += 1
        page = Page(answer.text)
        if faults := errors_left_out(page):
            wrong[name] = [*faults, answer.status_code, answer.text[:200]]
    print(asked, *wrong.items(), sep="\n")
    assert {name: why for name, why in wrong.items() if name not in OTHERWISE} == {}
    assert asked > 30
