"""The meeting of 30 companies in a real browser: three people, real processes, real SMTP.

Walked once on a wide screen over SQLite and once on a phone over PostgreSQL. The bytes that the
relay received are the result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.offices.models import Office
from eventmail.sample import FOLDER, story
from tests import settling
from tests.journeys.conftest import Enter, as_processes
from tests.journeys.people import Person
from tests.recorder import Recorder

pytestmark = pytest.mark.journey

OFFICE = "gakusotsu@himesato-anteisho.example"
HALL = "info@bunka-kaikan.example"
PASSWORD = next(s["password"] for s in story()["staff"] if s["role"] == "approver")
EVENT = "企業と学校との雇用情報交換会"


@pytest.fixture
def address(settings: Settings, commands: tuple[str, ...]) -> Iterator[str]:
    """As at work: web server and worker are processes of their own."""
    with as_processes(settings, commands) as found:
        yield found


def make_event(author: Person) -> None:
    author.picture("home-empty")
    author.follow("新しいイベントを作る")
    author.page.get_by_label("イベント名").fill(EVENT)
    author.page.get_by_label("開催日").fill("2026-12-09")
    author.page.get_by_label("時間").fill("13:30〜16:00")
    author.page.get_by_label("会場").fill("姫里市民交流センター")
    author.page.get_by_label("差出人").select_option(index=0)
    author.page.get_by_label("返信先").select_option(index=0)
    author.heading("新しいイベント")
    author.picture("event-form")
    author.press("イベントを作る")
    author.heading(EVENT)


def import_roster(author: Person) -> None:
    """A wrong file first, then the right one, row by row, then the import."""
    author.follow("名簿を取り込む")
    author.page.get_by_label("名簿のファイル").set_input_files(FOLDER / "当日スケジュール.pdf")
    author.press("名簿を読み取る")
    author.reads("読み取れません")
    author.page.get_by_label("名簿のファイル").set_input_files(FOLDER / "不備のある名簿.xlsx")
    author.press("名簿を読み取る")
    author.heading("読み取った名簿の確認")
    author.reads("まだ答えのない行が")
    author.picture("roster-review-faults")
    author.follow(re.compile("^値を直す"))
    author.heading("5行目を直す")
    author.page.get_by_label("メールアドレス").fill("saiyo@naoshita.example")
    author.picture("roster-row")
    author.press("この値で読み取り直す")
    author.heading("読み取った名簿の確認")
    author.reads("saiyo@naoshita.example")
    author.follow("別のファイルを選ぶ")
    author.page.get_by_label("名簿のファイル").set_input_files(FOLDER / "参加企業一覧.xlsx")
    author.press("名簿を読み取る")
    author.heading("読み取った名簿の確認")
    author.reads(re.compile(r"新しく加わる\s*30"))
    author.picture("roster-review")
    author.press("30件を取り込む")
    author.reads("参加者名簿を取り込みました（30件）。")


def add_one_by_hand_and_take_it_back(author: Person) -> None:
    author.follow("参加者名簿を見る")
    author.reads("30社、メールの送信先は30件です。")
    author.picture("roster")
    author.follow("手で1件加える")
    author.page.get_by_label("事業所名").fill("株式会社あとから")
    author.page.get_by_label(re.compile("^メールアドレス 必須")).fill("saiyo@atokara.example")
    author.page.get_by_label("メールアドレス（確認のためもう一度）").fill("saiyo@atokara.example")
    author.picture("roster-by-hand")
    author.press("名簿に加える")
    author.reads("「株式会社あとから」の担当者を名簿に加えました。")
    author.follow("名簿の履歴")
    author.picture("roster-history")
    author.follow(re.compile("^元に戻す"))
    author.page.get_by_label("この変更を元に戻すことを確かめました。").check()
    author.picture("roster-undo")
    author.press("元に戻す")
    author.reads("変更の前の内容に戻しました")
    author.follow(EVENT)


def put_materials(author: Person) -> None:
    files = [FOLDER / "当日スケジュール.pdf", FOLDER / "ご来場のご案内.pdf"]
    author.page.get_by_label("資料のファイル").set_input_files(files)
    author.press("資料を置く")
    author.reads("資料を2件置きました。")
    author.picture("event")


def write_letter(author: Person) -> None:
    """The letter, seen as one of the thirty will receive it, and submitted."""
    author.follow("メールを作る")
    author.page.get_by_label("目的").fill("当日資料の送付")
    author.page.get_by_label("送る予定の件数").fill("30")
    body = author.page.get_by_label("本文", exact=False).and_(author.page.locator("textarea"))
    body.fill(body.input_value() + f"\n会場への問い合わせ：{HALL}\n")
    author.heading("メールを作る")
    author.picture("letter")
    author.press("保存して内容を見る")
    author.reads("個別送信")
    author.picture("mailing-draft")
    author.follow("届くメールを見る")
    author.reads(re.compile("山田 太郎.様"))
    author.picture("preview")
    author.follow("メール案件に戻る")
    answer_findings(author)
    author.reads("確認者に提出しました（30件）。")


def answer_findings(author: Person) -> None:
    """The hall's address is nobody's that the office knows; late in the day the hour is told."""
    author.reads(HALL)
    author.press("回答を保存して、30件の送信を確認者に提出する")
    author.reads("それぞれに、このまま送ってよい理由を入力してください")
    for answer in author.page.get_by_label("件目の指摘にこのまま送ってよい理由").all():
        answer.fill("会場の代表窓口です。電話で確かめました。")
    author.picture("mailing-answers")
    author.press("回答を保存して、30件の送信を確認者に提出する")


def check_letter(checker: Person) -> None:
    checker.follow("送信内容を確認する")
    checker.heading("送信内容の確認")
    checker.picture("check")
    checker.press("確認して決裁者に回す")
    checker.reads("まだ次の確認が残っています")
    checker.page.get_by_label("数えた送信先の件数").fill("29")
    checker.press("数えた件数を記録する")
    checker.reads("送信先の件数と合いません")
    checker.page.get_by_label("数えた送信先の件数").fill("30")
    checker.press("数えた件数を記録する")
    checker.reads("送信先の件数を記録しました")
    for left in (2, 1):  # each task leads on to the next
        checker.reads(f"資料{left}件を最後まで見ること")
        checker.picture("material")
        checker.press("最後のページまで見ました")
        checker.reads("最後のページまで見たことを記録しました。")
    for left in (3, 2, 1):
        checker.reads(f"届くメール{left}件を見ること")
        checker.picture("check-letter")
        checker.press("最後まで見たことを記録して、次へ進む")
    checker.heading("送信内容の確認")
    accept = checker.page.get_by_role("button", name="この回答を認める")
    while left := accept.count():
        checker.reads(f"指摘への回答{left}件を認めること")
        accept.first.click()
        checker.reads("認めました")
        expect(accept).to_have_count(left - 1)
    checker.picture("check-done")
    checker.press("確認して決裁者に回す")
    checker.reads("決裁者に回しました")


def approve_letter(approver: Person) -> None:
    approver.follow("決裁する")
    approver.heading("送信の決裁")
    approver.reads("送信先を30件と数えました")
    approver.reads("まず所のアドレスに控えを1通送ります")
    approver.picture("approve")
    approver.page.get_by_label("あなたのパスワード").fill("wrong")
    approver.press("決裁して30件に送信する")
    approver.reads("パスワードが違います")
    approver.page.get_by_label("あなたのパスワード").fill(PASSWORD)
    approver.press("決裁して30件に送信する")


def look_at_first_copy(approver: Person, recorder: Recorder) -> None:
    """The page follows by itself; nothing goes on until somebody has looked."""
    approver.reads("送信控えを確かめてください")
    approver.picture("first-copy")
    assert [mail.rcpt_to for mail in recorder.received] == [(OFFICE,)], "only the office's own copy"
    approver.follow("送った控えを見る")
    approver.heading("送ったメール")
    approver.reads(OFFICE)
    approver.follow("送信の状況に戻る")


def stop_and_go_on(author: Person, approver: Person) -> None:
    """Somebody has a doubt; the approver lets it go on."""
    author.follow("所の送信をすべて止める")
    author.heading("所の送信をすべて止める")
    author.picture("stop")
    author.press("いますぐ止める")
    author.reads("所の送信をすべて止めています")
    approver.reads("さんが止めました。")  # the open page shows it without a reload
    approver.picture("stopped")
    approver.press("送信を再開する")
    approver.reads("送信を再開しました。")
    approver.picture("home-resumed")


def send_the_rest(approver: Person) -> None:
    approver.follow(EVENT)
    approver.follow(re.compile("当日資料|資料の送付"))
    approver.follow("送信の状況を見る")
    approver.press("控えを確かめました。30件に送信する")
    approver.heading("送信の結果")
    approver.reads("30件すべてを送信しました")
    approver.picture("sending")
    approver.follow(re.compile("^送ったメール"))
    approver.heading("送ったメール")
    approver.picture("mail-as-sent")


def judge(recorder: Recorder, database: Database) -> None:
    """Each company got one mail of its own, and no other address stands in it."""
    mails = recorder.received
    assert mails[0].rcpt_to == (OFFICE,), "the office's own copy comes first"
    with database.reading() as session:
        expected = Counter(session.scalars(sa.select(Contact.address)))
    assert Counter(to for mail in mails[1:] for to in mail.rcpt_to) == expected
    assert len(expected) == 30
    assert all(len(mail.rcpt_to) == 1 for mail in mails)
    everyone = set(expected)
    for mail in mails[1:]:
        text = mail.content.decode("ascii")
        (to,) = mail.rcpt_to
        assert f"\r\nTo: {to}\r\n" in text or text.startswith(f"To: {to}\r\n")
        assert not [each for each in everyone - {to} if each in text]


def test_three_people_send_the_letters_of_the_meeting(
    person: Enter, recorder: Recorder, database: Database
) -> None:
    with database.writing() as session:  # as in the demo: somebody looks at the first copy
        settling.set_sending(session, session.scalars(sa.select(Office)).one(), 0, None)
    author = person("author")
    make_event(author)
    import_roster(author)
    add_one_by_hand_and_take_it_back(author)
    put_materials(author)
    write_letter(author)
    check_letter(person("checker"))
    assert recorder.seen == [], "nothing leaves before the approval"
    approver = person("approver")
    approve_letter(approver)
    look_at_first_copy(approver, recorder)
    stop_and_go_on(author, approver)
    send_the_rest(approver)
    judge(recorder, database)
