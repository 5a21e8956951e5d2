"""A self-inspection that is overdue, in a real browser: answered, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.sample import People
from eventmail.training.withdrawing import OVERDUE
from tests import settling
from tests.journeys.people import Person
from tests.training.asking import CHECKLIST, assign, overdue_since

pytestmark = pytest.mark.journey
TITLE = "個人情報とメールの自主点検表"


@pytest.fixture
def commands() -> tuple[str, ...]:
    return ("web",)


@pytest.fixture
def late(database: Database, people: People) -> None:
    """The author is late, and may not write until he has done it."""
    with database.writing() as session:
        settling.settle(session, OVERDUE.at(people.author.office.id), ["author"])
    assign(database, people.manager, CHECKLIST, to=people.author, days=0)
    overdue_since(database, days=1)


def test_who_is_late_answers_and_the_manager_confirms(
    late: None, person: Callable[[str], Person]
) -> None:
    author = person("author")
    author.reads("起案はできません")
    author.picture("training-withheld")
    author.follow(f"「{TITLE}」に答える")
    author.heading(TITLE)
    answers = author.page.get_by_role("radio", name="はい", exact=True)
    for number in range(14):
        answers.nth(number).focus()
        author.page.keyboard.press("Space")
    author.press("15問の答えを送信する")
    author.reads("答えを選んでください。")  # the last one; the others are still there
    author.picture("training-checklist")
    author.page.get_by_role("radio", name="いいえ", exact=True).last.check()
    author.press("15問の答えを送信する")
    author.heading(f"{TITLE}の結果")
    author.reads("直すことが1件あります")
    author.picture("training-outcome")
    author.follow("ホーム")
    author.follow("新しいイベントを作る")
    author.heading("新しいイベント")

    manager = person("manager")
    manager.follow("結果を見て確認する")
    manager.heading(f"{TITLE}の状況")
    manager.picture("training-assignment")
    manager.follow("森下 あかりさんの結果を見る")
    manager.reads("「いいえ」が1問")
    manager.press("この結果を確認しました")
    manager.reads("確認済み")
