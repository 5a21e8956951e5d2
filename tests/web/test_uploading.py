"""A form with files that a script sends is told where to go; every other answer stays as it is."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.events.models import Event
from tests.conftest import Meeting
from tests.pages import Pages, token_in

SignIn = Callable[[str], Pages]
BY_SCRIPT = {"X-Upload": "progress"}


@pytest.fixture
def event(meeting: Meeting) -> Event:
    return meeting.event


def sent(browser: Pages, path: str, page: str, headers: dict[str, str], name: str = "a.txt"):  # type: ignore[no-untyped-def]
    token = token_in(browser.get(page).all("input"))
    fields = {"csrf_token": token, "files": (io.BytesIO("資料です。".encode()), name)}
    return browser._client.post(
        path, data=fields, headers=headers, content_type="multipart/form-data"
    )


def test_a_script_is_told_where_to_go_and_the_message_waits_there(
    sign_in: SignIn, event: Event
) -> None:
    browser, page = sign_in("author"), f"/events/{event.id}"
    answer = sent(browser, f"{page}/materials", page, BY_SCRIPT)
    assert (answer.status_code, answer.json) == (200, {"to": f"{page}#materials"})
    assert "Location" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "資料を1件置きました。" in browser.get(page).text


def test_without_the_script_it_is_led_there(sign_in: SignIn, event: Event) -> None:
    browser, page = sign_in("author"), f"/events/{event.id}"
    answer = sent(browser, f"{page}/materials", page, {})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page}#materials")


def test_what_was_wrong_comes_as_the_same_page(sign_in: SignIn, event: Event) -> None:
    browser, page = sign_in("author"), f"/events/{event.id}"
    answer = sent(browser, f"{page}/materials", page, BY_SCRIPT, "virus.exe")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_who_is_not_signed_in_any_more_is_told_so(
    sign_in: SignIn, event: Event, database: Database
) -> None:
    browser, page = sign_in("author"), f"/events/{event.id}"
    browser._client.delete_cookie("session")
    for each in list(browser._client._cookies or {}):  # type: ignore[attr-defined]
        browser._client._cookies.pop(each)  # type: ignore[attr-defined]
    answer = browser._client.post(f"{page}/materials", headers=BY_SCRIPT)
    assert answer.status_code != 302


def test_a_form_without_files_is_led_on_as_ever(sign_in: SignIn) -> None:
    browser = sign_in("author")
    token = token_in(browser.get("/").all("input"))
    answer = browser._client.post("/sign-out", data={"csrf_token": token}, headers=BY_SCRIPT)
    assert answer.status_code in (302, 303)
