"""A test client that holds every page it fetches to the rules which all pages share."""

from __future__ import annotations

import itertools
import re
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from eventmail.accounts import sessions, signing_in, steps
from eventmail.accounts.models import StaffSession
from eventmail.accounts.origin import Origin
from eventmail.accounts.signing_in import SignedIn
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.offices.models import Membership, Staff
from eventmail.offices.permissions import ALLOWED, Action
from eventmail.web.cookie import SESSION
from tests.looking import rolled_back, written

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LABELLED = {"input", "select", "textarea"}
NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
# Asked for one person, and recorded.
SHOWS_ONE_PERSON = {"/privacy/person", "/privacy/person/erase"}
SVG = {"svg", "path", "circle", "rect", "g", "line", "text", "title", "defs", "pattern"}


@dataclass
class Element:
    """One element with its attributes and the text directly and indirectly in it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: list[Element] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed page: its elements in order, each with the ones around it."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.markup = markup
        self.elements: list[Element] = []
        self.unclosed: list[str] = []
        self._open: list[Element] = []
        self.feed(markup)
        self.close()
        self.unclosed += [each.tag for each in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), inside=list(self._open))
        if len(attrs) != len(element.attributes):
            self.unclosed.append(f"{tag} has an attribute twice")
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), inside=list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.unclosed.append(f"unexpected </{tag}>")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """The elements of that name, in order."""
        return [each for each in self.elements if each.tag == tag]

    @property
    def text(self) -> str:
        """What can be read on the page, white space folded."""
        words = " ".join(each.text for each in self.all("body"))
        return re.sub(r"\s+", " ", words).strip()

    @property
    def h1(self) -> str:
        """The one heading."""
        return re.sub(r"\s+", " ", self.all("h1")[0].text).strip()


def token_in(inputs: list[Element]) -> str:
    """The token against forged requests among a form's fields."""
    found = [e for e in inputs if e.attributes.get("name") == "csrf_token"]
    assert found, "no CSRF token on the page"
    return found[0].attributes["value"] or ""


class Answered(Protocol):
    """What the rules ask of an answer besides its page."""

    @property
    def headers(self) -> Headers: ...


def faults(page: Page, response: Answered) -> list[str]:
    """Every page-wide rule that the page breaks, in words."""
    return [
        *_structure(page),
        *_names(page),
        *_forms(page),
        *_content_policy(page, response),
        *_headers(response),
    ]


def _structure(page: Page) -> list[str]:
    found = [f"markup: {each}" for each in page.unclosed]
    titles = [
        each.text for each in page.all("title") if not any(o.tag == "svg" for o in each.inside)
    ]
    if len(titles) != 1 or not titles[0].strip("｜イベントメール \n"):
        found.append(f"not one title: {titles}")
    if len(page.all("h1")) != 1 or not page.all("h1")[0].text.strip():
        found.append("not one h1")
    if [each.attributes.get("lang") for each in page.all("html")] != ["ja"]:
        found.append("html without lang=ja")
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
    if any(b - a > 1 for a, b in itertools.pairwise(levels)):
        found.append(f"heading level skipped: {levels}")
    return found


def _names(page: Page) -> list[str]:
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    found = [f"id twice: {each}" for each in sorted({i for i in ids if ids.count(i) > 1}, key=str)]
    labels = {each.attributes.get("for") for each in page.all("label")}
    for each in page.elements:
        if each.tag in LABELLED and each.attributes.get("type") not in NO_LABEL:
            wrapped = any(outer.tag == "label" for outer in each.inside)
            named = each.attributes.get("id") in labels or "aria-label" in each.attributes
            if not wrapped and not named:
                found.append(f"no label: {each.attributes}")
        if each.tag in ("a", "button", "th", "caption", "legend") and not (
            each.text.strip() or each.attributes.get("aria-label")
        ):
            found.append(f"{each.tag} without text: {each.attributes}")
        for pointer in ("aria-describedby", "aria-labelledby", "for"):
            for target in (each.attributes.get(pointer) or "").split():
                if target not in ids:
                    found.append(f"{pointer} points nowhere: {target}")
        if each.tag == "img" and "alt" not in each.attributes:
            found.append("img without alt")
    return found


def _forms(page: Page) -> list[str]:
    found = []
    for form in page.all("form"):
        fields = [e for e in page.elements if e.tag == "input" and form in e.inside]
        if form.attributes.get("action", "").startswith("/p/"):  # no session, and no token of one
            continue
        posts = (form.attributes.get("method") or "get").lower() == "post"
        if posts and not any(e.attributes.get("name") == "csrf_token" for e in fields):
            found.append(f"form without CSRF token: {form.attributes}")
    return found


