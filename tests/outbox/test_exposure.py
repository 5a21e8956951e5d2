"""The exposure record is made from the bytes that left, and says when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Blob
from eventmail.mailings.models import Snapshot
from eventmail.outbox import exposure, retention, sending, service
from eventmail.outbox.models import Attempt, Delivery, ExposureRecord
from eventmail.wire import Relay
from tests.guards import drop_guard
from tests.pages import Pages


def make_missing(database: Database) -> None:
    """The sweep's work, when a worker has had the time to do it itself."""
    with time_machine.travel(clock.now() + 2 * exposure.LEFT_TO_ITS_WORKER):
        exposure.make_missing(database)


def test_what_has_only_just_ended_is_left_to_its_worker(
    database: Database, approved: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setattr(exposure, "make_record", lambda *_: None)
        sending.run(database, relay, approved.id)
    exposure.make_missing(database)
    with database.reading() as session:
        assert exposure.newest_record(session, approved.id) is None


def record_of(database: Database, snapshot: Snapshot) -> ExposureRecord:
    with database.reading() as session:
        return session.get_one(ExposureRecord, (snapshot.id, 1))


def send_but_leave_out_the_record(
    database: Database, snapshot: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the worker had died between the last mail and the record."""
    with monkeypatch.context() as dead:
        dead.setattr(exposure, "make_record", lambda *_: None)
        sending.run(database, relay, snapshot.id)


def test_thirty_mails_and_the_offices_copy_show_nobody_else(
    database: Database, approved: Snapshot, relay: Relay
) -> None:
    sending.run(database, relay, approved.id)
    record = record_of(database, approved)
    assert (record.mails, record.exposing, record.unreadable) == (31, 0, 0)
    assert record.known_addresses == 30


def test_a_record_that_a_dead_worker_left_out_is_made_by_the_sweep(
    database: Database, approved: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_but_leave_out_the_record(database, approved, relay, monkeypatch)
    with database.reading() as session:
        assert session.get(ExposureRecord, (approved.id, 1)) is None
    make_missing(database)
    make_missing(database)
    assert record_of(database, approved).mails == 31


@pytest.mark.parametrize(("minutes", "made"), [(4, False), (6, False), (9, False), (11, True)])
def test_the_longer_a_sending_was_the_longer_its_record_is_left_to_the_worker_that_ended_it(
    database: Database,
    approved: Snapshot,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    made: bool,
) -> None:
    """Else each of many workers would look through a million mails at the same time."""
    send_but_leave_out_the_record(database, approved, relay, monkeypatch)
    monkeypatch.setattr(exposure, "A_MAIL", timedelta(seconds=10))  # 30 of them: 5 minutes
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        exposure.make_missing(database)
    with database.reading() as session:
        assert (exposure.newest_record(session, approved.id) is not None) is made


def test_a_mail_that_shows_another_company_is_counted(
    database: Database, approved: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two companies got each other's mail: what no barrier lets happen, written into the rows."""
    send_but_leave_out_the_record(database, approved, relay, monkeypatch)
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        query = sa.select(Attempt).join(Delivery, Delivery.id == Attempt.delivery_id)
        one, two = session.scalars(query.where(~Delivery.first_copy).limit(2))
        one.head, two.head = bytes(two.head), bytes(one.head)
        one.digest, two.digest = two.digest, one.digest
    make_missing(database)
    record = record_of(database, approved)
    assert (record.mails, record.exposing, record.unreadable) == (31, 2, 0)


def test_a_mail_whose_bytes_are_not_those_that_left_proves_nothing(
    database: Database, approved: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_but_leave_out_the_record(database, approved, relay, monkeypatch)
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        first, second = session.scalars(sa.select(Attempt).order_by(Attempt.id).limit(2))
        first.digest = "0" * 64
        second.head = b"no mail at all"
    make_missing(database)
    record = record_of(database, approved)
    assert (record.mails, record.exposing, record.unreadable) == (31, 0, 2)


def test_a_changed_material_makes_every_mail_that_carried_it_unreadable(
    database: Database, approved: Snapshot, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_but_leave_out_the_record(database, approved, relay, monkeypatch)
    with database.writing() as session:
        session.execute(sa.update(Blob).values(content=b"something else"))
    make_missing(database)
    record = record_of(database, approved)
    assert (record.mails, record.exposing, record.unreadable) == (31, 0, 31)


class TestPaper:
    """The printable record."""

    def test_it_states_count_mode_and_zero_exposures_with_each_digest_and_no_address(
        self,
        database: Database,
        approved: Snapshot,
        relay: Relay,
        sign_in: Callable[[str], Pages],
    ) -> None:
        sending.run(database, relay, approved.id)
        page = sign_in("approver").get(f"/mailings/{approved.mailing_id}/record")
        assert "送信方法：個別送信" in page.text
        assert "送信サーバーに渡した31通のすべてで" in page.text
        assert "見える箇所は0件でした" in page.text
        assert approved.digest in page.text
        with database.reading() as session:
            digests = list(session.scalars(sa.select(Attempt.digest)))
        assert len(digests) == 31
        assert all(each in page.text for each in digests)
        assert not [r.address for r in approved.recipients if r.address in page.text]

    def test_while_the_mails_are_on_their_way_it_promises_nothing(
        self, approved: Snapshot, sign_in: Callable[[str], Pages]
    ) -> None:
        page = sign_in("author").get(f"/mailings/{approved.mailing_id}/record")
        assert "送信が終わると、ここに確認の結果が出ます" in page.text
        assert "0件でした" not in page.text

    def test_a_mailing_that_stopped_before_any_mail_left_claims_nothing(
        self, database: Database, approved: Snapshot, sign_in: Callable[[str], Pages]
    ) -> None:
        with database.writing() as session:
            service.halt(session, approved, "test", "止めました。")
            service.finish_if_done(session, approved)
        make_missing(database)
        page = sign_in("author").get(f"/mailings/{approved.mailing_id}/record")
        assert "送信サーバーに渡したメールはありません" in page.text
        assert "0件でした" not in page.text

    def test_what_was_erased_before_the_look_has_no_result(
        self,
        database: Database,
        approved: Snapshot,
        relay: Relay,
        monkeypatch: pytest.MonkeyPatch,
        sign_in: Callable[[str], Pages],
    ) -> None:
        send_but_leave_out_the_record(database, approved, relay, monkeypatch)
        with database.writing() as session:
            retention.erase(session, None, session.get_one(Snapshot, approved.id), "満了")
        page = sign_in("author").get(f"/mailings/{approved.mailing_id}/record")
        assert "確認の結果はありません" in page.text
        assert "送信が終わると" not in page.text

    def test_a_record_that_is_not_clean_says_so_loudly(
        self,
        database: Database,
        approved: Snapshot,
        relay: Relay,
        monkeypatch: pytest.MonkeyPatch,
        sign_in: Callable[[str], Pages],
    ) -> None:
        send_but_leave_out_the_record(database, approved, relay, monkeypatch)
        drop_guard(database, "attempts", "rewritten")
        with database.writing() as session:
            session.execute(sa.update(Attempt).values(digest="0" * 64))
        make_missing(database)
        page = sign_in("author").get(f"/mailings/{approved.mailing_id}/record")
        assert "確認できないメールがあります" in page.text
        assert "0件でした" not in page.text

    def test_a_mailing_that_was_never_sent_has_none(
        self, submitted: Snapshot, sign_in: Callable[[str], Pages]
    ) -> None:
        sign_in("author").get(f"/mailings/{submitted.mailing_id}/record", status=404)
        sign_in("author").get(f"/mailings/{submitted.mailing_id}/record?revision=9", status=404)
