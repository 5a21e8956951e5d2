"""Sessions end: by time, by their person, by a new password, and where somebody leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock
from eventmail.accounts import history, sessions
from eventmail.accounts.models import Ending, StaffSession
from eventmail.accounts.origin import NOWHERE, Origin
from eventmail.accounts.views import entering
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.sample import People
from eventmail.web.cookie import SESSION
from tests.pages import Pages

PASSWORD = "demo-kian-no-pass"
NEW = "夜明けの港で猫が三匹あくびした"
SignIn = Callable[[str], Pages]
minutes, hours = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(hours=n))


def endings(database: Database) -> list[Ending | None]:
    with database.reading() as session:
        query = sa.select(StaffSession.ended_how).order_by(StaffSession.id)
        return list(session.scalars(query))


class TestTime:
    def test_without_a_deed_it_ends_and_the_page_says_so(
        self, sign_in: SignIn, database: Database
    ) -> None:
        browser = sign_in("author")
        with time_machine.travel(clock.now() + minutes(61)):
            assert "しばらく操作がなかったため" in browser.get("/").text
            assert browser.get("/").h1 == "サインイン"
        assert endings(database) == [Ending.IDLE]

    def test_deeds_keep_it_but_not_for_longer_than_a_day_of_work(
        self, sign_in: SignIn, database: Database
    ) -> None:
        browser, start = sign_in("author"), clock.now()
        for moment in range(1, 12):
            with time_machine.travel(start + minutes(59) * moment):
                assert browser.get("/").h1 == "ホーム"
        with time_machine.travel(start + hours(12)):
            assert "サインインから時間がたったため" in browser.get("/").text
        assert endings(database) == [Ending.TOO_OLD]

    def test_a_page_that_lies_open_does_not_keep_it(self, sign_in: SignIn, app: Flask) -> None:
        assert set(app.view_functions) >= entering.BY_ITSELF
        browser, start = sign_in("author"), clock.now()
        with time_machine.travel(start + minutes(40)):
            browser.raw("/mailings/1/progress.json")
        with time_machine.travel(start + minutes(61)):
            assert browser.get("/").h1 == "サインイン"

    def test_use_is_written_down_at_most_once_a_minute(
        self, sign_in: SignIn, database: Database
    ) -> None:
        browser, start = sign_in("author"), clock.now()
        seen = []
        for seconds in (30, 61, 90):
            with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
                browser.get("/")
            with database.reading() as session:
                seen.append(session.scalars(sa.select(StaffSession.seen_at)).one() - start)
        assert seen[0] < timedelta(seconds=30)
        assert seen[1] == seen[2] == timedelta(seconds=61)

    @pytest.mark.parametrize(
        ("referrer", "back"),
        [
            ("http://localhost/me", "/me"),
            ("http://evil.example/me", "/"),
            ("http://localhost/no/such/page", "/"),
            ("", "/"),
        ],
    )
    def test_it_leads_back_only_to_a_page_of_ours(
        self, app: Flask, referrer: str, back: str
    ) -> None:
        headers = {"Referer": referrer}
        with app.test_request_context("/sign-out", method="POST", headers=headers):
            assert entering.way_back() == back


class TestEnding:
    def test_a_new_one_at_every_sign_in(self, app: Flask) -> None:
        browser = Pages(app)
        tokens = []
        for _ in range(2):
            browser.sign_in("kian", PASSWORD)
            with browser._client.session_transaction() as cookie:
                tokens.append(cookie[SESSION])
            browser.post("/sign-out")
        assert tokens[0] != tokens[1]

    def test_a_token_that_somebody_planted_signs_nobody_in(self, app: Flask) -> None:
        browser = Pages(app)
        with browser._client.session_transaction() as cookie:
            cookie[SESSION] = "planted"
            cookie["csrf_token"] = "planted"
        browser.sign_in("kian", PASSWORD)
        with browser._client.session_transaction() as cookie:
            assert "planted" not in (cookie[SESSION], cookie.get("csrf_token"))

    def test_one_and_all_others_by_their_person(self, sign_in: SignIn, database: Database) -> None:
        first, second, third = (sign_in("author") for _ in range(3))
        page = third.get("/account")
        assert "いまのサインイン（3件）" in page.text
        third.post("/account/sessions/1/end")
        assert first.get("/").h1 == "サインイン"
        assert (
            "ほかの1件のサインインを終えました。" in third.post("/account/sessions/end-others").text
        )
        assert second.get("/").h1 == "サインイン"
        assert third.get("/").h1 == "ホーム"

    def test_not_those_of_others(self, sign_in: SignIn) -> None:
        author, checker = sign_in("author"), sign_in("checker")
        checker.post("/account/sessions/1/end", status=404)
        assert author.get("/").h1 == "ホーム"

    def test_when_somebody_leaves_even_before_he_asks_for_a_page(
        self, sign_in: SignIn, database: Database, people: People
    ) -> None:
        browser = sign_in("author")
        with database.writing() as session:
            assert sessions.end_all(session, people.author.id, Ending.DEACTIVATED) == 1
        assert browser.get("/").h1 == "サインイン"

    def test_the_database_revives_none(self, database: Database, people: People) -> None:
        with database.writing() as session:
            sessions.open_one(session, session.get_one(Staff, people.author.id), NOWHERE)
            sessions.end_all(session, people.author.id, Ending.SIGNED_OUT)
        with pytest.raises(sa.exc.IntegrityError, match="revived"), database.writing() as session:
            session.execute(sa.text("UPDATE staff_sessions SET ended_at = NULL, ended_how = NULL"))


class TestPassword:
    def test_it_asks_for_the_old_one_and_ends_all_other_sessions(self, sign_in: SignIn) -> None:
        other, browser = sign_in("author"), sign_in("author")
        with time_machine.travel(clock.now() + minutes(11)):
            assert browser.get("/account/password").h1 == "ご本人の確認"
            path = "/account/confirm?next=/account/password"
            assert (
                "パスワードが違います。" in browser.post(path, {"password": "x"}, status=422).text
            )
            assert browser.post(path, {"password": PASSWORD}).h1 == "パスワードを変える"
            page = browser.post("/account/password", {"password": NEW, "again": NEW})
            assert "パスワードを変えました。ほかの1件のサインインを終えました。" in page.text
            assert browser.get("/").h1 == "ホーム"
        assert other.get("/").h1 == "サインイン"
        assert other.sign_in("kian", NEW).h1 == "ホーム"

    def test_a_posted_one_without_the_old_changes_nothing(self, sign_in: SignIn) -> None:
        browser = sign_in("author")
        with time_machine.travel(clock.now() + minutes(11)):
            page = browser.post("/account/password", {"password": NEW, "again": NEW})
        assert page.h1 == "ご本人の確認"
        browser.post("/sign-out")
        assert browser.sign_in("kian", PASSWORD).h1 == "ホーム"

    @pytest.mark.parametrize(
        ("password", "told"), [(PASSWORD, "いまと同じパスワード"), ("a" * 20, "繰り返し")]
    )
    def test_what_will_not_do_is_told(self, sign_in: SignIn, password: str, told: str) -> None:
        browser = sign_in("author")
        fields = {"password": password, "again": password}
        assert told in browser.post("/account/password", fields, status=422).text


class TestHistory:
    def test_it_tells_refused_attempts_from_elsewhere(self, app: Flask, sign_in: SignIn) -> None:
        Pages(app).sign_in("kian", "wrong password")
        page = sign_in("author").get("/account")
        assert "サインインの履歴（2件）" in page.text
        assert "パスワードの誤り" in page.text
        assert "127.0.0.1" in page.text

    def test_the_auditor_of_ones_office_sees_them_too(self, app: Flask, sign_in: SignIn) -> None:
        Pages(app).sign_in("kian", "wrong password")
        sign_in("author").post("/account/password", {"password": NEW, "again": NEW})
        page = sign_in("auditor").get("/audit?kind=staff")
        for told in ("サインインを断りました", "サインインしました", "パスワードを変えました"):
            assert told in page.text

    @pytest.mark.parametrize(
        ("agent", "told"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140 Safari/537 Edg/140",
                "WindowsのEdge",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
                "iPhoneのSafari",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "LinuxのFirefox"),
            ("<script>alert(1)</script>", "わからない機器"),
        ],
    )
    def test_devices_have_plain_names(self, agent: str, told: str) -> None:
        assert history.device(agent) == told


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", "unknown"),
    ],
)
def test_what_is_slowed_down_together(address: str, network: str) -> None:
    assert Origin(address, "").network == network
