"""The pages of a mailing as three people walk them, and everything they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import journey, walking
from tests.mailings.journey import reload
from tests.mailings.walking import PASSWORDS, hidden
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]


def submitted(database: Database, people: People, mailing_id: int) -> Snapshot:
    return journey.submit(database, people, mailing_id)


def checked(database: Database, people: People, mailing_id: int) -> Snapshot:
    snapshot = journey.submit(database, people, mailing_id)
    journey.check(database, people, mailing_id)
    return snapshot


def letter(page: Page, **changes: object) -> dict[str, object]:
    """The letter form as the page shows it, with changes."""
    ticked = [
        e.attributes["value"]
        for e in page.all("input")
        if e.attributes.get("name") == "materials" and "checked" in e.attributes
    ]
    (body,) = page.all("textarea")
    shown: dict[str, object] = {
        "purpose": hidden(page, "purpose"),
        "subject": hidden(page, "subject"),
        "body": body.text.removeprefix("\r\n"),
        "version": hidden(page, "version"),
        "expected_count": hidden(page, "expected_count"),
        "materials": ticked,
    }
    return shown | changes


class TestDraft:
    def test_the_author_sees_what_would_go_to_whom(self, sign_in: SignIn, meeting: Meeting) -> None:
        page = sign_in("author").get(f"/mailings/{meeting.mailing.id}")
        assert page.h1 == "【企業と学校との雇用情報交換会】当日資料の送付について"
        assert "送信方法：個別送信" in page.text
        assert "30件の送信を確認者に提出する" in page.text

    def test_a_new_letter_begins_with_the_usual_words_and_all_materials(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        browser = sign_in("author")
        page = browser.get(f"/events/{meeting.event.id}/mailings/new")
        sent = letter(page, purpose="ご案内")
        assert len(sent["materials"]) == 2  # type: ignore[arg-type]
        assert (
            "【企業と学校との雇用情報交換会】"
            in browser.post(f"/events/{meeting.event.id}/mailings/new", sent).h1
        )

    @pytest.mark.parametrize("missing", ["purpose", "subject", "body"])
    def test_a_missing_part_is_named_and_nothing_typed_is_lost(
        self, sign_in: SignIn, meeting: Meeting, missing: str
    ) -> None:
        browser = sign_in("author")
        path = f"/mailings/{meeting.mailing.id}/letter"
        typed = {"purpose": "新しい目的", "subject": "新しい件名", "body": "新しい本文"} | {
            missing: ""
        }
        page = browser.post(path, letter(browser.get(path), **typed), status=422)
        assert "入力してください。" in page.text
        kept = letter(page)
        assert {k: v for k, v in typed.items() if kept[k] != v} == {}

    def test_two_editors_at_once_lose_nothing(self, sign_in: SignIn, meeting: Meeting) -> None:
        path = f"/mailings/{meeting.mailing.id}/letter"
        first, second = sign_in("author"), sign_in("author")
        opened = letter(second.get(path), body="あとから保存する本文")
        first.post(path, letter(first.get(path), body="先に保存した本文"))
        page = second.post(path, opened, status=409)
        assert "ほかの職員が保存しました" in page.text
        assert "あとから保存する本文" in page.all("textarea")[0].text
        assert "先に保存した本文" in first.get(f"/mailings/{meeting.mailing.id}").text

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ("{社名}様", "差し込み項目「{社名}」はありません。"),
            ("{{会社名}}様", "差し込み項目でないかっこ"),
            ("{会社名 の件", "差し込み項目でないかっこ"),
            ("{役職}", "差し込み項目「{役職}」が空の送信先が"),
            ("一覧：{OTHER}", "ほかの参加事業所のメールアドレス"),
        ],
        ids=[
            "unknown field",
            "two braces",
            "one brace",
            "blank value",
            "another participant's address",
        ],
    )
    def test_findings_block_submitting(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        database: Database,
        people: People,
        body: str,
        sentence: str,
    ) -> None:
        from eventmail.events import service as events

        with database.reading() as session:
            other = events.addressees(session, meeting.event)[0].address
        browser = sign_in("author")
        path = f"/mailings/{meeting.mailing.id}/letter"
        sent = letter(browser.get(path), body=body.replace("{OTHER}", other))
        page = browser.post(path, sent)
        assert sentence in page.text
        assert "確認者に提出する" not in page.text
        page = browser.post(f"/mailings/{meeting.mailing.id}/submit")
        assert sentence in page.text
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    def test_any_recipients_mail_can_be_seen(
        self, sign_in: SignIn, meeting: Meeting, database: Database
    ) -> None:
        from eventmail.events import service as events

        with database.reading() as session:
            contacts = events.addressees(session, meeting.event)
        browser = sign_in("author")
        for contact in contacts:
            page = browser.get(f"/mailings/{meeting.mailing.id}/preview?contact={contact.id}")
            (mail,) = [e.text for e in page.all("article")]
            assert contact.address in mail
            assert contact.participant.company in mail
            assert not [c for c in contacts if c.id != contact.id and c.address in mail]

    def test_the_preview_of_a_stranger_is_not_found(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        sign_in("author").get(f"/mailings/{meeting.mailing.id}/preview?contact=99999", status=404)


class TestReview:
    def test_three_people_bring_it_to_sending(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        base = f"/mailings/{meeting.mailing.id}"
        author, checker, approver = (sign_in(r) for r in ("author", "checker", "approver"))
        author.post(f"{base}/submit")

        assert "確認待ち" in checker.get("/").text
        walking.check(checker, meeting.mailing.id)

        page = approver.get(f"{base}/approve")
        assert "長谷川 誠さんが" in page.text
        assert "送信先を30件と数えました" in page.text
        assert "決裁して30件に送信する" in page.text
        page = approver.post(f"{base}/approve", walking.yes(page))
        assert page.h1 == "送信の状況"
        assert reload(database, people, meeting.mailing.id).state is MailingState.SENDING

    @pytest.mark.parametrize("counted", ["29", "31", "", "三十", "0"])
    def test_a_wrong_count_is_no_check(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People, counted: str
    ) -> None:
        snapshot = submitted(database, people, meeting.mailing.id)
        checker = sign_in("checker")
        status = 409 if counted.isdecimal() and counted.isascii() else 422
        checker.post(
            f"/mailings/{meeting.mailing.id}/check/recipients",
            {"digest": snapshot.digest, "counted": counted},
            status=status,
        )
        assert reload(database, people, meeting.mailing.id).state is MailingState.CHECKING

    @pytest.mark.parametrize("step", ["check", "approve"])
    def test_another_digest_than_the_shown_one_is_refused(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People, step: str
    ) -> None:
        bring = {"check": submitted, "approve": checked}[step]
        bring(database, people, meeting.mailing.id)
        before = reload(database, people, meeting.mailing.id).state
        browser = sign_in({"check": "checker", "approve": "approver"}[step])
        browser.post(
            f"/mailings/{meeting.mailing.id}/{step}",
            {"digest": "0" * 64, "password": PASSWORDS["approver"]},
            status=409,
        )
        assert reload(database, people, meeting.mailing.id).state is before

    @pytest.mark.parametrize(("role", "step"), [("checker", "check"), ("approver", "approve")])
    def test_a_return_needs_a_reason_and_the_author_sees_it(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        database: Database,
        people: People,
        role: str,
        step: str,
    ) -> None:
        bring = {"check": submitted, "approve": checked}[step]
        snapshot = bring(database, people, meeting.mailing.id)
        browser = sign_in(role)
        base = f"/mailings/{meeting.mailing.id}"
        page = browser.post(
            f"{base}/return", {"digest": snapshot.digest, "reason": " "}, status=422
        )
        assert "差し戻す理由を入力してください。" in page.text
        browser.post(f"{base}/return", {"digest": snapshot.digest, "reason": "日付が違います"})
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT
        assert "日付が違います" in sign_in("author").get("/").text

    @pytest.mark.parametrize("bring", [submitted, checked], ids=["in check", "in approval"])
    def test_an_edit_starts_the_reviews_again(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        database: Database,
        people: People,
        bring: Callable[..., object],
    ) -> None:
        bring(database, people, meeting.mailing.id)
        browser = sign_in("author")
        path = f"/mailings/{meeting.mailing.id}/letter"
        page = browser.get(path)
        assert "確認と決裁は最初からやり直しになります" in page.text
        page = browser.post(path, letter(page, subject="直した件名"))
        assert "やり直しになりました" in page.text
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    def test_a_new_material_version_during_approval_starts_the_reviews_again(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        from io import BytesIO

        snapshot = checked(database, people, meeting.mailing.id)
        sign_in("author").post(
            f"/events/{meeting.event.id}/materials",
            {"files": (BytesIO(b"%PDF-1.4 new"), snapshot.materials[0].filename)},
        )
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT
        sign_in("approver").post(
            f"/mailings/{meeting.mailing.id}/approve",
            {"digest": snapshot.digest, "password": PASSWORDS["approver"]},
            status=409,
        )
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    def test_changed_event_facts_during_the_check_start_it_again(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        submitted(database, people, meeting.mailing.id)
        event = meeting.event
        sign_in("author").post(
            f"/events/{event.id}/edit",
            {
                "name": event.name,
                "held_on": "2026-12-10",
                "hours": event.hours,
                "place": event.place,
                "sender_id": event.sender_id,
                "reply_to_id": event.reply_to_id,
            },
        )
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    def test_the_author_may_withdraw(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        submitted(database, people, meeting.mailing.id)
        sign_in("author").post(f"/mailings/{meeting.mailing.id}/withdraw")
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    @pytest.mark.parametrize(
        ("role", "path"),
        [
            ("author", "check"),
            ("author", "approve"),
            ("checker", "approve"),
            ("approver", "check"),
            ("checker", "letter"),
            ("approver", "letter"),
        ],
    )
    def test_every_page_asks_for_its_role(
        self, sign_in: SignIn, meeting: Meeting, role: str, path: str
    ) -> None:
        page = sign_in(role).get(f"/mailings/{meeting.mailing.id}/{path}", status=403)
        assert "役割を持つ職員だけ" in page.text

    @pytest.mark.parametrize(
        ("role", "deed"),
        [
            ("checker", "submit"),
            ("approver", "submit"),
            ("checker", "withdraw"),
            ("author", "check"),
            ("author", "approve"),
            ("checker", "approve"),
        ],
    )
    def test_every_deed_asks_for_its_role(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        database: Database,
        people: People,
        role: str,
        deed: str,
    ) -> None:
        sign_in(role).post(f"/mailings/{meeting.mailing.id}/{deed}", status=403)
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    def test_a_step_out_of_turn_leads_back_to_the_mailing(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        page = sign_in("checker").get(f"/mailings/{meeting.mailing.id}/check")
        assert "いまこの画面の段階にありません" in page.text
