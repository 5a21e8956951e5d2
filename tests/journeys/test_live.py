"""The live page in a real browser: it follows by itself, and never under a person's hands."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control, listing
from eventmail.outbox.models import DeliveryState
from eventmail.sample import People
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.outbox import hands

pytestmark = pytest.mark.journey


@pytest.fixture
def commands() -> tuple[str, ...]:
    """No worker: the test itself does what one would."""
    return ("web",)


def settle(database: Database, snapshot: Snapshot, state: DeliveryState, words: str) -> int:
    """The next mail of the roster meets this fate."""
    with database.writing() as session:
        (taken,) = hands.claim(session, snapshot.id, "w", 1)
        attempt = hands.hand_over(session, taken, "w")
        hands.settle(session, attempt, state, int(words[:3]), words[4:])
    return taken


def pause(database: Database, people: People, snapshot: Snapshot) -> None:
    with database.writing() as session:
        control.pause(session, people.checker, session.get_one(Snapshot, snapshot.id))


def test_numbers_rows_and_buttons_follow_without_a_reload(
    person: Enter, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    author: Person = person("author")
    author.see(f"/mailings/{approved.mailing_id}/progress")
    author.reads("送信しています")
    author.page.evaluate("window.untouched = true")
    settle(database, approved, DeliveryState.ACCEPTED, "250 2.0.0 queued")
    refused = settle(database, approved, DeliveryState.REFUSED, "550 5.1.1 no such user")
    row = author.page.locator(f"[data-row='{refused}']")
    expect(row).to_contain_text("受け取り拒否", timeout=20_000)
    expect(row).to_contain_text("名簿を直してください。")
    expect(author.page.get_by_role("link", name="送信済み 1")).to_be_visible()
    expect(author.page.locator("[data-part=error]")).to_have_attribute("width", "33.3")
    expect(author.page.get_by_role("progressbar")).to_have_js_property("value", 1)
    assert author.page.evaluate("window.untouched"), "the page was not loaded anew for a number"
    author.picture("live")

    pause(database, people, approved)
    author.reads("送信を一時停止しています")
    author.reads("確かめてほしい送信先（1件）")
    assert not author.page.evaluate("window.untouched === true"), "other buttons, another page"


def test_a_page_in_use_is_not_taken_away(
    person: Enter, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    settle(database, approved, DeliveryState.REFUSED, "550 5.1.1 no such user")
    author: Person = person("author")
    author.see(f"/mailings/{approved.mailing_id}/progress")
    author.page.get_by_role("checkbox").first.check()
    pause(database, people, approved)
    author.reads("状況が変わりました。画面を再読み込みしてください。")
    expect(author.page.get_by_role("checkbox").first).to_be_checked()


def test_the_list_is_worked_through_with_the_keyboard_alone(
    person: Enter, database: Database, approved: Snapshot
) -> None:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    refused = settle(database, approved, DeliveryState.REFUSED, "550 5.1.1 no such user")
    author: Person = person("author")
    author.see(f"/mailings/{approved.mailing_id}/progress?state=refused")
    author.page.get_by_role("checkbox").focus()
    author.page.keyboard.press("Space")
    again = author.page.get_by_role("button", name="選んだものをもう一度送る")
    for _ in range(5):
        author.page.keyboard.press("Tab")
        if again.evaluate("it => it === document.activeElement"):
            break
    author.page.keyboard.press("Enter")
    author.reads("1件をもう一度送ります。")
    with database.reading() as session:
        (line,) = listing.by_ids(session, approved, [refused])
    assert line.state is DeliveryState.QUEUED