def _content_policy(page: Page, response: Answered) -> list[str]:
    found = []
    for each in page.elements:
        if each.tag == "style" or (each.tag == "script" and "src" not in each.attributes):
            found.append(f"inline {each.tag}")
        for name, value in each.attributes.items():
            if name == "style" or name.startswith("on"):
                found.append(f"inline attribute {name}")
            if name in ("src", "href", "action") and re.match(
                r"(?i)\s*(javascript:|data:|https?://|//)", value or ""
            ):
                found.append(f"foreign or scripted {name}: {value}")
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"content policy: {policy!r}")
    return found


def _headers(response: Answered) -> list[str]:
    wanted = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return [
        f"header {name}: {response.headers.get(name)!r}"
        for name, value in wanted.items()
        if response.headers.get(name) != value
    ]


def hidden_from(session: Session, staff: sa.Select[tuple[int]]) -> list[str]:
    """Participants' addresses that this member of staff may not see."""
    visible = sa.select(Membership.office_id).where(
        Membership.staff_id.in_(staff), Membership.role.in_(ALLOWED[Action.SEE_ADDRESSES])
    )
    secret = Contact.office_id.not_in(visible), Contact.address != ""
    return list(session.scalars(sa.select(Contact.address).where(*secret)))


def token_for(database: Database, login: str, origin: Origin) -> str:
    """A new session of somebody's; none where the form would ask him for more than a password."""
    with database.writing() as session:
        staff = session.scalars(sa.select(Staff).where(Staff.login == login)).one()
        open_to_all = staff.active and not steps.required_of(session, staff)
        found = signing_in.enter(session, staff, origin) if open_to_all else None
    return found.token if isinstance(found, SignedIn) else ""


class Pages:
    """A browser. ``get`` and ``post`` return parsed pages and fail on a page that breaks a rule."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._client = app.test_client()
        self.response: TestResponse

    def sign_in(self, login: str, password: str) -> Page:
        """Sign in through the form, with the token that stands in it."""
        form = self.get("/sign-in").all("input")
        sent = {"csrf_token": token_in(form), "login": login, "password": password}
        return self.post("/sign-in", sent, csrf=False)

    def enter(self, login: str, password: str) -> None:
        """Be signed in, as if through the form, which has tests of its own and takes its time."""
        database = self._app.extensions["eventmail"].database
        token = token_for(database, login, Origin("127.0.0.1", "Werkzeug"))
        if not token:
            self.sign_in(login, password)
            return
        with self._client.session_transaction() as cookie:
            cookie.permanent = True
            cookie[SESSION] = token

    def get(self, path: str, *, status: int = 200) -> Page:
        """Fetch a page, following redirects."""
        with rolled_back() as found:
            response = self._client.get(path, follow_redirects=True)
        page = self._judge(response, status)
        assert status >= HTTPStatus.BAD_REQUEST or not found, f"{path}: {found}"
        return page

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, status: int = 200, csrf: bool = True
    ) -> Page:
        """Post a form with its token, following redirects."""
        sent = dict(data or {})
        if csrf:
            sent["csrf_token"] = self._token()
        with written() as done:
            response = self._client.post(
                path, data=sent, follow_redirects=True, content_type="multipart/form-data"
            )
        assert not done.unsaid, f"{path}: {done.unsaid}"
        return self._judge(response, status)

    def raw(self, path: str, **options: Any) -> TestResponse:
        """Fetch something that is no page (a download, JSON)."""
        return self._client.get(path, **options)

    def post_raw(self, path: str, data: dict[str, Any]) -> TestResponse:
        """Post a form with its token and give back whatever comes."""
        sent = data | {"csrf_token": self._token()}
        return self._client.post(path, data=sent, follow_redirects=True)

    def _token(self) -> str:
        """What stands in this session's forms; signing in shows that the forms' own is the same."""
        with self._client.session_transaction() as cookie:
            plain = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self._app.secret_key, salt="wtf-csrf-token").dumps(plain))

    def _addresses(self, markup: str) -> list[str]:
        """Participants' addresses on this page that the person looking at it may not see."""
        with self._client.session_transaction() as cookie:
            digest = sessions.digest_of(cookie.get(SESSION) or "")
        mine = sa.select(StaffSession.staff_id).where(StaffSession.token_digest == digest)
        with self._app.extensions["eventmail"].database.reading() as session:
            return [f"shows {each}" for each in hidden_from(session, mine) if each in markup]

    def _judge(self, response: TestResponse, status: int) -> Page:
        self.response = response
        page = Page(response.get_data(as_text=True))
        assert response.status_code == status, f"{response.status_code}: {page.text[:600]}"
        found = faults(page, response)
        if response.request.path not in SHOWS_ONE_PERSON:
            found += self._addresses(response.get_data(as_text=True))
        assert not found, f"{response.request.path}: {found}"
        return page
