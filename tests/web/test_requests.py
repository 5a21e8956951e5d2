"""How often, how much and for which host: asked before anything reads a request."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventmail import create_app
from eventmail.config import MEGABYTE, Mode, Settings
from eventmail.web import sizes, throttle
from eventmail.web.cookie import SESSION
from eventmail.web.throttle import BUDGETS, SIGNED_IN, VISIT, VISITORS_POST, Throttle, customer
from tests.pages import Page, Pages
from tests.web.test_rates import Clock

SETTINGS = Settings(mode=Mode.TEST, secret_key="s" * 40, mail_sink=True)


def made(folder: Path, **changes: object) -> Flask:
    """The app without a database: what is tested here comes before any row is read."""
    app = create_app(replace(SETTINGS, data_dir=folder, **changes))  # type: ignore[arg-type]
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    return app


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    return made(tmp_path)


def client(app: Flask, staff_id: int | None = None) -> FlaskClient:
    found = app.test_client()
    with found.session_transaction() as cookie:
        if staff_id is not None:
            cookie[SESSION] = f"session {staff_id}"
    return found


class TestHowOften:
    @pytest.fixture
    def clock(self, bare: Flask) -> Clock:
        clock = Clock()
        bare.extensions[throttle.EXTENSION] = Throttle(BUDGETS, clock)
        return clock

    def test_a_visitors_posts_are_few(self, bare: Flask, clock: Clock) -> None:
        browser = client(bare)
        answers = [
            browser.post("/sign-in").status_code for _ in range(BUDGETS[VISITORS_POST].burst + 1)
        ]
        assert answers == [400] * BUDGETS[VISITORS_POST].burst + [429]

    def test_the_answer_says_when_to_come_again(self, bare: Flask, clock: Clock) -> None:
        browser = client(bare)
        for _ in range(BUDGETS[VISITORS_POST].burst):
            browser.post("/sign-in")
        response = browser.post("/sign-in")
        page = Page(response.get_data(as_text=True))
        assert response.headers["Retry-After"] == "2"
        assert "2秒ほど待って" in page.text
        assert (page.unclosed, page.h1) == ([], "受け付けられませんでした")
        assert response.headers["Cache-Control"] == "no-store"
        clock.now += 2
        assert browser.post("/sign-in").status_code == 400

    def test_a_new_cookie_is_no_new_budget(self, bare: Flask, clock: Clock) -> None:
        for _ in range(BUDGETS[VISITORS_POST].burst):
            client(bare).post("/sign-in")
        assert client(bare).post("/sign-in").status_code == 429

    def test_another_address_has_its_own(self, bare: Flask, clock: Clock) -> None:
        for _ in range(BUDGETS[VISITORS_POST].burst + 1):
            client(bare).post("/sign-in")
        other = {"REMOTE_ADDR": "192.0.2.9"}
        assert client(bare).post("/sign-in", environ_base=other).status_code == 400

    def test_a_sessions_budget_follows_it_to_another_address(
        self, bare: Flask, clock: Clock
    ) -> None:
        bare.extensions[throttle.EXTENSION] = Throttle(
            {SIGNED_IN: replace(BUDGETS[SIGNED_IN], burst=1)}, clock
        )
        browser = client(bare, 7)
        assert browser.get("/nowhere/a").status_code != 429
        other = {"REMOTE_ADDR": "192.0.2.9"}
        assert browser.get("/nowhere/a", environ_base=other).status_code == 429
        assert client(bare, 8).get("/nowhere/a").status_code != 429

    def test_static_files_are_free(self, bare: Flask, clock: Clock) -> None:
        browser = client(bare)
        for _ in range(BUDGETS[VISIT].burst + 5):
            browser.get("/nowhere")
        assert browser.get("/nowhere").status_code == 429
        assert browser.get("/static/app.css").status_code == 200

    def test_production_has_the_budgets_and_the_suite_has_none(self, tmp_path: Path) -> None:
        production = made(tmp_path, mode=Mode.PRODUCTION, mail_sink=False)
        kinds = production.extensions[throttle.EXTENSION]._kinds
        assert set(kinds) == {SIGNED_IN, VISIT, VISITORS_POST, throttle.PROGRAMS}


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_ipv6_customer_is_his_whole_network(address: str | None, who: str) -> None:
    assert customer(address) == who


class TestHowMuch:
    def test_a_stranger_sends_little(self, bare: Flask) -> None:
        response = client(bare).post("/sign-in", data={"login": "x" * sizes.STRANGERS})
        assert response.status_code == 413
        assert "短くしてから" in response.text

    def test_a_stranger_uploads_nothing(self, bare: Flask) -> None:
        file = {"file": (io.BytesIO(b"x" * sizes.STRANGERS), "a.xlsx")}
        assert client(bare).post("/events/1/roster", data=file).status_code == 413

    def test_a_person_sends_words_and_only_where_files_are_taken_files(
        self, sign_in: Callable[[str], Pages], meeting: object
    ) -> None:
        browser = sign_in("author")
        long = {"name": "x" * sizes.ORDINARY, "csrf_token": "x"}
        assert "短くしてから" in browser.post("/events/1/edit", long, status=413).text
        file = {"file": (io.BytesIO(b"x" * (2 * MEGABYTE)), "a.xlsx")}
        assert "処理しています" in browser.post("/events/1/roster", file).text

    def test_so_many_parts_are_no_form(self, bare: Flask) -> None:
        many = {f"f{number}": "" for number in range(sizes.MOST_PARTS + 100)}
        response = client(bare, 1).post("/sign-in", data=many, content_type="multipart/form-data")
        assert response.status_code == 413

    def test_every_form_with_a_file_posts_to_where_files_are_taken(self, app: Flask) -> None:
        folder = Path(app.root_path).parent / "templates"
        forms = [
            each
            for each in folder.rglob("*.html")
            if "multipart/form-data" in each.read_text("utf-8")
        ]
        by_programs = {each for each in sizes.TAKE_FILES if each.startswith("api.")}
        assert len(forms) == len(sizes.TAKE_FILES - by_programs)
        assert set(app.view_functions) >= sizes.TAKE_FILES


class TestForWhom:
    NAME = "mail.office.example"

    @pytest.fixture
    def named(self, tmp_path: Path) -> Flask:
        return made(tmp_path, public_url=f"https://{self.NAME}")

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            f"{NAME}.evil.example",
            f"evil-{NAME}",
            "",
            f"{NAME}@evil.example",
            "192.0.2.1",
            f"{NAME},evil.example",
        ],
    )
    def test_another_name_is_refused(self, named: Flask, host: str) -> None:
        response = named.test_client().get("/sign-in", headers={"Host": host})
        assert response.status_code == 400
        assert "正しいアドレス" in response.text
        assert "evil" not in response.text

    @pytest.mark.parametrize("host", [NAME, f"{NAME}:443", "127.0.0.1:8025"])
    def test_our_own_name_and_the_machine_itself_are_answered(
        self, named: Flask, host: str
    ) -> None:
        assert named.test_client().get("/sign-in", headers={"Host": host}).status_code == 200

    def test_a_static_file_is_for_our_own_name_only(self, named: Flask) -> None:
        assert (
            named.test_client().get("/static/app.css", headers={"Host": "a.b"}).status_code == 400
        )

    def test_a_demo_is_only_for_the_machine_it_runs_on(self, tmp_path: Path) -> None:
        demo = made(tmp_path, mode=Mode.DEMO).test_client()
        assert demo.get("/sign-in", headers={"Host": "rebound.example"}).status_code == 400
        assert demo.get("/sign-in", headers={"Host": "localhost:8025"}).status_code == 200


class TestOnTls:
    @pytest.mark.parametrize("told", [{"https": True}, {"public_url": "https://localhost"}])
    def test_cookie_and_browser_are_bound_to_tls(
        self, tmp_path: Path, told: dict[str, object]
    ) -> None:
        response = made(tmp_path, **told).test_client().get("/sign-in")
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-eventmail=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert (
            response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        )

    def test_without_tls_a_browser_is_not_locked_out(self, bare: Flask) -> None:
        response = bare.test_client().get("/sign-in")
        assert "Strict-Transport-Security" not in response.headers
        assert response.headers["Set-Cookie"].startswith("eventmail=")

    def test_a_proxy_that_says_https_is_enough_for_the_browser(self, bare: Flask) -> None:
        response = bare.test_client().get("/sign-in", base_url="https://localhost")
        assert "Strict-Transport-Security" in response.headers
