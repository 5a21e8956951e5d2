"""A notice is not lost, is not sent for nothing, and can be switched off by whom it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.models import Mailbox, Staff
from eventmail.outbox import control
from eventmail.outbox.limits import block
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.staffmail.models import NoticeState, StaffNotice
from eventmail.staffmail.sending import GIVE_UP, WAITS
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.mailings import journey
from tests.pages import Pages
from tests.recorder import DROP, Recorder
from tests.staffmail.staff import OWN, S, notices, told


class TestNotLost:
    """A relay that is away delays a notice, and nothing else; it is tried again and again."""

    @pytest.mark.parametrize(
        ("verb", "answer", "state"),
        [
            ("RCPT", "550 no such mailbox", S.REFUSED),
            ("RCPT", "451 later", S.QUEUED),
            ("DOT", DROP, S.UNCERTAIN),
        ],
        ids=["never", "later", "lost"],
    )
    def test_the_relays_answer_decides(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, verb: str, answer: str, state: NoticeState,
    ) -> None:  # fmt: skip
        recorder.script(verb, answer)
        outbox.sweep()
        (notice,) = notices(database)
        assert notice.state is state

    def test_what_was_put_off_comes_later_and_once(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        recorder.script("RCPT", "451 later", times=2)
        start = clock.now()
        outbox.sweep()
        outbox.sweep()
        assert len(recorder.commands) < 10, "not before its time"
        for minutes in (3, 10, 30):
            with time_machine.travel(start + timedelta(minutes=minutes)):
                outbox.sweep()
        assert len(recorder.received) == 1
        (notice,) = notices(database)
        assert (notice.state, notice.attempts) == (S.ACCEPTED, 3)

    def test_a_relay_that_is_away(
        self, settings: Settings, database: Database, known: People, submitted: Snapshot,
        outbox: Outbox, recorder: Recorder,
    ) -> None:  # fmt: skip
        wrong = replace(settings, mail_username="office", mail_password="wrong")
        away = Outbox(wrong, database)
        away.sweep()
        away.huey.storage.close()
        assert [each.state for each in notices(database)] == [S.QUEUED]
        with time_machine.travel(clock.now() + WAITS[0]):
            outbox.sweep()
        assert [each.state for each in notices(database)] == [S.ACCEPTED]

    def test_a_worker_that_died_over_it(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        recorder.script("RCPT", "451 later")
        outbox.sweep()
        with database.writing() as session:
            session.execute(sa.update(StaffNotice).values(state=S.CLAIMED))
        with time_machine.travel(clock.now() + WAITS[0]):
            outbox.sweep()
        assert [each.state for each in notices(database)] == [S.ACCEPTED]

    def test_it_is_given_up_after_days(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        recorder.script("RCPT", "451 later", times=2)
        outbox.sweep()
        with time_machine.travel(clock.now() + GIVE_UP):
            outbox.sweep()
        assert [each.state for each in notices(database)] == [S.REFUSED]

    def test_one_that_cannot_be_made_holds_up_neither_the_others_nor_the_mailings(
        self, database: Database, known: People, approved: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        with database.writing() as session:
            control.cancel(session, known.approver, session.get_one(Snapshot, approved.id))
            session.get_one(Staff, known.checker.id).name = "名前\x07"
        outbox.sweep()
        assert set(told(recorder)) == {"author"}
        assert sorted(each.state.value for each in notices(database)) == ["accepted", "queued"]

    def test_a_fault_in_the_telling_keeps_no_sweep_from_its_work(
        self, database: Database, known: People, approved: Snapshot, outbox: Outbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        from eventmail.desk import telling

        def broken(*_: object) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr(telling, "note", broken)
        outbox.sweep()
        assert outbox.huey.pending_count() == 1

    def test_nothing_is_sent_to_a_relay_that_shut_us_out(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        with database.writing() as session:
            block(session, outbox.policy, "パスワードが違います。")
        outbox.sweep()
        assert recorder.commands == []
        assert [each.state for each in notices(database)] == [S.QUEUED]


class TestNoMore:
    """What has no use any more is not sent."""

    def queue_one(self, database: Database, outbox: Outbox, recorder: Recorder) -> None:
        recorder.script("RCPT", "451 later")
        outbox.sweep()
        assert [each.state for each in notices(database)] == [S.QUEUED]

    @pytest.fixture
    def later(self, outbox: Outbox) -> Callable[[], None]:
        def sweep() -> None:
            with time_machine.travel(clock.now() + WAITS[0]):
                outbox.sweep()

        return sweep

    def test_once_somebody_has_done_it(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, later: Callable[[], None],
    ) -> None:  # fmt: skip
        self.queue_one(database, outbox, recorder)
        journey.check(database, known, submitted.mailing_id)
        later()
        assert set(told(recorder)) == {"approver"}
        assert notices(database)[0].state is S.DROPPED

    @pytest.mark.parametrize(
        "change", ["notices = false", "active = false", "address = NULL"], ids=str
    )
    def test_to_somebody_who_wants_none_has_left_or_has_no_address(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, later: Callable[[], None], change: str,
    ) -> None:  # fmt: skip
        self.queue_one(database, outbox, recorder)
        with database.writing() as session:
            session.execute(sa.text(f"UPDATE staff SET {change}"))
        later()
        assert recorder.received == []
        assert [each.state for each in notices(database)] == [S.DROPPED]

    def test_to_an_address_that_became_a_participants(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, later: Callable[[], None],
    ) -> None:  # fmt: skip
        self.queue_one(database, outbox, recorder)
        with database.writing() as session:
            contact = session.get_one(Contact, submitted.recipients[0].contact_id)
            contact.address = contact.address_key = f"checker@{OWN}"
        later()
        assert recorder.received == []
        assert [each.state for each in notices(database)] == [S.REFUSED]

    def test_to_a_domain_that_is_the_offices_no_more(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, later: Callable[[], None],
    ) -> None:  # fmt: skip
        self.queue_one(database, outbox, recorder)
        drop_guard(database, "mailboxes", "renamed")  # as if its boxes had been exchanged
        with database.writing() as session:
            for box in session.scalars(sa.select(Mailbox)):
                box.address = box.address.replace(OWN, "elsewhere.example")
        later()
        assert recorder.received == []
        assert [each.state for each in notices(database)] == [S.REFUSED]

    def test_with_a_participants_address_in_the_events_name(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        with database.writing() as session:
            mailing = session.get_one(Mailing, submitted.mailing_id)
            mailing.event.name = f"説明会 {submitted.recipients[0].address}"
        outbox.sweep()
        assert recorder.seen == []
        assert [each.state for each in notices(database)] == [S.REFUSED]


class TestOwnSettings:
    def test_a_person_switches_his_notices_off_and_on(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox,
        recorder: Recorder, sign_in: Callable[[str], Pages],
    ) -> None:  # fmt: skip
        browser = sign_in("checker")
        page = browser.get("/me")
        assert f"checker@{OWN}" in page.text
        assert "設定を保存しました" in browser.post("/me", {}).text
        outbox.sweep()
        assert recorder.received == []
        browser.post("/me", {"notices": "y"})
        outbox.sweep()
        assert set(told(recorder)) == {"checker"}

    def test_without_an_address_it_says_whom_to_ask(
        self, meeting: Meeting, sign_in: Callable[[str], Pages]
    ) -> None:
        assert "管理者に、所のアドレスの登録を依頼してください" in sign_in("author").get("/me").text

    def test_it_is_nobody_elses(self, pages: Pages) -> None:
        assert pages.get("/me").h1 == "サインイン"
        pages.post("/me", {"notices": "y"}, csrf=False, status=400)
