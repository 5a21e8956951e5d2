"""A warning is answered by the author before anybody reviews it; the answer is frozen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings import answers, findings
from eventmail.mailings import service as mailings
from eventmail.mailings.findings import Finding, Level, Place, Where
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.mailings.review_models import FindingAnswer, SnapshotFinding
from eventmail.outbox import retention
from eventmail.proposals import roles
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.journey import reload
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
WEEKDAY = Finding(
    "weekday",
    "12月9日は水曜日です。本文は木曜日になっています。",
    Level.WARN,
    Place(Where.BODY, start=3, end=8),
)
FREE_MAIL = Finding(
    "free_mail",
    "個人用のメールアドレスの送信先が1件あります。",
    Level.WARN,
    Place(Where.RECIPIENTS, contact_ids=(1,)),
)
GOOD_TO_KNOW = Finding("kept", "知っておくとよいことです。", Level.NOTE)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the rules see in every draft, besides what they really do."""
    found: list[Finding] = []
    rules = findings.of_content
    monkeypatch.setattr(findings, "of_content", lambda content: [*rules(content), *found])
    return found


def answer(
    database: Database, people: People, mailing_id: int, given: dict[str, str], who: str = "author"
) -> None:
    with database.writing() as session:
        person = getattr(people, who)
        mailing = mailings.get_mailing(session, person, mailing_id, lock=True)
        found = mailings.find(session, mailings.draft_content(session, mailing))
        mailings.answer(session, person, mailing, found, given)


