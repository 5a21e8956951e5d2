"""Staff are told by mail what waits for them: once each, alone, and nothing of a participant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DatabaseError

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact, Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Role, Staff
from eventmail.outbox import control, sending
from eventmail.outbox.limits import block
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.staffmail.models import NoticeState, StaffNotice
from eventmail.staffmail.sending import GIVE_UP, WAITS
from eventmail.staffmail.wording import DEEDS
from eventmail.wire import Relay, parse_mail
from tests.conftest import Meeting
from tests.mailings import journey
from tests.pages import Pages
from tests.recorder import DROP, Recorder

OWN = "himesato-anteisho.example"
URL = "https://mail.himesato.example"
ROLES = ("author", "checker", "approver")
S = NoticeState


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=URL)


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def known(database: Database, people: People) -> People:
    """The three with addresses of their own: author@…, checker@…, approver@…"""
    with database.writing() as session:
        for role in ROLES:
            session.get_one(Staff, getattr(people, role).id).address = f"{role}@{OWN}"
    return people


def told(recorder: Recorder) -> dict[str, list[str]]:
    """The subjects of the notices, by the one person each went to."""
    found: dict[str, list[str]] = {}
    for mail in recorder.received:
        parsed = parse_mail(mail.content)
        (to,) = mail.rcpt_to
        if parsed.has("Auto-Submitted") and to.partition("@")[0] in ROLES:
            found.setdefault(to.partition("@")[0], []).append(parsed.value("Subject"))
    return found


def notices(database: Database) -> list[StaffNotice]:
    with database.reading() as session:
        return list(session.scalars(sa.select(StaffNotice).order_by(StaffNotice.id)))


def give_back(database: Database, people: People, snapshot: Snapshot, reason: str) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, snapshot.mailing_id, lock=True)
        mailings.give_back(session, people.approver, mailing, snapshot.digest, reason)


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
            offices.set_sending(session, session.merge(known.author.office), 0, None)
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
            second = offices.add_staff(
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

        assert set(DEEDS) == {k.value for k in Kind} - {Kind.RELAY.value, Kind.IMPORT.value}


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
