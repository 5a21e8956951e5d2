"""Writing a letter in a real browser: what is typed outlives a closed tab, and others are seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from eventmail.database import Database
from eventmail.offices.models import Role
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.journeys.conftest import SCREENS, Enter
from tests.journeys.people import Person

pytestmark = pytest.mark.journey

OTHER = "a second author's password"
BODY = "{宛名}\n\n書きかけの本文です。\n"


@pytest.fixture
def commands() -> tuple[str, ...]:
    """No worker: nothing is sent."""
    return ("web",)


def open_letter(author: Person, meeting: Meeting) -> None:
    author.see(f"/mailings/{meeting.mailing.id}/letter")
    author.heading("本文を編集する")


def test_what_was_typed_is_there_again_after_the_tab_was_closed(
    person: Enter, meeting: Meeting
) -> None:
    author: Person = person("author")
    open_letter(author, meeting)
    author.page.locator("#body").fill(BODY)
    line = author.page.locator("[data-autosave-line]")
    expect(line).to_have_text(re.compile("下書きを自動保存しました。"), timeout=20_000)
    author.page.locator("#body").fill(BODY + "続きです。\n")
    with author.page.expect_response(lambda answer: "autosave" in answer.url):
        pass
    author.see("/")  # without saving
    open_letter(author, meeting)
    author.reads("保存されていない下書きがあります")
    author.picture("letter-offered")
    author.follow("下書きを復元する")
    author.reads("下書きを復元しました")
    expect(author.page.locator("#body")).to_have_value(BODY + "続きです。\n")
    author.press("保存して内容を見る")
    author.reads("本文を保存しました。")
    open_letter(author, meeting)
    expect(author.page.locator("main")).not_to_contain_text("下書きがあります")


def test_a_second_tab_does_not_write_over_the_first(person: Enter, meeting: Meeting) -> None:
    author: Person = person("author")
    open_letter(author, meeting)
    second = author.page.context.new_page()
    second.goto(author.page.url)
    author.page.locator("#body").fill("一つ目の画面")
    expect(author.page.locator("[data-autosave-line]")).to_contain_text(
        "自動保存しました", timeout=20_000
    )
    second.locator("#body").fill("二つ目の画面")
    expect(second.locator("[data-autosave-line]")).to_contain_text(
        "復元するか捨てるか", timeout=20_000
    )
    second.goto(author.page.url + "?restore=1")
    expect(second.locator("#body")).to_have_value("一つ目の画面")


def test_whoever_was_signed_out_is_told_and_finds_it_again(
    person: Enter, meeting: Meeting, chromium: Browser
) -> None:
    author: Person = person("author")
    open_letter(author, meeting)
    author.page.locator("#body").fill(BODY)
    line = author.page.locator("[data-autosave-line]")
    expect(line).to_contain_text("自動保存しました", timeout=20_000)
    context = chromium.new_context(
        viewport=SCREENS["sqlite"],
        locale="ja-JP",
        storage_state=author.page.context.storage_state(),
    )
    try:
        tab = context.new_page()
        tab.goto(author.page.url + "?restore=1")
        expect(tab.locator("#body")).to_have_value(BODY)
        tab.wait_for_load_state("networkidle")  # an answer under way would bring the cookie back
        context.clear_cookies()
        tab.locator("#body").fill(BODY + "間に合わなかった行")
        expect(tab.locator("[data-autosave-line]")).to_contain_text(
            "サインインの時間が切れました", timeout=20_000
        )
    finally:
        context.close()


def test_whoever_opens_a_letter_beside_another_is_told(
    person: Enter, meeting: Meeting, database: Database, people: People
) -> None:
    with database.writing() as session:
        office = session.merge(people.author.office)
        settling.add_staff(session, office, "kian2", "西田 航", OTHER, [Role.AUTHOR])
    author: Person = person("author")
    open_letter(author, meeting)
    colleague = person("kian2")
    open_letter(colleague, meeting)
    colleague.reads("森下 あかりさんが")
    author.page.reload()
    author.reads("西田 航さんが")
    author.picture("letter-beside-another")
    colleague.see("/")  # leaving is told at once
    expect(author.page.locator("main")).to_contain_text("西田 航さんが")
    author.page.reload()
    author.heading("本文を編集する")
    expect(author.page.locator("main")).not_to_contain_text("西田 航さんが")
