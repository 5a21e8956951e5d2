"""One month as weeks from Sunday to Saturday, each day with what is special about it.

Weeks begin on Sunday, as on the calendars that hang in Japanese offices: the five working days
stand together, and nobody has to think where a Monday is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from eventmail import clock, workdays
from eventmail.language import paired

T = TypeVar("T")
DAY_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
WEEKDAYS = tuple(
    paired(japanese, english) for japanese, english in zip("日月火水木金土", DAY_NAMES, strict=True)
)
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 1)
_WRITTEN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Day(Generic[T]):
    """One day: its date, whether the office works, what it is called, and what is on."""

    date: date
    in_month: bool
    is_open: bool
    holiday: str
    is_today: bool
    entries: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day, or the nearest that there is."""
        return cls(min(max(day.replace(day=1), EARLIEST), LATEST))

    @classmethod
    def named(cls, text: str) -> Month:
        """By ``2026-12``; this month for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) == 0:
            return cls.of(clock.today())
        return cls.of(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def __contains__(self, day: date) -> bool:
        """Whether its weeks show that day."""
        return self.first_shown <= day <= self.last_shown

    @property
    def title(self) -> str:
        """``令和8年12月``."""
        japanese = f"{clock.japanese_year(self.last)}{self.first.month}月"
        return paired(japanese, f"{self.first:%B %Y}")

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def first_shown(self) -> date:
        """The Sunday of its first week."""
        return self.first - timedelta(days=(self.first.weekday() + 1) % 7)

    @property
    def last_shown(self) -> date:
        """The Saturday of its last week."""
        return self.last + timedelta(days=(5 - self.last.weekday()) % 7)

    @property
    def before(self) -> Month | None:
        """The month before; None where there is none."""
        return Month.of(self.first - timedelta(days=1)) if self.first > EARLIEST else None

    @property
    def after(self) -> Month | None:
        """The month after; None where there is none."""
        return Month.of(self.last + timedelta(days=1)) if self.first < LATEST else None


def weeks(month: Month, found: Mapping[date, Iterable[T]]) -> list[list[Day[T]]]:
    """The weeks that show a month, with what is on each day."""
    count = (month.last_shown - month.first_shown).days + 1
    days = [_day(month, month.first_shown + timedelta(days=n), found) for n in range(count)]
    return [days[at : at + 7] for at in range(0, count, 7)]


def _day(month: Month, day: date, found: Mapping[date, Iterable[T]]) -> Day[T]:
    return Day(
        date=day,
        in_month=day.month == month.first.month,
        is_open=workdays.is_open(day),
        holiday=workdays.holiday_name(day),
        is_today=day == clock.today(),
        entries=tuple(found.get(day, ())),
    )
