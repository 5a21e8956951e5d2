"""A browser that asks the application for its pages without a server between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests import axe
from tests.accessibility import looks
from tests.journeys.conftest import ARGUMENTS

HERE = "http://localhost"
WIDE, NARROW = 1280, 320  # 320 is 1280 at 400 % (WCAG 1.4.10)


@dataclass
class Screen:
    """One window, and whose pages it shows."""

    page: Page
    person: FlaskClient | None = None

    def show(self, path: str, person: FlaskClient) -> None:
        """Open a page of the application as that person."""
        self.person = person
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        self.page.goto(HERE + path)

    def answer(self, route: Route) -> None:
        """Answer from the application, within this process. No script of a page posts anything."""
        assert self.person
        found = self.person.get(route.request.url.removeprefix(HERE))
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

    def violations(self) -> list[str]:
        """Every rule of axe that the page breaks, with the element that breaks it."""
        return axe.violations(self.page)

    def sticks_out(self) -> list[str]:
        """Whether the page is wider than a small screen."""
        self.page.set_viewport_size({"width": NARROW, "height": 900})
        across = self.page.evaluate("document.documentElement.scrollWidth")
        return [f"{across} wide on {NARROW}"] if across > NARROW else []

    def faults(self, path: str, person: FlaskClient) -> list[str]:
        """What is wrong with a page of the application."""
        self.show(path, person)
        looks_wrong = looks.faults(self.page)
        found = (*looks_wrong, *self.violations(), *self.sticks_out())
        return [f"{path}: {each}" for each in found]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Screen]:
    context = chromium.new_context(locale="ja-JP", reduced_motion="reduce")
    made = Screen(context.new_page())
    context.route("**/*", made.answer)
    yield made
    context.close()
