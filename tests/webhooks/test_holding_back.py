"""Calls that are not made: of a copy, a stopped office, a webhook that is off, an erased event."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.keeping import unlocking
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control
from eventmail.outbox.worker import Outbox
from eventmail.privacy import purge
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from eventmail.webhooks import sending, service
from eventmail.webhooks.models import CallState
from tests.webhooks.hands import Hook, the_call
from tests.webhooks.receiver import Receiver


def sent_and_refused(
    waiting: Hook,
    receiver: Receiver,
    database: Database,
    people: People,
    approved: Snapshot,
    named: Settings,
) -> None:
    """All mails of the event are sent, and the calls about it are to be tried again."""
    receiver.usual = 500
    outbox = Outbox(named, database)
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
    outbox.send_due(approved.id)
    outbox.huey.storage.close()
    waiting.visit()
    assert waiting.calls()


def test_a_locked_copy_calls_nobody(waiting: Hook, receiver: Receiver, database: Database) -> None:
    with database.writing() as session:
        sendlock.lock(session, LockKind.RESTORED, "backup.zip")
    waiting.visit()
    assert (receiver.told, list(waiting.calls())) == ([], [])


def test_unlocked_a_copy_tells_nothing_that_the_other_may_have_told(
    waiting: Hook, receiver: Receiver, database: Database, people: People, approved: Snapshot
) -> None:
    """Neither what was filed nor what was not yet; only that the unlocking itself has paused."""
    receiver.script.append(500)
    waiting.visit()
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
        sendlock.lock(session, LockKind.RESTORED, "backup.zip")
    with database.writing() as session:
        unlocking.unlock(session, "確認済", "", nothing_sent_since=False)
    receiver.told.clear()
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        waiting.visit()
    assert [each.news["type"] for each in receiver.told] == ["sending.paused"]
    assert waiting.calls()[0].state is CallState.DROPPED


def test_a_lock_in_the_midst_holds_as_well(
    waiting: Hook, receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim asks for itself."""
    monkeypatch.setattr(sending, "_nobody", lambda _database: False)
    with database.writing() as session:
        sendlock.lock(session, LockKind.RESTORED, "backup.zip")
    waiting.visit()
    assert receiver.told == []
    assert the_call(waiting).state is CallState.QUEUED


def test_while_the_office_has_stopped_everything_its_calls_wait(
    waiting: Hook, receiver: Receiver, database: Database, people: People
) -> None:
    with database.writing() as session:
        control.stop_office(session, people.author)
    waiting.visit()
    assert receiver.told == []
    with database.writing() as session:
        control.resume_office(session, people.approver)
    waiting.visit()
    kinds = [each.news["type"] for each in receiver.told]
    assert kinds == ["sending.paused", "office.stopped", "office.resumed"]


def test_switched_off_it_calls_nobody_and_on_again_it_is_told_what_is_new(
    waiting: Hook, receiver: Receiver, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        service.switch_off(session, people.manager, waiting.id)
    waiting.visit()
    with database.writing() as session:
        service.switch_on(session, people.manager, waiting.id)
    waiting.visit()
    assert receiver.told == []
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
    waiting.visit()
    assert [each.news["type"] for each in receiver.told] == ["sending.resumed"]


def test_ended_its_secret_is_gone_and_what_waited_is_dropped(
    waiting: Hook, receiver: Receiver, database: Database, people: People
) -> None:
    receiver.script.append(500)
    waiting.visit()
    with database.writing() as session:
        service.end(session, people.manager, waiting.id)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        waiting.visit()
    assert len(receiver.told) == 1
    assert the_call(waiting).state is CallState.DROPPED
    found = waiting.now()
    assert (found.sealed, found.ended_by) == ("", people.manager.id)


def test_the_calls_of_an_erased_event_go_with_it(
    waiting: Hook,
    receiver: Receiver,
    database: Database,
    people: People,
    approved: Snapshot,
    named: Settings,
) -> None:
    sent_and_refused(waiting, receiver, database, people, approved, named)
    receiver.told.clear()
    assert purge.run(database.writing, date(2040, 1, 1)) == 1
    assert list(waiting.calls()) == []
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        waiting.visit()
    assert not [each for each in receiver.told if "event_id" in each.news["data"]]


def test_nobody_is_called_about_an_event_whose_erasure_has_begun(
    waiting: Hook,
    receiver: Receiver,
    database: Database,
    people: People,
    approved: Snapshot,
    named: Settings,
) -> None:
    """What is filed already goes at the erasure's end; until then it stays."""
    sent_and_refused(waiting, receiver, database, people, approved, named)
    receiver.told.clear()
    assert purge.begin(database.writing, approved.event_id, date(2040, 1, 1))
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        waiting.visit()
    assert waiting.calls()
    assert not [each for each in receiver.told if "event_id" in each.news["data"]]
