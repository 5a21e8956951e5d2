"""A restored copy sends nothing, by whatever way, until a person unlocks it; nothing goes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.alerts import service as alerts
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.keeping import making, restoring, unlocking
from eventmail.letters import trying
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.observing.models import Trouble
from eventmail.outbox import control, ledger, limits, sending
from eventmail.outbox.ledger import Leaving
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.outbox.standing import Hold, due_snapshots, standing
from eventmail.outbox.worker import Outbox
from eventmail.own_page.models import LinkMail, LinkMailState
from eventmail.relays.service import NoRoute
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import SendingLock
from eventmail.wire import Relay
from tests.guards import drop_guard
from tests.keeping.conftest import Elsewhere
from tests.keeping.own_mails import link_to
from tests.outbox import hands
from tests.recorder import DROP, PASS, Recorder

Copy = tuple[Settings, Database]


@pytest.fixture
def half_sent(database: Database, approved: Snapshot, relay: Relay, recorder: Recorder) -> Snapshot:
    """Eight mails left and one is uncertain; then a worker holds two, and one is on its way."""
    for answer in (*[PASS] * 8, DROP):
        recorder.script("DOT", answer)
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        first, _second = hands.claim(session, approved.id, "worker", 2)
        hands.hand_over(session, first, "worker")
        contact = session.scalars(sa.select(Contact).limit(1)).one()
        session.add(link_to(contact))
    return approved


@pytest.fixture
def copy(
    settings: Settings,
    database: Database,
    half_sent: Snapshot,
    folder: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
    recorder: Recorder,
) -> Copy:
    """Restored on the same kind of database."""
    made = making.backup(settings, folder)
    there = elsewhere("sqlite" if database.is_sqlite else "postgresql")
    restoring.restore(there, Path(made.path))
    recorder.clear()
    return there, reopened(there)


@pytest.fixture
def worker(copy: Copy) -> Iterator[Outbox]:
    found = Outbox(*copy)
    yield found
    found.huey.storage.close()


def turn(worker: Outbox) -> None:
    """All that a worker does by itself: its sweep, and what that wakes."""
    worker.sweep()
    while (task := worker.huey.dequeue()) is not None:
        worker.huey.execute(task)


def states(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(each.value for each in session.scalars(sa.select(Delivery.state)))


def told_to(recorder: Recorder) -> set[str]:
    return {address for each in recorder.received for address in each.rcpt_to}


def unlock(copy: Copy, **options: bool) -> unlocking.Unlocked:
    settings, database = copy
    with database.writing() as session:
        here = restoring.where(settings)
        options = {"nothing_sent_since": False} | options
        return unlocking.unlock(session, "訓練を終えました", here, **options)


def test_what_was_in_flight_is_uncertain_and_the_rest_waits(copy: Copy, database: Database) -> None:
    before, after = states(database), states(copy[1])
    assert before["claimed"] == 2
    assert after == before - Counter(claimed=2) + Counter(uncertain=1, queued=1)


def test_a_worker_over_the_copy_sends_nothing(
    copy: Copy, worker: Outbox, half_sent: Snapshot, recorder: Recorder
) -> None:
    before = states(copy[1])
    for hours in (0, 1):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            turn(worker)
            worker.send_due(half_sent.id)
    assert recorder.seen == []
    assert recorder.commands == []
    assert states(copy[1]) == before
    with copy[1].reading() as session:
        assert session.scalars(sa.select(Trouble)).all() == [], "the running one tells of its own"


def test_each_barrier_holds_alone(
    copy: Copy, half_sent: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    """The standing, the claim and the database's guard, each without the others."""
    database = copy[1]
    with database.writing() as session:
        assert standing(session, half_sent.id).hold is Hold.LOCKED
        assert due_snapshots(session) == []
        assert hands.claim(session, half_sent.id, "worker", 5) == []
    assert sending.run(database, relay, half_sent.id) is False
    with database.writing() as session:
        one = session.scalars(
            sa.select(Delivery).where(Delivery.state == DeliveryState.QUEUED).limit(1)
        ).one()
        one.state, one.claimed_by = DeliveryState.CLAIMED, "worker"
        one.lease_until = clock.now() + timedelta(minutes=1)
    with pytest.raises(sa.exc.IntegrityError, match=sendlock.GUARD), database.writing() as session:
        hands.hand_over(session, one.id, "worker")
    assert recorder.seen == []


def test_no_other_mail_leaves_either(
    copy: Copy, worker: Outbox, people: People, recorder: Recorder
) -> None:
    database = copy[1]
    office_id = people.author.office.id
    with database.writing() as session:
        with pytest.raises(NoRoute, match="バックアップから戻した"):
            worker.relay_of(session, office_id)
        assert worker.open_relay(session, office_id) is None
        mailing = session.scalars(sa.select(Mailing)).one()
        box = mailing.event.reply_to
        alerts.raise_alert(session, box, "relay.blocked", f"mailing:{mailing.id}", "試験です。")
        with pytest.raises(UserError, match="バックアップから戻した"):
            trying.note(session, people.author, mailing, None, None)  # type: ignore[arg-type]
    turn(worker)
    assert recorder.commands == []


