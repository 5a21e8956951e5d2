"""STOP, hold, first copy, pause, cancel: who may do it, and that not one mail slips through."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices import service as offices
from eventmail.offices.models import Office
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.outbox import control, ledger, sending, service
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.outbox.standing import Hold, due_snapshots, next_at, standing
from eventmail.sample import People
from eventmail.wire import Relay
from tests import settling
from tests.mailings.journey import approve, check, reload, submit, take_up
from tests.outbox import hands
from tests.recorder import Recorder

Act = Callable[[Session, Actor, Snapshot], None]
SLOWLY = Policy("relay", lanes=1, per_minute=120)


def stop(session: Session, actor: Actor, _: Snapshot) -> None:
    control.stop_office(session, actor, "文面に誤りがある")


def resume(session: Session, actor: Actor, _: Snapshot) -> None:
    control.resume_office(session, actor)


def do(database: Database, act: Act, actor: Actor, snapshot: Snapshot) -> None:
    with database.writing() as session:
        act(session, actor, session.get_one(Snapshot, snapshot.id))


def hold(database: Database, snapshot: Snapshot) -> Hold:
    with database.reading() as session:
        return standing(session, snapshot.id).hold


def states(database: Database, snapshot: Snapshot) -> dict[str, int]:
    with database.reading() as session:
        query = (
            sa.select(Delivery.state, sa.func.count())
            .where(Delivery.snapshot_id == snapshot.id, ~Delivery.first_copy)
            .group_by(Delivery.state)
        )
        return {state.value: count for state, count in session.execute(query)}


def set_office(database: Database, *, hold_minutes: int = 0, first_copy: int | None = 0) -> None:
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_sending(session, office, hold_minutes, first_copy)


def due(database: Database) -> list[int]:
    with database.reading() as session:
        return due_snapshots(session)


NOES: dict[str, tuple[Act, Act, Hold]] = {
    "STOP": (stop, resume, Hold.STOPPED),
    "pause": (control.pause, control.go_on, Hold.PAUSED),
}


@pytest.mark.parametrize(("no", "yes", "shown"), NOES.values(), ids=NOES)
class TestStopAndPause:
    """What keeps everything back until somebody lets it go on."""

    def test_nothing_leaves_until_it_is_taken_back(
        self,
        database: Database,
        people: People,
        approved: Snapshot,
        relay: Relay,
        recorder: Recorder,
        no: Act,
        yes: Act,
        shown: Hold,
    ) -> None:
        do(database, no, people.checker, approved)
        assert hold(database, approved) is shown
        assert due(database) == []
        assert sending.run(database, relay, approved.id) is False
        assert recorder.seen == []
        do(database, yes, people.approver, approved)
        assert due(database) == [approved.id]
        sending.run(database, relay, approved.id)
        assert states(database, approved) == {"accepted": 30}

    def test_a_second_time_changes_nothing(
        self, database: Database, people: People, approved: Snapshot, no: Act, yes: Act, shown: Hold
    ) -> None:
        for _ in range(2):
            do(database, no, people.author, approved)
        assert hold(database, approved) is shown
        for _ in range(2):
            do(database, yes, people.approver, approved)
        assert hold(database, approved) is Hold.FIRST_COPY

    def test_only_the_approver_lets_it_go_on(
        self, database: Database, people: People, approved: Snapshot, no: Act, yes: Act, shown: Hold
    ) -> None:
        do(database, no, people.author, approved)
        for each in (people.author, people.checker):
            with pytest.raises(Forbidden):
                do(database, yes, each, approved)
        assert hold(database, approved) is shown

    def test_in_the_middle_of_a_run_the_rest_stays_and_nothing_is_uncertain(
        self,
        database: Database,
        people: People,
        approved: Snapshot,
        relay: Relay,
        recorder: Recorder,
        no: Act,
        yes: Act,
        shown: Hold,
    ) -> None:
        run = threading.Thread(
            target=sending.run, args=(database, relay, approved.id, SLOWLY), daemon=True
        )
        run.start()
        deadline = time.monotonic() + 60
        while len(recorder.received) < 3:
            assert time.monotonic() < deadline, "nothing is sent"
            time.sleep(0.01)
        do(database, no, people.checker, approved)
        with database.reading() as session:
            handed = session.scalars(sa.select(sa.func.count(Attempt.id))).one()
        run.join(60)
        assert not run.is_alive(), "the run ends"
        with database.reading() as session:
            after = session.scalars(sa.select(sa.func.count(Attempt.id))).one()
        assert after == handed, "nothing was handed over after the stop was committed"
        found = states(database, approved)
        assert set(found) == {"accepted", "queued"}
        assert found["accepted"] + 1 == len(recorder.received)
        do(database, yes, people.approver, approved)
        sending.run(database, relay, approved.id)
        assert states(database, approved) == {"accepted": 30}
        assert len(recorder.seen) == 31, "nobody got it twice"

    def test_the_database_refuses_an_attempt(
        self, database: Database, people: People, approved: Snapshot, no: Act, yes: Act, shown: Hold
    ) -> None:
        with database.writing() as session:
            (taken,) = hands.claim(session, approved.id, "one")
        do(database, no, people.author, approved)
        with pytest.raises(DatabaseError, match="not_now"), database.writing() as session:
            hands.hand_over(session, taken, "one")


def test_the_reason_and_the_person_of_a_stop_are_kept(
    database: Database, people: People, approved: Snapshot
) -> None:
    do(database, stop, people.checker, approved)
    with database.reading() as session:
        office = session.get_one(Office, people.checker.office.id)
        assert office.stop_reason == "文面に誤りがある"
        assert control.stopped_by(session, office) == people.checker.staff.name


class TestHold:
    """The time between approval and the first mail."""

    def test_nothing_leaves_before_it_is_over(
        self,
        database: Database,
        people: People,
        checked: Snapshot,
        relay: Relay,
        recorder: Recorder,
    ) -> None:
        set_office(database, hold_minutes=5)
        approve(database, people, checked.mailing_id)
        assert hold(database, checked) is Hold.WAITING
        assert due(database) == []
        sending.run(database, relay, checked.id)
        assert recorder.seen == []
        with database.reading() as session:
            begins = next_at(session, checked.id)
        assert begins is not None
        assert timedelta(minutes=4) < begins - clock.now() <= timedelta(minutes=5)
        with time_machine.travel(begins + timedelta(seconds=1)):
            assert due(database) == [checked.id]
            sending.run(database, relay, checked.id)
        assert states(database, checked) == {"accepted": 30}

    def test_the_approver_can_end_it_and_nobody_else(
        self, database: Database, people: People, checked: Snapshot
    ) -> None:
        set_office(database, hold_minutes=5)
        approve(database, people, checked.mailing_id)
        with pytest.raises(Forbidden):
            do(database, control.start_now, people.author, checked)
        do(database, control.start_now, people.approver, checked)
        assert hold(database, checked) is Hold.FIRST_COPY

    def test_the_database_refuses_an_attempt_before_its_time(
        self, database: Database, people: People, checked: Snapshot
    ) -> None:
        set_office(database, hold_minutes=5)
        approve(database, people, checked.mailing_id)
        with database.writing() as session:
            (taken,) = hands.claim(session, checked.id, "one")
        with pytest.raises(DatabaseError, match="not_now"), database.writing() as session:
            hands.hand_over(session, taken, "one")
        with (
            time_machine.travel(clock.now() + timedelta(minutes=6)),
            database.writing() as session,
        ):
            hands.hand_over(session, taken, "one")

    @pytest.mark.parametrize(
        ("held", "planned", "waits"), [(5, 60, 60), (90, 60, 90), (0, 60, 60), (5, -60, 5)]
    )
    def test_the_later_of_hold_and_planned_time_counts(
        self,
        database: Database,
        people: People,
        meeting: object,
        held: int,
        planned: int,
        waits: int,
    ) -> None:
        set_office(database, hold_minutes=held)
        begun = clock.now()
        with database.writing() as session:
            mailing = session.scalars(sa.select(service.Mailing)).one()
            mailing.send_at = begun + timedelta(minutes=planned)
        snapshot = submit(database, people, mailing.id)
        check(database, people, mailing.id)
        approve(database, people, mailing.id)
        with database.reading() as session:
            starts = session.get_one(Dispatch, snapshot.id).starts_at
        assert starts is not None
        late = starts - begun - timedelta(minutes=waits)
        assert timedelta() <= late < timedelta(minutes=2)


class TestFirstCopy:
    """The office's own copy goes first, and somebody looks at it."""

    @pytest.fixture(autouse=True)
    def _by_hand(self, database: Database) -> None:
        set_office(database, first_copy=None)

    def test_the_rest_waits_for_somebody_to_say_that_it_is_right(
        self,
        database: Database,
        people: People,
        approved: Snapshot,
        relay: Relay,
        recorder: Recorder,
    ) -> None:
        for _ in range(2):
            sending.run(database, relay, approved.id)
        assert len(recorder.received) == 1
        assert hold(database, approved) is Hold.FIRST_COPY
        assert due(database) == []
        do(database, control.release, people.author, approved)
        assert due(database) == [approved.id]
        sending.run(database, relay, approved.id)
        assert states(database, approved) == {"accepted": 30}

    def test_nobody_can_find_right_what_has_not_arrived(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with pytest.raises(UserError, match="まだ所のアドレスに届いていません"):
            do(database, control.release, people.author, approved)

    def test_the_office_may_let_it_go_on_after_some_minutes(
        self, database: Database, people: People, approved: Snapshot, relay: Relay
    ) -> None:
        set_office(database, first_copy=10)
        sending.run(database, relay, approved.id)
        with database.reading() as session:
            goes_on = next_at(session, approved.id)
        assert goes_on is not None
        assert timedelta(minutes=9) < goes_on - clock.now() <= timedelta(minutes=10)
        assert states(database, approved) == {"queued": 30}
        with time_machine.travel(goes_on + timedelta(seconds=1)):
            sending.run(database, relay, approved.id)
        assert states(database, approved) == {"accepted": 30}

    def test_the_database_refuses_an_attempt_before_that(
        self, database: Database, approved: Snapshot
    ) -> None:
        with database.writing() as session:
            (taken,) = ledger.claim(session, approved.id, "one", 1, first_copy=False)
        with pytest.raises(DatabaseError, match="not_now"), database.writing() as session:
            hands.hand_over(session, taken, "one")


class TestCancel:
    """Nothing more goes, and those not reached may be written to anew."""

    def test_before_the_first_mail(
        self, database: Database, people: People, approved: Snapshot, relay: Relay
    ) -> None:
        do(database, control.cancel, people.author, approved)
        assert states(database, approved) == {"cancelled": 30}
        sending.run(database, relay, approved.id)
        mailing = reload(database, people, approved.mailing_id)
        assert mailing.state is MailingState.HALTED
        assert people.author.staff.name in mailing.notice
        assert take_up(database, people, approved.mailing_id) == 0

    def test_what_is_in_flight_is_settled(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with database.writing() as session:
            (taken,) = hands.claim(session, approved.id, "one")
            attempt = hands.hand_over(session, taken, "one")
        do(database, control.cancel, people.approver, approved)
        assert states(database, approved) == {"cancelled": 29, "claimed": 1}
        with database.writing() as session:
            hands.settle(session, attempt, DeliveryState.ACCEPTED, code=250, text="ok")
            service.finish_if_done(session, session.get_one(Snapshot, approved.id))
        assert states(database, approved) == {"cancelled": 29, "accepted": 1}
        assert take_up(database, people, approved.mailing_id) == 1

    def test_the_database_never_queues_it_again(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        do(database, control.cancel, people.author, approved)
        with pytest.raises(DatabaseError, match="given_up"), database.writing() as session:
            session.execute(sa.update(Delivery).values(state=DeliveryState.QUEUED))

    def test_not_when_it_is_over(
        self, database: Database, people: People, approved: Snapshot, relay: Relay
    ) -> None:
        sending.run(database, relay, approved.id)
        for act in (control.cancel, control.pause, control.release):
            with pytest.raises(UserError, match="もう終わっている"):
                do(database, act, people.approver, approved)

    def test_the_checker_does_not_decide_that(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with pytest.raises(Forbidden):
            do(database, control.cancel, people.checker, approved)


def test_another_offices_sending_is_not_there(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        other = offices.add_office(session, "ほかの労働局", "ほかの所")
        stranger = Actor(people.approver.staff, other)
    stranger.staff.memberships.extend(
        type(each)(staff_id=each.staff_id, office_id=other.id, role=each.role)
        for each in list(stranger.staff.memberships)
    )
    for act in (control.pause, control.cancel, control.release, control.start_now):
        with pytest.raises(NotFound):
            do(database, act, stranger, approved)
