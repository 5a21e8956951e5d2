"""BCC一括 and the HTML alternative on the pages: chosen, shown in the largest type, decided on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from eventmail import migrate
from eventmail.database import Database
from eventmail.mailings import current
from eventmail.mailings.models import MailingState, SendMode, Snapshot
from eventmail.mailings.snapshot import Content, content_of_draft, content_of_snapshot
from eventmail.offices.models import Office
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay
from tests import settling
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, reload, submit
from tests.mailings.test_pages import letter
from tests.pages import Pages

SignIn = Callable[[str], Pages]
BODY = "参加企業　ご担当者様\n\n{イベント名}の資料をお送りします。"


@pytest.fixture
def allowed(database: Database) -> None:
    with database.writing() as session:
        settling.set_batches(session, session.scalars(sa.select(Office)).one(), True, 50)


def write(browser: Pages, meeting: Meeting, **changes: object) -> None:
    path = f"/mailings/{meeting.mailing.id}/letter"
    browser.post(path, letter(browser.get(path), **{"body": BODY, **changes}))


def test_an_office_that_does_not_allow_it_is_offered_no_choice(
    sign_in: SignIn, meeting: Meeting, database: Database, people: People
) -> None:
    browser = sign_in("author")
    path = f"/mailings/{meeting.mailing.id}/letter"
    page = browser.get(path)
    assert "BCC一括送信" not in page.text
    browser.post(path, letter(page, mode="batch"))
    assert reload(database, people, meeting.mailing.id).mode is SendMode.INDIVIDUAL


def test_an_unknown_mode_is_refused_and_nothing_typed_is_lost(
    sign_in: SignIn, meeting: Meeting, allowed: None
) -> None:
    browser = sign_in("author")
    path = f"/mailings/{meeting.mailing.id}/letter"
    for forged in ("to_all", "cc", "bcc", ""):
        page = browser.post(path, letter(browser.get(path), mode=forged, body=BODY), status=422)
        assert "の資料をお送りします" in page.all("textarea")[0].text


def test_every_page_of_a_batch_says_so(
    sign_in: SignIn, meeting: Meeting, allowed: None, database: Database, people: People
) -> None:
    author = sign_in("author")
    write(author, meeting, mode="batch")
    mailing = f"/mailings/{meeting.mailing.id}"
    preview = author.get(f"{mailing}/preview")
    assert "全員に届く同じメール" in preview.text
    assert "あて先gakusotsu@himesato-anteisho.example" in preview.text.replace(" ", "")
    submit(database, people, meeting.mailing.id)
    assert "送信方法：BCC一括送信" in sign_in("checker").get(f"{mailing}/check").text
    check(database, people, meeting.mailing.id)
    page = sign_in("approver").get(f"{mailing}/approve")
    assert "送信方法：BCC一括送信" in page.text
    assert "30件に同じメールをBCCでまとめて送信します" in page.text


def test_a_field_of_the_recipient_is_named_as_a_finding(
    sign_in: SignIn, meeting: Meeting, allowed: None
) -> None:
    browser = sign_in("author")
    write(browser, meeting, mode="batch", body="{宛名}\n\nご案内です。")
    page = browser.get(f"/mailings/{meeting.mailing.id}")
    assert "「{宛名}」は使えません" in page.text
    assert "件の送信を確認者に提出する" not in page.text


def test_the_result_and_the_record_of_a_batch_say_how_it_went(
    sign_in: SignIn,
    meeting: Meeting,
    allowed: None,
    database: Database,
    people: People,
    relay: Relay,
) -> None:
    write(sign_in("author"), meeting, mode="batch")
    snapshot = submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    sending.run(database, relay, snapshot.id)
    browser = sign_in("author")
    page = browser.get(f"/mailings/{meeting.mailing.id}/progress")
    assert "あて先を表示しない同じメール" in page.text
    record = browser.get(f"/mailings/{meeting.mailing.id}/record")
    assert "送信方法：BCC一括送信" in record.text
    assert "見える箇所は0件でした" in record.text
    assert "全員に同じメールが届くため" in record.text


class TestHtml:
    def test_it_is_chosen_on_the_letter_and_told_to_whoever_decides(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        browser = sign_in("author")
        assert "文字だけ" in browser.get(f"/mailings/{meeting.mailing.id}").text
        write(browser, meeting, html="y")
        assert reload(database, people, meeting.mailing.id).html
        assert "文字とHTML（同じ内容）" in browser.get(f"/mailings/{meeting.mailing.id}").text
        preview = browser.get(f"/mailings/{meeting.mailing.id}/preview")
        assert "同じ内容のHTML形式の本文も入っています" in preview.text
        assert submit(database, people, meeting.mailing.id).html

    def test_a_change_of_it_alone_is_another_snapshot(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        first = submit(database, people, meeting.mailing.id)
        write(sign_in("author"), meeting, html="y", body=meeting.mailing.body)
        assert submit(database, people, meeting.mailing.id).digest != first.digest


def test_what_was_submitted_before_an_upgrade_is_decided_on_and_sent_after_it(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def earlier(*facts: Any) -> Content:
        return replace(content_of_draft(*facts), format=1)

    with monkeypatch.context() as before:
        before.setattr(current, "content_of_draft", earlier)
        snapshot = submit(database, people, meeting.mailing.id)
    assert snapshot.format == 1
    migrate.downgrade(database, "0001")
    migrate.upgrade(database)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    sending.run(database, relay, snapshot.id)
    assert reload(database, people, meeting.mailing.id).state is MailingState.SENT


def test_a_snapshot_of_the_earlier_format_keeps_its_digest(
    database: Database, submitted: Snapshot
) -> None:
    """What was approved before an upgrade can still be sent after it."""
    with database.reading() as session:
        new = content_of_snapshot(session.get_one(Snapshot, submitted.id))
    old = replace(new, format=1)
    changed = replace(old, html=True)
    assert old.digest == changed.digest, "the earlier format knew no HTML"
    assert old.digest != new.digest


class TestNotes:
    """What is good to know stands in nobody's way."""

    def test_characters_that_some_phones_lack_are_named_and_mailed_unchanged(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        browser = sign_in("author")
        write(browser, meeting, body="髙橋様①㈱青空\n\nご案内です。")
        page = browser.get(f"/mailings/{meeting.mailing.id}")
        assert "文面の「髙①㈱」は、古い携帯電話などで正しく表示されないことがあります" in page.text
        assert "30件の送信を確認者に提出する" in page.text
        assert "髙橋様①㈱青空" in submit(database, people, meeting.mailing.id).body
