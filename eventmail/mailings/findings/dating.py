"""Reads the dates of a Japanese text: eras, slashes, weekdays, any width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

WEEKDAYS = "月火水木金土日"
_YEAR = r"(?:(?P<era>令和|(?<![a-zA-Z])[rR])\s*\.?\s*(?P<ey>元|\d{1,2})|(?P<wy>20\d\d))"
_DAY_OF_WEEK = (
    rf"(?:\s*[(（\[［]\s*(?P<w>[{WEEKDAYS}])(?:曜日?)?(?:[・･、,/]?[祝休土日]日?)?\s*[)）\]］]"
    rf"|\s*(?P<w2>[{WEEKDAYS}])曜日?)"
)
_MIDDLE = r"\s*[./／．-]\s*"
_DATES = re.compile(
    # 令和8年12月9日（水）, 12月9日水曜日
    rf"(?:{_YEAR}\s*年\s*)?(?<![\d.])(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*日(?!間){_DAY_OF_WEEK}?"
    # R8.12.9(水), 2026/12/9
    + r"|(?<![\d./-])" + _YEAR.replace("era", "era1").replace("ey", "ey1").replace("wy", "wy1")
    + rf"(?:\s*年\s*|{_MIDDLE})(?P<m1>\d{{1,2}}){_MIDDLE}(?P<d1>\d{{1,2}})(?![\d./-])日?"
    + _DAY_OF_WEEK.replace("<w>", "<w1>").replace("<w2>", "<w21>") + "?"
    # 12/9(水), 12.9(水): without a year only with its weekday, or it may be anything
    + rf"|(?<![\d./-])(?P<m2>\d{{1,2}}){_MIDDLE}(?P<d2>\d{{1,2}})"
    + _DAY_OF_WEEK.replace("<w>", "<w3>").replace("<w2>", "<w23>")
    # …から11日（金）, of the month that was named before
    + r"|(?<![\d月])(?P<d3>\d{1,2})\s*日"
    + _DAY_OF_WEEK.replace("<w>", "<w4>").replace("<w2>", "<w24>")
)  # fmt: skip
_REIWA = 2018


@dataclass(frozen=True, slots=True)
class Dated:
    """One date as written: ``year`` where one was written, ``weekday`` 0 for Monday."""

    year: int | None
    month: int
    day: int
    weekday: int | None
    start: int
    end: int

    def near(self, anchors: Sequence[date]) -> list[date]:
        """The dates it may mean: of its own year, else the nearest to each of ``anchors``."""
        years = [self.year] if self.year else None
        found: list[date] = []
        for anchor in anchors:
            of_years = years or [anchor.year + step for step in (-1, 0, 1)]
            days = [made for year in of_years if (made := _date(year, self.month, self.day))]
            if days:
                found.append(min(days, key=lambda each: abs((each - anchor).days)))
        return list(dict.fromkeys(found))


def dates(text: str) -> Iterator[Dated]:
    """The dates in a text, in their order."""
    month, year = 0, None
    for at in _DATES.finditer(text):
        found = {key: value for key, value in at.groupdict().items() if value}
        own_month = _number(found, "m", "m1", "m2")
        if own_month:
            month, year = own_month, _year(found)
        day = _number(found, "d", "d1", "d2", "d3")
        named = next((found[key] for key in ("w", "w2", "w1", "w21", "w3", "w23", "w4", "w24")
                      if key in found), "")  # fmt: skip
        weekday = WEEKDAYS.index(named) if named else None
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield Dated(year, month, day, weekday, at.start(), at.end())


def _year(found: dict[str, str]) -> int | None:
    western = _number(found, "wy", "wy1")
    if western:
        return western
    of_era = found.get("ey") or found.get("ey1")
    if not of_era:
        return None
    return _REIWA + (1 if of_era == "元" else int(of_era))


def _number(found: dict[str, str], *names: str) -> int:
    return next((int(found[name]) for name in names if name in found), 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
