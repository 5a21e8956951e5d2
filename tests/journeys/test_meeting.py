"""The meeting of 30 companies in a real browser: three people, real processes, real SMTP.

Walked once on a wide screen over SQLite and once on a phone over PostgreSQL. The bytes that the
relay received are the result.
"""

from __future__ import annotations

import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect, sync_playwright

from eventmail import processes, sample
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.sample import FOLDER
from tests.recorder import Recorder, allow_port

pytestmark = pytest.mark.journey

OFFICE = "gakusotsu@himesato-anteisho.example"
EVENT = "企業と学校との雇用情報交換会"
SCREENS = {"sqlite": {"width": 1280, "height": 900}, "postgresql": {"width": 375, "height": 760}}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=ja"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """A running installation: web server and worker as processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    live = replace(settings, port=port)
    children = [processes.start(live, [command]) for command in ("web", "worker")]
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        children[0].poll()
        assert children[0].returncode is None, "the web server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    processes.end(children)


@dataclass
class Person:
    """One of the three people at a browser of their own."""

    page: Page
    address: str
    pictures: Path | None

    def see(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text, timeout=60_000)

    def picture(self, name: str) -> None:
        """Check that nothing sticks out of the screen; keep a picture where asked for."""
        self.page.wait_for_load_state("networkidle")
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert self.page.viewport_size is not None
        assert width <= self.page.viewport_size["width"], f"{name} is wider than the screen"
        if self.pictures:
            across = self.page.viewport_size["width"]
            self.page.screenshot(path=self.pictures / f"{name}-{across}.png", full_page=True)
            self.page.screenshot(path=self.pictures / f"{name}-{across}-top.png")


@pytest.fixture
def person(
    chromium: Browser, address: str, database: Database, request: pytest.FixtureRequest
) -> Iterator[type]:
    accounts = {each["role"]: each for each in sample.story()["staff"]}
    screen = SCREENS["sqlite" if database.is_sqlite else "postgresql"]
    folder = request.config.getoption("--pictures")
    contexts = []
    complaints: list[str] = []

    def enter(role: str) -> Person:
        context = chromium.new_context(viewport=screen, locale="ja-JP", accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        found = Person(page, address, Path(folder) if folder else None)
        found.see("/sign-in")
        page.get_by_label("ユーザー名").fill(accounts[role]["login"])
        page.get_by_label("パスワード").fill(accounts[role]["password"])
        found.press("サインインする")
        found.heading("ホーム")
        return found

    yield enter  # type: ignore[misc]
    for context in contexts:
        context.close()
    unexpected = [each for each in complaints if not re.search("status of (409|422)", each)]
    assert not unexpected, unexpected


def test_three_people_send_the_letters_of_the_meeting(
    person: type, recorder: Recorder, database: Database
) -> None:
    # 1. The author makes the event.
    author = person("author")
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

    # 2. The workbook: a wrong file first, then the right one, row by row, then the import.
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

    # One more by hand, and taken back.
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

    # 3. The materials.
    files = [FOLDER / "当日スケジュール.pdf", FOLDER / "ご来場のご案内.pdf"]
    author.page.get_by_label("資料のファイル").set_input_files(files)
    author.press("資料を置く")
    author.reads("資料を2件置きました。")
    author.picture("event")

    # 4. The letter, seen as one of the thirty will receive it.
    author.follow("メールを作る")
    author.page.get_by_label("目的").fill("当日資料の送付")
    author.heading("メールを作る")
    author.picture("letter")
    author.press("保存して内容を見る")
    author.reads("個別送信")
    author.picture("mailing-draft")
    author.follow("届くメールを見る")
    author.reads(re.compile("山田 太郎.様"))
    author.picture("preview")
    author.follow("メール案件に戻る")

    # 5. Submit; another person checks; a third approves.
    author.press("30件の送信を確認者に提出する")
    author.reads("確認者に提出しました（30件）。")

    checker = person("checker")
    checker.follow("送信内容を確認する")
    checker.heading("送信内容の確認")
    checker.picture("check")
    checker.page.get_by_label("数えた送信先の件数").fill("29")
    checker.press("確認して決裁者に回す")
    checker.reads("送信先の件数と合いません")
    checker.page.get_by_label("数えた送信先の件数").fill("30")
    checker.press("確認して決裁者に回す")
    checker.reads("決裁者に回しました")
    assert recorder.seen == [], "nothing leaves before the approval"

    approver = person("approver")
    approver.follow("決裁する")
    approver.heading("送信の決裁")
    approver.reads("送信先を30件と数えました")
    approver.picture("approve")
    approver.press("決裁して30件に送信する")

    # 6. The worker sends; the page follows by itself.
    approver.heading("送信の結果")
    approver.reads("30件すべてを送信しました")
    approver.picture("sending")
    approver.follow(re.compile("^見る"))
    approver.heading("送ったメール")
    approver.picture("mail-as-sent")

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
