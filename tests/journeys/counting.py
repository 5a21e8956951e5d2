"""How many pages somebody sees on a way, how many fields he fills in, how long it takes."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page

from tests.journeys.looking import Watch
from tests.journeys.people import Person


@dataclass
class Way:
    """One way through the pages, walked by several people."""

    pages: int = 0
    fields: int = 0
    begun: float = field(default_factory=time.monotonic)

    def watch(self, page: Page) -> None:
        """Count the pages that come up in this window."""
        page.on("framenavigated", self._came)

    def _came(self, frame: Frame) -> None:
        self.pages += frame.parent_frame is None

    def told(self) -> str:
        """What it came to."""
        seconds = time.monotonic() - self.begun
        return f"{self.pages} pages, {self.fields} fields, {seconds:.0f} s by machine"


@dataclass
class Walker(Person):
    """A person whose pages and fields are counted."""

    way: Way = field(default_factory=Way)

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label).first.fill(text)
        self.way.fields += 1

    def tick(self, label: str | re.Pattern[str], *, on: bool = True) -> None:
        """Tick a box."""
        self.page.get_by_label(label).first.set_checked(on)
        self.way.fields += 1

    def put(self, label: str, path: Path) -> None:
        """Choose a file."""
        self.page.get_by_label(label).set_input_files(path)
        self.way.fields += 1


@dataclass
class Crowd:
    """Browsers of people who have no account yet; each page is looked at over their shoulders."""

    chromium: Browser
    address: str
    screen: dict[str, int]
    pictures: Path | None
    way: Way = field(default_factory=Way)
    watches: list[Watch] = field(default_factory=list)

    def somebody(self, who: str) -> Walker:
        """One more person, at a browser of his own."""
        context = self.chromium.new_context(
            viewport=self.screen,  # type: ignore[arg-type]
            locale="ja-JP",
            accept_downloads=True,
            reduced_motion="reduce",
        )
        page = context.new_page()
        self.way.watch(page)
        # Nobody has a roster yet from which an address could show.
        self.watches.append(Watch(page, self.address, who, hidden=tuple))
        return Walker(page, self.address, self.pictures, self.watches[-1], way=self.way)

    def end(self) -> None:
        """Close all browsers; no page may have had a fault."""
        faults = [fault for each in self.watches for fault in each.end()]
        for context in self.chromium.contexts:
            context.close()
        assert not faults, "\n".join(faults)
