"""What changes no more of a sending is counted once: with it, the figures are those without it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import course, decisions, ledger
from eventmail.outbox.models import DecisionRecord, Delivery, DeliveryState, Verdict
from eventmail.outbox.so_far import Running, SoFar
from eventmail.pictures.timeline import Counted
from eventmail.sample import People
from tests.outbox import hands

S = DeliveryState
STEP = 1


def counted(
    database: Database, snapshot: Snapshot, memory: Running, monkeypatch: pytest.MonkeyPatch
) -> list[Counted]:
    monkeypatch.setattr(course, "_running", memory)
    with database.reading() as session:
        return sorted(course.answers(session, snapshot, STEP))


def answered(database: Database, snapshot: Snapshot, state: DeliveryState, code: int) -> None:
    """The relay says this of the next mail."""
    with database.writing() as session:
        for taken in hands.claim(session, snapshot.id, "w", 1):
            hands.settle(session, hands.hand_over(session, taken, "w"), state, code, "words")


def decided(
    database: Database, snapshot: Snapshot, people: People, state: DeliveryState, verdict: Verdict
) -> None:
    """A person's word on the first mail of this state, if there is one."""
    with database.writing() as session:
        delivery_id = _first(session, snapshot, state)
        if delivery_id:
            decisions.decide(session, people.author, delivery_id, verdict)


def comes_back(database: Database, snapshot: Snapshot) -> None:
    """The first mail that the relay took, if there is one."""
    with database.writing() as session:
        delivery_id = _first(session, snapshot, S.ACCEPTED)
        if delivery_id:
            delivery = session.get_one(Delivery, delivery_id)
            hands.bounced(session, delivery)
            delivery.state = S.BOUNCED


def _first(session: Session, snapshot: Snapshot, state: DeliveryState) -> int:
    decided_on = sa.select(DecisionRecord.delivery_id)
    query = sa.select(sa.func.min(Delivery.id)).where(
        Delivery.snapshot_id == snapshot.id,
        Delivery.state == state,
        ~Delivery.first_copy,
        Delivery.id.not_in(decided_on),
    )
    return session.scalar(query) or 0


ANSWERS = [(S.ACCEPTED, 250)] * 6 + [(S.REFUSED, 550), (S.DEFERRED, 451), (S.UNCERTAIN, 0)]
WORDS = [
    *((S.REFUSED, Verdict.SEND_AGAIN), (S.UNCERTAIN, Verdict.SEND_AGAIN)),
    *((S.UNCERTAIN, Verdict.ARRIVED), (S.UNCERTAIN, Verdict.NOT_ARRIVED)),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("between", [1, 3, 100])
def test_whatever_happens_the_figures_are_those_of_counting_all(
    database: Database,
    snapshot: Snapshot,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    between: int,
) -> None:
    chance, memory = random.Random(seed), Running(enough=2, between=between)
    with time_machine.travel(clock.now(), tick=False) as moment:
        for _ in range(40):
            moment.shift(timedelta(seconds=chance.choice([0, 1, 3, 2000])))
            if chance.random() < 0.75:
                answered(database, snapshot, *chance.choice(ANSWERS))
            elif chance.random() < 0.7:
                decided(database, snapshot, people, *chance.choice(WORDS))
            else:
                comes_back(database, snapshot)
            alone = counted(database, snapshot, Running(), monkeypatch)
            assert counted(database, snapshot, memory, monkeypatch) == alone
    assert alone, "something was answered"


def test_what_was_taken_is_counted_once(
    database: Database, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answers = course._answers

    def noted(*given: object) -> list[Counted]:
        found = answers(*given)  # type: ignore[arg-type]
        asked.append(sum(count for _, _, count in found))
        return found

    monkeypatch.setattr(course, "_answers", noted)
    memory = Running(enough=2)
    for _ in range(5):
        answered(database, snapshot, S.ACCEPTED, 250)
    answered(database, snapshot, S.REFUSED, 550)
    counted(database, snapshot, memory, monkeypatch)
    del asked[:]
    counted(database, snapshot, memory, monkeypatch)
    assert asked == [1], "the refused one alone: a person may send it again"
    answered(database, snapshot, S.ACCEPTED, 250)
    del asked[:]
    counted(database, snapshot, memory, monkeypatch)
    assert asked == [2]


def test_few_answers_are_counted_anew_each_time(
    database: Database, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Running(enough=5)
    for _ in range(5):
        answered(database, snapshot, S.ACCEPTED, 250)
    counted(database, snapshot, memory, monkeypatch)
    key = (snapshot.digest, 1, STEP)
    assert memory._kept.of(key, SoFar) == SoFar()


def test_the_mails_in_between_stay_few(database: Database, snapshot: Snapshot) -> None:
    """Two were refused and one was taken behind them: with room for one, it ends at the second."""
    for state, code in [(S.ACCEPTED, 250), (S.REFUSED, 550), (S.REFUSED, 550), (S.ACCEPTED, 250)]:
        answered(database, snapshot, state, code)
    memory = Running(enough=0, between=1)
    with database.reading() as session:
        ids = session.scalars(
            sa.select(Delivery.id).where(Delivery.attempts > 0).order_by(Delivery.id)
        ).all()
        found = memory._further(session, snapshot.id, SoFar(), lambda _: [])
    assert (found.last, found.waiting) == (ids[2] - 1, {ids[1]})


def test_a_lease_that_lapsed_is_seen(
    database: Database, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail in hand, before ones that were taken: nobody answered for it."""
    memory = Running(enough=0)
    with database.writing() as session:
        (lost,) = hands.claim(session, snapshot.id, "lost", 1)
        hands.hand_over(session, lost, "lost")
    answered(database, snapshot, S.ACCEPTED, 250)
    assert [each[1:] for each in counted(database, snapshot, memory, monkeypatch)] == [
        ("accepted", 1)
    ]
    with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
        ledger.reclaim_lapsed(session)
    kinds = {each[1] for each in counted(database, snapshot, memory, monkeypatch)}
    assert kinds == {"accepted", "uncertain"}
