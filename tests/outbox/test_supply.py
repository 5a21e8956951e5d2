"""What the connections of a run share: each mail to one of them, few under way, answers kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import ledger, pace, supply
from eventmail.outbox.job import Job
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.outbox.pace import FEWEST, READY, WIDTH, Pace
from eventmail.outbox.supply import Supply
from eventmail.outbox.watch import Watch
from eventmail.outbox.window import Window
from eventmail.wire import Connection, Relay
from tests.outbox import hands
from tests.outbox.test_control import states
from tests.recorder import Recorder

POLICY = Policy("relay")


class Forgetful(Database):
    """A database that is away as often as it is told, at the end of a transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.away = 0

    def writing(self) -> AbstractContextManager[Session]:
        if self.away:
            self.away -= 1
            raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))
        return super().writing()


class Blocked(Database):
    """A database whose next transaction begins when ``free`` is set."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.free = threading.Event()

    def writing(self) -> AbstractContextManager[Session]:
        assert self.free.wait(10), "somebody waits for a turn that need not"
        return super().writing()


@pytest.fixture
def blocked(database: Database) -> Iterator[Blocked]:
    found = Blocked(database.url.render_as_string(hide_password=False))
    yield found
    found.dispose()


@pytest.fixture
def forgetful(database: Database) -> Iterator[Forgetful]:
    found = Forgetful(database.url.render_as_string(hide_password=False))
    yield found
    found.dispose()


@pytest.fixture
def shared(database: Database, job: Job) -> Iterator[Supply]:
    with Watch(database, job.snapshot.id, POLICY, threading.Event()) as watch:
        yield Supply(job, POLICY, watch, "us", first_copy=False)


def under_way(database: Database) -> int:
    with database.reading() as session:
        query = sa.select(sa.func.count(Attempt.id)).where(Attempt.settled_at.is_(None))
        return session.scalars(query).one()


def test_each_mail_leaves_over_one_of_the_connections(
    database: Database, approved: Snapshot, shared: Supply, relay: Relay, recorder: Recorder
) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(Connection(relay)) for _ in range(2)]
        windows = [Window(shared, each) for each in connections]
        streams = [each.send_all(w.mails()) for each, w in zip(connections, windows, strict=True)]
        pairs = list(zip(streams, windows, strict=True))
        while pairs:
            for stream, window in list(pairs):
                outcome = next(stream, None)
                if outcome is None:
                    pairs.remove((stream, window))
                    continue
                window.note(outcome)
                assert under_way(database) <= 2 * WIDTH
        for window in windows:
            window.close()
    assert states(database, approved) == {"accepted": 30}
    senders = {mail.rcpt_to for mail in recorder.received}
    assert len(recorder.received) == len(senders) == 30


def test_a_connection_alone_has_no_more_under_way_than_its_share(
    database: Database, shared: Supply, relay: Relay
) -> None:
    with Connection(relay) as connection:
        window = Window(shared, connection)
        while len(window.pulled) < WIDTH and shared.take(window):
            assert under_way(database) <= WIDTH
        assert under_way(database) == WIDTH, "unanswered"
        shared.turn()
        assert under_way(database) == WIDTH, "and no more until the relay answers"
        window.close()


def test_what_is_ready_leaves_while_the_next_turn_is_being_taken(
    blocked: Blocked, job: Job, shared: Supply, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FEWEST", READY)
    shared.job = replace(job, database=blocked)
    with Connection(relay) as connection:
        window = Window(shared, connection)
        blocked.free.set()
        assert shared.take(window)
        blocked.free.clear()
        while len(window.pulled) < READY:
            assert shared.take(window)
        blocked.free.set()
        window.close()


def test_a_run_begins_with_few_mails_and_takes_as_many_as_the_relay_does() -> None:
    found = Pace()
    assert found.measure(connections=4) == 4 * FEWEST, "the first ones wait for no others"
    found.settled = 1_000_000
    assert found.measure(connections=4) == 4 * READY
    assert found.measure(connections=4) == 2 * READY, "nothing was settled meanwhile"


def test_nothing_can_be_taken_before_it_is_written_down(
    forgetful: Forgetful, job: Job, shared: Supply, relay: Relay
) -> None:
    shared.job = replace(job, database=forgetful)
    with Connection(relay) as connection:
        window = Window(shared, connection)
        assert shared.turn()
        shared.make_claimed()
        forgetful.away = 1
        with pytest.raises(OperationalError):
            shared.take(window)
        assert not window.pulled
        window.close()
    assert under_way(forgetful) == 0


def test_what_the_relay_said_outlives_a_database_that_is_away_for_a_moment(
    forgetful: Forgetful,
    approved: Snapshot,
    job: Job,
    shared: Supply,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supply, "PATIENCE", (0.0, 0.0))
    shared.job = replace(job, database=forgetful)
    with Connection(relay) as connection:
        window = Window(shared, connection)
        for number, outcome in enumerate(connection.send_all(window.mails()), 1):
            window.note(outcome)
            if number == 5:
                shared.halt = RuntimeError("enough")
        forgetful.away = 2
        window.close()
    found = states(forgetful, approved)
    assert 5 <= found["accepted"] < 30
    assert set(found) == {"accepted", "queued"}
    assert under_way(forgetful) == 0


def test_a_fate_is_written_down_once(database: Database, approved: Snapshot) -> None:
    """Told again, for nobody knew whether the first time was kept, it changes nothing."""
    with database.writing() as session:
        (taken,) = hands.claim(session, approved.id, "us", 1)
        hands.hand_over(session, taken, "us")
    told = ledger.Settlement(taken, 1, DeliveryState.DEFERRED, "deferred", 451, "later")
    with database.writing() as session:
        ledger.settle_all(session, [told])
    with database.writing() as session:
        others = hands.claim(session, approved.id, "others", 40)
        assert taken in others, "another worker has taken it up meanwhile"
        ledger.settle_all(session, [told])
    with database.reading() as session:
        assert session.get_one(Delivery, taken).state is DeliveryState.CLAIMED
