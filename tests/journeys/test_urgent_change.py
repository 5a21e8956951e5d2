"""The day before the meeting the hall is closed: thirty hear of another one, without a shortcut.

It is Tuesday, 8 December, late in the afternoon. The change goes the ordinary way: written, checked
and approved by three people, who are told that the hour is late. Nothing leaves before the third.
"""

from __future__ import annotations

import re

import pytest

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.findings import timing
from eventmail.mailings.models import Snapshot
from tests.bounces.conftest import sent  # noqa: F401 - the letter of some days before
from tests.journeys import deeds
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.recorder import Recorder

pytestmark = pytest.mark.journey
EVENT = "企業と学校との雇用情報交換会"
OLD, NEW = "姫里市民交流センター", "姫里商工会館 3階 大会議室"
WHY = "会場が使えなくなり、きょうのうちにお知らせするため。20時まで電話に出られます。"
REASON = timing._reason


@pytest.fixture
def eve(sent: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """The letter went out some days ago. From now on the hour counts."""
    monkeypatch.setattr(timing, "_reason", REASON)
    deeds.set_clock(monkeypatch, "2026-12-08T16:40")
    assert clock.japanese_date(clock.today()) == "令和8年12月8日（火）"


def change_the_hall(author: Person) -> None:
    author.follow(EVENT)
    author.heading(EVENT)
    author.follow("イベントの内容を変える")
    author.fill("会場", NEW)
    author.press("保存する")
    author.heading(EVENT)
    author.reads(NEW)
    author.picture("urgent-event")


def write(author: Person) -> None:
    """From the wording for changes; what it leaves open keeps the mail from being submitted."""
    author.follow("メールを作る")
    author.heading("メールを作る")
    author.page.get_by_label("ひな形").select_option(label="変更のお知らせ")
    author.press("この文面を入れる")
    author.reads("ひな形")
    author.picture("urgent-wording")
    if (over := author.page.get_by_role("button", name="置きかえる", exact=True)).count():
        author.turn(over)
    author.fill("目的", "会場の変更のお知らせ")
    author.fill("送る予定の件数", "30")
    for each in author.page.get_by_role("checkbox", name=re.compile(r"\.pdf")).all():
        each.uncheck()
    author.press("保存して内容を見る")
    author.reads("●●")
    author.picture("urgent-blanks")
    author.follow("本文を編集する")
    body = author.page.locator("#body")
    text = body.input_value().replace("変更前：●●", f"変更前：{OLD}")
    author.inputs += 1
    body.fill(text.replace("変更後：●●", f"変更後：{NEW}"))
    author.press("保存して内容を見る")


def submit(author: Person) -> None:
    author.reads("終業間際（16:30以降）の時間です")
    author.reads("次の開庁日の朝（令和8年12月9日（水）9:00）")
    author.picture("urgent-late")
    for answer in author.page.get_by_label("件目の指摘にこのまま送ってよい理由").all():
        author.inputs += 1
        answer.fill(WHY)
    author.press("回答を保存して、30件の送信を確認者に提出する")
    author.reads("確認者に提出しました（30件）。")
    author.picture("urgent-submitted")


def find_no_shortcut(approver: Person, mailing: int) -> None:
    """The approver is there, and cannot go before the checker."""
    assert not approver.page.get_by_role("link", name="決裁する").count()
    approver.see(f"/mailings/{mailing}/approve")
    assert not approver.page.get_by_label("あなたのパスワード").count()
    approver.picture("urgent-no-shortcut")
    approver.see("/")


def test_all_hear_of_the_other_hall_in_time(
    eve: None, person: Enter, recorder: Recorder, database: Database
) -> None:
    author = person("author")
    change_the_hall(author)
    write(author)
    submit(author)
    mailing = int(author.page.url.rsplit("/", 1)[-1])
    approver = person("approver")
    find_no_shortcut(approver, mailing)
    checker = person("checker")
    deeds.check(checker, 30)
    checker.picture("urgent-checked")
    assert recorder.seen == [], "nothing leaves before the approval"
    approver.see("/")
    approver.picture("urgent-home")
    deeds.approve(approver, 30)
    approver.heading("送信の結果")
    approver.reads("30件すべてを送信しました")
    approver.picture("urgent-sent")
    for who, what in ((author, "write"), (checker, "check"), (approver, "approve")):
        print(who.told(what))
    for mail in deeds.expect_alone(recorder, deeds.addresses(database)):
        assert "開催内容の変更のお知らせ" in str(deeds.parsed(mail)["Subject"])
        text = deeds.text_of(mail)
        assert f"変更後：{NEW}" in text
        assert f"会　場：{NEW}" in text
        assert deeds.files_of(mail) == {}
