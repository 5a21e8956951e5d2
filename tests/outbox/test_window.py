"""What one connection has in hand: taken back when somebody says no, and only what was approved."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.outbox import control, pace
from eventmail.outbox.job import Halt, Job
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt
from eventmail.outbox.pace import READY
from eventmail.outbox.supply import Supply
from eventmail.outbox.watch import Watch
from eventmail.outbox.window import Window
from eventmail.sample import People
from eventmail.wire import Connection, Relay
from tests.guards import drop_guard
from tests.outbox.test_control import states
from tests.recorder import Recorder

POLICY = Policy("relay")


@pytest.fixture
def watch(database: Database, approved: Snapshot) -> Iterator[Watch]:
    with Watch(database, approved.id, POLICY, threading.Event()) as found:
        yield found


def test_a_stop_takes_back_what_was_handed_over_and_has_not_begun_to_leave(
    database: Database,
    people: People,
    approved: Snapshot,
    job: Job,
    watch: Watch,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "FEWEST", READY)
    with Connection(relay) as connection:
        window = Window(Supply(job, POLICY, watch, "me", first_copy=False), connection)
        for number, outcome in enumerate(connection.send_all(window.mails()), 1):
            window.note(outcome)
            if number == 2:
                with database.writing() as session:
                    control.stop_office(session, people.author)
                assert watch.said_no.wait(30), "it is noticed beside the sending"
        window.close()
    with database.reading() as session:
        handed = session.scalars(sa.select(sa.func.count(Attempt.id))).one()
    sent = len(recorder.received)
    assert handed == READY > sent, "more was handed over than left"
    assert sent <= 3, "but for the one whose turn it was"
    assert states(database, approved) == {"accepted": sent, "queued": 30 - sent}


def test_who_is_read_after_the_digest_was_taken_must_be_one_of_those_approved(
    database: Database, approved: Snapshot, job: Job, watch: Watch, relay: Relay, recorder: Recorder
) -> None:
    drop_guard(database, "snapshot_recipients", "update")
    with database.writing() as session:
        session.execute(sa.update(SnapshotRecipient).values(company="別の会社"))
    with Connection(relay) as connection:
        supply = Supply(job, POLICY, watch, "me", first_copy=False)
        window = Window(supply, connection)
        assert list(connection.send_all(window.mails())) == []
        window.close()
    assert isinstance(supply.halt, Halt)
    assert supply.halt.rule == "snapshot_changed"
    assert recorder.seen == []
    assert states(database, approved) == {"queued": 30}