def test_bounces_are_left_to_the_running_installation(
    copy: Copy, worker: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = []
    monkeypatch.setattr("eventmail.outbox.worker.polling.poll", lambda *_: visits.append(1))
    worker.fetch_bounces()
    assert visits == []
    unlock(copy)
    worker.fetch_bounces()
    assert visits == [1]


def test_after_the_unlocking_every_sending_waits_for_a_person(
    copy: Copy, worker: Outbox, people: People, half_sent: Snapshot, recorder: Recorder
) -> None:
    """Then only what is still due goes: nobody gets a mail twice, nothing uncertain is sent."""
    database = copy[1]
    assert unlock(copy) == unlocking.Unlocked(paused=1, dropped=1, is_behind=True)
    with database.reading() as session:
        assert standing(session, half_sent.id).hold is Hold.PAUSED
        (link,) = session.scalars(sa.select(LinkMail))
        assert link.state is LinkMailState.DROPPED
        due = set(addresses_in(session, DeliveryState.QUEUED, DeliveryState.DEFERRED))
    turn(worker)
    assert told_to(recorder) <= {half_sent.sender_address}, "the office hears what is uncertain"
    recorder.clear()
    before = states(database)
    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, half_sent.id))
    with time_machine.travel(clock.now() + 2 * limits.LOST[0]):
        turn(worker)
        worker.send_due(half_sent.id)
    assert told_to(recorder) == due
    assert len(recorder.received) == len(due)
    assert states(database)["uncertain"] == before["uncertain"] == 2


def addresses_in(session: sa.orm.Session, *which: DeliveryState) -> list[str]:
    query = (
        sa.select(Contact.address)
        .join(Delivery, Delivery.contact_id == Contact.id)
        .where(Delivery.state.in_(which))
    )
    return list(session.scalars(query))


def test_where_nothing_was_sent_since_the_queue_goes_on(
    copy: Copy, worker: Outbox, half_sent: Snapshot, recorder: Recorder
) -> None:
    with copy[1].reading() as session:
        due = set(addresses_in(session, DeliveryState.QUEUED, DeliveryState.DEFERRED))
    assert unlock(copy, nothing_sent_since=True) == unlocking.Unlocked()
    with time_machine.travel(clock.now() + 2 * limits.LOST[0]):
        turn(worker)
        worker.send_due(half_sent.id)
    assert due <= told_to(recorder)
    assert states(copy[1])["uncertain"] == 2


def test_unlocking_wants_a_reason_is_recorded_and_done_once(copy: Copy) -> None:
    database = copy[1]
    with pytest.raises(UserError, match="--reason"), database.writing() as session:
        unlocking.unlock(session, "  ", "", nothing_sent_since=True)
    unlock(copy)
    with database.reading() as session:
        told = session.execute(
            sa.text("SELECT action FROM audit_entries WHERE action LIKE 'sending.%' ORDER BY id")
        )
        assert list(told.scalars()) == ["sending.locked", "sending.unlocked"]
        (lock,) = session.scalars(sa.select(SendingLock))
        assert lock.lifted_reason == "訓練を終えました"
    with pytest.raises(UserError, match="止められていません"):
        unlock(copy)


LIES = {
    "taken away": "DELETE FROM sending_locks",
    "lifted without a reason": "UPDATE sending_locks SET lifted_at = since",
    "put at another day": "UPDATE sending_locks SET since = lifted_at, lifted_reason = 'x'",
    "given another name": "UPDATE sending_locks SET origin = 'x'",
}


@pytest.mark.parametrize("statement", LIES.values(), ids=LIES)
def test_a_lock_is_only_lifted_with_a_reason(copy: Copy, statement: str) -> None:
    refused = pytest.raises(sa.exc.IntegrityError, match="guard sending_locks")
    with refused, copy[1].writing() as session:
        session.execute(sa.text(statement))


def test_a_lifted_lock_stays_as_it_is(copy: Copy) -> None:
    unlock(copy)
    refused = pytest.raises(sa.exc.IntegrityError, match="guard sending_locks")
    with refused, copy[1].writing() as session:
        session.execute(sa.text("UPDATE sending_locks SET lifted_reason = 'x'"))


@pytest.fixture
def locked_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that comes after the turn has asked, as it may on PostgreSQL: a statement sees what
    was there when it began.
    """
    hand_over = ledger.hand_over_all

    def locked_now(
        session: sa.orm.Session, worker: str, mails: Sequence[Leaving], lease: timedelta
    ) -> list[tuple[int, ...] | None]:
        if mails:
            values = {"kind": "moved", "since": clock.now(), "origin": "x", "lifted_reason": ""}
            session.execute(sa.insert(SendingLock).values(values))
        return hand_over(session, worker, mails, lease)

    monkeypatch.setattr(ledger, "hand_over_all", locked_now)


@pytest.mark.usefixtures("locked_late")
def test_a_lock_that_comes_between_look_and_mail_halts_nothing(
    database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    assert sending.run(database, relay, approved.id) is False
    assert recorder.seen == []
    with database.reading() as session:
        assert standing(session, approved.id).hold is Hold.FIRST_COPY
        assert session.scalars(sa.select(Attempt)).all() == []
        assert session.get_one(Dispatch, approved.id).notice == ""


@pytest.mark.usefixtures("locked_late")
def test_without_the_guard_that_mail_would_leave(
    database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    drop_guard(database, "attempts", "locked")
    sending.run(database, relay, approved.id)
    assert len(recorder.seen) == 1
