"""The whole examination: beside each other, in time, as a table, as JSON and as a page."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.exc import OperationalError

import eventmail.database
from eventmail import cli, cli_ready, sample
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor import checks, posting, running, showing
from eventmail.doctor.checks import Examination
from eventmail.doctor.finding import Finding, State, broken, good, look, quoted
from eventmail.doctor.running import Check
from eventmail.language import speaking
from eventmail.papers.characters import cells
from eventmail.sample import People
from eventmail.web.context import reading
from tests.conftest import Meeting
from tests.doctor.dns_server import DnsServer
from tests.pages import Pages
from tests.recorder import Recorder

FINE = good("良いです。")


def check(name: str, action: Callable[[], Finding] = lambda: FINE) -> Check:
    return Check(name, name, action)


def test_a_finding_has_a_next_step_exactly_where_something_is_to_be_done() -> None:
    with pytest.raises(ValueError, match="next step"):
        Finding(State.GOOD, "x", "y")
    with pytest.raises(ValueError, match="next step"):
        Finding(State.BROKEN, "x")


def test_no_address_is_left_in_what_another_server_says() -> None:
    assert quoted("550 <hana@minato.jp>\r\n refused") == "550 <…@minato.jp> refused"


def test_what_hangs_is_told_and_holds_up_nothing() -> None:
    hanging = threading.Event()
    begun = time.monotonic()
    checks = [check("dead", lambda: (hanging.wait(20) and FINE) or FINE), check("alive")]
    found = running.run(checks, limit=0.3)
    assert time.monotonic() - begun < 5
    assert [each.finding.state for each in found] == [State.BROKEN, State.GOOD]
    assert "終わりませんでした" in found[0].finding.found
    hanging.set()


def test_what_fails_itself_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> Finding:
        raise RuntimeError("password=hunter2")

    (found,) = running.run([check("x", fail)])
    assert found.finding.state is State.BROKEN
    assert "RuntimeError" in found.finding.found
    assert "hunter2" not in found.finding.found + found.finding.todo
    assert f"RuntimeError, {__file__}:" in caplog.text
    assert "hunter2" not in caplog.text


def test_planning_that_fails_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> str:
        raise RuntimeError("password=hunter2")

    assert running.within(5, fail, "nothing") == "nothing"
    assert f"RuntimeError, {__file__}:" in caplog.text
    assert "hunter2" not in caplog.text


def test_more_checks_than_threads_keep_their_order() -> None:
    names = [str(number) for number in range(running.AT_ONCE * 3)]
    assert [each.check.name for each in running.run(list(map(check, names)))] == names


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_columns_stand_below_each_other(language: str) -> None:
    findings = [FINE, look("長い文です。" * 20, "見てください。"), broken("x", "y " * 90)]
    results = running.run([check(f"名前{n}", lambda it=it: it) for n, it in enumerate(findings)])  # type: ignore[misc]
    with speaking(language):
        lines = list(showing.table(results, 80))
    assert len({(cells(left), cells(middle)) for _, left, middle, _ in lines}) == 1
    assert all(cells("  ".join(line[1:])) <= 82 for line in lines)
    assert not any(text.startswith("。") for *_, text in lines)


@pytest.fixture
def typed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command on the test's installation."""
    monkeypatch.setattr(cli_ready, "settings_here", lambda: settings)
    return lambda *given: CliRunner().invoke(cli.cli, ["doctor", *given])


def test_the_command_tells_programs_and_shows_no_secret_and_no_participant(
    typed: Callable[..., Result], settings: Settings, meeting: Meeting, recorder: Recorder
) -> None:
    done = typed("--json")
    told = json.loads(done.output)
    states = {each["name"]: each["state"] for each in told["checks"]}
    assert set(states) == set(checks.TITLES) - {"test_mail"}
    assert (states["database"], states["relay"], states["worker"]) == ("good", "good", "broken")
    assert told["counts"]["broken"] > 0
    assert done.exit_code == 1
    assert all(bool(each["todo"]) == (each["state"] != "good") for each in told["checks"])
    assert settings.secret_key not in done.output
    assert "@" not in done.output
    assert recorder.received == []


