"""People's decisions: the only way by which a mail whose fate is open, or refused, goes again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DatabaseError

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.mailings.models import MailingState, Snapshot, SnapshotRecipient
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.outbox import control, decisions, ledger, retention, sending, service
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, DeliveryState, Dispatch
from eventmail.outbox.models import Verdict as V
from eventmail.sample import People
from eventmail.wire import Relay
from tests import settling
from tests.mailings.journey import reload, submit, take_up
from tests.outbox import hands
from tests.recorder import PASS, Recorder

AN_HOUR = timedelta(hours=1)
S = DeliveryState


@dataclass
class Ended:
    """A sending that is over, with one mail whose fate is open and one that was refused."""

    snapshot: Snapshot
    uncertain: int
    refused: int


def lapse(database: Database, snapshot: Snapshot) -> tuple[int, Attempt]:
    """A worker hands one mail over and is never heard of again."""
    with database.writing() as session:
        (lost,) = hands.claim(session, snapshot.id, "lost", 1)
        attempt = hands.hand_over(session, lost, "lost")
    with time_machine.travel(clock.now() + AN_HOUR), database.writing() as session:
        ledger.reclaim_lapsed(session)
    return lost, attempt


@pytest.fixture
def ended(database: Database, approved: Snapshot, relay: Relay, recorder: Recorder) -> Ended:
    lost, _ = lapse(database, approved)
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "550 5.1.1 no such user")
    sending.run(database, relay, approved.id)
    with database.reading() as session:
        query = sa.select(Delivery.id).where(Delivery.state == S.REFUSED)
        refused = session.scalars(query).one()
        assert session.get_one(Dispatch, approved.id).finished_at is not None
    recorder.clear()
    return Ended(approved, lost, refused)


def decide(database: Database, actor: Actor, delivery_id: int, verdict: V, note: str = "") -> None:
    with database.writing() as session:
        decisions.decide(session, actor, delivery_id, verdict, note)


def stored(database: Database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery_id)


def dispatch_of(database: Database, snapshot: Snapshot) -> Dispatch:
    with database.reading() as session:
        return session.get_one(Dispatch, snapshot.id)


@pytest.mark.parametrize(
    ("verdict", "state"), [(V.ARRIVED, S.ACCEPTED), (V.NOT_ARRIVED, S.REFUSED)]
)
def test_what_a_person_found_out_settles_the_mail_and_sends_nothing(
    database: Database,
    people: People,
    ended: Ended,
    relay: Relay,
    recorder: Recorder,
    verdict: V,
    state: S,
) -> None:
    decide(database, people.author, ended.uncertain, verdict, " 電話で確認 ")
    assert stored(database, ended.uncertain).state is state
    assert "職員が" in stored(database, ended.uncertain).reply
    with database.reading() as session:
        found = session.get_one(DecisionRecord, (ended.uncertain, 1))
        assert (found.verdict, found.note, found.staff_id) == (
            verdict, "電話で確認", people.author.id,
        )  # fmt: skip
        audit = sa.select(AuditEntry).where(AuditEntry.action == "delivery.decided")
        assert session.scalars(audit).one().details == {"verdict": verdict.value, "attempt": 1}
    assert dispatch_of(database, ended.snapshot).finished_at is not None
    sending.run(database, relay, ended.snapshot.id)
    assert recorder.seen == []


@pytest.mark.parametrize("which", ["uncertain", "refused"])
def test_send_again_opens_another_round_and_the_mail_goes_once_more(
    database: Database, people: People, ended: Ended, relay: Relay, recorder: Recorder, which: str
) -> None:
    chosen = getattr(ended, which)
    decide(database, people.approver, chosen, V.SEND_AGAIN)
    assert stored(database, chosen).state is S.QUEUED
    again = dispatch_of(database, ended.snapshot)
    assert (again.finished_at, again.round) == (None, 2)
    assert reload(database, people, ended.snapshot.mailing_id).state is MailingState.SENDING

    sending.run(database, relay, ended.snapshot.id)
    assert [len(mail.rcpt_to) for mail in recorder.received] == [1], "nobody else gets it twice"
    assert stored(database, chosen).state is S.ACCEPTED
    assert reload(database, people, ended.snapshot.mailing_id).state is MailingState.SENT
    assert dispatch_of(database, ended.snapshot).finished_at is not None


def test_a_mail_that_stays_uncertain_may_be_decided_anew_for_each_attempt(
    database: Database, people: People, ended: Ended
) -> None:
    decide(database, people.author, ended.uncertain, V.SEND_AGAIN)
    again, _ = lapse(database, ended.snapshot)
    assert again == ended.uncertain
    decide(database, people.author, again, V.ARRIVED)
    with database.reading() as session:
        found = [each.verdict for each in decisions.records(session, again)]
    assert found == [V.SEND_AGAIN, V.ARRIVED]


def test_several_at_once_and_only_those_that_may_go(
    database: Database, people: People, ended: Ended, relay: Relay, recorder: Recorder
) -> None:
    with database.reading() as session:
        taken = session.scalars(sa.select(Delivery.id).where(Delivery.state == S.ACCEPTED)).all()
    ids = [ended.uncertain, ended.refused, *taken, 10_000]
    with database.writing() as session:
        snapshot = session.get_one(Snapshot, ended.snapshot.id)
        assert decisions.send_again(session, people.author, snapshot, ids) == 2
        assert decisions.send_again(session, people.author, snapshot, ids) == 0
    sending.run(database, relay, ended.snapshot.id)
    assert len(recorder.received) == 2


def test_nothing_chosen_opens_nothing(database: Database, people: People, ended: Ended) -> None:
    with database.writing() as session:
        snapshot = session.get_one(Snapshot, ended.snapshot.id)
        assert decisions.send_again(session, people.author, snapshot, []) == 0
    assert dispatch_of(database, ended.snapshot).round == 1


NOT_YET = {
    "taken": (S.ACCEPTED, V.SEND_AGAIN),
    "waiting": (S.QUEUED, V.NOT_ARRIVED),
    "refused is not arrived": (S.REFUSED, V.ARRIVED),
    "refused needs no word": (S.REFUSED, V.NOT_ARRIVED),
}


@pytest.mark.parametrize("case", NOT_YET)
def test_only_an_open_fate_is_decided(
    database: Database, people: People, ended: Ended, case: str
) -> None:
    state, verdict = NOT_YET[case]
    chosen = ended.refused
    if state is S.QUEUED:
        decide(database, people.author, chosen, V.SEND_AGAIN)
    if state is S.ACCEPTED:
        chosen = ended.uncertain
        decide(database, people.author, chosen, V.ARRIVED)
    with pytest.raises(UserError):
        decide(database, people.author, chosen, verdict)
    assert stored(database, chosen).state is state


def test_a_persons_word_is_not_taken_back_by_another(
    database: Database, people: People, ended: Ended
) -> None:
    decide(database, people.author, ended.uncertain, V.NOT_ARRIVED)
    with pytest.raises(UserError, match="「届いていない」と記録しています"):
        decide(database, people.approver, ended.uncertain, V.SEND_AGAIN)


def test_the_checker_and_another_office_decide_nothing(
    database: Database, people: People, ended: Ended
) -> None:
    with pytest.raises(Forbidden):
        decide(database, people.checker, ended.uncertain, V.ARRIVED)
    with database.writing() as session:
        office = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        staff = settling.add_staff(
            session, office, "tonari", "隣野", "a stranger's password", list(Role)
        )
        session.flush()
        session.refresh(staff)
        stranger = Actor(staff, office)
    with pytest.raises(NotFound):
        decide(database, stranger, ended.uncertain, V.ARRIVED)
    with database.writing() as session, pytest.raises(NotFound):
        decisions.send_again(session, stranger, ended.snapshot, [ended.uncertain])
    with pytest.raises(NotFound):
        decide(database, people.author, 10_000, V.ARRIVED)


def test_the_offices_own_copy_is_nothing_to_decide(
    database: Database, people: People, ended: Ended
) -> None:
    with database.reading() as session:
        copy = service.first_copy(session, ended.snapshot.id).id
    with pytest.raises(NotFound):
        decide(database, people.author, copy, V.SEND_AGAIN)


def halt(database: Database, people: People, snapshot: Snapshot) -> None:
    with database.writing() as session:
        service.halt(session, snapshot, "test", "止めました。")
        service.finish_if_done(session, snapshot)


def cancel(database: Database, people: People, snapshot: Snapshot) -> None:
    with database.writing() as session:
        control.cancel(session, people.author, session.get_one(Snapshot, snapshot.id))


ENDS = {"halted": halt, "cancelled": cancel}


@pytest.mark.parametrize("end", ENDS)
def test_in_a_stopped_mailing_nothing_goes_again_and_the_way_is_shown(
    database: Database, people: People, approved: Snapshot, end: str
) -> None:
    lost, _ = lapse(database, approved)
    ENDS[end](database, people, approved)
    with pytest.raises(UserError, match="次の版の送信先に入ります"):
        decide(database, people.author, lost, V.SEND_AGAIN)
    decide(database, people.author, lost, V.NOT_ARRIVED)
    assert take_up(database, people, approved.mailing_id) == 0
    newer = submit(database, people, approved.mailing_id)
    with database.writing() as session:
        query = sa.select(SnapshotRecipient).where(SnapshotRecipient.snapshot_id == newer.id)
        contact = stored(database, lost).contact_id
        assert contact in [each.contact_id for each in session.scalars(query)]
        snapshot = session.get_one(Snapshot, approved.id)
        with pytest.raises(UserError, match="作成に戻された"):
            decisions.send_again(session, people.author, snapshot, [lost])


def test_after_a_week_nothing_goes_again(database: Database, people: People, ended: Ended) -> None:
    with (
        time_machine.travel(clock.now() + timedelta(days=8)),
        pytest.raises(UserError, match="7日を過ぎた"),
    ):
        decide(database, people.author, ended.refused, V.SEND_AGAIN)


@pytest.mark.parametrize("first", [V.ARRIVED, V.NOT_ARRIVED, V.SEND_AGAIN])
def test_two_people_who_decide_at_once_are_one_and_one_who_comes_late(
    database: Database, people: People, ended: Ended, first: V
) -> None:
    answers: list[str] = []
    ready = threading.Barrier(2)

    def one(actor: Actor, verdict: V) -> None:
        ready.wait()
        try:
            decide(database, actor, ended.uncertain, verdict)
            answers.append("decided")
        except UserError:
            answers.append("too late")

    both = [
        threading.Thread(target=one, args=(people.author, first)),
        threading.Thread(target=one, args=(people.approver, V.ARRIVED)),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(answers) == ["decided", "too late"]
    with database.reading() as session:
        (record,) = decisions.records(session, ended.uncertain)
    assert stored(database, ended.uncertain).state is decisions.STATES[record.verdict]


LATE_ANSWERS = [S.ACCEPTED, S.REFUSED, S.DEFERRED, S.QUEUED]


@pytest.mark.parametrize("answer", LATE_ANSWERS)
@pytest.mark.parametrize("verdict", list(V))
def test_a_worker_that_settles_late_changes_nothing_of_what_a_person_decided(
    database: Database, people: People, approved: Snapshot, verdict: V, answer: S
) -> None:
    lost, attempt = lapse(database, approved)
    decide(database, people.author, lost, verdict)
    with database.writing() as session:
        hands.settle(session, attempt, answer, 451, "late")
    assert stored(database, lost).state is decisions.STATES[verdict]
    with database.reading() as session:
        assert session.get_one(Attempt, attempt.id).outcome == "uncertain"


def test_a_worker_that_settles_late_does_not_take_the_next_ones_claim(
    database: Database, people: People, approved: Snapshot
) -> None:
    lost, attempt = lapse(database, approved)
    decide(database, people.author, lost, V.SEND_AGAIN)
    with database.writing() as session:
        taken = hands.claim(session, approved.id, "next", 30)
        assert lost in taken
        hands.settle(session, attempt, S.ACCEPTED, 250, "late")
    assert stored(database, lost).claimed_by == "next"


def test_a_worker_that_settles_before_the_decision_leaves_nothing_to_decide(
    database: Database, people: People, approved: Snapshot
) -> None:
    lost, attempt = lapse(database, approved)
    with database.writing() as session:
        hands.settle(session, attempt, S.ACCEPTED, 250, "taken")
    with pytest.raises(UserError, match="もう決まっています"):
        decide(database, people.author, lost, V.SEND_AGAIN)


def test_without_the_record_the_database_lets_nothing_go_again(
    database: Database, ended: Ended
) -> None:
    with database.writing() as session:  # as if the relay had closed the connection
        open_ = sa.update(Attempt).where(Attempt.settled_at.is_(None))
        session.execute(open_.values(settled_at=clock.now(), outcome="uncertain"))
    for chosen in (ended.uncertain, ended.refused):
        query = sa.update(Delivery).where(Delivery.id == chosen).values(state=S.QUEUED)
        with pytest.raises(DatabaseError, match="guard deliveries"), database.writing() as session:
            session.execute(query)


def test_after_retention_nothing_goes_again(
    database: Database, people: People, ended: Ended
) -> None:
    with database.writing() as session:
        snapshot = session.get_one(Snapshot, ended.snapshot.id)
        retention.erase(session, people.approver, snapshot, "保存期間")
    with pytest.raises(UserError, match="消去しました"):
        decide(database, people.author, ended.refused, V.SEND_AGAIN)
