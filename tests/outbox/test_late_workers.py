"""A worker that comes late finds that its claims went on without it, and must change nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.outbox import exposure, ledger, sending, service
from eventmail.outbox.job import prepare
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.outbox.pace import FEWEST
from eventmail.outbox.supply import Supply
from eventmail.outbox.watch import Watch
from eventmail.outbox.window import Window
from eventmail.sample import People
from eventmail.wire import Connection, Relay
from tests.mailings.journey import approve, check, reload, submit, take_up
from tests.outbox import hands
from tests.outbox.test_exposure import make_missing
from tests.recorder import Recorder

AN_HOUR = timedelta(hours=1)


@dataclass
class Late:
    """A worker that claimed one mail and made it, and then stood still for an hour."""

    window: Window
    connection: Connection


@pytest.fixture
def late(database: Database, approved: Snapshot, relay: Relay) -> Iterator[Late]:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    policy = Policy("relay")
    with (
        Connection(relay) as connection,
        Watch(database, approved.id, policy, threading.Event()) as watch,
    ):
        job = prepare(database, approved.id)
        supply = Supply(job, policy, watch, "late", first_copy=False)
        window = Window(supply, connection)
        assert supply.turn()
        supply.make_claimed()
        with time_machine.travel(clock.now() + AN_HOUR), database.writing() as session:
            assert ledger.reclaim_lapsed(session) == FEWEST
        yield Late(window, connection)


def delivery_of(database: Database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery_id)


@pytest.mark.parametrize("fate", ["in flight", "uncertain"])
def test_what_another_worker_handed_over_is_not_withheld_by_a_late_one(
    database: Database, late: Late, approved: Snapshot, fate: str
) -> None:
    """Withheld would mean that it did not leave, and the next snapshot would send it again."""
    with database.writing() as session:
        (taken,) = hands.claim(session, approved.id, "other", 1)
        hands.hand_over(session, taken, "other")
        service.halt(session, approved, "test", "止めました。")
    if fate == "uncertain":
        with time_machine.travel(clock.now() + AN_HOUR), database.writing() as session:
            ledger.reclaim_lapsed(session)
    assert list(late.connection.send_all(late.window.mails())) == []
    late.window.close()
    states = {"in flight": DeliveryState.CLAIMED, "uncertain": DeliveryState.UNCERTAIN}
    assert delivery_of(database, taken).state is states[fate]


@pytest.mark.parametrize("answer", [DeliveryState.QUEUED, DeliveryState.DEFERRED])
def test_an_answer_after_the_end_of_the_sending_queues_nothing(
    database: Database, approved: Snapshot, relay: Relay, answer: DeliveryState
) -> None:
    """Nobody would come for it: it stays uncertain, which a person looks at."""
    with database.writing() as session:
        (slow,) = hands.claim(session, approved.id, "slow", 1)
        attempt = hands.hand_over(session, slow, "slow")
    with time_machine.travel(clock.now() + AN_HOUR):
        with database.writing() as session:
            ledger.reclaim_lapsed(session)
        sending.run(database, relay, approved.id)
        with database.writing() as session:
            hands.settle(session, attempt, answer, code=451, text="later")
    assert delivery_of(database, slow).state is DeliveryState.UNCERTAIN
    with database.reading() as session:
        assert session.get_one(Attempt, attempt.id).reply_text == "later"


def test_an_answer_before_the_end_of_the_sending_counts(
    database: Database, approved: Snapshot
) -> None:
    with database.writing() as session:
        (slow,) = hands.claim(session, approved.id, "slow", 1)
        attempt = hands.hand_over(session, slow, "slow")
    with time_machine.travel(clock.now() + AN_HOUR), database.writing() as session:
        ledger.reclaim_lapsed(session)
    with database.writing() as session:
        hands.settle(session, attempt, DeliveryState.DEFERRED, code=451, text="later")
    assert delivery_of(database, slow).state is DeliveryState.DEFERRED


def test_a_mail_put_off_in_a_halted_mailing_is_withheld_and_holds_nothing_up(
    database: Database, people: People, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    with database.writing() as session:
        (other,) = hands.claim(session, approved.id, "other", 1)
        attempt = hands.hand_over(session, other, "other")
        service.halt(session, approved, "test", "止めました。")
    with database.writing() as session:
        hands.settle(session, attempt, DeliveryState.DEFERRED)
    sending.run(database, relay, approved.id)
    assert recorder.seen == []
    assert delivery_of(database, other).state is DeliveryState.WITHHELD
    assert take_up(database, people, approved.mailing_id) == 0


def test_a_late_halt_of_an_old_snapshot_does_not_stop_the_new_one(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        service.halt(session, approved, "test", "止めました。")
    take_up(database, people, approved.mailing_id)
    submit(database, people, approved.mailing_id)
    check(database, people, approved.mailing_id)
    approve(database, people, approved.mailing_id)
    with database.writing() as session:
        service.halt(session, session.get_one(Snapshot, approved.id), "test", "遅れました。")
    assert reload(database, people, approved.mailing_id).state is MailingState.SENDING


def test_a_record_that_cannot_be_made_does_not_call_the_mailing_stopped(
    database: Database,
    people: People,
    approved: Snapshot,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as full:
        full.setattr(exposure, "look_through", broken)
        sending.run(database, relay, approved.id)
        make_missing(database)
    assert reload(database, people, approved.mailing_id).state is MailingState.SENT
    make_missing(database)
    with database.reading() as session:
        assert session.get(exposure.ExposureRecord, (approved.id, 1)) is not None


def wait_for_a_waiting_lock(database: Database) -> None:
    """Until some transaction waits for a row (PostgreSQL; SQLite has one writer anyway)."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    deadline = time.monotonic() + 10
    while not database.is_sqlite:
        with database.reading() as session:
            if session.scalar(sa.text(query)):
                return
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)


def test_taking_up_and_finishing_at_the_same_moment_do_not_block_each_other(
    database: Database, people: People, approved: Snapshot
) -> None:
    finished: list[bool] = []

    def finish() -> None:
        with database.writing() as session:
            finished.append(service.finish_if_done(session, approved))

    with database.writing() as session:
        service.halt(session, approved, "test", "止めました。")
    worker = threading.Thread(target=finish)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, approved.mailing_id, lock=True)
        worker.start()
        wait_for_a_waiting_lock(database)
        assert service.take_up_again(session, people.author, mailing) == 0
    worker.join()
    assert finished == [True]


def test_a_halt_and_a_handing_over_lock_the_mails_in_the_same_order(
    database: Database, approved: Snapshot
) -> None:
    """A row that was written last stands last in PostgreSQL's table, whatever its number."""
    with database.writing() as session:
        ids = hands.claim(session, approved.id, "one", 2)
        session.execute(sa.update(Delivery).where(Delivery.id == ids[0]).values(reply="moved"))
    handed: list[object] = []

    def hand_over() -> None:
        with database.writing() as session:
            handed.append(hands.may_hand_over(session, ids[0], "one"))

    worker = threading.Thread(target=hand_over)
    with database.writing() as session:
        session.get_one(Delivery, ids[0], with_for_update=True)
        worker.start()
        wait_for_a_waiting_lock(database)
        ledger.end_rest(session, approved.id, "止めました。")
    worker.join()
    assert handed == [False]
