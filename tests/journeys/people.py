"""A person at a browser: what he sees, presses and reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.looking import Watch


@dataclass
class Person:
    """Somebody at a browser of his own; over his shoulder each page is looked at."""

    page: Page
    address: str
    pictures: Path | None
    watch: Watch | None = None
    inputs: int = 0

    def look(self) -> None:
        """This page is where he was led to."""
        if self.watch is not None:
            self.watch.look()

    def see(self, path: str) -> None:
        self.look()
        self.page.goto(self.address + path)
        self.look()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.look()
        self.inputs += 1
        self.page.get_by_role("button", name=name).first.click()

    def turn(self, button: Locator) -> None:
        """Press what leads to another page, and be there."""
        self.look()
        self.inputs += 1
        with self.page.expect_navigation():
            button.click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.look()
        self.inputs += 1
        self.page.get_by_role("link", name=name).first.click()

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        self.inputs += 1
        self.page.get_by_label(label).fill(text)

    def tick(self, label: str | re.Pattern[str], *, on: bool = True) -> None:
        self.inputs += 1
        self.page.get_by_label(label).set_checked(on)

    def give(self, label: str, files: Sequence[Path]) -> None:
        self.inputs += 1
        self.page.get_by_label(label).set_input_files(list(files))

    def every(self, wanted: Locator, count: int) -> list[Locator]:
        """All of them, once there are as many: a page may be on its way."""
        expect(wanted).to_have_count(count, timeout=60_000)
        return wanted.all()

    def told(self, what: str) -> str:
        """How much work it was."""
        pages = self.watch.pages if self.watch else 0
        return f"{what}: {pages} pages, {self.inputs} inputs"

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=60_000)
        self.look()

    def heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text, timeout=60_000)
        self.look()

    def picture(self, name: str) -> None:
        """Look at the page as it is by now; keep a picture where asked for."""
        if self.watch is not None:
            self.watch.look(again=True)
        if self.pictures:
            self.page.wait_for_load_state("networkidle")
            assert self.page.viewport_size is not None
            across = self.page.viewport_size["width"]
            self.page.screenshot(path=self.pictures / f"{name}-{across}.png", full_page=True)
            self.page.screenshot(path=self.pictures / f"{name}-{across}-top.png")