def kept(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {each.key: each.answer for each in session.scalars(sa.select(FindingAnswer))}


def fields(page: Page) -> dict[str, str]:
    return {
        str(each.attributes["name"]): each.text.removeprefix("\r\n")
        for each in page.all("textarea")
        if str(each.attributes.get("name")).startswith("answer-")
    }


def test_nothing_is_submitted_while_a_warning_has_no_answer(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen += [WEEKDAY, FREE_MAIL]
    answer(database, people, meeting.mailing.id, {WEEKDAY.key: "主催者の資料どおりです"})
    with pytest.raises(UserError, match="回答していない指摘が1件あるため、提出できません"):
        journey.submit(database, people, meeting.mailing.id)
    mailing = reload(database, people, meeting.mailing.id)
    assert (mailing.state, mailing.latest) == (MailingState.DRAFT, None)


def test_what_is_good_to_know_needs_no_answer(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen.append(GOOD_TO_KNOW)
    journey.submit(database, people, meeting.mailing.id)
    assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING


def test_findings_and_answers_are_frozen_with_the_snapshot(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen += [WEEKDAY, GOOD_TO_KNOW]
    answer(database, people, meeting.mailing.id, {WEEKDAY.key: " 主催者の資料どおりです "})
    snapshot = journey.submit(database, people, meeting.mailing.id)
    with database.reading() as session:
        rows = answers.findings_of(session, session.get_one(Snapshot, snapshot.id))
        frozen = {row.code: (row.level, row.answer, row.answered_by) for row in rows}
        again = {row.code: row.finding for row in rows}
    author = people.author.id
    assert frozen["weekday"] == (Level.WARN, "主催者の資料どおりです", author)
    assert frozen["kept"] == (Level.NOTE, "", None)
    assert again["weekday"] == WEEKDAY


CHANGES = {
    "rewritten": "UPDATE snapshot_findings SET answer = 'x'",
    "softened": "UPDATE snapshot_findings SET level = 'note'",
    "blanked without an erasure": (
        "UPDATE snapshot_findings SET message = '', answer = '', place = '{}'"
    ),
    "struck off": "DELETE FROM snapshot_findings",
    "added without an answer": (
        "INSERT INTO snapshot_findings SELECT snapshot_id, 99, office_id, event_id, code, 'warn', "
        "message, place, material, '', NULL, NULL FROM snapshot_findings WHERE position = 1"
    ),
    "added as a block that nobody may lift": (
        "INSERT INTO snapshot_findings SELECT snapshot_id, 99, office_id, event_id, code, 'block', "
        "message, place, material, 'x', answered_by, answered_at FROM snapshot_findings "
        "WHERE code = 'weekday'"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_frozen_stays_as_it_is(
    database: Database, people: People, meeting: Meeting, seen: list[Finding], change: str
) -> None:
    seen.append(WEEKDAY)
    answer(database, people, meeting.mailing.id, {WEEKDAY.key: "主催者の資料どおりです"})
    journey.submit(database, people, meeting.mailing.id)
    with (
        pytest.raises(sa.exc.IntegrityError, match="guard snapshot_findings"),
        database.writing() as session,
    ):
        session.execute(sa.text(CHANGES[change]))


def test_an_answer_lapses_when_the_finding_says_something_else(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen.append(WEEKDAY)
    answer(database, people, meeting.mailing.id, {WEEKDAY.key: "主催者の資料どおりです"})
    seen[:] = [Finding(WEEKDAY.code, "12月10日は木曜日です。", Level.WARN, WEEKDAY.place)]
    with pytest.raises(UserError, match="回答していない指摘が1件"):
        journey.submit(database, people, meeting.mailing.id)
    seen[:] = [WEEKDAY]  # and counts again when it is back
    journey.submit(database, people, meeting.mailing.id)


def test_an_empty_answer_takes_the_earlier_one_back(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen.append(WEEKDAY)
    for text, stored in (
        ("はい", {WEEKDAY.key: "はい"}),
        ("いいえ", {WEEKDAY.key: "いいえ"}),
        (" ", {}),
    ):
        answer(database, people, meeting.mailing.id, {WEEKDAY.key: text})
        assert kept(database) == stored


def test_an_answer_to_what_nobody_asked_is_not_kept(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen += [WEEKDAY, GOOD_TO_KNOW]
    answer(database, people, meeting.mailing.id, {GOOD_TO_KNOW.key: "x", "0" * 64: "y"})
    assert kept(database) == {}


@pytest.mark.parametrize("level", ["submitted", "checked", "approved"])
def test_only_a_draft_is_answered(
    database: Database, people: People, meeting: Meeting, seen: list[Finding], level: str
) -> None:
    steps = (journey.submit, journey.check, journey.approve)
    for step in steps[: ["submitted", "checked", "approved"].index(level) + 1]:
        step(database, people, meeting.mailing.id)
    seen.append(WEEKDAY)
    with pytest.raises(UserError, match="指摘への回答はできません"):
        answer(database, people, meeting.mailing.id, {WEEKDAY.key: "x"})
    assert kept(database) == {}


def test_whoever_answers_has_a_hand_in_the_mailing(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen.append(WEEKDAY)
    with database.writing() as session:
        place = roles.ROLES.at(people.checker.office.id, str(people.checker.id))
        settling.settle(session, place, ["author", "checker"])
    with database.reading() as session:
        staff = session.merge(people.checker.staff, load=False)
        session.refresh(staff)
        both = type(people.checker)(staff, people.checker.office)
        _ = both.roles
    helped = dataclasses.replace(people, author=both, checker=both)
    answer(database, helped, meeting.mailing.id, {WEEKDAY.key: "はい"})
    journey.submit(database, people, meeting.mailing.id)
    with pytest.raises(UserError, match="作成に関わった人"):
        journey.check(database, helped, meeting.mailing.id)


def test_erasing_a_snapshot_erases_what_was_seen_and_said_of_its_people(
    database: Database, people: People, meeting: Meeting, seen: list[Finding]
) -> None:
    seen.append(FREE_MAIL)
    answer(database, people, meeting.mailing.id, {FREE_MAIL.key: "山田様の指定です"})
    snapshot = journey.submit(database, people, meeting.mailing.id)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        mailings.withdraw(session, people.author, mailing)
        retention.erase(session, None, session.get_one(Snapshot, snapshot.id), "保存期間")
    with database.reading() as session:
        (row,) = session.scalars(
            sa.select(SnapshotFinding).where(SnapshotFinding.code == "free_mail")
        )
        assert (row.message, row.answer, row.place) == ("", "", "{}")
        assert (row.level, row.answered_by) == (Level.WARN, people.author.id)
        assert session.scalars(sa.select(FindingAnswer)).all() == []


class TestPage:
    def test_each_warning_has_a_field_and_one_button_keeps_and_submits(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        meeting: Meeting,
        seen: list[Finding],
    ) -> None:
        seen += [WEEKDAY, FREE_MAIL]
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        page = author.get(path)
        assert "確かめてほしいこと（2件）" in page.text
        assert WEEKDAY.message in page.text
        typed = dict.fromkeys(fields(page), "理由です")
        assert len(typed) == 2
        page = author.post(f"{path}/answers", typed | {"then": "submit"})
        assert "確認者に提出しました（30件）。" in page.text
        assert "理由です" in page.text
        assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING

    def test_some_may_be_answered_now_and_the_rest_later(
        self, sign_in: SignIn, meeting: Meeting, seen: list[Finding]
    ) -> None:
        seen += [WEEKDAY, FREE_MAIL]
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        page = author.post(f"{path}/answers", {f"answer-{WEEKDAY.key}": "半分だけ"})
        assert "回答を保存しました。" in page.text
        assert sorted(fields(page).values()) == ["", "半分だけ"]
        page = author.post(f"{path}/answers", fields(page) | {"then": "submit"})
        assert "回答していない指摘が1件あるため、提出できません" in page.text

    def test_one_too_long_is_named_and_nothing_typed_is_lost(
        self, sign_in: SignIn, database: Database, meeting: Meeting, seen: list[Finding]
    ) -> None:
        seen += [WEEKDAY, FREE_MAIL]
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        typed = {f"answer-{WEEKDAY.key}": "長" * 501, f"answer-{FREE_MAIL.key}": "短い"}
        page = author.post(f"{path}/answers", typed, status=422)
        assert "回答は500文字以内で入力してください。" in page.text
        assert fields(page) == typed
        assert kept(database) == {}

    def test_an_answer_whose_finding_is_gone_is_given_back(
        self, sign_in: SignIn, meeting: Meeting, seen: list[Finding]
    ) -> None:
        seen.append(WEEKDAY)
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        typed = {f"answer-{'0' * 64}": "書きかけの回答", f"answer-{WEEKDAY.key}": "はい"}
        page = author.post(f"{path}/answers", typed)
        assert "指摘が変わったため、次の回答は使えませんでした" in page.text
        assert "書きかけの回答" in page.text

    def test_a_hundred_and_twenty_warnings_are_answered_some_at_a_time(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        meeting: Meeting,
        seen: list[Finding],
    ) -> None:
        seen += [Finding("many", f"{number}番目の指摘です。", Level.WARN) for number in range(120)]
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        page = author.get(path)
        for left in (70, 20):
            assert f"ほかに{left}件あります" in page.text
            assert "を確認者に提出する" not in page.text
            page = author.post(f"{path}/answers", dict.fromkeys(fields(page), "はい"))
        page = author.post(f"{path}/answers", dict.fromkeys(fields(page), "はい"))
        assert len(kept(database)) == 120
        assert "30件の送信を確認者に提出する" in page.text
        author.post(f"{path}/answers", fields(page) | {"then": "submit"})
        assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING

    def test_a_draft_with_a_block_cannot_be_submitted_with_answers(
        self, sign_in: SignIn, meeting: Meeting, seen: list[Finding]
    ) -> None:
        seen += [WEEKDAY, Finding("blocks", "直すまで送れません。")]
        author, path = sign_in("author"), f"/mailings/{meeting.mailing.id}"
        page = author.post(f"{path}/answers", {f"answer-{WEEKDAY.key}": "はい", "then": "submit"})
        assert "1件の指摘があるため、提出できません。直すまで送れません。" in page.text

    @pytest.mark.parametrize("role", ["checker", "approver"])
    def test_who_reviews_answers_nothing(
        self,
        sign_in: SignIn,
        database: Database,
        meeting: Meeting,
        seen: list[Finding],
        role: str,
    ) -> None:
        seen.append(WEEKDAY)
        browser, path = sign_in(role), f"/mailings/{meeting.mailing.id}"
        page = browser.get(path)
        assert fields(page) == {}
        assert WEEKDAY.message in page.text
        browser.post(f"{path}/answers", {f"answer-{WEEKDAY.key}": "はい"}, status=403)
        assert kept(database) == {}
