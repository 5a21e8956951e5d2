"""A month as weeks: from Sunday, whole, with the holidays' names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from eventmail import workdays
from eventmail.agenda.month import EARLIEST, LATEST, Month, weeks

NOW = "2026-12-09 10:00+09:00"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-11", "2026-11"),
        ("2027-02", "2027-02"),
        ("", "2026-12"),
        ("2026-13", "2026-12"),
        ("2026-00", "2026-12"),
        ("0000-01", "2026-12"),
        ("2026-1", "2026-12"),
        ("２０２６-01", "2026-12"),
        ("2026-01-01", "2026-12"),
        ("'; DROP TABLE", "2026-12"),
        ("1999-12", "2000-01"),
        ("9999-12", "2099-12"),
    ],
)
def test_a_month_is_named_or_it_is_this_one(text: str, month: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert str(Month.named(text)) == month


def test_at_midnight_it_is_the_month_in_tokyo() -> None:
    with time_machine.travel("2026-11-30 15:00+00:00", tick=False):
        assert str(Month.named("")) == "2026-12"


@given(st.dates(EARLIEST, LATEST))
def test_weeks_run_from_sunday_and_hold_every_day_of_the_month(day: date) -> None:
    month = Month.of(day)
    found = weeks(month, {})
    days = [each.date for week in found for each in week]
    assert all(len(week) == 7 and week[0].date.weekday() == 6 for week in found)
    assert days == [month.first_shown + timedelta(days=n) for n in range(len(days))]
    assert day in [each.date for week in found for each in week if each.in_month]
    assert sum(each.in_month for week in found for each in week) == month.last.day
    assert 4 <= len(found) <= 6


@given(st.dates(EARLIEST, LATEST))
def test_months_follow_each_other(day: date) -> None:
    month = Month.of(day)
    if month.after:
        assert month.after.first == month.last + timedelta(days=1)
        assert month.after.before == month


def test_the_calendar_has_two_ends() -> None:
    assert Month.of(EARLIEST).before is None
    assert Month.of(LATEST).after is None


@pytest.mark.parametrize(
    ("day", "name", "is_open"),
    [
        (date(2026, 11, 3), "文化の日", False),
        (date(2026, 11, 23), "勤労感謝の日", False),
        (date(2026, 11, 24), "", True),
        (date(2026, 11, 28), "", False),
        (date(2026, 12, 28), "", True),
        (date(2026, 12, 29), workdays.YEAR_END, False),
        (date(2027, 1, 1), "元日", False),
        (date(2027, 1, 3), workdays.YEAR_END, False),
        (date(2026, 9, 22), "国民の休日", False),
    ],
)
def test_holidays_have_their_names(day: date, name: str, is_open: bool) -> None:
    (found,) = [
        each
        for week in weeks(Month.of(day), {})
        for each in week
        if each.date == day and each.in_month
    ]
    assert (found.holiday, found.is_open) == (name, is_open)


def test_today_is_marked_once() -> None:
    with time_machine.travel(NOW, tick=False):
        today = [each.date for week in weeks(Month.named(""), {}) for each in week if each.is_today]
    assert today == [date(2026, 12, 9)]
