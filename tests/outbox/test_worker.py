"""Huey only wakes the workers: with SqliteHuey and PostgresHuey, and without any task at all."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from huey import PostgresHuey, SqliteHuey

from eventmail import clock, processes
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import ledger, limits, service, worker
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.outbox.worker import PASSES, Outbox
from eventmail.roster import service as roster
from eventmail.roster.models import ImportState, RosterImport
from eventmail.sample import FOLDER, People
from tests import settling
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.mailings.journey import approve, reload
from tests.recorder import Recorder


def test_only_production_may_send_to_anybody(
    settings: Settings, database: Database, people: People
) -> None:
    live = replace(settings, mode=Mode.PRODUCTION, mail_sink=False)
    for chosen, anybody in ((settings, False), (live, True)):
        found = Outbox(chosen, database)
        with database.reading() as session:
            relay = found.relay_of(session, people.author.office.id)
        assert relay.production is anybody
        found.huey.storage.close()


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def accepted(database: Database, snapshot: Snapshot) -> int:
    with database.reading() as session:
        return service.progress(session, snapshot).accepted


def drain(outbox: Outbox) -> None:
    """Do what a worker does with all that is in the queue."""
    while (task := outbox.huey.dequeue()) is not None:
        outbox.huey.execute(task)


def test_the_queue_stands_beside_the_database(outbox: Outbox, database: Database) -> None:
    assert isinstance(outbox.huey, SqliteHuey if database.is_sqlite else PostgresHuey)


def test_a_task_that_somebody_else_wrote_is_not_run(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="ignature"):
        outbox.huey.serializer.deserialize(b"not ours:and not signed by us")


def test_a_worker_process_takes_up_what_was_approved(
    settings: Settings, database: Database, snapshot: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    child = processes.start(settings, ["worker"])
    try:
        outbox.wake(snapshot.id)
        wait_until(lambda: accepted(database, snapshot) == 30)
        wait_until(lambda: _finished(database, snapshot))
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0, "it ends cleanly"
    assert len(recorder.received) == 31


def test_the_sweep_finds_what_no_task_tells_of(
    outbox: Outbox, database: Database, snapshot: Snapshot, recorder: Recorder
) -> None:
    outbox.huey.storage.flush_queue()
    outbox.sweep()
    assert outbox.huey.pending_count() == 1
    drain(outbox)
    assert accepted(database, snapshot) == 30
    outbox.sweep()
    assert outbox.huey.pending_count() == 0, "nothing is due any more"


def test_the_sweep_judges_what_a_dead_worker_left(
    outbox: Outbox, database: Database, snapshot: Snapshot, recorder: Recorder
) -> None:
    with database.writing() as session:
        ledger.claim(session, snapshot.id, "dead", 1, first_copy=True)
    outbox.send_due(snapshot.id)
    assert recorder.received == [], "the first copy is claimed by somebody"
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        outbox.sweep()
        outbox.send_due(snapshot.id)
    assert accepted(database, snapshot) == 30


def test_nothing_is_lost_when_the_queues_own_tables_are_emptied(
    settings: Settings, database: Database, checked: Snapshot, people: People, recorder: Recorder
) -> None:
    """Neither what was due nor what was planned hangs on the queue."""
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_sending(session, office, 30, 0)
    approve(database, people, checked.mailing_id)
    outbox = Outbox(settings, database)
    outbox.wake(checked.id)
    drain(outbox)
    assert outbox.huey.scheduled_count() == 1, "the start is planned"
    outbox.huey.storage.flush_all()
    assert outbox.huey.scheduled_count() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        outbox.sweep()
        drain(outbox)
    assert accepted(database, checked) == 30
    outbox.huey.storage.close()


def test_two_schedulers_double_nothing(
    settings: Settings, database: Database, snapshot: Snapshot, recorder: Recorder
) -> None:
    both = [Outbox(settings, database) for _ in range(2)]
    for each in both:
        each.sweep()
    drain(both[0])
    for each in both:
        each.sweep()
        each.huey.storage.close()
    assert accepted(database, snapshot) == 30
    assert len(recorder.seen) == 31


def test_the_sweep_plans_what_starts_within_its_next_minutes(
    outbox: Outbox, database: Database, checked: Snapshot, people: People
) -> None:
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_sending(session, office, 5, 0)
    approve(database, people, checked.mailing_id)
    outbox.sweep()
    drain(outbox)
    assert outbox.huey.scheduled_count() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        outbox.sweep()
        drain(outbox)
    assert outbox.huey.scheduled_count() == 1


def test_the_sweep_lets_the_rest_follow_and_ends_what_nobody_stands_by(
    outbox: Outbox, database: Database, snapshot: Snapshot, people: People
) -> None:
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_sending(session, office, 0, 10)
    outbox.send_due(snapshot.id)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        outbox.sweep()
        with database.reading() as session:
            assert session.get_one(Dispatch, snapshot.id).released_at is not None
    with time_machine.travel(clock.now() + service.APPROVAL_LASTS + timedelta(hours=1)):
        outbox.sweep()
    assert reload(database, people, snapshot.mailing_id).state is MailingState.HALTED


def test_a_process_that_is_at_it_passes_the_task_on(
    outbox: Outbox, snapshot: Snapshot, recorder: Recorder
) -> None:
    outbox.huey.storage.flush_all()
    assert outbox._enter(snapshot.id)
    outbox.send_due(snapshot.id)
    for _ in range(PASSES):
        assert outbox.huey.pending_count() == 1
        outbox.huey.execute(outbox.huey.dequeue())
    assert outbox.huey.pending_count() == 0, "not for ever"
    assert recorder.seen == []


def test_it_rests_only_when_others_can_take_the_task(
    outbox: Outbox, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the thread that passed it on would be the first to take it again, and no other process."""
    outbox.huey.storage.flush_all()
    assert outbox._enter(snapshot.id)
    waiting: list[int] = []
    rest = SimpleNamespace(sleep=lambda _: waiting.append(outbox.huey.pending_count()))
    monkeypatch.setattr(worker, "time", rest)
    outbox.send_due(snapshot.id)
    assert waiting == [1]


