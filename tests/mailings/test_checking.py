"""The checker's tasks: what he must have seen before his yes counts, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail import sample
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events import shelf
from eventmail.mailings import answers, checking
from eventmail.mailings import service as mailings
from eventmail.mailings.findings import Finding
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.mailings.review_models import CheckStep, Task
from eventmail.mailings.since import ANOTHER_ADDRESS, ANOTHER_COMPANY, NEW, compared
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.offices.models import Office
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.mailings import journey, walking
from tests.mailings.contents import CONTENT
from tests.mailings.journey import reload
from tests.mailings.test_answers import FREE_MAIL, WEEKDAY, answer, seen
from tests.pages import Pages

__all__ = ["seen"]
SignIn = Callable[[str], Pages]


def person(number: int, **facts: str) -> Recipient:
    told = {"company": "青空", "department": "", "title": "課長", "name": "森"} | facts
    return Recipient(number, number, address=f"p{number}@aozora.example", **told)


def of(*people: Recipient, **facts: str) -> Content:
    return replace(CONTENT, recipients=people, **facts)


class TestTheMachinesChoice:
    LONG = person(5, company="一般財団法人環境保全センター", name="長谷川 真理子")
    UNTITLED = person(3, title="")
    MANY = (*(person(number) for number in range(10, 40)), LONG, UNTITLED)

    def test_it_holds_the_longest_name_and_one_without_a_title(self) -> None:
        found = checking.chosen(of(*self.MANY))
        assert found[0] == self.LONG
        assert found[1] == self.UNTITLED
        assert len(set(found)) == 3

    def test_it_is_the_same_for_one_digest_and_another_for_the_next(self) -> None:
        lots = [checking.chosen(of(*self.MANY, purpose=str(each)))[2] for each in range(12)]
        again = [checking.chosen(of(*self.MANY, purpose=str(each)))[2] for each in range(12)]
        assert lots == again
        assert len(set(lots)) > 3

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_of_few_recipients_it_is_all(self, count: int) -> None:
        assert len(checking.chosen(of(*self.MANY[:count]))) == count

    def test_of_a_batch_it_is_its_one_mail(self) -> None:
        assert checking.chosen(of(*self.MANY, mode="batch")) == self.MANY[:1]


class TestSinceTheLastMailing:
    BEFORE = Snapshot()

    def remarks(self, before: list[Recipient], now: list[Recipient]) -> dict[int, str]:
        return compared(self.BEFORE, before, now).remarks

    def test_who_is_the_same_is_not_remarked(self) -> None:
        assert self.remarks([person(1)], [person(1)]) == {}

    def test_who_is_new_is(self) -> None:
        new = person(2, company="新しい会社")
        assert self.remarks([person(1)], [person(1), new]) == {2: NEW}

    def test_another_address_and_another_company_are(self) -> None:
        moved = replace(person(1), address="q@aozora.example")
        renamed = person(2, company="改名後")
        found = self.remarks([person(1), person(2, company="改名前")], [moved, renamed])
        assert found == {
            1: ANOTHER_ADDRESS.format(address="p1@aozora.example"),
            2: ANOTHER_COMPANY.format(company="改名前"),
        }

    def test_who_was_put_in_again_under_his_name_is_nobody_new(self) -> None:
        again = replace(person(1), contact_id=99)
        found = compared(self.BEFORE, [person(1)], [again])
        assert (found.remarks, found.gone) == ({}, ())

    def test_who_is_gone_is_told(self) -> None:
        two = person(2, company="抜けた会社")
        assert compared(self.BEFORE, [person(1), two], [person(1)]).gone == (two,)


STEPS: dict[str, tuple[Task, str]] = {
    "without the count": (Task.RECIPIENTS, "送信先の件数を数えて入力すること"),
    "without a material": (Task.MATERIAL, "資料2件を最後まで見ること"),
    "without the letters": (Task.LETTER, "届くメール3件を見ること"),
    "without the answers": (Task.FINDING, "指摘への回答1件を認めること"),
}


@pytest.mark.parametrize("case", STEPS)
def test_the_yes_needs_every_task_and_names_what_is_missing(
    database: Database, people: People, meeting: Meeting, seen: list[Finding], case: str
) -> None:
    left_out, sentence = STEPS[case]
    seen.append(WEEKDAY)
    answer(database, people, meeting.mailing.id, {WEEKDAY.key: "資料どおりです"})
    journey.submit(database, people, meeting.mailing.id)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, meeting.mailing.id, lock=True)
        snapshot = mailing.latest
        assert snapshot is not None
        who, digest = people.checker, snapshot.digest
        if left_out is not Task.RECIPIENTS:
            checking.count(session, who, mailing, digest, 30)
        if left_out is not Task.MATERIAL:
            for each in snapshot.materials:
                sample._turn_the_pages(session, who, snapshot.office_id, each.sha256)
        found = checking.tasks(session, snapshot, who.id)
        if left_out is not Task.LETTER:
            for each in found.open_letters:
                checking.see_letter(session, who, mailing, digest, each.contact_id)
        if left_out is not Task.FINDING:
            for each in found.open_findings:
                checking.accept_answer(session, who, mailing, digest, each.position)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, meeting.mailing.id, lock=True)
        with pytest.raises(UserError, match=sentence) as refused:
            mailings.check(session, people.checker, mailing, digest)
    assert refused.value.message.count("こと") == 1, "nothing else is missing"
    assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING


def test_a_material_counts_when_its_last_page_was_seen(
    database: Database, people: People, submitted: Snapshot
) -> None:
    sha256 = submitted.materials[0].sha256
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, submitted.mailing_id, lock=True)
        with pytest.raises(UserError, match="まだ最後のページまで開いていません"):
            checking.see_material(session, people.checker, mailing, submitted.digest, sha256)
        shelf.note_opening(session, people.approver.id, submitted.office_id, sha256, 1)
        with pytest.raises(UserError, match="まだ最後のページまで開いていません"):
            checking.see_material(session, people.checker, mailing, submitted.digest, sha256)
        sample._turn_the_pages(session, people.checker, submitted.office_id, sha256)
        checking.see_material(session, people.checker, mailing, submitted.digest, sha256)


NOTHING_SUCH: dict[str, Callable[..., None]] = {
    "another file": lambda *a: checking.see_material(*a, "0" * 64),
    "another contact": lambda *a: checking.see_letter(*a, 9999),
    "another finding": lambda *a: checking.accept_answer(*a, 99),
}


@pytest.mark.parametrize("case", NOTHING_SUCH)
def test_what_is_not_in_the_snapshot_cannot_be_looked_at(
    database: Database, people: People, submitted: Snapshot, case: str
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, submitted.mailing_id, lock=True)
        with pytest.raises(NotFound):
            NOTHING_SUCH[case](session, people.checker, mailing, submitted.digest)


def test_the_steps_are_bound_to_the_digest_that_was_shown(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, submitted.mailing_id, lock=True)
        with pytest.raises(UserError, match="変わっています"):
            checking.count(session, people.checker, mailing, "0" * 64, 30)


RAW = {
    "a count that is wrong": (
        "INSERT INTO check_steps (snapshot_id, digest, staff_id, task, subject, counted, at) "
        "SELECT id, digest, :checker, 'recipients', '', 29, submitted_at FROM snapshots",
        "nothing_such",
    ),
    "a step of the author": (
        "INSERT INTO check_steps (snapshot_id, digest, staff_id, task, subject, counted, at) "
        "SELECT id, digest, :author, 'recipients', '', 30, submitted_at FROM snapshots",
        "no_role|own_mailing",
    ),
    "a step of somebody who may not check": (
        "INSERT INTO check_steps (snapshot_id, digest, staff_id, task, subject, counted, at) "
        "SELECT id, digest, :approver, 'recipients', '', 30, submitted_at FROM snapshots",
        "no_role",
    ),
    "a yes without a step": (
        "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
        "SELECT id, digest, 'check', 'passed', :checker, '', submitted_at FROM snapshots",
        "unseen",
    ),
    "a return without a reason": (
        "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
        "SELECT id, digest, 'check', 'returned', :checker, ' ', submitted_at FROM snapshots",
        "unreasoned",
    ),
    "a rejection by the checker": (
        "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
        "SELECT id, digest, 'check', 'rejected', :checker, 'x', submitted_at FROM snapshots",
        "rejected_by_checker",
    ),
}


@pytest.mark.parametrize("case", RAW)
def test_the_database_refuses_the_same(
    database: Database, people: People, submitted: Snapshot, case: str
) -> None:
    statement, guard = RAW[case]
    who = {role: getattr(people, role).id for role in ("author", "checker", "approver")}
    with (
        pytest.raises(sa.exc.IntegrityError, match=guard),
        database.writing() as session,
    ):
        session.execute(sa.text(statement), who)


@pytest.mark.parametrize(
    "change", ["UPDATE check_steps SET counted = 1", "DELETE FROM check_steps"]
)
def test_a_step_stays_as_it_was_written(database: Database, checked: Snapshot, change: str) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match="guard check_steps"),
        database.writing() as session,
    ):
        session.execute(sa.text(change))


class TestPage:
    def test_what_was_done_is_still_done_when_he_comes_back(
        self, sign_in: SignIn, submitted: Snapshot
    ) -> None:
        path = f"/mailings/{submitted.mailing_id}/check"
        first = sign_in("checker")
        digest = {"digest": submitted.digest}
        first.post(f"{path}/recipients", digest | {"counted": "30"})
        letter = walking.open_letters(first.get(path))[0]
        first.post(letter, digest)
        page = sign_in("checker").get(path)
        assert "30件と数えました" in page.text
        assert "届くメール2件を見ること" in page.text
        assert "送信先の件数を数えて入力すること" not in page.text

    def test_a_yes_too_early_is_refused_in_words(
        self, sign_in: SignIn, submitted: Snapshot, database: Database, people: People
    ) -> None:
        checker, path = sign_in("checker"), f"/mailings/{submitted.mailing_id}/check"
        page = checker.post(path, {"digest": submitted.digest}, status=409)
        assert "まだ次の確認が残っています：送信先の件数を数えて入力すること、資料2件" in page.text
        assert reload(database, people, submitted.mailing_id).state is MailingState.CHECKING

    def test_pressing_twice_records_once(
        self, sign_in: SignIn, submitted: Snapshot, database: Database
    ) -> None:
        checker, path = sign_in("checker"), f"/mailings/{submitted.mailing_id}/check"
        for _ in range(2):
            checker.post(f"{path}/recipients", {"digest": submitted.digest, "counted": "30"})
        with database.reading() as session:
            assert len(session.scalars(sa.select(CheckStep)).all()) == 1

    def test_flagged_recipients_come_first_with_their_remark(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        meeting: Meeting,
        seen: list[Finding],
    ) -> None:
        with database.reading() as session:
            mailing = mailings.get_mailing(session, people.author, meeting.mailing.id)
            last = mailings.draft_content(session, mailing).recipients[-1]
        place = replace(FREE_MAIL.place, contact_ids=(last.contact_id,))  # type: ignore[type-var]
        seen.append(replace(FREE_MAIL, place=place))
        answer(database, people, meeting.mailing.id, {seen[0].key: "本人の指定です"})
        journey.submit(database, people, meeting.mailing.id)
        page = sign_in("checker").get(f"/mailings/{meeting.mailing.id}/check")
        first = [each.text for each in page.all("tr")][1]
        assert last.company in first
        assert FREE_MAIL.message in first
        assert "本人の指定です" in page.text

    def test_any_recipient_of_his_own_choice_can_be_seen(
        self, sign_in: SignIn, submitted: Snapshot
    ) -> None:
        checker, path = sign_in("checker"), f"/mailings/{submitted.mailing_id}/check"
        other = submitted.recipients[7]
        page = checker.get(f"{path}/letter?contact={other.contact_id}")
        assert other.address in page.text
        checker.get(f"{path}/letter?contact=99999", status=404)

    def test_a_batch_says_what_it_means_and_shows_its_one_mail(
        self, sign_in: SignIn, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            settling.set_batches(session, session.scalars(sa.select(Office)).one(), True, 50)
            mailing = mailings.get_mailing(session, people.author, meeting.mailing.id)
            mailing.body, mailing.mode = "皆様\n\nご案内です。", "batch"  # type: ignore[assignment]
        journey.submit(database, people, meeting.mailing.id)
        checker = sign_in("checker")
        page = checker.get(f"/mailings/{meeting.mailing.id}/check")
        assert "受け取った人に見えるあて先は、所のアドレス" in page.text
        assert len(walking.open_letters(page)) == 1
        walking.check(checker, meeting.mailing.id)
        assert reload(database, people, meeting.mailing.id).state is MailingState.APPROVING

    def test_the_page_of_a_material_leads_back_to_the_check(
        self, sign_in: SignIn, submitted: Snapshot
    ) -> None:
        checker = sign_in("checker")
        material = walking.materials(checker.get(f"/mailings/{submitted.mailing_id}/check"))[0]
        walking.turn_pages(checker, material)
        assert "の確認に戻る" in checker.get(material).text
        assert "の確認に戻る" not in sign_in("author").get(material).text


def test_a_new_version_starts_the_tasks_anew(
    database: Database, people: People, checked: Snapshot
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, checked.mailing_id, lock=True)
        mailings.withdraw(session, people.author, mailing)
    journey.submit(database, people, checked.mailing_id)
    with database.reading() as session:
        latest = session.scalars(sa.select(Snapshot).order_by(Snapshot.id.desc())).first()
        assert latest is not None
        found = checking.tasks(session, latest, people.checker.id)
        assert found.done == {}
        assert not any(each.answer for each in answers.findings_of(session, latest))
