"""Staff are told by mail what waits for them: once each, alone, and nothing of a participant."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.offices.models import Role
from eventmail.outbox import control, sending
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.staffmail.wording import DEEDS
from eventmail.wire import Relay, parse_mail
from tests import settling
from tests.mailings import journey
from tests.recorder import Recorder
from tests.staffmail.staff import OWN, ROLES, URL, S, give_back, notices, told


class TestWhoIsTold:
    def test_what_is_submitted_the_checker(
        self, known: People, submitted: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        outbox.sweep()
        number = submitted.mailing_id
        subject = f"【イベントメール】確認をお願いします（案件番号{number}）"
        assert told(recorder) == {"checker": [subject]}

    def test_what_is_checked_the_approver(
        self, known: People, checked: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        outbox.sweep()
        (subject,) = told(recorder)["approver"]
        assert "決裁をお願いします" in subject
        assert set(told(recorder)) == {"approver"}

    def test_what_is_returned_its_author_and_the_checker_but_not_who_returned_it(
        self,
        database: Database,
        known: People,
        checked: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        give_back(database, known, checked, "山田さんのアドレスが違います。")
        outbox.sweep()
        assert {role: len(each) for role, each in told(recorder).items()} == {
            "author": 1,
            "checker": 1,
        }
        assert "戻ってきました" in told(recorder)["author"][0]
        assert "関わった案件のお知らせ" in told(recorder)["checker"][0]
        assert all("山田" not in parse_mail(m.content).body for m in recorder.received)

    def test_what_was_changed_after_the_check_everybody_who_had_it_in_hand(
        self,
        database: Database,
        known: People,
        checked: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, checked.event_id)
            event.place = "別の会場"
            session.flush()
            assert mailings.refresh(session, event)
        outbox.sweep()
        assert set(told(recorder)) == {"author", "checker"}

    def test_what_was_rejected_its_author_and_the_checker(
        self,
        database: Database,
        known: People,
        checked: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, known.approver, checked.mailing_id, lock=True)
            mailings.reject(session, known.approver, mailing, checked.digest, "取りやめです。")
        outbox.sweep()
        assert set(told(recorder)) == {"author", "checker"}

    def test_what_was_halted_or_cancelled_who_had_it_in_hand(
        self,
        database: Database,
        known: People,
        approved: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            control.cancel(session, known.approver, session.get_one(Snapshot, approved.id))
        outbox.sweep()
        assert set(told(recorder)) == {"author", "checker"}, "not who did it"

    def test_who_withdrew_his_own_is_not_told_so(
        self,
        database: Database,
        known: People,
        submitted: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, known.author, submitted.mailing_id, lock=True)
            mailings.withdraw(session, known.author, mailing)
        outbox.sweep()
        assert told(recorder) == {}

    def test_the_first_copy_everybody(
        self,
        database: Database,
        known: People,
        checked: Snapshot,
        relay: Relay,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            settling.set_sending(session, session.merge(known.author.office), 0, None)
        journey.approve(database, known, checked.mailing_id)
        sending.run(database, relay, checked.id)
        outbox.sweep()
        assert set(told(recorder)) == set(ROLES)
        assert all("送信控え" in each[0] for each in told(recorder).values())

    def test_nobody_who_has_no_address(
        self, people: People, submitted: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        outbox.sweep()
        assert recorder.received == []

    def test_each_of_several_checkers_alone(
        self,
        database: Database,
        known: People,
        submitted: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        with database.writing() as session:
            office = session.merge(known.author.office)
            second = settling.add_staff(
                session, office, "second", "二人目", "a password of length", [Role.CHECKER]
            )
            second.address = f"second@{OWN}"
        outbox.sweep()
        assert sorted(mail.rcpt_to for mail in recorder.received) == [
            (f"checker@{OWN}",), (f"second@{OWN}",),
        ]  # fmt: skip


class TestOnce:
    def test_one_mail_for_a_person_a_mailing_and_an_occasion(
        self, known: People, submitted: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        for _ in range(3):
            outbox.sweep()
        assert len(recorder.received) == 1

    def test_the_next_version_is_another_occasion(
        self,
        database: Database,
        known: People,
        submitted: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        outbox.sweep()
        with database.writing() as session:
            mailing = mailings.get_mailing(session, known.author, submitted.mailing_id, lock=True)
            mailings.withdraw(session, known.author, mailing)
        journey.submit(database, known, submitted.mailing_id)
        outbox.sweep()
        assert len(told(recorder)["checker"]) == 2

    def test_the_database_holds_to_it(
        self, database: Database, known: People, submitted: Snapshot, outbox: Outbox
    ) -> None:
        outbox.sweep()
        (notice,) = notices(database)
        assert notice.state is S.ACCEPTED
        for statement, guard in {
            "UPDATE staff_notices SET state = 'queued'": "settled",
            f"UPDATE staff_notices SET staff_id = {known.author.id}": "readdressed",
            "UPDATE staff_notices SET occasion = 'x'": "readdressed",
            "DELETE FROM staff_notices": "delete",
        }.items():
            with (
                pytest.raises(DatabaseError, match=f"guard staff_notices {guard}"),
                database.writing() as session,
            ):
                session.execute(sa.text(statement))


class TestWhatItSays:
    def test_the_event_the_number_what_to_do_and_where(
        self, known: People, submitted: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        outbox.sweep()
        (mail,) = recorder.received
        parsed = parse_mail(mail.content)
        assert parsed.value("Auto-Submitted") == "auto-generated"
        for words in (
            known.checker.staff.name,
            "イベント：企業と学校との雇用情報交換会",
            f"案件番号：{submitted.mailing_id}",
            "送信内容の確認",
            f"{URL}/mailings/{submitted.mailing_id}\r\n",
        ):
            assert words in parsed.body

    def test_nothing_of_any_participant_nor_the_mailings_own_words(
        self,
        database: Database,
        known: People,
        checked: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        give_back(database, known, checked, f"{checked.recipients[0].company}が違います。")
        outbox.sweep()
        assert len(recorder.received) == 2
        for mail in recorder.received:
            parsed = parse_mail(mail.content)
            text = parsed.value("Subject") + parsed.body
            for each in checked.recipients:
                assert each.company not in text
                assert each.address not in text
                assert not each.name or each.name not in text
            assert "当日資料の送付" not in text

    def test_without_a_public_address_it_says_how_to_get_there(
        self, settings: Settings, database: Database, known: People, submitted: Snapshot,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        outbox = Outbox(replace(settings, public_url=""), database)
        outbox.sweep()
        outbox.huey.storage.close()
        (mail,) = recorder.received
        assert "「待っている仕事」から進んでください" in parse_mail(mail.content).body
        assert "http" not in parse_mail(mail.content).body

    def test_every_kind_of_task_has_its_words(self) -> None:
        from eventmail.desk.tasks import Kind

        of_no_mailing = {Kind.RELAY, Kind.IMPORT, Kind.SETTING}  # told on the pages
        # Told by reminders of their own, or on the pages only.
        of_no_mailing |= {Kind.TRAINING, Kind.OVERDUE, Kind.RESULTS, Kind.NOTICE, Kind.UNREAD}
        of_no_mailing |= {Kind.INCIDENT, Kind.MEASURE, Kind.MEASURE_LATE}
        of_no_mailing |= {Kind.REPORT, Kind.REPORT_LATE}
        assert set(DEEDS) == {k.value for k in set(Kind) - of_no_mailing}