def test_where_there_is_much_to_send_others_are_called(
    outbox: Outbox, snapshot: Snapshot, recorder: Recorder
) -> None:
    outbox.huey.storage.flush_all()
    outbox.send_due(snapshot.id)  # one connection, and 30 mails are more than 20
    assert outbox.huey.pending_count() == 1


def test_a_process_that_is_to_end_leaves_the_rest_to_others(
    outbox: Outbox, database: Database, snapshot: Snapshot, recorder: Recorder
) -> None:
    slow = Outbox(replace(outbox.settings, mail_per_minute=120), database)
    task = threading.Thread(target=slow.send_due, args=(snapshot.id,))
    task.start()
    wait_until(lambda: len(recorder.received) >= 2)
    slow.ending.set()
    task.join(20)
    assert not task.is_alive()
    slow.huey.storage.close()
    assert accepted(database, snapshot) + 1 == len(recorder.received) < 31
    with database.reading() as session:
        left = session.scalars(sa.select(Delivery.state).distinct()).all()
    assert set(left) == {DeliveryState.ACCEPTED, DeliveryState.QUEUED}


def test_an_alert_is_not_mailed_to_a_relay_that_refuses_our_credentials(
    outbox: Outbox, database: Database, snapshot: Snapshot, recorder: Recorder
) -> None:
    with database.writing() as session:
        limits.block(session, outbox.policy, "サインインできません。")
        service.halt(session, session.get_one(Snapshot, snapshot.id), "test", "止めました。")
    outbox.sweep()
    assert recorder.commands == []
    with database.writing() as session:
        limits.unblock(session, outbox.policy.place)
    outbox.sweep()
    assert len(recorder.received) == 1


def test_a_queue_that_cannot_take_the_wake_up_stops_nobody(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot
) -> None:
    def broken(_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(outbox.huey, "enqueue", broken)
    outbox.wake(snapshot.id)
    outbox.wake_at(snapshot.id, clock.now() + timedelta(minutes=1))


def test_an_import_is_read_by_whoever_is_woken_and_found_by_the_sweep(
    outbox: Outbox, database: Database, people: People, meeting: Meeting
) -> None:
    content = (FOLDER / "参加企業一覧.xlsx").read_bytes()
    with database.writing() as session:
        found = roster.upload(session, people.author, meeting.event, "名簿.xlsx", content)
    outbox.huey.storage.flush_queue()
    outbox.sweep()
    assert outbox.huey.pending_count() == 1, "a task that was lost is found"
    outbox.huey.execute(outbox.huey.dequeue())
    with database.reading() as session:
        assert session.get_one(RosterImport, found.id).state is ImportState.PENDING
    outbox.sweep()
    assert outbox.huey.pending_count() == 0, "now it waits for a person"
    outbox.wake_roster(found.id)
    outbox.huey.execute(outbox.huey.dequeue())


def test_a_queue_that_cannot_take_an_import_stops_nobody(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(outbox.huey, "enqueue", broken)
    outbox.wake_roster(1)


def _finished(database: Database, snapshot: Snapshot) -> bool:
    with database.reading() as session:
        return service.progress(session, snapshot).finished_at is not None


def test_an_altered_stored_mail_is_not_shown_as_sent(
    outbox: Outbox, database: Database, people: People, snapshot: Snapshot
) -> None:
    outbox.send_due(snapshot.id)
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        session.execute(sa.update(Attempt).values(digest="0" * 64))
        delivery = session.scalars(sa.select(Delivery).limit(1)).one()
        assert delivery.state is DeliveryState.ACCEPTED
    with database.reading() as session, pytest.raises(UserError, match="管理者"):
        service.as_sent(session, people.author, delivery.id)
