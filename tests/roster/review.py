"""A person at the review page of one upload, as the tests drive it."""

from __future__ import annotations

import zipfile
from io import BytesIO

from eventmail.events.models import Event
from tests.pages import Page, Pages
from tests.roster.importer import HEADER, A, B
from tests.spreadsheet.sheets import xlsx

UNSURE = (*B[:4], "検討中")
BROKEN = ("株式会社丁", "", "", "no address", "参加")


def damaged() -> bytes:
    """A workbook whose sheet is broken inside."""
    whole, broken = zipfile.ZipFile(BytesIO(xlsx([HEADER, A]))), BytesIO()
    with zipfile.ZipFile(broken, "w") as made:
        for name in whole.namelist():
            made.writestr(name, b"<broken" if "sheet1" in name else whole.read(name))
    return broken.getvalue()


class Review:
    """The author at the review page of one upload."""

    def __init__(self, browser: Pages, event: Event) -> None:
        self.browser, self.event = browser, event

    def upload(self, content: bytes, name: str = "名簿.xlsx", status: int = 200) -> Page:
        data = {"file": (BytesIO(content), name)}
        page = self.browser.post(f"/events/{self.event.id}/roster", data, status=status)
        self.path = self.browser.response.request.path
        return page

    def rows(self, *rows: tuple[object, ...]) -> Page:
        return self.upload(xlsx([HEADER, *rows]))

    def see(self, query: str = "") -> Page:
        return self.browser.get(f"{self.path}{query}")

    def stamp(self) -> str:
        """As the page that is now shown has it; an applied import has none."""
        values = [
            e.attributes["value"]
            for e in self.see().all("input")
            if e.attributes.get("name") == "stamp"
        ]
        return values[0] or "" if values else ""

    def alarms(self) -> list[str]:
        """The alarms on the page, as their buttons name them."""
        found = [e for e in self.see().all("input") if e.attributes.get("name") == "code"]
        return [e.attributes["value"] or "" for e in found]

    def post(self, where: str = "", answer: int = 200, **data: str) -> Page:
        sent = {"stamp": self.stamp()} | data
        path = f"{self.path}/{where}" if where else self.path
        return self.browser.post(path, sent, status=answer)
