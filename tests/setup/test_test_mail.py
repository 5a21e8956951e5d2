"""A test mail to oneself, and what a relay answers to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.offices.models import Mailbox, Office
from eventmail.offices.setting_models import Basis, SettingChange
from eventmail.relays import forms as relay_forms
from eventmail.relays import service as relays
from eventmail.relays.service import Choice
from eventmail.sample import People
from eventmail.setup import service, trying
from eventmail.setup.facts import Step
from tests.conftest import Meeting
from tests.pages import Pages
from tests.recorder import Recorder
from tests.setup.office import (
    BOX,
    COMMON,
    OWN,
    done,
    path,
    the_administrator,
    told,
)

WORDS = {
    "the relay's own words and what to do": (
        ("MAIL", "550 5.7.1 sender address rejected: not owned by user"),
        ("550 5.7.1 sender address rejected", "メールサーバーの担当者に"),
    ),
    "a mailbox that is not there": (
        ("RCPT", "550 5.1.1 user unknown"),
        ("user unknown", "あなたのアドレスに誤りがないか"),
    ),
    "a server that lets nobody in": (("EHLO", "421 4.3.2 not now"), ("接続を断りました",)),
    "one that asks to wait": (
        ("RCPT", "450 4.7.1 greylisted, try later"), ("5分ほど待って",),
    ),
    "one that falls silent": (("DOT", "drop the connection"), ("接続が切れました",)),
}  # fmt: skip


class TestTheTestMail:
    """A real mail, to oneself, through the server that the office is to have."""

    def test_it_goes_to_the_tester_alone_and_is_noted(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder
    ) -> None:
        administrator.post(path(new, "/relay"), COMMON)
        (mail,) = recorder.received
        assert mail.rcpt_to == (OWN,)
        assert mail.mail_from == OWN, "there is no mailbox yet: from oneself"
        assert len(told(database, trying.SENT)) == len(told(database, trying.TAKEN)) == 1
        assert OWN not in str(told(database, trying.SENT))
        assert the_administrator(database).address == OWN

    def test_it_comes_from_the_offices_mailbox_as_soon_as_there_is_one(
        self, administrator: Pages, new: Office, recorder: Recorder
    ) -> None:
        administrator.post(path(new, "/mailbox"), BOX)
        administrator.post(path(new, "/relay"), COMMON)
        (mail,) = recorder.received
        assert (mail.mail_from, mail.rcpt_to) == (BOX["address"], (OWN,))

    def test_an_own_server_is_chosen_by_taking_it(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(relay_forms, "PORTS", (recorder.port, *relay_forms.PORTS))
        typed = COMMON | {"host": "127.0.0.1", "port": str(recorder.port), "security": "none"}
        administrator.post(path(new, "/relay"), typed)
        assert len(recorder.received) == 1
        with database.reading() as session:
            assert relays.choice_of(session, new.id).host == "127.0.0.1"
            change = session.scalars(
                sa.select(SettingChange).order_by(SettingChange.id.desc())
            ).first()
        assert change is not None
        assert (change.kind, change.basis, change.staff_id) == ("relay", Basis.SETUP, None)
        assert told(database, "relay.chosen") == [{"host": "127.0.0.1"}]
        assert done(database, new) == {Step.OFFICE, Step.RELAY}
        with database.writing() as session:
            service.choose_relay(session, the_administrator(database), new.id, Choice("b.example"))
        assert done(database, new) == {Step.OFFICE}, "another server has to show it, too"

    @pytest.mark.parametrize("case", WORDS)
    def test_where_it_fails(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder, case: str
    ) -> None:
        (verb, answer), says = WORDS[case]
        recorder.script(verb, answer, times=3)
        page = administrator.post(path(new, "/relay"), COMMON, status=409)
        for each in (*says, "まだ何も変更していません"):
            assert each in page.text
        assert done(database, new) == {Step.OFFICE}
        assert len(told(database, trying.FAILED)) == 1
        kept = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
        assert kept["own"] == OWN

    def test_not_to_a_participant_nor_to_a_mailbox_nor_outside_the_offices_domains(
        self,
        administrator: Pages,
        database: Database,
        meeting: Meeting,
        new: Office,
        recorder: Recorder,
    ) -> None:
        with database.reading() as session:
            box = session.scalars(sa.select(Mailbox)).first()
            assert box is not None
        addresses = {
            "info@aozora.example": "同じドメインではない",
            box.address: "共用のアドレス",
            "nobody": "登録できません",
        }
        for address, says in addresses.items():
            typed = COMMON | {"own": address}
            assert says in administrator.post(path(new, "/relay"), typed, status=409).text
        assert recorder.received == []

    def test_few_in_a_while(self, administrator: Pages, new: Office, recorder: Recorder) -> None:
        for _ in range(5):
            administrator.post(path(new, "/relay"), COMMON)
        page = administrator.post(path(new, "/relay"), COMMON, status=409)
        assert "テストメールが続いたため" in page.text
        assert len(recorder.received) == 5

    def test_not_during_a_stop(self, sign_in: Callable[[str], Pages], recorder: Recorder) -> None:
        manager = sign_in("manager")
        manager.post("/stop", {"confirmed": "yes", "reason": "試し"})
        page = manager.post("/settings/relay/test", {"box": "mailbox-1"}, status=409)
        assert "所の送信をすべて止めているため" in page.text
        assert recorder.received == []

    def test_the_offices_people_try_the_relay_that_holds(
        self,
        sign_in: Callable[[str], Pages],
        database: Database,
        people: People,
        recorder: Recorder,
    ) -> None:
        manager = sign_in("manager")
        assert Step.RELAY not in done(database, people.manager.office)
        page = manager.post("/settings/relay/test", {"box": "mailbox-1"})
        assert page.h1 == "ホーム"
        assert Step.RELAY in done(database, people.manager.office)
        assert len(recorder.received) == 1
        manager.post("/settings/relay/test", {"box": "info@aozora.example"}, status=422)
        assert len(recorder.received) == 1
