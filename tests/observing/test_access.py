"""One line a request: the route's rule, never its path; an id that nobody else chooses."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from eventmail import create_app, tracing
from eventmail.config import Settings
from eventmail.observing import access
from eventmail.web import serving
from tests.observing.lines import Lines
from tests.serving import served

SECRET = "q9v3hJ2kLx7Pz0TnB4cWdA"
GIVEN = "from-the-proxy-1"


@pytest.fixture
def behind(settings: Settings) -> Iterator[Flask]:
    """The pages behind a proxy that is trusted."""
    app = create_app(replace(settings, trusted_proxy="192.0.2.1"))
    yield app
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()


def test_a_line_names_the_rule_and_no_secret(app: Flask, lines: Lines) -> None:
    app.test_client().get(f"/p/{SECRET}?address=taro@office.example")
    (record,) = [each for each in lines.records if each["logger"] == "eventmail.access"]
    assert record["message"] == "GET /p/<token> 404"
    assert (record["method"], record["route"], record["status"]) == ("GET", "/p/<token>", 404)
    assert record["ms"] >= 0
    assert SECRET not in lines.getvalue()
    assert "taro" not in lines.getvalue()


def test_what_no_route_knows_has_no_path_either(app: Flask, lines: Lines) -> None:
    app.test_client().get(f"/somewhere/{SECRET}")
    assert [each["route"] for each in lines.records if "route" in each] == ["(none)"]
    assert SECRET not in lines.getvalue()


def test_ids_of_the_address_are_fields(app: Flask, lines: Lines) -> None:
    app.test_client().get("/mailings/7/approve")
    (record,) = [each for each in lines.records if "route" in each]
    assert record["mailing"] == 7


def test_each_request_has_its_own_id_and_tells_it(app: Flask, lines: Lines) -> None:
    client = app.test_client()
    told = [client.get("/sign-in").headers[access.HEADER] for _ in range(2)]
    assert [each["request_id"] for each in lines.records if "route" in each] == told
    assert len(set(told)) == 2
    assert tracing.current() == {}


def test_nobody_brings_an_id_of_his_own(app: Flask) -> None:
    headers = {access.HEADER: GIVEN, "X-Forwarded-For": "192.0.2.7"}
    answered = app.test_client().get("/sign-in", headers=headers).headers[access.HEADER]
    assert answered != GIVEN


@pytest.mark.parametrize(
    ("brought", "taken"),
    [
        (GIVEN, True),
        ("x" * 64, True),
        ("short", False),
        ("x" * 65, False),
        ("with blank 1", False),
        ("taro@office.example", False),
        ("a\u3042bcdefghi", False),
    ],
)
def test_the_trusted_proxy_may_if_it_is_sane(behind: Flask, brought: str, taken: bool) -> None:
    headers = {access.HEADER: brought.encode().decode("latin-1"), "X-Forwarded-For": "192.0.2.7"}
    answered = behind.test_client().get("/sign-in", headers=headers).headers[access.HEADER]
    assert (answered == brought) is taken


def test_without_the_mark_of_the_proxy_it_is_not_the_proxys(behind: Flask) -> None:
    answered = behind.test_client().get("/sign-in", headers={access.HEADER: GIVEN})
    assert answered.headers[access.HEADER] != GIVEN


@pytest.mark.parametrize(("peer", "taken"), [("127.0.0.1", True), ("127.0.0.2", False)])
def test_the_server_takes_the_mark_of_the_proxy_from_anybody_else(
    settings: Settings, peer: str, taken: bool
) -> None:
    """Waitress takes X-Forwarded-For away unless the trusted proxy has sent it."""
    believing = replace(settings, trusted_proxy="127.0.0.1")
    app = create_app(believing)
    given = {access.HEADER: GIVEN, "X-Forwarded-For": "192.0.2.7"}
    with served(app, host="0.0.0.0", **serving.options(believing)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, 10, source_address=(peer, 0))
        connection.request("GET", "/health/live", headers=given)
        answered = connection.getresponse()
        answered.read()
        connection.close()
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    assert (answered.getheader(access.HEADER) == GIVEN) is taken


def test_a_page_that_breaks_has_a_line_and_an_id(
    app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ValueError("of taro@office.example")

    broken.needs = "anybody"  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "accounts.sign_in", broken)
    response = app.test_client().get("/sign-in")
    assert response.status_code == 500
    (record,) = lines.saying("a page broke")
    assert record["request_id"] == response.headers[access.HEADER]
    assert "[address " in record["exception"]
    assert "taro" not in lines.getvalue()