def test_it_ends_with_0_if_nothing_is_broken(
    typed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Examination, "whole", lambda self, *more: running.run([check("x")]))
    done = typed()
    assert done.exit_code == 0
    assert "1件を点検しました。故障0件、要確認0件。" in done.output


def test_a_real_mail_goes_to_oneself_alone(
    typed: Callable[..., Result], database: Database, people: People, recorder: Recorder
) -> None:
    with database.writing() as session:
        staff = session.get_one(type(people.author.staff), people.author.id)
        staff.address, login = "hana@himesato-anteisho.example", staff.login
    recorder.employ("himesato-anteisho.example")
    done = typed("--json", "--send-to", login)
    told = {each["name"]: each for each in json.loads(done.output)["checks"]}
    assert told["test_mail"]["state"] == "good"
    (mail,) = recorder.received
    assert mail.rcpt_to == ("hana@himesato-anteisho.example",)


@pytest.mark.parametrize("login", ["nobody", "author"])
def test_nobody_without_a_mailbox_gets_one(
    typed: Callable[..., Result], people: People, recorder: Recorder, login: str
) -> None:
    wanted = people.author.staff.login if login == "author" else login
    done = typed("--json", "--send-to", wanted)
    told = {each["name"]: each for each in json.loads(done.output)["checks"]}
    assert told["test_mail"]["state"] == "broken"
    assert "登録されていません" in told["test_mail"]["found"]
    assert recorder.received == []


def test_selectors_are_those_of_the_settings_and_of_the_command(
    settings: Settings, database: Database
) -> None:
    chosen = replace(settings, dkim_selectors=("a1",))
    assert Examination.of(chosen, database, ("b2",)).selectors == ("b2", "a1")


