"""Static files: small on the way, named by their content, kept by browsers until they change."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventmail.web import assets
from tests.web.test_requests import made

STATIC = Path(assets.__file__).parent.parent / "static"
NAMES = sorted(each.name for each in STATIC.iterdir())


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    return made(tmp_path).test_client()


def fetch(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.get(path, headers=sent)


def test_every_file_arrives_as_it_is_packed_or_not(browser: FlaskClient) -> None:
    for name in NAMES:
        content = (STATIC / name).read_bytes()
        plain, packed = (
            fetch(browser, f"/static/{name}", Accept_Encoding=how)
            for how in ("identity", "gzip, br")
        )
        assert plain.data == content
        assert plain.content_encoding is None
        unpacked = gzip.decompress(packed.data) if packed.content_encoding else packed.data
        assert unpacked == content, name
        assert len(packed.data) <= len(content)
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert packed.headers["X-Content-Type-Options"] == "nosniff"


def test_the_frame_of_every_page_costs_less_than_half(browser: FlaskClient) -> None:
    sizes = [len(fetch(browser, f"/static/{each}", Accept_Encoding="gzip").data) for each in NAMES]
    assert 2 * sum(sizes) < sum((STATIC / each).stat().st_size for each in NAMES)


def test_the_tag_is_strong_and_one_for_each_sequence_of_bytes(browser: FlaskClient) -> None:
    tags = {
        fetch(browser, f"/static/{name}", Accept_Encoding=how).headers["ETag"]
        for name in ("app.css", "tokens.css")
        for how in ("identity", "gzip")
    }
    assert len(tags) == 4
    assert all(re.fullmatch(r'"[0-9a-f]{20}(-gzip)?"', each) for each in tags)


@pytest.mark.parametrize("how", ["identity", "gzip"])
def test_who_has_it_already_gets_nothing_but_the_word(browser: FlaskClient, how: str) -> None:
    first = fetch(browser, "/static/app.css", Accept_Encoding=how)
    again = fetch(
        browser, "/static/app.css", Accept_Encoding=how, If_None_Match=first.headers["ETag"]
    )
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Set-Cookie" not in first.headers
    other = fetch(browser, "/static/app.css", Accept_Encoding=how, If_None_Match='"x"')
    assert other.status_code == 200


def test_every_page_names_the_version_and_that_is_kept_for_good(browser: FlaskClient) -> None:
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get("/sign-in").text)
    assert len(links) >= 4
    for link in links:
        assert re.search(r"\?v=[0-9a-f]{20}$", link)
        assert fetch(browser, link).headers["Cache-Control"] == assets.FOREVER


@pytest.mark.parametrize("path", ["/static/app.css", "/static/app.css?v=old", "/static/app.css?v="])
def test_another_version_is_asked_for_each_time(browser: FlaskClient, path: str) -> None:
    """During an update the old page must not keep the new file under the old name, nor for long."""
    assert fetch(browser, path).headers["Cache-Control"] == assets.ASK_EACH_TIME


@pytest.mark.parametrize(
    "path",
    [
        "../app.py", "%2e%2e/app.py", "..%2f..%2fapp.py", "%2fetc/passwd", "/etc/passwd",
        "app.css%00", "app.css/", "./app.css", "..\\app.py", "app.css::$DATA", "",
    ],
)  # fmt: skip
def test_nothing_else_is_served(browser: FlaskClient, path: str) -> None:
    assert fetch(browser, f"/static/{path}").status_code in (404, 308)


def test_a_missing_file_is_a_page_that_no_cache_keeps(browser: FlaskClient) -> None:
    """The error page says who is signed in."""
    assert fetch(browser, "/static/nothing.css").headers["Cache-Control"] == "no-store"


def test_no_page_is_packed(browser: FlaskClient) -> None:
    assert fetch(browser, "/sign-in", Accept_Encoding="gzip").content_encoding is None


def test_a_file_that_grows_by_packing_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_bytes(b"a")
    (tmp_path / "b.png").write_bytes(b"\x89PNG" * 1000)
    found = assets.read(tmp_path)
    assert [each.packed for each in found.values()] == [None, None]


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_bytes(b"a")
    before = assets.read(tmp_path)["a.css"].version
    (tmp_path / "a.css").write_bytes(b"b")
    assert assets.read(tmp_path)["a.css"].version != before
