"""A form that is sent after its session's time: not done, and nothing typed in it is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Event
from tests.mailings.walking import hidden
from tests.pages import Element, Page, Pages

SignIn = Callable[[str], Pages]
TYPED = {
    "name": "昼休みをはさんだイベント",
    "held_on": "2027-03-03",
    "hours": "13:00\u301c15:00",
    "place": "一階\n大会議室",
    "sender_id": "1",
    "reply_to_id": "1",
}
AFTER_LUNCH = timedelta(minutes=61)


@pytest.fixture
def author(sign_in: SignIn) -> Iterator[Pages]:
    """Signed in before lunch, and back an hour later."""
    browser = sign_in("author")
    with time_machine.travel(clock.now() + AFTER_LUNCH):
        yield browser


def own_form(page: Page) -> Element:
    """The last of the page's own: behind it is only the one that changes the language."""
    return [each for each in page.all("form") if each.attributes.get("action") != "/language"][-1]


def fields(page: Page) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    form = own_form(page)
    return {
        each.attributes["name"] or "": each.attributes.get("value") or ""
        for each in page.all("input")
        if form in each.inside and each.attributes.get("name") != "csrf_token"
    }


def late(browser: Pages, typed: dict[str, str] = TYPED) -> Page:
    return browser.post("/events/new", typed, status=401)


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Event.name)))


def test_it_comes_back_after_signing_in_and_can_be_sent(author: Pages, database: Database) -> None:
    page = late(author, TYPED | {"password": "not to be shown"})
    assert page.h1 == "サインインの時間が切れました"
    assert names(database) == []
    assert "not to be shown" not in author.response.get_data(as_text=True)
    kept = fields(page)
    author.sign_in("kian", "demo-kian-no-pass")  # in another tab
    page = author.post("/account/resume", kept, csrf=False)
    assert page.h1 == "入力した内容を送りますか"
    assert names(database) == []
    author.post(own_form(page).attributes["action"] or "", fields(page))
    assert names(database) == [TYPED["name"]]


def test_the_button_before_signing_in_keeps_it_still(author: Pages) -> None:
    kept = fields(late(author))
    assert fields(author.post("/account/resume", kept, csrf=False, status=401)) == kept


@pytest.mark.parametrize("change", [{"name": "すりかえた名前"}, {"kept": "invented"}])
def test_what_was_not_typed_is_not_taken(
    author: Pages, sign_in: SignIn, change: dict[str, str]
) -> None:
    kept = fields(late(author))
    page = sign_in("author").post("/account/resume", kept | change, csrf=False)
    assert "取っておいた内容を読み取れませんでした。" in page.text


def test_another_person_on_this_machine_cannot_send_it(author: Pages, sign_in: SignIn) -> None:
    kept = fields(late(author))
    page = sign_in("checker").post("/account/resume", kept, csrf=False)
    assert "別の人がサインインしています。" in page.text


def test_it_stays_although_the_page_has_asked_by_itself_in_between(author: Pages) -> None:
    author.raw("/mailings/1/progress.json")
    assert late(author).h1 == "サインインの時間が切れました"


def test_a_script_of_a_page_is_led_to_the_sign_in(author: Pages) -> None:
    token = hidden(author.get("/sign-in"), "csrf_token")
    answer = author._client.post(
        "/me", data={"csrf_token": token}, headers={"Sec-Fetch-Mode": "cors"}
    )
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/me"
