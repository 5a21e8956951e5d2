"""Each trouble is told once when it begins and once when it is over, to those who can act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.observing import backups, figures, totals, troubles
from eventmail.observing.backups import Backup
from eventmail.offices.models import Mailbox
from eventmail.outbox import limits, service
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch, RelayPace
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from tests.guards import drop_guard
from tests.observing.trouble_mails import (
    ADMINISTRATOR,
    MANAGER,
    checked,
    letters,
    settings,
    still,
    subjects,
    told,
    troubled,
)
from tests.recorder import DROP, Recorder

__all__ = ["settings", "still", "told"]


class TestUncertain:
    @pytest.fixture
    def one(
        self, approved: Snapshot, outbox: Outbox, told: Recorder, database: Database
    ) -> Snapshot:
        told.script("DOT", "250 ok", times=5)
        told.script("DOT", DROP)
        outbox.send_due(approved.id)
        told.received.clear()
        return approved

    def test_begin_and_end(
        self, one: Snapshot, outbox: Outbox, told: Recorder, database: Database
    ) -> None:
        for _ in range(3):
            outbox.sweep()
        ((subject, text),) = letters(told, MANAGER)
        assert subject == "【イベントメール】送信結果の分からないメールがあります"
        assert "送信結果が分からないメールが1通あります" in text
        assert f"番号{one.mailing_id}" in text
        assert "電話で確かめ" in text
        assert letters(told, ADMINISTRATOR) == []  # the office's own affair
        _decide(database)
        for _ in range(3):
            outbox.sweep()
        assert subjects(told, MANAGER) == ["送信結果の分からないメールはなくなりました"]

    def test_the_office_sees_it_on_its_pages_and_in_its_mailbox(
        self, one: Snapshot, outbox: Outbox, told: Recorder, database: Database
    ) -> None:
        outbox.sweep()
        with database.reading() as session:
            (alert,) = session.scalars(sa.select(Alert).where(Alert.kind == "delivery.uncertain"))
            box = session.get_one(Mailbox, alert.mailbox_id).address
        assert alert.title == "送信結果の分からないメールがあります"
        assert not alert.is_of_sending
        assert alert.mailing_id == one.mailing_id
        assert len([each for each in told.received if each.rcpt_to == (box,)]) == 1


def _decide(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.state == DeliveryState.UNCERTAIN)
            .values(state=DeliveryState.ACCEPTED)
        )


class TestRelay:
    def down(self, settings: Settings) -> Settings:
        return replace(settings, mail_port=1)  # where nobody listens

    @pytest.fixture
    def away(self, settings: Settings, database: Database) -> Iterator[Outbox]:
        found = Outbox(self.down(settings), database)
        yield found
        found.huey.storage.close()

    def test_only_after_five_minutes_and_until_mails_go_again(
        self,
        approved: Snapshot,
        database: Database,
        told: Recorder,
        settings: Settings,
        still: time_machine.Traveller,
    ) -> None:
        policy, begun = limits.Policy(f"{settings.mail_server}:{settings.mail_port}"), clock.now()
        _tried(database, policy)
        still.shift(timedelta(minutes=4))
        _tried(database, policy)
        troubles.note(database, settings)
        assert troubled(database) == []
        still.shift(timedelta(minutes=1, seconds=1))
        troubles.note(database, settings)
        found = {each.office_id: each for each in troubled(database)}
        assert set(found) == {None, approved.office_id}
        assert all(each.begun_at == begun for each in found.values())
        with database.writing() as session:
            session.get_one(RelayPace, policy.place).slow_until = clock.now()
            session.flush()
            limits.went_well(session, policy)
        troubles.note(database, settings)
        assert all(each.over_at == clock.now() for each in troubled(database))
        outbox = Outbox(settings, database)
        outbox._mail_staff()
        outbox.huey.storage.close()
        for who in (MANAGER, ADMINISTRATOR):
            assert sorted(subjects(told, who)) == [
                "送信サーバーにつながりません",
                "送信サーバーを待つメールはなくなりました",
            ]

    def test_a_worker_that_cannot_connect_notes_since_when(
        self, approved: Snapshot, away: Outbox, database: Database, told: Recorder
    ) -> None:
        from tests.recorder import allow_port

        allow_port(1)
        away.send_due(approved.id)
        with database.reading() as session:
            (pace,) = session.scalars(sa.select(RelayPace))
            assert pace.down_since == clock.now()
            assert figures.relays_down(session) == 1

    def test_a_relay_that_nobody_tries_any_more_is_not_down(
        self,
        approved: Snapshot,
        database: Database,
        settings: Settings,
        still: time_machine.Traveller,
    ) -> None:
        policy = limits.Policy(f"{settings.mail_server}:{settings.mail_port}")
        _tried(database, policy)
        still.shift(timedelta(days=3))
        troubles.note(database, settings)
        assert troubled(database) == []
        _tried(database, policy)
        troubles.note(database, settings)
        assert troubled(database) == []  # a new outage, not one of three days


def _tried(database: Database, policy: limits.Policy) -> None:
    with database.writing() as session:
        limits.away(session, policy)
        limits.set_back(session, policy, limits.DOWN)


def test_a_halt_is_told_to_the_manager_until_somebody_sees_to_it(
    approved: Snapshot, outbox: Outbox, told: Recorder, database: Database
) -> None:
    with database.writing() as session:
        service.halt(
            session, session.get_one(Snapshot, approved.id), "x", "送信ゲートが止めました。"
        )
        service.finish_if_done(session, session.get_one(Snapshot, approved.id))
    outbox.sweep()
    outbox.sweep()
    ((subject, text),) = letters(told, MANAGER)
    assert subject == "【イベントメール】送信を止めました"
    assert "送信ゲートが止めました。" in text
    with database.writing() as session:
        session.execute(sa.text("UPDATE mailings SET state = 'draft'"))
    outbox.sweep()
    assert subjects(told, MANAGER) == ["止まっていた送信の対応が始まりました"]


def test_a_mailing_that_is_halted_again_is_told_with_the_newest_reason(
    approved: Snapshot, told: Recorder, database: Database, outbox: Outbox
) -> None:
    with database.writing() as session:
        first = session.get_one(Snapshot, approved.id)
        service.halt(session, first, "x", "一度目の理由です。")
        service.finish_if_done(session, first)
    drop_guard(database, "dispatches", "unapproved")
    with database.writing() as session:
        first = session.get_one(Snapshot, approved.id)
        columns = [each.key for each in sa.inspect(Snapshot).column_attrs if each.key != "id"]
        values = {name: getattr(first, name) for name in columns}
        again = Snapshot(**values | {"revision": first.revision + 1})
        session.add(again)
        session.flush()
        session.add(
            Dispatch(
                snapshot_id=again.id,
                office_id=again.office_id,
                event_id=again.event_id,
                created_at=clock.now(),
                notice="二度目の理由です。",
            )
        )
    outbox.sweep()
    ((_, text),) = letters(told, MANAGER)
    assert "二度目の理由です。" in text
    assert "一度目" not in text


def test_a_failed_backup_is_the_administrators(
    outbox: Outbox, told: Recorder, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.sweep()
    assert troubled(database) == []
    monkeypatch.setattr(backups, "look", lambda _: Backup(clock.now(), failed_since=True))
    outbox.sweep()
    outbox.sweep()
    ((subject, text),) = letters(told, ADMINISTRATOR)
    assert subject == "【イベントメール】バックアップを作れませんでした"
    assert "空き容量" in text
    assert letters(told, MANAGER) == []
    long_before = clock.now() - timedelta(days=1)
    for elsewhere in (None, *(Backup(at, failed_since=False) for at in (None, long_before))):
        monkeypatch.setattr(backups, "look", lambda _, known=elsewhere: known)
        outbox.sweep()  # on a machine that makes none, or that has only an old copy's word
        assert letters(told, ADMINISTRATOR) == []
    monkeypatch.setattr(backups, "look", lambda _: Backup(clock.now(), failed_since=False))
    outbox.sweep()
    assert subjects(told, ADMINISTRATOR) == ["バックアップを作れるようになりました"]


def test_a_broken_chain_is_told_to_whom_it_belongs(
    outbox: Outbox, told: Recorder, database: Database, people: People
) -> None:
    office = people.author.office.id
    for chain in (0, office):
        checked(database, chain, "3番：記録の内容が書き換えられています")
    outbox.sweep()
    outbox.sweep()
    for who in (MANAGER, ADMINISTRATOR):
        assert subjects(told, who) == ["監査記録が書き換えられたおそれがあります"]
    checked(database, office, "")
    outbox.sweep()
    assert subjects(told, MANAGER) == ["監査記録に、書き換えられたところがなくなりました"]
    assert subjects(told, ADMINISTRATOR) == []


@pytest.mark.parametrize("broken", ["troubles", "figures"])
def test_one_that_fails_does_not_keep_the_other_from_running(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    ran: list[str] = []

    def run(name: str) -> None:
        ran.append(name)
        if name == broken:
            raise RuntimeError(name)

    monkeypatch.setattr(troubles, "note", lambda *_: run("troubles"))
    monkeypatch.setattr(totals, "add_up", lambda *_: run("figures"))
    outbox.sweep()
    assert ran == ["troubles", "figures"]
