"""Lapsed claims are judged while their worker may yet be at it: nothing handed over goes again."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.outbox import ledger, sending
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.standing import due_snapshots
from eventmail.sample import People
from eventmail.wire import Relay
from tests.counting import heard
from tests.mailings.journey import reload
from tests.outbox import hands

LATER = timedelta(hours=2)
A_MOMENT = 1.0  # for the other transaction to come as far as it can


@pytest.fixture
def claimed(database: Database, approved: Snapshot) -> int:
    with database.writing() as session:
        (delivery_id,) = hands.claim(session, approved.id, "slow")
    return delivery_id


def state_of(database: Database, delivery_id: int) -> DeliveryState:
    with database.reading() as session:
        return session.scalars(sa.select(Delivery.state).where(Delivery.id == delivery_id)).one()


def reclaim(database: Database) -> None:
    with database.writing() as session:
        ledger.reclaim_lapsed(session)


def test_a_mail_that_is_being_handed_over_by_a_slow_clock_is_not_queued_again(
    database: Database, claimed: int
) -> None:
    """Two machines whose clocks differ: to the sweep the new lease looks lapsed as well."""
    sweep = threading.Thread(target=reclaim, args=(database,))
    with database.writing() as session:
        hands.hand_over(session, claimed, "slow")
        with time_machine.travel(clock.now() + LATER):
            sweep.start()
            sweep.join(A_MOMENT)
    with time_machine.travel(clock.now() + LATER):
        sweep.join()
        assert state_of(database, claimed) in (DeliveryState.CLAIMED, DeliveryState.UNCERTAIN)
        reclaim(database)
    assert state_of(database, claimed) is DeliveryState.UNCERTAIN


def test_a_lapsed_claim_that_was_not_handed_over_is_queued_again(
    database: Database, claimed: int
) -> None:
    with time_machine.travel(clock.now() + LATER):
        reclaim(database)
    assert state_of(database, claimed) is DeliveryState.QUEUED


def test_a_claim_whose_lease_runs_is_left_alone(database: Database, claimed: int) -> None:
    reclaim(database)
    assert state_of(database, claimed) is DeliveryState.CLAIMED


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_leases_are_stretched_beside_a_turn_and_do_not_wait_for_it(
    database: Database, approved: Snapshot
) -> None:
    """Each would hold what the other waits for."""
    with database.writing() as session:
        ids = hands.claim(session, approved.id, "busy", 5)
    with database.writing() as turn:
        assert hands.may_hand_over(turn, ids[3], "busy")
        with database.writing() as beat:
            beat.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            ledger.keep_alive(beat, ["busy"], LATER)
    with database.reading() as session:
        leases = session.execute(sa.select(Delivery.id, Delivery.lease_until)).all()
    until = clock.now() + LATER / 2
    assert {number for number, lease in leases if lease and lease > until} == {*ids} - {ids[3]}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ["give_back", "keep_alive"])
def test_rows_are_locked_in_the_order_of_their_numbers_before_they_are_changed(
    database: Database, approved: Snapshot, step: str
) -> None:
    """As by all others: an UPDATE alone takes them as its index has them."""
    with database.writing() as session:
        hands.claim(session, approved.id, "busy", 5)
    with heard() as statements, database.writing() as session:
        if step == "give_back":
            ledger.give_back(session, "busy")
        else:
            ledger.keep_alive(session, ["busy"], LATER)
    locking, changing = [each for each in statements if "deliveries" in each]
    assert "ORDER BY deliveries.id FOR NO KEY UPDATE" in " ".join(locking.split())
    assert changing.startswith("UPDATE deliveries")


def test_the_office_is_told_when_a_worker_died_over_the_first_copy(
    database: Database, approved: Snapshot, people: People, relay: Relay
) -> None:
    """Nobody is left who knows of it but the sweep."""
    with database.writing() as session:
        (copy,) = ledger.claim(session, approved.id, "dead", 1, first_copy=True)
        hands.hand_over(session, copy, "dead")
    with time_machine.travel(clock.now() + LATER):
        reclaim(database)
        with database.reading() as session:
            assert due_snapshots(session) == [approved.id]
        assert not sending.run(database, relay, approved.id)
    assert reload(database, people, approved.mailing_id).state is MailingState.HALTED
    with database.reading() as session:
        assert due_snapshots(session) == [], "it is over"
