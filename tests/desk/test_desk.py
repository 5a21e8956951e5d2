"""What waits for whom, at every step of a mailing: on the page, on the home page, as a count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.desk.tasks import Kind, Task
from eventmail.mailings import service as mailings
from eventmail.mailings.models import SendMode, Snapshot
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.outbox import control, decisions, ledger, limits, sending
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Verdict
from eventmail.sample import People
from eventmail.wire import Relay
from tests import settling
from tests.conftest import Meeting
from tests.desk.counted import as_counted
from tests.mailings import journey
from tests.outbox import hands
from tests.pages import Pages
from tests.recorder import Recorder
from tests.roster.importer import A, B, Importer, make_event

SignIn = Callable[[str], Pages]
PLACE = "127.0.0.1:25"


def blocked(session: Session, _office_id: int) -> str:
    return limits.blocked(session, PLACE)


def waiting(database: Database, actor: Actor) -> list[Task]:
    with database.reading() as session:
        return as_counted(session, actor, blocked)


def kinds(database: Database, people: People) -> dict[str, list[Kind]]:
    """What kind of task waits for each of the three."""
    return {
        role: [each.kind for each in waiting(database, getattr(people, role))]
        for role in ("author", "checker", "approver")
    }


NOBODY: dict[str, list[Kind]] = {"author": [], "checker": [], "approver": []}


def test_a_draft_waits_for_nobody(database: Database, people: People, meeting: Meeting) -> None:
    assert kinds(database, people) == NOBODY


def test_what_is_submitted_waits_for_the_checker(
    database: Database, people: People, submitted: Snapshot
) -> None:
    assert kinds(database, people) == NOBODY | {"checker": [Kind.CHECK]}
    (task,) = waiting(database, people.checker)
    assert (task.mailing_id, task.count, task.mode) == (
        submitted.mailing_id, 30, SendMode.INDIVIDUAL,
    )  # fmt: skip
    assert task.since == submitted.submitted_at
    assert task.event == "企業と学校との雇用情報交換会"


def test_what_is_checked_waits_for_the_approver_since_the_check(
    database: Database, people: People, checked: Snapshot
) -> None:
    assert kinds(database, people) == NOBODY | {"approver": [Kind.APPROVE]}
    (task,) = waiting(database, people.approver)
    assert task.since is not None
    assert task.since > checked.submitted_at


def test_what_is_returned_waits_for_its_author_and_the_checker_is_told_why(
    database: Database, people: People, checked: Snapshot
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, checked.mailing_id, lock=True)
        mailings.give_back(session, people.approver, mailing, checked.digest, "日付が違います。")
    found = {"author": [Kind.RETURNED], "checker": [Kind.TOLD], "approver": []}
    assert kinds(database, people) == found
    for actor in (people.author, people.checker):
        (task,) = waiting(database, actor)
        assert "日付が違います。" in task.note


def test_what_is_approved_waits_for_nobody(
    database: Database, people: People, approved: Snapshot
) -> None:
    assert kinds(database, people) == NOBODY


def test_what_was_halted_waits_for_its_author_and_who_decided_is_told(
    database: Database, people: People, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", "550 no such mailbox")
    sending.run(database, relay, approved.id)
    told = [Kind.TOLD]
    found = {"author": [Kind.HALTED], "checker": told, "approver": told}
    assert kinds(database, people) == found


def test_the_first_copy_waits_for_everybody_until_somebody_looked_at_it(
    database: Database, people: People, checked: Snapshot, relay: Relay
) -> None:
    with database.writing() as session:
        settling.set_sending(session, session.merge(people.author.office), 0, None)
    fresh = _again(database, people)
    journey.approve(database, fresh, checked.mailing_id)
    assert kinds(database, fresh) == NOBODY, "not before it is there"
    sending.run(database, relay, checked.id)
    every = [Kind.FIRST_COPY]
    assert kinds(database, fresh) == {"author": every, "checker": every, "approver": every}
    with database.writing() as session:
        control.release(session, fresh.checker, session.get_one(Snapshot, checked.id))
    assert kinds(database, fresh) == NOBODY


def test_a_first_copy_that_is_let_go_by_itself_waits_for_nobody(
    database: Database, people: People, checked: Snapshot, relay: Relay
) -> None:
    with database.writing() as session:
        settling.set_sending(session, session.merge(people.author.office), 0, 5)
    fresh = _again(database, people)
    journey.approve(database, fresh, checked.mailing_id)
    sending.run(database, relay, checked.id)
    assert kinds(database, fresh) == NOBODY


def _again(database: Database, people: People) -> People:
    """The three at work in the office as it is now."""
    with database.reading() as session:
        office = offices.office_named(session, people.author.office.name)
    return People(**{role.value: Actor(getattr(people, role.value).staff, office) for role in Role})


class TestUncertain:
    """A mail whose fate is open waits for those who may decide, until one of them did."""

    @pytest.fixture
    def lost(self, database: Database, approved: Snapshot) -> int:
        with database.writing() as session:
            (lost,) = hands.claim(session, approved.id, "lost", 1)
            hands.hand_over(session, lost, "lost")
        with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
            ledger.reclaim_lapsed(session)
        return lost

    def test_it_waits_for_author_and_approver(
        self, database: Database, people: People, lost: int
    ) -> None:
        every = [Kind.UNCERTAIN]
        assert kinds(database, people) == NOBODY | {"author": every, "approver": every}
        assert "1通" in waiting(database, people.author)[0].note

    def test_it_waits_no_longer_once_it_is_decided(
        self, database: Database, people: People, lost: int
    ) -> None:
        with database.writing() as session:
            decisions.decide(session, people.author, lost, Verdict.NOT_ARRIVED)
        assert kinds(database, people) == NOBODY

    def test_nor_a_month_after_the_event(
        self, database: Database, people: People, lost: int, approved: Snapshot
    ) -> None:
        with database.reading() as session:
            held_on = session.get_one(Snapshot, approved.id).event_date
        for days, found in ((30, [Kind.UNCERTAIN]), (31, [])):
            at = clock.now() + (held_on - clock.today()) + timedelta(days=days)
            with time_machine.travel(at):
                assert kinds(database, people)["author"] == found


def test_a_relay_that_shut_us_out_waits_for_the_approver_while_something_is_to_go(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        limits.block(session, Policy(PLACE), "ユーザー名かパスワードが違います。")
    assert kinds(database, people) == NOBODY | {"approver": [Kind.RELAY]}
    with database.reading() as session:
        assert as_counted(session, people.approver, lambda *_: "") == [], "another relay"
    with database.writing() as session:
        control.cancel(session, people.approver, session.get_one(Snapshot, approved.id))
    assert Kind.RELAY not in kinds(database, people)["approver"]


def test_a_workbook_waits_for_whoever_put_it_in(database: Database, people: People) -> None:
    Importer(database, people, make_event(database, people)).open(A, B)
    assert kinds(database, people) == NOBODY | {"author": [Kind.IMPORT]}


def test_whoever_wrote_it_is_not_asked_to_check_it(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        office = session.merge(people.author.office)
        other = settling.add_staff(
            session, office, "second", "二人目", "a password of length", [Role.CHECKER]
        )
        session.execute(
            sa.text("INSERT INTO mailing_editors VALUES (:mailing, :staff)"),
            {"mailing": submitted.mailing_id, "staff": other.id},
        )
        actor = Actor(other, office)
        assert as_counted(session, actor, blocked) == []


def test_nothing_of_another_office_waits(database: Database, submitted: Snapshot) -> None:
    with database.writing() as session:
        office = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        staff = settling.add_staff(
            session, office, "tonari", "隣野", "a password of length", list(Role)
        )
        assert as_counted(session, Actor(staff, office), blocked) == []


class TestPages:
    def test_the_page_tells_what_when_how_many_and_how(
        self, database: Database, submitted: Snapshot, sign_in: SignIn
    ) -> None:
        with time_machine.travel(submitted.submitted_at + timedelta(hours=2, minutes=1)):
            page = sign_in("checker").get("/tasks")
        assert page.h1 == "待っている仕事"
        told = ("が確認待ちです", "送信先30件", "個別送信", "開催", "2時間前から待っています")
        for words in (*told, "1件です"):
            assert words in page.text
        links = [each.attributes.get("href") for each in page.all("a")]
        assert f"/mailings/{submitted.mailing_id}/check" in links

    def test_every_page_says_how_much_waits(self, submitted: Snapshot, sign_in: SignIn) -> None:
        assert "待っている仕事1件" in sign_in("checker").get(f"/events/{submitted.event_id}").text
        assert "待っている仕事1件" not in sign_in("author").get("/").text

    def test_what_is_only_told_is_not_counted(
        self, database: Database, people: People, checked: Snapshot, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, people.approver, checked.mailing_id, lock=True)
            mailings.give_back(session, people.approver, mailing, checked.digest, "日付です。")
        page = sign_in("checker").get("/tasks")
        assert "いま待っている仕事はありません。関わった案件のお知らせがあります。" in page.text
        assert "についてのお知らせ" in page.text
        assert "待っている仕事1件" not in page.text

    def test_an_empty_desk_is_calm(self, meeting: Meeting, sign_in: SignIn) -> None:
        page = sign_in("author").get("/tasks")
        assert "いま待っている仕事はありません" in page.text
        assert "いま待っている仕事はありません" in sign_in("author").get("/").text

    def test_the_home_page_shows_the_most_pressing_and_leads_to_all(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        for number in range(6):
            event = make_event(database, people, f"面接会{number}")
            Importer(database, people, event).open(A, B)
        page = sign_in("author").get("/")
        assert "待っている仕事6件をすべて見る" in page.text
        assert page.text.count("の取り込みが途中です") == 5
        assert sign_in("author").get("/tasks").text.count("の取り込みが途中です") == 6

    def test_a_planned_start_gone_by_is_said(
        self, database: Database, people: People, meeting: Meeting, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            mailing = session.merge(meeting.mailing)
            mailing.send_at = clock.now() + timedelta(hours=1)
        journey.submit(database, people, meeting.mailing.id)
        assert "予定の時刻を過ぎています" not in sign_in("checker").get("/tasks").text
        with time_machine.travel(clock.now() + timedelta(hours=2)):
            assert "予定の時刻を過ぎています" in sign_in("checker").get("/tasks").text

    def test_what_was_stopped_is_looked_at_from_here(
        self, database: Database, people: People, approved: Snapshot, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            control.cancel(session, people.approver, session.get_one(Snapshot, approved.id))
        browser = sign_in("author")
        page = browser.get("/tasks")
        (link,) = [e.attributes["href"] for e in page.all("a") if e.text == "内容を見る"]
        assert link == f"/mailings/{approved.mailing_id}"
        assert "取りやめました" in browser.get(str(link)).text

    def test_a_workbook_is_gone_on_with_from_here(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        importer = Importer(database, people, make_event(database, people)).open(A, B)
        browser = sign_in("author")
        page = browser.get("/tasks")
        (link,) = [e.attributes["href"] for e in page.all("a") if e.text == "取り込みを続ける"]
        assert link == f"/events/{importer.event.id}/roster/{importer.id}"
        browser.get(str(link))

    def test_a_doubtful_mail_is_decided_from_here(
        self, database: Database, approved: Snapshot, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            (lost,) = hands.claim(session, approved.id, "lost", 1)
            hands.hand_over(session, lost, "lost")
        with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
            ledger.reclaim_lapsed(session)
        browser = sign_in("author")
        page = browser.get("/tasks")
        (link,) = [e.attributes["href"] for e in page.all("a") if e.text == "確かめて決める"]
        assert link == f"/mailings/{approved.mailing_id}/progress?revision=1"
        browser.get(str(link))
