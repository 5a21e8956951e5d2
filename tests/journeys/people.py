"""A person at a browser: what he sees, presses and reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect


@dataclass
class Person:
    """One of the three people at a browser of their own."""

    page: Page
    address: str
    pictures: Path | None

    def see(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=20_000)

    def heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text, timeout=60_000)

    def picture(self, name: str) -> None:
        """Check that nothing sticks out of the screen; keep a picture where asked for."""
        self.page.wait_for_load_state("networkidle")
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert self.page.viewport_size is not None
        assert width <= self.page.viewport_size["width"], f"{name} is wider than the screen"
        if self.pictures:
            across = self.page.viewport_size["width"]
            self.page.screenshot(path=self.pictures / f"{name}-{across}.png", full_page=True)
            self.page.screenshot(path=self.pictures / f"{name}-{across}-top.png")
