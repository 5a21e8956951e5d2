"""BCC一括: one mail to the office's own address, to at most N at once, settled one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact, ParticipantStatus
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, SendMode, Snapshot
from eventmail.mailings.service import Blocked, Draft
from eventmail.offices.models import Office
from eventmail.outbox import limits, listing, sending, service
from eventmail.outbox.models import Attempt, Delivery, ExposureRecord
from eventmail.outbox.standing import Hold, due_snapshots, standing
from eventmail.privacy import erasing
from eventmail.privacy import people as privacy
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.wire import Relay, parse_mail
from tests import settling
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, reload, submit
from tests.recorder import DROP, PASS, Recorder

OFFICE = "gakusotsu@himesato-anteisho.example"
LETTER = "参加企業　ご担当者様\n\n{イベント名}の資料をお送りします。\n開催日：{開催日}\n"


def allow(database: Database, *, allowed: bool = True, size: int = 50) -> None:
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_batches(session, office, allowed, size)


def write(
    database: Database,
    people: People,
    meeting: Meeting,
    body: str = LETTER,
    mode: SendMode = SendMode.BATCH,
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        draft = Draft(
            "資料の送付", "【{イベント名}】資料", body, frozenset(), mailing.version, mode
        )
        mailings.save_draft(session, people.author, mailing, draft)


@pytest.fixture
def batch(database: Database, people: People, meeting: Meeting) -> Callable[..., Snapshot]:
    """An approved mailing to all 30 in one mode, with at most ``size`` at once."""

    def approved(size: int = 50) -> Snapshot:
        allow(database, size=size)
        write(database, people, meeting)
        snapshot = submit(database, people, meeting.mailing.id)
        check(database, people, meeting.mailing.id)
        approve(database, people, meeting.mailing.id)
        return snapshot

    return approved


def fates(database: Database, snapshot: Snapshot) -> Counter[str]:
    with database.reading() as session:
        return Counter(line.state.value for line in listing.every(session, snapshot))


def test_all_get_one_and_the_same_mail_that_shows_nobody(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch(size=12)
    sending.run(database, relay, snapshot.id)

    first, *rest = recorder.received
    assert first.rcpt_to == (OFFICE,)
    assert [len(mail.rcpt_to) for mail in rest] == [12, 12, 6]
    reached = [to for mail in rest for to in mail.rcpt_to]
    assert sorted(reached) == sorted(r.address for r in snapshot.recipients)
    assert len({mail.content for mail in rest}) == 1, "the same bytes for everybody"
    parsed = parse_mail(rest[0].content)
    assert parsed.value("To") == OFFICE
    assert "企業と学校との雇用情報交換会の資料" in parsed.body
    assert fates(database, snapshot) == {"accepted": 30}


def test_the_smaller_limit_wins(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch(size=20)
    sending.run(database, replace(relay, most_recipients=8), snapshot.id)
    assert [len(mail.rcpt_to) for mail in recorder.received] == [1, 8, 8, 8, 6]


def test_the_limit_that_the_relay_itself_states_is_kept(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    """RFC 9422: ``250 LIMITS RCPTMAX=13`` in the answer to EHLO."""
    snapshot = batch()
    recorder.extensions.append("LIMITS MAILMAX=99 RCPTMAX=13")
    sending.run(database, relay, snapshot.id)
    assert [len(mail.rcpt_to) for mail in recorder.received] == [1, 13, 13, 4]


def test_each_recipient_is_settled_by_the_answer_to_himself(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch()
    for answer in (PASS, PASS, "550 5.1.1 no such user", PASS, "451 4.7.1 greylisted"):
        recorder.script("RCPT", answer)  # the first is the office's own copy
    sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 28, "refused": 1, "deferred": 1}
    assert len(recorder.received[1].rcpt_to) == 28

    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"accepted": 29, "refused": 1}
    late = recorder.received[2]
    assert len(late.rcpt_to) == 1
    assert late.content == recorder.received[1].content, "the same mail, however late"


def test_too_many_recipients_go_at_once_in_the_next_transaction(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    """RFC 5321, section 4.5.3.1.10."""
    snapshot = batch()
    recorder.script("RCPT", PASS, times=21)
    recorder.script("RCPT", "452 4.5.3 too many recipients", times=10)
    sending.run(database, relay, snapshot.id)
    assert [len(mail.rcpt_to) for mail in recorder.received] == [1, 20, 10]
    assert fates(database, snapshot) == {"accepted": 30}


def test_a_batch_lost_after_the_final_dot_is_uncertain_for_all_of_it_and_never_sent_again(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch(size=20)
    recorder.script("DOT", PASS)
    recorder.script("DOT", DROP)
    assert sending.run(database, relay, snapshot.id) is True
    with time_machine.travel(clock.now() + limits.LOST[0] + timedelta(seconds=1)):
        sending.run(database, relay, snapshot.id)
    assert fates(database, snapshot) == {"uncertain": 20, "accepted": 10}
    assert [len(mail.rcpt_to) for mail in recorder.seen] == [1, 20, 10]


def test_who_withdrew_after_the_approval_is_left_out_of_the_batch(
    database: Database, batch: Callable[..., Snapshot], relay: Relay, recorder: Recorder
) -> None:
    snapshot = batch()
    gone = snapshot.recipients[3]
    with database.writing() as session:
        leaving = session.get_one(Contact, gone.contact_id)
        leaving.participant.status = ParticipantStatus.WITHDRAWN
    sending.run(database, relay, snapshot.id)
    assert gone.address not in recorder.received[1].rcpt_to
    assert fates(database, snapshot) == {"accepted": 29, "withheld": 1}


def test_every_mail_of_a_batch_is_kept_and_shown_as_it_was_sent(
    database: Database,
    people: People,
    batch: Callable[..., Snapshot],
    relay: Relay,
    recorder: Recorder,
) -> None:
    snapshot = batch()
    sending.run(database, relay, snapshot.id)
    with database.reading() as session:
        last = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        _, content = service.as_sent(session, people.author, last.id)
        assert content == recorder.received[1].content
        digests = set(session.scalars(sa.select(Attempt.digest)))
        record = session.get_one(ExposureRecord, (snapshot.id, 1))
    assert len(digests) == 2, "the office's marked copy, and the one mail of the batch"
    assert (record.mails, record.exposing, record.unreadable) == (31, 0, 0)


def test_a_batchs_mail_is_kept_once_and_stays_when_its_first_recipient_is_erased(
    database: Database,
    people: People,
    batch: Callable[..., Snapshot],
    relay: Relay,
    recorder: Recorder,
) -> None:
    snapshot = batch()
    sending.run(database, relay, snapshot.id)
    with database.writing() as session:
        kept = session.scalars(sa.select(Attempt).where(sa.func.length(Attempt.head) > 0))
        copy = session.scalars(sa.select(Delivery.id).where(Delivery.first_copy)).one()
        (first,) = {each.delivery_id for each in kept} - {copy}
        address = session.scalars(
            sa.select(Contact.address)
            .join(Delivery, Delivery.contact_id == Contact.id)
            .where(Delivery.id == first)
        ).one()
        found = privacy.find(session, people.manager, address)
        erasing.erase(session, people.manager, Sealer((b"k" * 32,)), found, "本人の請求")
    with database.reading() as session:
        last = session.scalars(sa.select(sa.func.max(Delivery.id))).one()
        _, content = service.as_sent(session, people.author, last)
    assert content == recorder.received[1].content


class TestRules:
    def test_an_office_that_does_not_allow_it_cannot_choose_it(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with pytest.raises(UserError, match="認められていません"):
            write(database, people, meeting)

    def test_taken_back_it_stops_a_draft_and_a_decision(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        allow(database)
        write(database, people, meeting)
        submit(database, people, meeting.mailing.id)
        allow(database, allowed=False)
        with pytest.raises(UserError, match="認められていません"):
            check(database, people, meeting.mailing.id)
        assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING
        with database.writing() as session:
            mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
            mailings.withdraw(session, people.author, mailing)
        with pytest.raises(Blocked, match="認められていません"):
            submit(database, people, meeting.mailing.id)

    def test_taken_back_after_the_approval_it_lets_nothing_more_leave(
        self,
        database: Database,
        batch: Callable[..., Snapshot],
        relay: Relay,
        recorder: Recorder,
    ) -> None:
        snapshot = batch()
        allow(database, allowed=False)
        sending.run(database, relay, snapshot.id)
        with database.reading() as session:
            assert standing(session, snapshot.id).hold is Hold.NO_LEAVE
            assert due_snapshots(session) == []
        assert recorder.received == []
        allow(database)
        sending.run(database, relay, snapshot.id)
        assert [len(mail.rcpt_to) for mail in recorder.received] == [1, 30]

    @pytest.mark.parametrize("field", ["宛名", "会社名", "担当者名", "敬称"])
    def test_a_field_of_the_recipient_has_no_place_in_it(
        self, database: Database, people: People, meeting: Meeting, field: str
    ) -> None:
        allow(database)
        write(database, people, meeting, f"{{{field}}}\n\nご案内です。")
        with pytest.raises(Blocked, match=f"「{{{field}}}」は使えません"):
            submit(database, people, meeting.mailing.id)

    def test_the_same_letter_is_fine_one_by_one(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        write(database, people, meeting, "{会社名}\n\nご案内です。", SendMode.INDIVIDUAL)
        assert submit(database, people, meeting.mailing.id).mode is SendMode.INDIVIDUAL

    def test_a_snapshot_in_this_mode_holds_no_field_at_all(
        self, database: Database, batch: Callable[..., Snapshot]
    ) -> None:
        snapshot = batch()
        assert not set(snapshot.subject + snapshot.body) & set("{}｛｝")
        assert "令和8年12月9日" in snapshot.body

    def test_no_participant_may_stand_in_it_not_even_for_himself(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        allow(database)
        with database.reading() as session:
            address = session.scalars(sa.select(Contact.address).limit(1)).one()
        write(database, people, meeting, f"お問い合わせは {address} まで。")
        with pytest.raises(Blocked, match="ほかの参加事業所のメールアドレス"):
            submit(database, people, meeting.mailing.id)
