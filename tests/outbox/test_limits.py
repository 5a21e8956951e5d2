"""What all workers together may ask of the relay, and how they leave it alone."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control, fates, limits, sending, service
from eventmail.outbox.limits import DOWN, SLOW, Policy
from eventmail.outbox.models import DeliveryState, RelaySlot
from eventmail.sample import People
from eventmail.wire import Kind, Relay, Reply, Result
from tests.mailings.journey import reload
from tests.outbox.test_control import states
from tests.recorder import PASS, Recorder, allow_port
from tests.wire.samples import AOZORA

RELAY = Policy("mail.example:25", connections=2, lanes=2)
MINUTE = timedelta(minutes=1)


def allowed(database: Database, policy: Policy, wanted: int) -> int:
    with database.writing() as session:
        return limits.allow(session, policy, wanted)


class TestConnections:
    """A connection is a slot that expires with its holder."""

    def take(self, database: Database, holder: str, policy: Policy = RELAY) -> bool:
        with database.writing() as session:
            return limits.take_slot(session, policy, holder)

    def test_no_more_than_the_relay_may_have(self, database: Database) -> None:
        assert [self.take(database, each) for each in "abc"] == [True, True, False]
        with database.writing() as session:
            limits.free_slot(session, RELAY, "a")
        assert self.take(database, "c")

    def test_another_relay_has_connections_of_its_own(self, database: Database) -> None:
        assert [self.take(database, each) for each in "ab"] == [True, True]
        assert self.take(database, "c", replace(RELAY, place="other.example:25"))

    def test_a_worker_that_fell_silent_gives_its_connection_back(self, database: Database) -> None:
        assert [self.take(database, each) for each in "ab"] == [True, True]
        with time_machine.travel(clock.now() + RELAY.lease / 2):
            assert not self.take(database, "c")
            with database.writing() as session:
                limits.keep_slots(session, RELAY, ["a"])
        with time_machine.travel(clock.now() + RELAY.lease + timedelta(seconds=1)):
            assert [self.take(database, each) for each in "cd"] == [True, False]

    def test_many_at_once_take_only_what_there_is(self, database: Database) -> None:
        taken: list[bool] = []
        tries = [
            threading.Thread(target=lambda name=str(n): taken.append(self.take(database, name)))
            for n in range(6)
        ]
        for each in tries:
            each.start()
        for each in tries:
            each.join()
        assert Counter(taken) == {True: 2, False: 4}

    def test_without_one_a_run_leaves_the_mails_to_the_others(
        self, database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
    ) -> None:
        mine = Policy("here", connections=1)
        assert self.take(database, "another", mine)
        assert sending.run(database, relay, approved.id, mine) is False
        assert recorder.seen == []
        with database.writing() as session:
            limits.free_slot(session, mine, "another")
        sending.run(database, relay, approved.id, mine)
        assert states(database, approved) == {"accepted": 30}
        with database.reading() as session:
            assert session.scalars(sa.select(RelaySlot)).all() == []


class TestPerMinute:
    """The rate is one for all, and no minute sees more than it may."""

    @pytest.mark.parametrize("rate", [1, 7, 60, 600, 6000])
    def test_in_no_minute_go_more(self, database: Database, rate: int) -> None:
        policy = replace(RELAY, per_minute=rate)
        start, gone = clock.now(), list[tuple[float, int]]()
        for tenth in range(0, 1500, 3):
            at = tenth / 10
            with time_machine.travel(start + timedelta(seconds=at), tick=False):
                gone.append((at, allowed(database, policy, 20)))
        for begin, _ in gone[::10]:
            assert sum(n for at, n in gone if begin <= at < begin + 60) <= rate
        # And it is not much less: an eager sender gets what is allowed.
        most = min(rate, 20 * 200)  # twenty at most are asked for at a time
        assert sum(n for at, n in gone if at < 60) >= most * 0.9 - 1

    def test_without_a_limit_all_go(self, database: Database) -> None:
        assert allowed(database, RELAY, 20) == 20

    def test_a_run_keeps_to_it(
        self, database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
    ) -> None:
        hourly = Policy("here", lanes=1, per_minute=1)
        sending.run(database, relay, approved.id, hourly)
        assert len(recorder.received) == 1, "the office's copy; the rest in its time"
        assert states(database, approved) == {"queued": 30}
        with time_machine.travel(clock.now() + 2 * MINUTE):
            sending.run(database, relay, approved.id, hourly)
        assert states(database, approved) == {"queued": 29, "accepted": 1}


class TestThrottling:
    """A relay that asks to slow down slows down all; each time for longer."""

    def test_each_setback_is_longer_and_success_forgets_them(self, database: Database) -> None:
        moment, waits = clock.now(), []
        for _ in range(len(SLOW) + 1):
            with time_machine.travel(moment, tick=False), database.writing() as session:
                until = limits.set_back(session, RELAY, SLOW)
                waits.append(until - moment)
            moment = until
        assert waits == [*SLOW, SLOW[-1]]
        with time_machine.travel(moment, tick=False), database.writing() as session:
            limits.went_well(session, RELAY)
            assert limits.set_back(session, RELAY, SLOW) - moment == SLOW[0]

    def test_several_connections_see_one_and_the_same_setback(self, database: Database) -> None:
        with time_machine.travel(clock.now(), tick=False), database.writing() as session:
            assert limits.set_back(session, RELAY, SLOW) == limits.set_back(session, RELAY, SLOW)

    def test_meanwhile_nobody_sends(self, database: Database) -> None:
        with database.writing() as session:
            until = limits.set_back(session, RELAY, SLOW)
        assert allowed(database, RELAY, 5) == 0
        with time_machine.travel(until):
            assert allowed(database, RELAY, 5) == 5

    @pytest.mark.parametrize(
        "answer", ["421 4.7.0 too many messages", "432 4.3.2 concurrent connections exceeded"]
    )
    def test_a_throttled_mail_waits_with_all_the_others(
        self, database: Database, approved: Snapshot, relay: Relay, recorder: Recorder, answer: str
    ) -> None:
        recorder.script("MAIL", answer)
        sending.run(database, relay, approved.id)
        assert recorder.received == []
        assert states(database, approved) == {"queued": 30}
        sending.run(database, relay, approved.id)
        assert recorder.received == [], "not before its time"
        with time_machine.travel(clock.now() + SLOW[0] + timedelta(seconds=1)):
            sending.run(database, relay, approved.id)
        assert states(database, approved) == {"accepted": 30}

    def test_a_relay_that_closes_after_some_mails_is_only_connected_to_again(
        self, database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
    ) -> None:
        for _ in range(4):
            recorder.script("MAIL", PASS)
        recorder.script("MAIL", "421 4.7.0 enough for one connection")
        assert sending.run(database, relay, approved.id) is False
        assert states(database, approved) == {"accepted": 30}
        assert len(recorder.seen) == 31

    def test_a_relay_that_is_away_is_asked_again_later_and_the_page_says_when(
        self, database: Database, people: People, approved: Snapshot, relay: Relay
    ) -> None:
        away = replace(relay, port=1)
        allow_port(away.port)
        policy = Policy("away", lanes=1)
        start = clock.now()
        for number, wait in enumerate((DOWN[0], DOWN[1], DOWN[2], DOWN[3], DOWN[3])):
            with time_machine.travel(start, tick=False):
                assert sending.run(database, away, approved.id, policy) is False
                with database.reading() as session:
                    until = limits.resting_until(session, policy)
                    notice = service.progress(session, approved).notice
            assert until is not None
            assert until - start == wait, number
            assert "に自動でやり直します。" in notice
            start = until
        with time_machine.travel(start):
            sending.run(database, relay, approved.id, policy)
        assert states(database, approved) == {"accepted": 30}


class TestCredentials:
    """Refused once, nobody signs in again until a person has seen to it."""

    @pytest.fixture
    def wrong(self, relay: Relay) -> Relay:
        return replace(relay, username="office", password="wrong")

    def tries(self, recorder: Recorder) -> int:
        return sum(each.startswith("AUTH") for each in recorder.commands)

    def test_one_attempt_and_one_alert_then_nothing(
        self,
        database: Database,
        people: People,
        approved: Snapshot,
        wrong: Relay,
        recorder: Recorder,
    ) -> None:
        policy = Policy(limits.place_of(wrong, "secret"), lanes=1)
        sending.run(database, wrong, approved.id, policy)
        once = self.tries(recorder)
        for hours in (0, 1, 24):
            with time_machine.travel(clock.now() + timedelta(hours=hours)):
                sending.run(database, wrong, approved.id, policy)
        assert self.tries(recorder) == once > 0
        assert recorder.seen == []
        assert states(database, approved) == {"queued": 30}
        with database.reading() as session:
            (alert,) = session.scalars(sa.select(Alert))
            assert "サインインできません" in alert.sentence
            assert "もう一度接続する" in service.progress(session, approved).notice
        with database.writing() as session:
            control.connect_again(session, people.approver, policy.place)
        sending.run(database, wrong, approved.id, policy)
        assert self.tries(recorder) > once

    def test_other_credentials_start_afresh(
        self, database: Database, approved: Snapshot, wrong: Relay, recorder: Recorder
    ) -> None:
        right = replace(wrong, password=recorder.users["office"])
        old, new = (Policy(limits.place_of(each, "secret")) for each in (wrong, right))
        assert old.place != new.place
        assert "wrong" not in old.place
        sending.run(database, wrong, approved.id, old)
        sending.run(database, right, approved.id, new)
        assert states(database, approved) == {"accepted": 30}

    def test_a_relay_that_wants_a_sign_in_in_the_middle_does_not_burn_the_list(
        self, database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
    ) -> None:
        recorder.script("MAIL", PASS, times=3)
        recorder.script("MAIL", "530 5.7.0 Authentication required", times=100)
        sending.run(database, relay, approved.id)
        found = states(database, approved)
        assert found == {"accepted": 2, "queued": 28}
        before = len(recorder.commands)
        sending.run(database, relay, approved.id)
        assert len(recorder.commands) == before, "nobody connects any more"


class TestFates:
    """From the relay's answer to what is tried again, when, and until when."""

    EVENT = date(2026, 12, 9)

    @pytest.mark.parametrize(
        ("begun", "ends"),
        {
            "long before the event: five days": ("2026-11-26T10:00", "2026-12-01T10:00"),
            "shortly before: the end of its day": ("2026-12-07T10:00", "2026-12-10T00:00"),
            "on the day: five days": ("2026-12-09T10:00", "2026-12-14T10:00"),
            "afterwards, to say thanks: five days": ("2026-12-15T10:00", "2026-12-20T10:00"),
        }.values(),
    )
    def test_retries_end_when_the_event_makes_them_senseless(self, begun: str, ends: str) -> None:
        begins, over = (
            datetime.fromisoformat(each).replace(tzinfo=clock.TOKYO) for each in (begun, ends)
        )
        assert fates.deadline(begins, self.EVENT) == over

    def test_the_waits_grow_and_stay_within_the_deadline(self) -> None:
        start = clock.now()
        with time_machine.travel(start, tick=False):
            until = start + timedelta(days=5)
            waits = [fates.next_try(n, until) for n in range(1, 10)]
            assert [each - start for each in waits if each] == [
                *fates.WAITS,
                *[fates.WAITS[-1]] * 2,
            ]
            assert fates.next_try(1, start + timedelta(seconds=59)) is None

    @pytest.mark.parametrize(
        ("kind", "code", "others_taken", "resting", "state"),
        {
            "taken": (Kind.ACCEPTED, 250, False, False, DeliveryState.ACCEPTED),
            "never": (Kind.REFUSED, 550, False, False, DeliveryState.REFUSED),
            "nobody knows": (Kind.UNCERTAIN, 0, False, False, DeliveryState.UNCERTAIN),
            "later": (Kind.DEFERRED, 451, False, False, DeliveryState.DEFERRED),
            "not sent": (Kind.NOT_SENT, 0, False, False, DeliveryState.QUEUED),
            "throttled": (Kind.DEFERRED, 432, False, True, DeliveryState.QUEUED),
            "too many at once": (Kind.DEFERRED, 452, True, False, DeliveryState.QUEUED),
            "mailbox full": (Kind.DEFERRED, 452, False, False, DeliveryState.DEFERRED),
        }.values(),
    )
    def test_the_table(
        self, kind: Kind, code: int, others_taken: bool, resting: bool, state: DeliveryState
    ) -> None:
        rest = clock.now() + MINUTE if resting else None
        result = Result(AOZORA, kind, Reply(code, "x"))
        until = clock.now() + timedelta(days=1)
        found, due_at = fates.fate(result, 1, until, others_taken=others_taken, resting=rest)
        assert found is state
        assert (due_at is not None) == (state in (DeliveryState.QUEUED, DeliveryState.DEFERRED))


def test_a_mail_too_big_for_the_relay_is_known_before_the_first_one(
    database: Database, people: People, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.extensions.append("SIZE 1000")
    sending.run(database, relay, approved.id)
    assert recorder.seen == []
    assert states(database, approved) == {"withheld": 30}
    assert "上限" in reload(database, people, approved.mailing_id).notice
