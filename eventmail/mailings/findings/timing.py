"""Sent in a hurry: at the end of the day, before a holiday, on one (L19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from eventmail.clock import TOKYO, in_tokyo, japanese_date, japanese_moment
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found

OPENS, LATE, CLOSES = time(8, 30), time(16, 30), time(17, 15)
MORNING = time(9, 0)
EVE_FROM = {True: time(12, 0), False: time(15, 0)}  # before a holiday or long break; a weekend
_YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def start(ground: Ground) -> Iterator[Finding]:
    """A start at which nobody is there to answer the telephone, if something went wrong."""
    planned = ground.content.send_at
    hold = timedelta(minutes=ground.office.hold_minutes)
    moment = in_tokyo(planned or ground.now + hold)
    reason = _reason(moment)
    if not reason:
        return
    when = (
        f"送信の開始（{japanese_moment(moment)}）が"
        if planned
        else f"きょう（{japanese_date(moment.date())}）このまま送ると、"
    )
    morning = japanese_moment(next_morning(moment))
    yield found(
        "bad_time",
        Level.WARN,
        f"{when}{reason}。返信や間違いにすぐ対応できません。"
        f"送信開始の予定を、次の開庁日の朝（{morning}）などに変えられます。",
    )


def _reason(moment: datetime) -> str:
    """Why this is no good moment; empty if it is one."""
    day, at = moment.date(), moment.time()
    if not is_open(day):
        return "閉庁日です"
    if at < OPENS:
        return f"開庁（{OPENS:%-H:%M}）の前です"
    if at >= LATE:
        over = at >= CLOSES
        return (
            f"{'閉庁' if over else '終業間際'}（{CLOSES if over else LATE:%-H:%M}以降）の時間です"
        )
    tomorrow = day + timedelta(days=1)
    if not is_open(tomorrow):
        long = _closed_days(tomorrow) >= 3 or is_holiday(tomorrow)
        if at >= EVE_FROM[long]:
            return f"{_closed_days(tomorrow)}日間の休みの前の午後です"
    return ""


def is_open(day: date) -> bool:
    """Whether the offices work on that day."""
    return day.weekday() < 5 and not is_holiday(day)


def is_holiday(day: date) -> bool:
    """National holidays, and the days around New Year on which public offices are closed."""
    return (day.month, day.day) in _YEAR_END or day in _holidays(day.year)


def next_morning(moment: datetime) -> datetime:
    """The next morning on which the office works, after ``moment``."""
    local = in_tokyo(moment)
    day = local.date()
    if local.time() >= MORNING:
        day += timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, TOKYO)


def _closed_days(first: date) -> int:
    count = 0
    while not is_open(first + timedelta(days=count)):
        count += 1
    return count


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))
