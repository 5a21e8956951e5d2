"""Time as the offices write it: Asia/Tokyo, Japanese eras and weekdays. Stored times are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from eventmail.language.days import said_day

TOKYO = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"
REIWA_STARTS = date(2019, 5, 1)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def in_tokyo(moment: datetime) -> datetime:
    """The same moment on a clock in Tokyo."""
    return moment.astimezone(TOKYO)


def today() -> date:
    """Today's date in Tokyo."""
    return in_tokyo(now()).date()


def japanese_year(day: date) -> str:
    """``令和8年``; the first year of an era is 元年, dates before 令和 keep the western year."""
    if day < REIWA_STARTS:
        return f"{day.year}年"
    year = day.year - 2018
    return "令和元年" if year == 1 else f"令和{year}年"


def japanese_date(day: date) -> str:
    """``令和8年12月9日（水）``."""
    return said_day(_date(day), day)


def japanese_moment(moment: datetime) -> str:
    """``令和8年12月9日（水）9:05``, on a clock in Tokyo."""
    local = in_tokyo(moment)
    time = f"{local.hour}:{local.minute:02}"
    return said_day(_date(local.date()) + time, local.date(), time)


def _date(day: date) -> str:
    return f"{japanese_year(day)}{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"
