"""Calls that are due: signed, tried again with growing waits, given up."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.observing import troubles
from eventmail.observing.models import Trouble
from eventmail.outbox import control
from eventmail.sample import People
from eventmail.webhooks import filing, sending, service, signing
from eventmail.webhooks.models import CallState, OffWhy
from tests.webhooks import receiver as other
from tests.webhooks.hands import Hook, the_call
from tests.webhooks.receiver import Receiver


def test_a_call_is_signed_with_the_secret_that_was_shown(waiting: Hook, receiver: Receiver) -> None:
    waiting.visit()
    (told,) = receiver.told
    token, moment = (told.headers[f"webhook-{each}"] for each in ("id", "timestamp"))
    assert told.headers["webhook-signature"] == signing.signature(
        waiting.secret, token, moment, told.body
    )
    assert abs(int(moment) - clock.now().timestamp()) < 60
    call = the_call(waiting)
    assert (call.state, call.status, call.attempts) == (CallState.ACCEPTED, 204, 1)


def test_a_secret_lies_sealed_and_another_key_does_not_open_it(
    waiting: Hook, receiver: Receiver, database: Database
) -> None:
    with database.reading() as session:
        row = session.execute(sa.text("SELECT * FROM webhooks")).mappings().one()
    assert waiting.secret not in str(dict(row))
    other_key = replace(waiting.settings, sealing_keys=("another key of thirty-two letters!",))
    sending.visit(database, other_key)
    assert receiver.told == []
    assert the_call(waiting).reply == "sealed"


def test_it_is_tried_again_under_the_same_number_with_growing_waits(
    waiting: Hook, receiver: Receiver
) -> None:
    receiver.script.extend([500, 503])
    gone: list[timedelta] = []
    with time_machine.travel(clock.now(), tick=False) as now:
        begun = clock.now()
        for _ in range(3):
            waiting.visit()
            gone.append(clock.now() - begun)
            now.move_to(the_call(waiting).due_at)
    assert gone == [timedelta(), timedelta(minutes=1), timedelta(minutes=6)]
    assert len({told.headers["webhook-id"] for told in receiver.told}) == 1
    assert len({told.headers["webhook-timestamp"] for told in receiver.told}) == 3
    assert len({told.body for told in receiver.told}) == 1
    assert the_call(waiting).state is CallState.ACCEPTED


def test_after_three_days_of_no_it_is_switched_off_and_the_office_is_told(
    waiting: Hook, receiver: Receiver, database: Database, settings: Settings
) -> None:
    receiver.usual = 500
    with time_machine.travel(clock.now(), tick=False) as now:
        begun = clock.now()
        while waiting.now().off_at is None:
            waiting.visit()
            lasted = clock.now() - begun
            now.move_to(the_call(waiting).due_at)
        assert timedelta(days=3) < lasted < timedelta(days=4)
        assert len(receiver.told) == len(sending.WAITS) + 1
        assert waiting.now().off_why is OffWhy.FAILED
        assert the_call(waiting).state is CallState.REFUSED
        waiting.visit()
        assert len(receiver.told) == len(sending.WAITS) + 1
        troubles.note(database, settings)
    with database.reading() as session:
        alert = session.scalars(sa.select(Alert)).one()
        trouble = session.scalars(sa.select(Trouble)).one()
        acts = set(session.scalars(sa.select(AuditEntry.action)))
    assert (alert.webhook_id, alert.title) == (waiting.id, "Webhookが止まりました")
    assert "3日のあいだ" in alert.sentence
    assert trouble.subject == f"webhook:{waiting.id}"
    assert "webhook.switched_off" in acts


def test_switched_on_again_its_trouble_is_over(
    waiting: Hook, receiver: Receiver, database: Database, people: People, settings: Settings
) -> None:
    receiver.script.append(410)
    waiting.visit()
    troubles.note(database, settings)
    with database.writing() as session:
        service.switch_on(session, people.manager, waiting.id)
    troubles.note(database, settings)
    with database.reading() as session:
        assert session.scalars(sa.select(Trouble)).one().over_at is not None


def test_a_receiver_that_wants_no_more_is_called_no_more(
    waiting: Hook, receiver: Receiver, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
    receiver.script.append(410)
    waiting.visit()
    waiting.visit()
    assert len(receiver.told) == 1
    assert waiting.now().off_why is OffWhy.GONE
    states = [each.state for each in waiting.calls()]
    assert states == [CallState.REFUSED, CallState.DROPPED]


def test_a_redirect_counts_as_no(waiting: Hook, receiver: Receiver) -> None:
    receiver.script.append(other.redirects(receiver.url))
    waiting.visit()
    assert len(receiver.told) == 1
    call = the_call(waiting)
    assert (call.state, call.status) == (CallState.QUEUED, 307)


def test_a_receiver_that_is_away_is_asked_once_for_all_that_waits(
    waiting: Hook, receiver: Receiver, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
    receiver.__exit__()
    try:
        waiting.visit()
        assert [each.attempts for each in waiting.calls()] == [1, 0]
        assert [each.reply for each in waiting.calls()] == ["connect", ""]
    finally:
        receiver.__enter__()


def test_what_the_administrator_takes_away_is_called_no_more(
    waiting: Hook, receiver: Receiver, database: Database
) -> None:
    sending.visit(database, replace(waiting.settings, webhook_hosts=()))
    assert receiver.told == []
    assert (the_call(waiting).reply, the_call(waiting).state) == ("not_named", CallState.QUEUED)


def test_two_workers_make_a_call_once(waiting: Hook, receiver: Receiver) -> None:
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        waiting.visit()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(receiver.told) == 1


def test_a_worker_that_died_with_a_call_in_hand_loses_nothing(
    waiting: Hook, receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sending, "make", _dies)
        with pytest.raises(RuntimeError):
            waiting.visit()
    waiting.visit()
    assert receiver.told == []  # it may still be on its way
    with time_machine.travel(clock.now() + sending.LEASE):
        waiting.visit()
    assert len(receiver.told) == 1


def _dies(*_: object) -> None:
    raise RuntimeError("killed")


def test_a_late_worker_changes_nothing_of_another(
    waiting: Hook, receiver: Receiver, database: Database
) -> None:
    filing.note(database)
    slow = sending._claim(database, waiting.settings)
    with time_machine.travel(clock.now() + sending.LEASE):
        other_one = sending._claim(database, waiting.settings)
    assert slow is not None
    assert other_one is not None
    sending.make(database, slow)
    assert the_call(waiting).state is CallState.CLAIMED
    sending.make(database, other_one)
    assert the_call(waiting).state is CallState.ACCEPTED


def test_old_calls_are_forgotten(waiting: Hook, receiver: Receiver) -> None:
    waiting.visit()
    with time_machine.travel(clock.now() + sending.KEPT + timedelta(minutes=1)):
        waiting.visit()
    assert list(waiting.calls()) == []


def test_what_is_kept_of_an_answer_is_its_status(
    waiting: Hook, receiver: Receiver, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    words = "秘密の応答 taro@aozora.example"

    def talks(handler: other.BaseHTTPRequestHandler) -> None:
        body = words.encode()
        handler.send_response(500)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    receiver.script.append(talks)
    with caplog.at_level("DEBUG"):
        waiting.visit()
    with database.reading() as session:
        row = session.execute(sa.text("SELECT * FROM webhook_calls")).mappings().one()
    for hidden in (words, "taro@", "k3y", waiting.secret):
        assert hidden not in str(dict(row))
        assert hidden not in caplog.text


def test_what_a_webhook_is_stays_as_it_was_made(database: Database, hook: Hook) -> None:
    writes = (
        "UPDATE webhooks SET url = 'https://elsewhere.example/'",
        "UPDATE webhooks SET contacts = TRUE",
        "UPDATE webhooks SET kinds = 'mailing.approved'",
        "UPDATE webhooks SET sealed = 'another'",
        "UPDATE webhooks SET sealed = ''",
        "DELETE FROM webhooks",
    )
    for each in writes:
        with pytest.raises(DBAPIError, match="guard webhooks"), database.writing() as session:
            session.execute(sa.text(each))


def test_what_has_ended_stays_so(database: Database, people: People, hook: Hook) -> None:
    with database.writing() as session:
        service.end(session, people.manager, hook.id)
    for each in (
        "ended_at = NULL, ended_by = NULL",
        "off_at = NULL, off_why = NULL",
        "sealed = 'x'",
    ):
        with pytest.raises(DBAPIError), database.writing() as session:
            session.execute(sa.text(f"UPDATE webhooks SET {each}"))
    with pytest.raises(service.UserError), database.writing() as session:
        service.switch_on(session, people.manager, hook.id)
