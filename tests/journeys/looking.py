"""Every page that a journey comes to is looked at, whoever walks and whatever the test is about.

axe and the page-wide rules hold for it, no address stands on it that its reader may not see, it is
no wider than its screen, nothing is asked for from elsewhere and the browser complains of nothing.
The dear part is done once for a kind of page: route, width, and of which elements it is made. A
page that was left before anybody looked is a fault, unless its kind is met elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response
from playwright.sync_api import Error as BrowserError
from werkzeug.datastructures import Headers

from tests import axe
from tests import pages as rules

ENGLISH = re.compile(r"^/p/.*[?&]lang=en")  # a participant's own choice
TOKEN = re.compile(r"(?<=/p/)[a-z2-7]{32}|\b[0-9a-f]{32,}\b|\b\d+\b")
STATUS = re.compile(r"status of (\d+)")  # the browser's word on an answer that is no success
REFUSED = (409, 422)  # a form that came back
SHAPE = """() => {
  const kinds = new Set();
  for (const each of document.querySelectorAll("body, body *")) {
    const said = ["class", "role", "type", "hidden", "disabled"].map(n => each.getAttribute(n));
    kinds.add([each.parentElement.tagName, each.tagName, ...said].join(" "));
  }
  return [[...kinds].sort().join("\\n"), document.documentElement.scrollWidth];
}"""
TRIES = 4  # a page that follows by itself may be loaded anew under the look

Kind = tuple[str, int, int]  # route, width, shape
seen: set[Kind] = set()


def route_of(address: str) -> str:
    """The page's path with a word for each number and token in it."""
    return TOKEN.sub("N", urlsplit(address).path)


@dataclass(frozen=True)
class Answer:
    """What the page-wide rules want to know of a response."""

    headers: Headers


@dataclass
class Watch:
    """Looks over one person's shoulder, and keeps what it finds for the end."""

    page: Page
    address: str
    who: str
    hidden: Callable[[], Iterable[str]]  # addresses that he may not see
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=lambda: set(REFUSED))
    pages: int = 0
    _shown: Response | None = None
    _looked: Response | None = None
    _left: set[str] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("response", self._comes)
        self.page.on("request", self._asks)
        self.page.on("console", self._says)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _comes(self, response: Response) -> None:
        whole = response.request.is_navigation_request() and response.frame == self.page.main_frame
        if not whole or 300 <= response.status < 400 or not _is_page(response):
            return
        if self._shown is not None and self._shown is not self._looked:
            self._left.add(route_of(self._shown.url))
        self._shown = response
        self.pages += 1

    def _asks(self, request: Request) -> None:
        wanted = urlsplit(request.url)
        here = wanted.hostname in ("127.0.0.1", "localhost")
        if wanted.scheme not in ("blob", "data") and not here:
            self.faults.append(f"asks elsewhere: {request.url}")

    def _says(self, message: ConsoleMessage) -> None:
        status = STATUS.search(message.text)
        expected = status is not None and int(status[1]) in self.expected
        if message.type == "error" and not expected:
            self.faults.append(f"console at {self.page.url}: {message.text}")

    def look(self, *, again: bool = False) -> None:
        """Look at what is shown, unless that was done; ``again``: it has changed since."""
        for _ in range(TRIES):
            shown = self._shown
            if shown is None or (shown is self._looked and not again):
                return
            try:
                self.page.wait_for_load_state()
                if urldefrag(self.page.url)[0] == urldefrag(shown.url)[0]:
                    self._judge(shown)
                    self._looked = shown
                    return
            except BrowserError as error:
                if not re.search("navigat|destroyed|No resource|closed", str(error)):
                    raise
            self.page.wait_for_timeout(50)

    def _judge(self, shown: Response) -> None:
        route = route_of(shown.url)
        shape, across = self.page.evaluate(SHAPE)
        assert self.page.viewport_size is not None
        width = self.page.viewport_size["width"]
        markup = shown.text()
        found = [f"shows {each}" for each in self._hidden(route) if each in markup]
        if across > width:
            found.append(f"{across} wide on {width}")
        kind = (route, width, hash(shape))
        if kind not in seen:
            found += [*self._rules(shown, markup), *axe.violations(self.page, styles=False)]
            seen.add(kind)
        self._met.add(route)
        self.faults += [f"{route} ({self.who}, {width}): {each}" for each in found]

    def _hidden(self, route: str) -> Iterable[str]:
        return () if route in rules.SHOWS_ONE_PERSON else self.hidden()

    def _rules(self, shown: Response, markup: str) -> Iterable[str]:
        found = rules.faults(rules.Page(markup), Answer(Headers(shown.headers)))
        english = ENGLISH.search(shown.url.removeprefix(self.address))
        return [each for each in found if not (english and each == "html without lang=ja")]

    def end(self) -> list[str]:
        """All that was found."""
        met = self._met | {route for route, _, _ in seen}
        unlooked = [f"left without a look: {each}" for each in sorted(self._left - met)]
        return [*self.faults, *unlooked]


def _is_page(response: Response) -> bool:
    headers = response.headers
    attached = headers.get("content-disposition", "").startswith("attachment")
    return headers.get("content-type", "").startswith("text/html") and not attached
