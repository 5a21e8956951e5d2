"""One run over a snapshot: what the relay says decides each mail's fate, and nothing is doubled."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import OperationalError

from eventmail import clock
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Contact, ParticipantStatus
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.outbox import ledger, limits, listing, sending, service
from eventmail.outbox.listing import Line
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.outbox.service import Progress
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.mailings.journey import approve, check, reload, submit
from tests.outbox import hands
from tests.recorder import DROP, PASS, Recorder

OFFICE = "gakusotsu@himesato-anteisho.example"


@pytest.fixture
def snapshot(approved: Snapshot) -> Snapshot:
    """The sample meeting's mailing, approved."""
    return approved


def progress_of(database: Database, snapshot: Snapshot) -> Progress:
    with database.reading() as session:
        return service.progress(session, snapshot)


def fates(database: Database, snapshot: Snapshot) -> Counter[str]:
    return Counter(line.state.value for line in lines_of(database, snapshot))


def lines_of(database: Database, snapshot: Snapshot) -> list[Line]:
    with database.reading() as session:
        return list(listing.every(session, snapshot))


def recipients(recorder: Recorder) -> list[str]:
    return [to for mail in recorder.received for to in mail.rcpt_to]


def test_every_company_gets_one_mail_of_its_own_after_the_offices_copy(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    assert sending.run(database, relay, snapshot.id) is False

    assert recipients(recorder)[0] == OFFICE
    assert sorted(recipients(recorder)[1:]) == sorted(r.address for r in snapshot.recipients)
    assert all(len(mail.rcpt_to) == 1 for mail in recorder.received)
    found = progress_of(database, snapshot)
    assert found.counts == {DeliveryState.ACCEPTED: 30}
    assert found.finished_at is not None
    assert reload(database, people, snapshot.mailing_id).state is MailingState.SENT


def test_each_mail_can_be_shown_exactly_as_it_was_sent(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    sending.run(database, relay, snapshot.id)
    sent = {mail.rcpt_to[0]: mail.content for mail in recorder.received}
    with database.reading() as session:
        for line in listing.every(session, snapshot):
            _, content = service.as_sent(session, people.author, line.delivery_id)
            assert content == sent[line.address]


def test_a_second_run_sends_nothing_again(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    sending.run(database, relay, snapshot.id)
    sending.run(database, relay, snapshot.id)
    assert len(recorder.received) == 31


def test_two_workers_at_once_double_nothing(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    runs = [
        threading.Thread(target=sending.run, args=(database, relay, snapshot.id)) for _ in range(3)
    ]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    sending.run(database, relay, snapshot.id)
    assert Counter(recipients(recorder)) == Counter(
        [OFFICE, *(r.address for r in snapshot.recipients)]
    )
    assert fates(database, snapshot) == {"accepted": 30}


def test_a_later_from_the_relay_is_tried_again_and_a_never_is_not(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "451 4.7.1 greylisted")
    recorder.script("RCPT", "550 5.1.1 no such user")
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 28, "deferred": 1, "refused": 1}
    first, second = lines_of(database, snapshot)[:2]
    assert first.reply == "451 4.7.1 greylisted"
    assert second.reply == "550 5.1.1 no such user"
    assert progress_of(database, snapshot).finished_at is None

    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot)["deferred"] == 1, "not before its time"

    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 29, "refused": 1}
    assert progress_of(database, snapshot).finished_at is not None


def test_what_is_put_off_for_five_days_is_given_up(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    start = clock.now()
    recorder.script("MAIL", PASS)
    for day in range(6):
        recorder.script("MAIL", "452 full")
        with time_machine.travel(start + timedelta(days=day, minutes=1)):
            sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 29, "refused": 1}


def test_a_connection_lost_after_the_final_dot_leaves_a_mail_uncertain_and_unsent(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("DOT", PASS)
    recorder.script("DOT", DROP)
    assert sending.run(database, relay, snapshot.id) is True, "come again: the connection is lost"
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"queued": 29, "uncertain": 1}, "but not at once"
    with time_machine.travel(clock.now() + limits.LOST[0] + timedelta(seconds=1)):
        sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 29, "uncertain": 1}
    with time_machine.travel(clock.now() + timedelta(days=1)):
        with database.writing() as session:
            ledger.reclaim_lapsed(session)
        sending.run(database, relay, snapshot.id)
    assert len(recorder.seen) == 31, "the uncertain mail went out once, and never again"


def test_a_connection_lost_before_the_hand_over_costs_nothing(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", DROP)
    assert sending.run(database, relay, snapshot.id) is True
    sending.run(database, relay, snapshot.id)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 30}
    assert len(set(recipients(recorder))) == len(recorder.received) == 31


