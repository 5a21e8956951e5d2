"""How long it takes, counted in pages and in what a person types or presses, keyboard alone.

From the workbook in hand to "submitted" for the sample meeting, then the check, then the approval.
Every control is come to by the Tab key: what cannot be reached so is not found here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from eventmail.database import Database
from eventmail.offices.models import Office
from eventmail.sample import FOLDER, story
from tests import settling
from tests.journeys.people import Person
from tests.recorder import Recorder

pytestmark = pytest.mark.journey

MOST_TABS = 400  # a page of thirty companies with a few controls each
ASKED = "件目の指摘にこのまま送ってよい理由"
APPROVER = next(each for each in story()["staff"] if each["role"] == "approver")


@dataclass
class Hands:
    """A person whose hands never leave the keyboard, counted."""

    person: Person
    pages: int = 0
    inputs: int = 0

    def __post_init__(self) -> None:
        self.person.page.on("domcontentloaded", self._turned)

    def _turned(self, _page: object) -> None:
        self.pages += 1

    def reach(self, target: Locator) -> None:
        """Tab from wherever one is to this control."""
        expect(target).to_be_visible()
        wanted = target.element_handle()
        for _ in range(MOST_TABS):
            self.person.page.keyboard.press("Tab")
            if self.person.page.evaluate("e => e === document.activeElement", wanted):
                return
        raise AssertionError(f"the keyboard does not come to {target}")

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        """Fill a field."""
        self.fill(self.person.page.get_by_label(label), text)

    def fill(self, target: Locator, text: str) -> None:
        self.reach(target)
        target.fill(text)  # a date's parts are typed in another order in each language
        self.inputs += 1

    def choose(self, label: str, *names: str) -> None:
        """Give files to a field."""
        target = self.person.page.get_by_label(label)
        self.reach(target)
        target.set_input_files([FOLDER / each for each in names])
        self.inputs += 1

    def press(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.person.page.get_by_role("button", name=name).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.person.page.get_by_role("link", name=name).first)

    def _enter(self, target: Locator) -> None:
        self.person.look()
        self.reach(target)
        with self.person.page.expect_navigation():
            self.person.page.keyboard.press("Enter")
        self.inputs += 1

    def told(self, what: str) -> str:
        return f"{what}: {self.pages} pages, {self.inputs} inputs"


def submit(author: Hands) -> None:
    author.follow("新しいイベントを作る")
    author.type("イベント名", "企業と学校との雇用情報交換会")
    author.type("開催日", "2026-12-09")
    author.type("時間", "13:30〜16:00")
    author.type("会場", "姫里市民交流センター")
    author.press("イベントを作る")
    author.follow("名簿を取り込む")
    author.choose("名簿のファイル", "参加企業一覧.xlsx")
    author.press("名簿を読み取る")
    author.press("30件を取り込む")
    author.choose("資料のファイル", "当日スケジュール.pdf", "ご来場のご案内.pdf")
    author.press("資料を置く")
    author.follow("メールを作る")
    author.type("目的", "当日資料の送付")
    author.type("送る予定の件数", "30")
    author.press("保存して内容を見る")
    for answer in author.person.page.get_by_label(ASKED).all():  # late in the day the hour is
        author.fill(answer, "電話で確かめました。")
    author.press(re.compile("30件の送信を確認者に提出する$"))
    author.person.reads("確認者に提出しました（30件）。")


def check(checker: Hands) -> None:
    checker.follow("送信内容を確認する")
    checker.type("数えた送信先の件数", "30")
    checker.press("数えた件数を記録する")
    for _ in range(2):
        checker.press("最後のページまで見ました")
    for _ in range(3):
        checker.press("最後まで見たことを記録して、次へ進む")
    while checker.person.page.get_by_role("button", name="この回答を認める").count():
        checker.press("この回答を認める")
    checker.press("確認して決裁者に回す")
    checker.person.reads("決裁者に回しました")


def approve(approver: Hands) -> None:
    approver.follow("決裁する")
    approver.type("あなたのパスワード", APPROVER["password"])
    approver.press("決裁して30件に送信する")
    approver.person.heading(re.compile("送信の"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_takes_fewer_pages_and_inputs_than_we_promise(
    person: Callable[[str], Person], database: Database, recorder: Recorder
) -> None:
    with database.writing() as session:
        office = session.get_one(Office, 1)
        settling.set_sending(session, office, 0, 0)
    author = Hands(person("author"))
    submit(author)
    checker = Hands(person("checker"))
    check(checker)
    approver = Hands(person("approver"))
    approve(approver)
    for hands, what in ((author, "submit"), (checker, "check"), (approver, "approve")):
        print(hands.told(what))
    assert author.pages <= 9
    assert author.inputs <= 25
    assert checker.inputs <= 12
    assert approver.inputs <= 5
