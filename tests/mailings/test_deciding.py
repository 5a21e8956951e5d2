"""The approver's password, his no for good, his deputy, and who hears of what befell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.accounts import throttle
from eventmail.database import Database
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.sample import People
from tests.mailings import walking
from tests.mailings.deputies import decide
from tests.mailings.journey import reload
from tests.pages import Pages

SignIn = Callable[[str], Pages]


class TestPassword:
    def test_a_wrong_one_changes_nothing_and_nothing_typed_is_lost(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        typed = walking.yes(approver.get(path), password="chigau-aikotoba", remark="書きかけの理由")
        page = approver.post(path, typed, status=422)
        assert "パスワードが違います。" in page.text
        assert "書きかけの理由" in page.text
        assert "chigau-aikotoba" not in approver.response.get_data(as_text=True)
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_none_is_asked_for(self, sign_in: SignIn, checked: Snapshot) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        page = approver.post(path, walking.yes(approver.get(path), password=""), status=422)
        assert "パスワードを入力してください。" in page.text

    def test_guessing_is_slowed_down_like_signing_in(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        right = walking.yes(approver.get(path))
        with time_machine.travel(clock.now(), tick=False):
            for _ in range(throttle.FREE_FOR_ACCOUNT):
                approver.post(path, right | {"password": "wrong"}, status=422)
            page = approver.post(path, right, status=422)
        assert "秒ほど待ってから、もう一度お試しください。" in page.text
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_another_persons_will_not_do(self, sign_in: SignIn, checked: Snapshot) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        other = walking.yes(approver.get(path), password=walking.PASSWORDS["checker"])
        assert "パスワードが違います。" in approver.post(path, other, status=422).text


class TestPage:
    def test_it_shows_what_is_decided_on_and_one_mail_with_its_headers(
        self, sign_in: SignIn, checked: Snapshot
    ) -> None:
        page = sign_in("approver").get(f"/mailings/{checked.mailing_id}/approve")
        told = " ".join(page.text.split())
        for words in (
            "送信方法：個別送信",
            "30件の送信先に1通ずつ、別々のメールで送ります",
            checked.purpose,
            checked.sender_address,
            "送信開始の予定決裁のあとすぐ",
            checked.materials[0].sha256[:12],
            "送信先を数えた（30件）",
            "資料「当日スケジュール.pdf」を最後まで見た",
            "Reply-To",
            "Message-ID",
            "Ccの行もBccの行もありません",
        ):
            assert words in told
        headers = next(each for each in page.all("table") if "Message-ID" in each.text)
        assert f"To{checked.recipients[0].address}" in re.sub(r"\s", "", headers.text)


class TestRejection:
    def test_it_ends_the_mailing_and_says_why(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}"
        page = approver.post(f"{path}/reject", {"digest": checked.digest}, status=422)
        assert "却下する理由を入力してください。" in page.text
        page = approver.post(
            f"{path}/reject", {"digest": checked.digest, "grounds": "行事が中止になりました"}
        )
        assert "さんが却下しました：行事が中止になりました" in page.text
        assert reload(database, people, checked.mailing_id).state is MailingState.REJECTED
        for role in ("author", "checker"):
            assert "行事が中止になりました" in sign_in(role).get("/").text
        author = sign_in("author").get(path)
        assert "確認者に提出する" not in author.text
        assert "本文を編集する" not in author.text

    STATEMENTS = (
        ("UPDATE mailings SET state = 'approving'", "guard mailings rejected"),
        ("UPDATE mailings SET subject = 'x'", "guard mailings rejected"),
        (
            "INSERT INTO snapshots (office_id, event_id, mailing_id, revision, digest, purpose, "
            "mode, sender_name, sender_address, reply_to, subject, body, event_name, event_date, "
            "event_hours, event_place, recipient_count, submitted_by, submitted_at) SELECT "
            "office_id, event_id, mailing_id, 9, 'x', purpose, mode, sender_name, sender_address, "
            "reply_to, subject, body, event_name, event_date, event_hours, event_place, 1, "
            "submitted_by, submitted_at FROM snapshots",
            "guard snapshots rejected",
        ),
        (
            "INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, notice, token, "
            "round) SELECT id, office_id, event_id, submitted_at, '', '', 1 FROM snapshots",
            "guard dispatches unapproved",
        ),
    )

    @pytest.mark.parametrize(("statement", "refusal"), STATEMENTS)
    def test_no_statement_brings_it_back(
        self, database: Database, people: People, checked: Snapshot, statement: str, refusal: str
    ) -> None:
        decide(database, people.approver, checked, "reject")
        with (
            pytest.raises(sa.exc.IntegrityError, match=refusal),
            database.writing() as session,
        ):
            session.execute(sa.text(statement))

    def test_no_statement_rejects_without_the_approver(
        self, database: Database, checked: Snapshot
    ) -> None:
        with (
            pytest.raises(sa.exc.IntegrityError, match="guard mailings not_rejected"),
            database.writing() as session,
        ):
            session.execute(sa.text("UPDATE mailings SET state = 'rejected'"))
