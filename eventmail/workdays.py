"""On which days the offices work: no weekends, national holidays or days around New Year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

from eventmail.language import paired, said

YEAR_END = said("年末年始の閉庁日")
_YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def is_open(day: date) -> bool:
    """Whether the offices work on that day."""
    return day.weekday() < 5 and not is_holiday(day)


def is_holiday(day: date) -> bool:
    """National holidays, and the days around New Year on which public offices are closed."""
    return bool(holiday_name(day))


def holiday_name(day: date) -> str:
    """What a holiday is called; empty for any other day. The offices' own days around New Year
    have a name, too.
    """
    japanese, english = _holidays(day.year, "ja").get(day), _holidays(day.year, "en_US").get(day)
    if japanese and english:
        return paired(japanese, english)
    return YEAR_END if (day.month, day.day) in _YEAR_END else ""


def next_open(day: date) -> date:
    """The first day after ``day`` on which the offices work."""
    day += timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return day


def closed_days(first: date) -> int:
    """How many days in a row the offices are closed from ``first`` on."""
    count = 0
    while not is_open(first + timedelta(days=count)):
        count += 1
    return count


@lru_cache(maxsize=16)
def _holidays(year: int, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("JP", years=year, language=language))
