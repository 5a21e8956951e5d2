"""The planned start of a sending: typed by the author, seen by all, kept by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from eventmail.database import Database
from eventmail.mailings.models import Mailing
from eventmail.outbox.models import Dispatch
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import walking
from tests.mailings.journey import reload
from tests.mailings.test_pages import letter
from tests.mailings.walking import hidden
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
NOW = "2026-11-20T10:00:00+09:00"  # the event is on 9 December
PLANNED = {"send_on": "2026-12-01", "send_time": "09:00"}
SAID = "令和8年12月1日（火）9:00"


@pytest.fixture(autouse=True)
def november() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def author(sign_in: SignIn) -> Pages:
    return sign_in("author")


def path(meeting: Meeting, act: str = "") -> str:
    return f"/mailings/{meeting.mailing.id}{act}"


def save(author: Pages, meeting: Meeting, status: int = 200, **typed: str) -> Page:
    page = author.get(path(meeting, "/letter"))
    return author.post(path(meeting, "/letter"), letter(page, **typed), status=status)


def stored(database: Database, people: People, meeting: Meeting) -> Mailing:
    return reload(database, people, meeting.mailing.id)


def test_it_is_typed_as_a_clock_in_tokyo_shows_it(
    author: Pages, database: Database, people: People, meeting: Meeting
) -> None:
    assert f"送信開始の予定{SAID}" in save(author, meeting, **PLANNED).text
    assert stored(database, people, meeting).send_at == datetime(2026, 12, 1, tzinfo=UTC)
    page = author.get(path(meeting, "/letter"))
    assert (hidden(page, "send_on"), hidden(page, "send_time")) == ("2026-12-01", "09:00")


def test_empty_means_as_soon_as_it_is_approved(
    author: Pages, database: Database, people: People, meeting: Meeting
) -> None:
    save(author, meeting, **PLANNED)
    page = save(author, meeting, send_on="", send_time="")
    assert "送信開始の予定決裁のあとすぐ" in page.text
    assert stored(database, people, meeting).send_at is None


WRONG = {
    "only a day": ({"send_on": "2026-12-01"}, "日付と時刻の両方を入力するか"),
    "only a time": ({"send_time": "09:00"}, "日付と時刻の両方を入力するか"),
    "no such day": ({"send_on": "2026-02-30", "send_time": "09:00"}, "日付を正しく"),
    "no such time": ({"send_on": "2026-12-01", "send_time": "25:00"}, "時刻を正しく"),
    "now": ({"send_on": "2026-11-20", "send_time": "10:00"}, "もう過ぎています"),
    "yesterday": ({"send_on": "2026-11-19", "send_time": "09:00"}, "もう過ぎています"),
    "after the event": ({"send_on": "2026-12-10", "send_time": "09:00"}, "開催日（令和8年12月9日"),
    "in a year": ({"send_on": "2027-11-20", "send_time": "09:00"}, "60日後まで"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_one_is_told_in_one_sentence_and_nothing_typed_is_lost(
    author: Pages, database: Database, people: People, meeting: Meeting, case: str
) -> None:
    typed, sentence = WRONG[case]
    page = save(author, meeting, 422, body="書きかけの本文", **typed)
    assert page.text.count(sentence) == 2, "at the field, and in the summary"
    assert "書きかけの本文" in page.text
    for name, value in typed.items():
        assert hidden(page, name) == value
    assert stored(database, people, meeting).send_at is None


RIGHT = {
    "in a minute": {"send_on": "2026-11-20", "send_time": "10:01"},
    "on the day of the event": {"send_on": "2026-12-09", "send_time": "23:59"},
}


@pytest.mark.parametrize("case", RIGHT)
def test_the_edges_are_taken(author: Pages, meeting: Meeting, case: str) -> None:
    assert "本文を保存しました。" in save(author, meeting, **RIGHT[case]).text


def test_after_the_event_thanks_may_be_planned_for_any_day(
    sign_in: SignIn, meeting: Meeting, november: time_machine.Traveller
) -> None:
    november.move_to("2026-12-10T10:00:00+09:00", tick=False)
    typed = {"send_on": "2026-12-14", "send_time": "09:00"}
    assert "本文を保存しました。" in save(sign_in("author"), meeting, **typed).text


def approve(
    sign_in: SignIn, author: Pages, meeting: Meeting, november: time_machine.Traveller, at: str
) -> tuple[Page, Page]:
    """All three people, the last of them then; what the approver saw before and after."""
    save(author, meeting, **PLANNED)
    author.post(path(meeting, "/submit"))
    checker = sign_in("checker")
    page = checker.get(path(meeting, "/check"))
    assert f"送信の開始：{SAID}" in page.text
    walking.check(checker, meeting.mailing.id)
    november.move_to(at, tick=False)
    approver = sign_in("approver")
    page = approver.get(path(meeting, "/approve"))
    return page, approver.post(path(meeting, "/approve"), walking.yes(page))


def test_checker_and_approver_see_it_and_the_sending_waits_for_it(
    sign_in: SignIn,
    author: Pages,
    database: Database,
    meeting: Meeting,
    november: time_machine.Traveller,
) -> None:
    before, after = approve(sign_in, author, meeting, november, "2026-11-30T17:00:00+09:00")
    assert f"送信の開始：{SAID}" in before.text
    assert "決裁が予定より遅れたときは、すぐに始めます。" in before.text
    assert f"決裁しました。{SAID}に30件の送信を始めます。" in after.text
    assert "まだ送信していません" in after.text
    assert f"予定の時刻まで送信を始めません。{SAID}に始まります。" in after.text
    assert "あと16時間0分" in after.text
    with database.reading() as session:
        assert session.get_one(Dispatch, 1).starts_at == datetime(2026, 12, 1, tzinfo=UTC)
    record = sign_in("author").get(path(meeting, "/record"))
    assert f"送信開始の予定{SAID}" in record.text
    assert "送信の開始まだ始まっていません" in record.text


def test_approved_too_late_it_begins_at_once_and_says_so_before(
    sign_in: SignIn,
    author: Pages,
    database: Database,
    meeting: Meeting,
    november: time_machine.Traveller,
) -> None:
    before, after = approve(sign_in, author, meeting, november, "2026-12-01T09:30:00+09:00")
    assert "予定の時刻はもう過ぎています" in before.text
    assert "決裁すると、すぐに始めます。" in before.text
    assert "決裁しました。30件の送信を始めます。" in after.text
    with database.reading() as session:
        assert session.get_one(Dispatch, 1).starts_at is None