def test_nothing_goes_to_participants_before_the_first_copy_is_taken(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", "550 no such mailbox")
    sending.run(database, relay, snapshot.id)
    assert recorder.received == []
    assert fates(database, snapshot) == {"withheld": 30}
    mailing = reload(database, people, snapshot.mailing_id)
    assert mailing.state is MailingState.HALTED
    assert "送信控え" in mailing.notice


def test_a_deferred_first_copy_holds_the_rest_back(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", "451 later")
    sending.run(database, relay, snapshot.id)
    assert recorder.received == []
    assert fates(database, snapshot) == {"queued": 30}


def test_a_relay_that_is_down_is_named_and_nothing_is_lost(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("EHLO", "554 go away", times=2)
    down = replace(relay, username="office", password="wrong")
    sending.run(database, down, snapshot.id)
    found = progress_of(database, snapshot)
    assert relay.place in found.notice
    assert fates(database, snapshot) == {"queued": 30}

    recorder.clear()
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 30}
    assert progress_of(database, snapshot).notice == ""


def test_who_withdrew_after_the_approval_gets_nothing(
    database: Database, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    gone, moved = snapshot.recipients[3], snapshot.recipients[4]
    with database.writing() as session:
        leaving = session.get_one(Contact, gone.contact_id)
        leaving.participant.status = ParticipantStatus.WITHDRAWN
        elsewhere = session.get_one(Contact, moved.contact_id)
        elsewhere.address = elsewhere.address_key = "elsewhere@moved.example"
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 28, "withheld": 2}
    assert not {gone.address, moved.address, "elsewhere@moved.example"} & set(recipients(recorder))


def test_a_gate_refusal_halts_the_mailing_at_once(
    database: Database, people: People, meeting: Meeting, relay: Relay, recorder: Recorder
) -> None:
    """An address in the letter becomes a participant's only after the approval."""
    with database.writing() as session:
        mailing = session.merge(meeting.mailing)
        mailing.body += "\n問い合わせ：late@newcomer.example\n"
    snapshot = submit(database, people, meeting.mailing.id, answering=True)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    with database.writing() as session:
        other = session.get_one(Contact, snapshot.recipients[0].contact_id)
        session.add(
            Contact(
                office_id=other.office_id,
                event_id=other.event_id,
                participant_id=other.participant_id,
                address="late@newcomer.example",
                address_key="late@newcomer.example",
                active=False,
                import_id=other.import_id,
                source_row=99,
                row_digest="0" * 64,
            )
        )
    sending.run(database, relay, snapshot.id)
    assert recorder.seen == []
    assert fates(database, snapshot) == {"withheld": 30}
    mailing = reload(database, people, snapshot.mailing_id)
    assert mailing.state is MailingState.HALTED
    assert "newcomer" not in mailing.notice, "the reason does not spread the address"


def test_a_snapshot_that_was_changed_behind_the_services_is_not_sent(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    drop_guard(database, "snapshots", "update")
    with database.writing() as session:
        session.execute(sa.text("UPDATE snapshots SET body = body || '追記'"))
    sending.run(database, relay, snapshot.id)
    assert recorder.seen == []
    assert fates(database, snapshot) == {"withheld": 30}
    assert reload(database, people, snapshot.mailing_id).state is MailingState.HALTED


def test_outside_production_a_foreign_domain_is_refused_before_anything_leaves(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    elsewhere = replace(relay, sink=False, allowed_domains=frozenset({"elsewhere.example"}))
    sending.run(database, elsewhere, snapshot.id)
    assert recorder.seen == []
    assert fates(database, snapshot) == {"withheld": 30}


def test_an_unexpected_error_stops_the_sending_and_tells_the_office(
    database: Database,
    people: People,
    snapshot: Snapshot,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("the stored file was changed")

    monkeypatch.setattr(events, "read_blob", broken)
    sending.run(database, relay, snapshot.id)
    assert recorder.seen == []
    assert fates(database, snapshot) == {"withheld": 30}
    assert "管理者" in reload(database, people, snapshot.mailing_id).notice


def test_what_is_halted_sends_nothing_more_and_keeps_its_reason(
    database: Database, people: People, snapshot: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    """Another worker has a mail in flight while the mailing is halted."""
    with database.writing() as session:
        (late,) = hands.claim(session, snapshot.id, "other", 1)
        attempt = hands.hand_over(session, late, "other")
        service.halt(session, snapshot, "test", "止めました。")
    with database.writing() as session:
        hands.settle(session, attempt, DeliveryState.DEFERRED)
    sending.run(database, relay, snapshot.id)
    assert recorder.seen == []
    assert progress_of(database, snapshot).notice == "止めました。"


def test_a_database_that_was_away_is_no_reason_to_halt(
    database: Database,
    people: People,
    snapshot: Snapshot,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "claim", locked)
        assert sending.run(database, relay, snapshot.id) is False
    assert reload(database, people, snapshot.mailing_id).state is MailingState.SENDING
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 30}


class TestLapsedLeases:
    """What a worker that died leaves behind."""

    def claim_one(self, database: Database, snapshot: Snapshot, *, handed_over: bool) -> int:
        with database.writing() as session:
            (found,) = hands.claim(session, snapshot.id, "dead", 1)
            if handed_over:
                hands.hand_over(session, found, "dead")
            return found

    def after_an_hour(self, database: Database, delivery_id: int) -> Delivery:
        with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
            assert ledger.reclaim_lapsed(session) == 1
        with database.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def test_a_claim_never_handed_over_is_queued_again(
        self, database: Database, snapshot: Snapshot
    ) -> None:
        found = self.claim_one(database, snapshot, handed_over=False)
        assert self.after_an_hour(database, found).state is DeliveryState.QUEUED

    def test_a_claim_that_was_handed_over_is_uncertain(
        self, database: Database, snapshot: Snapshot
    ) -> None:
        found = self.claim_one(database, snapshot, handed_over=True)
        assert self.after_an_hour(database, found).state is DeliveryState.UNCERTAIN

    def test_a_living_lease_is_left_alone(self, database: Database, snapshot: Snapshot) -> None:
        self.claim_one(database, snapshot, handed_over=False)
        with database.writing() as session:
            assert ledger.reclaim_lapsed(session) == 0

    def test_a_worker_that_lost_its_claim_may_not_send(
        self, database: Database, snapshot: Snapshot
    ) -> None:
        found = self.claim_one(database, snapshot, handed_over=False)
        self.after_an_hour(database, found)
        with database.writing() as session:
            assert not hands.may_hand_over(session, found, "dead")
            assert session.scalars(sa.select(Attempt)).all() == []
