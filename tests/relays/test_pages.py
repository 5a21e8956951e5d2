"""A relay is proposed by one person, tried on the way, and holds once another has confirmed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.permissions import Actor
from eventmail.proposals import service as proposals
from eventmail.relays import forms, service, trying
from eventmail.relays.kind import RELAY
from eventmail.sample import People
from tests.pages import Pages
from tests.recorder import Recorder

NUMBERS = {"connections": "4", "per_minute": "", "most_recipients": "100"}
WAITS = "認められるのを待っている変更があります"


@pytest.fixture
def typed(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What fits the suite's own relay, which listens at a port of its own."""
    monkeypatch.setattr(forms, "PORTS", (recorder.port, *forms.PORTS))
    return {
        "host": "127.0.0.1",
        "port": str(recorder.port),
        "security": "none",
        "username": "",
        "password": "",
        "reason": "新しいサーバーになったため",
        **NUMBERS,
    }


def confirm(database: Database, people: People) -> None:
    approver: Actor = people.approver
    with database.writing() as session:
        (made,) = proposals.waiting(session, approver.office.id)
        proposals.confirm(session, approver, made, made.digest)


def test_it_is_tried_proposed_and_confirmed(
    sign_in: Callable[[str], Pages],
    database: Database,
    people: People,
    typed: Mapping[str, str],
    recorder: Recorder,
) -> None:
    browser = sign_in("manager")
    page = browser.post("/settings/relay", dict(typed))
    assert "つないで確かめました" in page.text
    assert WAITS in page.text
    assert recorder.received == []
    with database.reading() as session:
        assert service.choice_of(session, people.manager.office.id).host == ""
    confirm(database, people)
    with database.reading() as session:
        assert service.choice_of(session, people.manager.office.id).host == "127.0.0.1"
    assert "127.0.0.1" in browser.get("/settings/relay").text


def test_one_that_does_not_answer_is_not_proposed_and_what_was_typed_stays(
    sign_in: Callable[[str], Pages], typed: Mapping[str, str], recorder: Recorder
) -> None:
    recorder.script("EHLO", "421 4.3.2 not now")
    page = sign_in("manager").post("/settings/relay", dict(typed), status=409)
    assert "この内容では提案していません。" in page.text
    assert WAITS not in page.text
    values = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
    assert values["reason"] == typed["reason"]


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a host that is none": ({"host": "mail server"}, "半角の英数字"),
    "a line break in the host": ({"host": "a\r\nb"}, "半角の英数字"),
    "another service's port": ({"port": "22"}, "ポート"),
    "a password in the clear": ({"username": "office", "password": "x"}, "暗号化しないと"),
    "a user without a password": ({"username": "office", "security": "tls"}, "両方とも"),
    "no reason": ({"reason": " "}, "変更する理由を入力してください。"),
    "too many connections": ({"connections": "65"}, "64"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_and_nobody_is_called(
    sign_in: Callable[[str], Pages], typed: Mapping[str, str], recorder: Recorder, what: str
) -> None:
    changed, says = WRONG[what]
    page = sign_in("manager").post("/settings/relay", {**typed, **changed}, status=422)
    assert says in page.text
    assert recorder.commands == []


def test_the_password_is_sealed_and_stays_for_the_same_user_at_the_same_server(
    sign_in: Callable[[str], Pages],
    database: Database,
    people: People,
    typed: Mapping[str, str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[tuple[str, str]] = []

    def works(relay: object) -> trying.Trial:
        tried.append((relay.username, relay.password))  # type: ignore[attr-defined]
        return trying.Trial(True, "確かめました。")

    monkeypatch.setattr("eventmail.relays.views.try_out", works)
    secure = {**typed, "security": "tls", "username": "office", "password": "correct horse"}
    browser = sign_in("manager")
    page = browser.post("/settings/relay", secure)
    assert "correct horse" not in browser.response.get_data(as_text=True)
    assert "確かめました。" in page.text
    confirm(database, people)
    browser.post("/settings/relay", {**secure, "password": "", "connections": "2"})
    confirm(database, people)
    assert tried == [("office", "correct horse")] * 2
    with database.reading() as session:
        now = service.choice_of(session, people.manager.office.id)
        assert "correct" not in now.sealed_password
        assert RELAY.at(people.manager.office.id).now(session)["connections"] == 2
    elsewhere = {**secure, "host": "localhost", "password": ""}
    browser.post("/settings/relay", elsewhere, status=422)


@pytest.mark.parametrize("role", ["author", "checker", "auditor"])
def test_others_do_not_come_in(sign_in: Callable[[str], Pages], role: str) -> None:
    sign_in(role).get("/settings/relay", status=403)
