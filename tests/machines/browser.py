"""The proxy in front of the web servers, and people who know of nothing but it."""

from __future__ import annotations

import http.client
import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.test import encode_multipart

from tests.attacks.crawler import forms
from tests.pages import Page

SITE = "https://mail.office.example"
CONNECT_SECONDS, ANSWER_SECONDS = 5, 120  # as in deploy/nginx.conf
LEFT_OUT_SECONDS = 10.0
MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Answer:
    """What a web server said."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes


@dataclass
class Proxy:
    """Each request goes to the next web server, and says what ``deploy/nginx.conf`` has it say.

    One that does not take the connection is left out for a while, as nginx does.
    """

    webs: Mapping[str, tuple[str, int]]
    answered: Counter[str] = field(default_factory=Counter)
    _left_out: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turns = itertools.cycle(self.webs)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer of whoever takes the request."""
        for name in itertools.islice(self._turns, len(self.webs)):
            if self._left_out.get(name, 0) > time.monotonic():
                continue
            line = http.client.HTTPConnection(*self.webs[name], timeout=CONNECT_SECONDS)
            try:
                line.connect()
            except OSError:
                self._left_out[name] = time.monotonic() + LEFT_OUT_SECONDS
                continue
            self.answered[name] += 1
            return _asked(line, method, path, headers, body)
        raise OSError("no web server takes the request")


def _asked(
    line: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Answer:
    ours = {
        "Host": urlsplit(SITE).hostname or "",
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Proto": "https",
    }
    try:
        line.sock.settimeout(ANSWER_SECONDS)
        line.request(method, path, body, {**headers, **ours})
        answer = line.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        line.close()


@dataclass
class Visitor:
    """A person's browser. ``get`` and ``post`` are those of :class:`tests.pages.Pages`."""

    proxy: Proxy
    cookies: dict[str, str] = field(default_factory=dict)
    path: str = ""
    page: Page = field(default_factory=lambda: Page(""))

    def get(self, path: str, *, status: int = 200) -> Page:
        """Fetch a page, following redirects."""
        return self._turn("GET", path, {}, b"", status)

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, status: int = 200) -> Page:
        """Post a form with the token of the page in front of the person."""
        sent = {"csrf_token": self._token(), **(data or {})}
        boundary, body = encode_multipart(MultiDict(sent))
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._turn("POST", path, kind, body, status)

    def fill(self, action: str, **typed: Any) -> Page:
        """The form that goes there, on the page before the person, as it stands but for this."""
        found = next(
            each for each in forms(self.page, self.path) if urlsplit(each.action).path == action
        )
        return self.post(found.action, found.untouched | typed)

    def _turn(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, status: int
    ) -> Page:
        for _ in range(MOST_REDIRECTS):
            held = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            held |= {"Referer": f"{SITE}{self.path or '/'}"}
            answer = self.proxy.ask(method, path, {**headers, **held}, body)
            self._keep(answer.headers)
            if answer.status not in (302, 303):
                break
            method, headers, body = "GET", {}, b""
            place = urlsplit(urljoin(f"{SITE}{path}", answer.headers["Location"]))
            path = place.path + (f"?{place.query}" if place.query else "")
        self.path, self.page = urlsplit(path).path, Page(answer.content.decode())
        assert answer.status == status, f"{path}: {answer.status}: {self.page.text[:600]}"
        return self.page

    def _keep(self, headers: http.client.HTTPMessage) -> None:
        for each in headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(each).items():
                assert morsel["secure"], "a cookie that goes over plain connections too"
                self.cookies[name] = morsel.value

    def _token(self) -> str:
        for each in self.page.all("input"):
            if each.attributes.get("name") == "csrf_token":
                return each.attributes["value"] or ""
        return ""