def test_dead_hosts_do_not_add_up(
    settings: Settings, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(checks.relaying, "relay", lambda *_: silent.wait(30) and FINE)
    monkeypatch.setattr(checks.returning, "bounces", lambda *_: silent.wait(30) and FINE)
    monkeypatch.setattr(checks, "run", partial(running.run, limit=2.0))
    begun = time.monotonic()
    with DnsServer(silent=True) as server:
        found = Examination(settings, database, server.resolver()).whole()
    assert time.monotonic() - begun < 2.0 + checks.PLANNING
    late = [each.check.name for each in found if "終わりませんでした" in each.finding.found]
    assert {"relay", "bounces"} <= set(late)
    silent.set()


def test_of_a_test_mail_that_is_late_nobody_knows(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(posting, "send_to", lambda *_: silent.wait(30) and FINE)
    (found,) = running.run([posting.check(settings, database, "hana")], limit=0.2)
    silent.set()
    assert "送信の結果がわかりません" in found.finding.found
    assert "受信箱を確かめてから、もう一度送って" in found.finding.todo
    assert posting.PATIENCE < running.LIMIT


UNREACHABLE = "postgresql+psycopg://nobody:hunter2@127.0.0.1:1/none"


@pytest.fixture
def asked_in_vain(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> Callable[[str], dict[str, dict[str, str]]]:
    """What the command tells of an installation whose database is not there."""

    def ask(url: str) -> dict[str, dict[str, str]]:
        chosen = replace(settings, database_url=url)
        monkeypatch.setattr(cli_ready, "settings_here", lambda: chosen)
        done = CliRunner().invoke(cli.cli, ["doctor", "--json", "--send-to", "hana"])
        assert isinstance(done.exception, SystemExit), done.exception
        return {each["name"]: each for each in json.loads(done.stdout)["checks"]}

    return ask


def test_a_database_that_is_down_is_told_once(
    asked_in_vain: Callable[[str], dict[str, dict[str, str]]],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The tests' own engines ask the server at once for what they share.
    monkeypatch.setattr(eventmail.database, "_postgres", sa.create_engine)
    begun = time.monotonic()
    told = asked_in_vain(UNREACHABLE)
    assert time.monotonic() - begun < 15
    assert "つながりません" in told["database"]["found"]
    spared = {name for name, each in told.items() if "使えないため" in each["found"]}
    assert spared == {"migrations", "clock", "queue", "worker", "test_mail"}
    assert "「データベース」の行のとおり" in told["queue"]["todo"]
    assert told["disk"]["state"] == "good"
    assert "Traceback" not in caplog.text
    assert "hunter2" not in caplog.text


def test_a_database_that_never_answers_is_waited_for_once(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(checks.rows, "reachable", lambda *_: silent.wait(30) and FINE)
    monkeypatch.setattr(checks, "PLANNING", 0.2)
    begun = time.monotonic()
    found = {each.check.name: each.finding for each in Examination(settings, database).at_once()}
    assert time.monotonic() - begun < running.LIMIT
    silent.set()
    assert "つながりません" in found["database"].found
    assert found["clock"] == found["migrations"] == running.WITHOUT_DATABASE


def test_a_database_that_is_not_there_is_not_made(
    asked_in_vain: Callable[[str], dict[str, dict[str, str]]], settings: Settings, tmp_path: Path
) -> None:
    there = sorted(settings.data_dir.iterdir())
    told = asked_in_vain(f"sqlite:///{tmp_path}/none.sqlite3")
    assert f"{tmp_path}/none.sqlite3 がありません" in told["database"]["found"]
    assert "使えないため" in told["migrations"]["found"]
    assert not (tmp_path / "none.sqlite3").exists()
    assert sorted(settings.data_dir.iterdir()) == there


def test_a_database_that_goes_away_meanwhile_is_told_without_a_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> Finding:
        raise OperationalError("SELECT", {}, Exception("password=hunter2"))

    (found,) = running.run([check("x", fail)])
    assert found.finding == running.WITHOUT_DATABASE
    assert "hunter2" not in caplog.text
    assert "Traceback" not in caplog.text


def test_all_limits_together_keep_the_promise() -> None:
    assert checks.PLANNING + running.LIMIT < 15


@pytest.fixture
def administrator(app: Flask, database: Database) -> Pages:
    with database.writing() as session:
        sample.load_outside(session)
    browser = Pages(app)
    browser.sign_in("system", "demo-system-pass")
    return browser


class TestPage:
    def test_it_shows_what_is_known_at_once_and_asks_nobody(
        self, administrator: Pages, recorder: Recorder
    ) -> None:
        page = administrator.get("/administration/doctor")
        assert page.h1 == "点検"
        assert "送信処理が動いた跡がありません。" in page.text
        assert "いまわかることだけ" in page.text
        assert recorder.commands == []

    def test_everything_is_examined_when_asked_for(
        self, administrator: Pages, recorder: Recorder
    ) -> None:
        page = administrator.post("/administration/doctor")
        assert "差出人を受け付ける" in page.text
        assert "見本のためのドメイン" in page.text
        assert recorder.received == []

    def test_one_at_a_time(self, administrator: Pages, recorder: Recorder) -> None:
        from eventmail.doctor import views

        with views._one_at_a_time:
            page = administrator.post("/administration/doctor")
        assert "ほかの人が点検しています" in page.text
        assert recorder.commands == []

    def test_nothing_is_held_while_other_machines_are_waited_for(
        self, administrator: Pages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A transaction that stays open keeps PostgreSQL from tidying up behind it."""
        held: list[bool] = []
        examined = Examination.whole

        def whole(self: Examination) -> list[running.Result]:
            held.append(reading().in_transaction())
            return examined(self)

        monkeypatch.setattr(Examination, "whole", whole)
        administrator.post("/administration/doctor")
        assert held == [False]

    def test_the_administration_leads_there(self, administrator: Pages) -> None:
        assert 'href="/administration/doctor"' in administrator.get("/administration").markup
