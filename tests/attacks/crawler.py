"""A scanner that walks the signed-in pages: every link once a kind, every form, every field.

It holds each answer to rules that no input may break. Kinds: two paths that differ in numbers
alone are the same page of two things, and a few of them are enough.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from eventmail.web import problems
from tests.attacks.browser import Browser
from tests.attacks.payloads import MARK, PRODUCT
from tests.pages import Element, Page, faults

TLS = "https://localhost"
ALLOWED = {200, 302, 303, 304, 400, 401, 403, 404, 405, 409, 413, 422}
DATABASE = re.compile(
    r"sqlite3\.|psycopg|sqlalchemy|OperationalError|ProgrammingError|DataError|syntax error at|"
    r"unrecognized token|near \"[^\"]*\": syntax|Traceback \(most recent|root:x:0:0"
)
TYPED = {"text", "search", "email", "tel", "url", "password", "date", "time", "number"}
CHOSEN = {"hidden", "radio", "checkbox"}
NOT_SENT = {"submit", "button", "reset", "image", "file"}
SIGN_OUT = "/sign-out"


@dataclass(frozen=True)
class Field:
    """One name of a form: what it holds when nobody touches it, and whether people type into it."""

    name: str
    value: str
    typed: bool
    set: bool = True


@dataclass
class Form:
    """One form of a page."""

    page: str
    action: str
    method: str
    fields: list[Field]
    files: list[str]

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """The same form of another thing has the same kind."""
        names = sorted({each.name for each in self.fields} | set(self.files))
        return self.method, kind_of(self.action), tuple(re.sub(r"\d+", "N", each) for each in names)

    @property
    def untouched(self) -> dict[str, list[str]]:
        """What a person sends who changes nothing."""
        sent: dict[str, list[str]] = {}
        for each in self.fields:
            if each.set:
                sent.setdefault(each.name, []).append(each.value)
        return sent


def kind_of(url: str) -> str:
    """A path and its parameters without their numbers."""
    parts = urlsplit(url)
    names = "&".join(sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))
    return f"{re.sub(r'[0-9]+', 'N', parts.path)}?{names}"


def forms(page: Page, path: str) -> Iterator[Form]:
    """The forms of a page with their fields."""
    for form in page.all("form"):
        found = [each for each in page.elements if form in each.inside]
        named = [each for each in found if each.attributes.get("name")]
        yield Form(
            page=path,
            action=urljoin(path, form.attributes.get("action") or path),
            method=(form.attributes.get("method") or "get").lower(),
            fields=[each for element in named for each in _fields(element, found)],
            files=[e.attributes["name"] or "" for e in named if e.attributes.get("type") == "file"],
        )


def _fields(element: Element, around: list[Element]) -> Iterator[Field]:
    name = element.attributes["name"] or ""
    kind = element.attributes.get("type") or "text"
    value = element.attributes.get("value") or ""
    if element.tag == "select":
        yield from _options(element, name, around)
    elif element.tag == "textarea":
        yield Field(name, element.text, typed=True)
    elif element.tag == "button":
        yield Field(name, value, typed=False, set=False)
    elif element.tag == "input" and kind not in NOT_SENT:
        chosen = kind == "hidden" or kind in TYPED or "checked" in element.attributes
        yield Field(name, value, typed=kind in TYPED, set=chosen)


def _options(select: Element, name: str, around: list[Element]) -> Iterator[Field]:
    options = [each for each in around if each.tag == "option" and select in each.inside]
    chosen = [each for each in options if "selected" in each.attributes] or options[:1]
    for each in options:
        yield Field(name, each.attributes.get("value") or "", typed=False, set=each in chosen)


@dataclass
class Crawler:
    """Somebody who is signed in, what he found, and what was wrong with it."""

    app: Flask
    staff_id: int | None
    each_kind: int = 2
    found: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = Browser(self.app, self.staff_id, base_url=TLS)

    # walking

    def walk(self, start: str = "/") -> None:
        """Open whatever can be reached by links."""
        waiting, seen, kinds = deque([start]), {start}, Counter[str]()
        while waiting:
            path = waiting.popleft()
            kinds[kind_of(path)] += 1
            if kinds[kind_of(path)] > self.each_kind:
                continue
            self.asked_for.append(path)
            for link in self._links(path, self.get(path)):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)

    def _links(self, path: str, response: TestResponse) -> list[str]:
        if response.status_code in (302, 303):
            return [response.location]
        if response.mimetype != "text/html" or response.status_code != 200:
            return []
        page = self.pages[path] = Page(response.text)
        named = (
            e.attributes.get(a) for e in page.elements for a in ("href", "src", "data-poll-url")
        )
        links = (urljoin(path, each.split("#")[0]) for each in named if each)
        return [each for each in links if each.startswith("/") and not each.startswith("/static/")]

    @property
    def forms(self) -> dict[tuple[str, str, tuple[str, ...]], Form]:
        """One form of each kind."""
        found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
        for path, page in self.pages.items():
            for form in forms(page, path):
                if urlsplit(form.action).path != SIGN_OUT:
                    found.setdefault(form.kind, form)
        return found

    # asking

    def get(self, path: str, what: str = "") -> TestResponse:
        """Fetch, and judge the answer."""
        return self._judge(self.browser.get(path, base_url=TLS), what or path)

    def send(self, form: Form, sent: dict[str, Any], what: str) -> TestResponse:
        """Send a form, judge the answer and the page that follows it."""
        if form.method == "get":
            parts = urlsplit(form.action)
            return self.get(
                f"{parts.path}?{urlencode(sent, doseq=True, errors='surrogatepass')}", what
            )
        given = {name: value for name, value in sent.items() if name != "csrf_token"}
        kind = "multipart/form-data" if form.files else "application/x-www-form-urlencoded"
        response = self.browser.post(form.action, given, content_type=kind, base_url=TLS)
        self._judge(response, what)
        if response.status_code in (302, 303):
            self.get(response.location, f"after {what}")
        return response

    def _judge(self, response: TestResponse, what: str) -> TestResponse:
        self.found += [f"{what[:300]}: {each}" for each in wrong(response)]
        return response


def wrong(response: TestResponse) -> list[str]:
    """Every rule that an answer breaks, whatever was asked."""
    found = [*_headers(response)]
    if response.status_code not in ALLOWED:
        found.append(f"status {response.status_code}")
    if response.mimetype != "text/html":
        return found
    if response.status_code in (302, 303):
        return found
    markup = response.text
    page = Page(markup)
    found += [each.group() for each in [DATABASE.search(page.text)] if each]
    found += [f"calculated {PRODUCT}"] if PRODUCT in markup else []
    return found + marked(page) + faults(page, response)


def marked(page: Page) -> list[str]:
    """Where a payload has become more than text."""
    found = [f"element {e.tag}" for e in page.elements if MARK in e.tag]
    for each in page.elements:
        names = [name for name in each.attributes if MARK in name]
        found += [f"attribute {name} of {each.tag}" for name in names]
        if each.tag == "script" and each.text.strip():
            found.append("a script with text")
        for name in ("href", "src", "action", "formaction"):
            target = (each.attributes.get(name) or "").strip().lower()
            if target.startswith(("javascript:", "//", "\\", "data:")):
                found.append(f"{name} {target[:60]}")
    return found


def _headers(response: TestResponse) -> list[str]:
    found = [f"header {name}" for name, _ in response.headers if MARK in name.lower()]
    location = response.headers.get("Location", "/")
    if not location.startswith("/") or location.startswith(("//", "/\\")):
        found.append(f"leads to {location}")
    for cookie in response.headers.getlist("Set-Cookie"):
        name, *flags = cookie.split("; ")
        if MARK in name or not {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags):
            found.append(f"cookie {cookie}")
    if "max-age=31536000" not in response.headers.get("Strict-Transport-Security", ""):
        found.append("no HSTS")
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    return found + _inert(response)


def _inert(response: TestResponse) -> list[str]:
    """What is no page is saved, or at least can do nothing."""
    if response.mimetype == "text/html" or response.status_code in (302, 303, 304):
        return []
    found = []
    if "sandbox" not in response.headers.get("Content-Security-Policy", ""):
        found.append(f"{response.mimetype} without a sandbox")
    if response.headers.get("Cache-Control") != "no-store":
        found.append(f"{response.mimetype} may be kept")
    shown = response.mimetype in {"application/json", problems.KIND, "image/png"}
    if not shown and not response.headers.get("Content-Disposition", "").startswith("attachment"):
        found.append(f"{response.mimetype} is shown")
    return found
