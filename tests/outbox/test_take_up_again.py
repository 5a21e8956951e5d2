"""A halted mailing goes on only as a new snapshot, and reaches nobody twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DatabaseError

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing, MailingState, Reached, Snapshot
from eventmail.offices.permissions import Forbidden
from eventmail.outbox import limits, listing, sending, service
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.sample import People
from eventmail.wire import Relay
from tests.guards import drop_guard
from tests.mailings.journey import approve, check, reload, submit, take_up
from tests.outbox import hands
from tests.recorder import DROP, PASS, Recorder


@pytest.fixture
def halted(database: Database, approved: Snapshot, relay: Relay, recorder: Recorder) -> Snapshot:
    """Halted after the first copy, seven accepted, one refused and one uncertain mail."""
    for answer in (*[PASS] * 8, DROP):
        recorder.script("DOT", answer)
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "550 5.1.1 no such user")
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        service.halt(session, approved, "test", "止めました。")
        service.finish_if_done(session, approved)
    return approved


def addresses(database: Database, snapshot: Snapshot, *states: str) -> set[str]:
    with database.reading() as session:
        lines = list(listing.every(session, snapshot))
    return {line.address for line in lines if not states or line.state.value in states}


def send_after_the_rest(database: Database, relay: Relay, snapshot: Snapshot) -> None:
    """The relay is left alone for a moment after the loss."""
    with time_machine.travel(clock.now() + 2 * limits.LOST[0]):
        sending.run(database, relay, snapshot.id)


def test_the_next_snapshot_goes_to_the_rest_and_nobody_gets_it_twice(
    database: Database, people: People, halted: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    reached = addresses(database, halted, "accepted", "uncertain")
    assert len(addresses(database, halted, "accepted")) == 7
    assert len(addresses(database, halted, "uncertain")) == 1
    recorder.clear()

    assert take_up(database, people, halted.mailing_id) == 8
    second = submit(database, people, halted.mailing_id)
    assert second.revision == 2
    assert {r.address for r in second.recipients} == addresses(database, halted) - reached
    check(database, people, halted.mailing_id)
    approve(database, people, halted.mailing_id)
    send_after_the_rest(database, relay, second)

    sent = {to for mail in recorder.received[1:] for to in mail.rcpt_to}
    assert len(sent) == len(recorder.received) - 1 == 22
    assert not sent & reached
    assert reload(database, people, halted.mailing_id).state is MailingState.SENT


def test_both_reviews_start_afresh(database: Database, people: People, halted: Snapshot) -> None:
    take_up(database, people, halted.mailing_id)
    submit(database, people, halted.mailing_id)
    with pytest.raises(UserError, match="確認待ち"):
        approve(database, people, halted.mailing_id)


def test_who_was_reached_stays_out_even_as_a_new_row_of_the_roster(
    database: Database, people: People, halted: Snapshot
) -> None:
    """The workbook was imported anew, and the same address stands in another row."""
    reached = sorted(addresses(database, halted, "accepted"))[0]
    take_up(database, people, halted.mailing_id)
    with database.writing() as session:
        old = session.scalars(sa.select(Contact).where(Contact.address == reached)).one()
        old.active = False
        session.flush()
        again = {
            column.key: getattr(old, column.key)
            for column in sa.inspect(Contact).columns
            if column.key not in ("id", "active")
        }
        session.add(Contact(**again, active=True))
    second = submit(database, people, halted.mailing_id)
    assert reached not in {r.address for r in second.recipients}


def test_an_address_that_was_mended_in_between_does_not_block_the_next_time(
    database: Database, people: People, halted: Snapshot, relay: Relay
) -> None:
    """The mended address has not had the mail: it gets it, once."""
    mended = "mended@newcomer.example"
    reached = sorted(addresses(database, halted, "accepted"))[0]
    take_up(database, people, halted.mailing_id)
    with database.writing() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.address == reached)).one()
        contact.address = contact.address_key = mended
    second = submit(database, people, halted.mailing_id)
    check(database, people, halted.mailing_id)
    approve(database, people, halted.mailing_id)
    send_after_the_rest(database, relay, second)
    with database.writing() as session:
        session.get_one(Mailing, halted.mailing_id).state = MailingState.HALTED
    assert mended in addresses(database, second, "accepted")
    assert take_up(database, people, halted.mailing_id) == 23
    with pytest.raises(UserError, match="送信先がありません"):
        submit(database, people, halted.mailing_id)


def test_not_while_a_mail_is_still_on_its_way(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        (late,) = hands.claim(session, approved.id, "other", 1)
        hands.hand_over(session, late, "other")
        service.halt(session, approved, "test", "止めました。")
    with pytest.raises(UserError, match="まだ送信処理中"):
        take_up(database, people, approved.mailing_id)
    assert reload(database, people, approved.mailing_id).state is MailingState.HALTED


@pytest.mark.parametrize("role", ["checker", "approver"])
def test_only_an_author_takes_it_up(
    database: Database, people: People, halted: Snapshot, role: str
) -> None:
    with database.writing() as session:
        mailing = session.get_one(Mailing, halted.mailing_id)
        with pytest.raises(Forbidden):
            service.take_up_again(session, getattr(people, role), mailing)


def test_a_mailing_that_is_not_halted_cannot_be_taken_up(
    database: Database, people: People, approved: Snapshot
) -> None:
    with pytest.raises(UserError, match="送信中"):
        take_up(database, people, approved.mailing_id)


def test_the_database_itself_refuses_a_second_mail_to_the_same_address(
    database: Database, people: People, halted: Snapshot
) -> None:
    """The barrier alone: the services' own list of whom it reached is forgotten."""
    take_up(database, people, halted.mailing_id)
    drop_guard(database, "mailing_reached", "delete")
    with database.writing() as session:
        session.execute(sa.delete(Reached))
    with pytest.raises(DatabaseError, match="reached"):
        submit(database, people, halted.mailing_id)
    drop_guard(database, "snapshot_recipients", "reached")
    assert len(submit(database, people, halted.mailing_id).recipients) == 30


def test_all_reached_leaves_nobody_to_send_to(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.UNCERTAIN))
        service.halt(session, approved, "test", "止めました。")
        service.finish_if_done(session, approved)
    assert take_up(database, people, approved.mailing_id) == 30
    with pytest.raises(UserError, match="送信先がありません"):
        submit(database, people, approved.mailing_id)
