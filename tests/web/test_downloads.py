"""What is no page: saved, or drawn by us; and what pages, scripts and errors must not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, Response

from eventmail.database import Database
from eventmail.files import TEMPLATES
from eventmail.mailings.models import Snapshot
from eventmail.web import headers
from tests.conftest import Meeting
from tests.outbox import hands
from tests.pages import Pages
from tests.web.test_requests import client, made

STATIC = Path(headers.__file__).parent.parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
# What a view might answer with, and whether a browser may show it.
KINDS = {
    "a page": ("text/html", True),
    "words for a script": ("application/json", True),
    "a picture that we drew": ("image/png", True),
    "a drawing that may hold a script": ("image/svg+xml", False),
    "another kind of page": ("application/xhtml+xml", False),
    "text": ("text/plain", False),
    "a table": ("text/csv", False),
    "a PDF": ("application/pdf", False),
    "a mail": ("message/rfc822", False),
    "anything": ("application/octet-stream", False),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("disposition", ["", "inline", "inline; filename=a.svg", "attachment"])
def test_whatever_is_no_page_is_saved_or_drawn_by_us_and_can_do_nothing(
    tmp_path: Path, name: str, disposition: str
) -> None:
    """Whatever a view says or forgets to say."""
    kind, shown = KINDS[name]
    app = made(tmp_path)

    def view() -> Response:
        response = Response("x", mimetype=kind)
        if disposition:
            response.headers["Content-Disposition"] = disposition
        return response

    app.add_url_rule("/made-for-this-test", view_func=view)
    found = client(app).get("/made-for-this-test").headers
    policy = found["Content-Security-Policy"]
    assert shown or found["Content-Disposition"].startswith("attachment")
    assert ("sandbox" in policy) is (kind != "text/html")
    assert "default-src 'none'" in policy
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Cache-Control"] == "no-store"


def test_a_paper_keeps_its_name_when_it_is_saved(
    sign_in: Callable[[str], Pages], meeting: Meeting, submitted: object
) -> None:
    response = sign_in("author").raw(f"/mailings/{meeting.mailing.id}/drafting-paper.pdf")
    assert response.data.startswith(b"%PDF-")
    assert re.match(r"attachment; filename", response.headers["Content-Disposition"])


def test_a_list_that_is_made_while_it_is_sent_leaves_no_connection_open(
    app: Flask, sign_in: Callable[[str], Pages], database: Database, approved: Snapshot
) -> None:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    taken = sign_in("author").post_raw(f"/mailings/{approved.mailing_id}/deliveries.csv", {})
    assert taken.data.count(b"\n") == 31
    taken.close()
    assert app.extensions["eventmail"].database.engine.pool.checkedout() == 0


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    return made(tmp_path)


def test_nothing_is_shared_with_another_origin(bare: Flask) -> None:
    for path in ("/sign-in", "/static/app.css", "/nowhere", "/"):
        found = client(bare).get(path, headers={"Origin": "https://evil.example"}).headers
        assert not [name for name, _ in found if name.startswith("Access-Control-")]
        assert found["Cross-Origin-Resource-Policy"] == "same-origin"


def test_every_text_says_its_charset(bare: Flask) -> None:
    for path in ("/sign-in", "/nowhere", *(f"/static/{each.name}" for each in STATIC.iterdir())):
        assert client(bare).get(path).headers["Content-Type"].endswith("; charset=utf-8"), path


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND"])
def test_no_other_method_is_answered(bare: Flask, method: str) -> None:
    response = client(bare).open("/sign-in", method=method)
    assert response.status_code in (400, 405)
    assert "X-Echo" not in response.text


def test_a_broken_page_tells_nothing_of_itself(
    bare: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def view() -> str:
        raise RuntimeError("SELECT hunter2 FROM staff")

    bare.add_url_rule("/made-for-this-test", view_func=view)
    response = client(bare).get("/made-for-this-test?q=typed")
    assert response.status_code == 500
    assert not re.search("hunter2|SELECT|Traceback|RuntimeError|eventmail/", response.text)
    assert "RuntimeError" in caplog.text
    assert not bare.debug


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_writes_markup(script: Path) -> None:
    """Nor keeps anything in the browser, makes code of text or merges what it is sent."""
    source = script.read_text(encoding="utf-8")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|"
        r"localStorage|sessionStorage|indexedDB|document\.cookie|Object\.assign|__proto__|postMessage"
    )
    assert not re.search(forbidden, source)


def test_a_password_field_masks_and_takes_what_is_pasted() -> None:
    fields = re.compile(r'<input[^>]*name="[^"]*password[^"]*"[^>]*>')
    for template in TEMPLATES.rglob("*.html"):
        for each in fields.findall(template.read_text(encoding="utf-8")):
            assert 'type="password"' in each, (template, each)
    assert not []
