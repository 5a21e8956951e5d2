"""Sent in a hurry: at the end of the day, before a holiday, on one (L19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from eventmail.clock import TOKYO, in_tokyo, japanese_date, japanese_moment
from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import found
from eventmail.workdays import closed_days, is_holiday, is_open, next_open

OPENS, LATE, CLOSES = time(8, 30), time(16, 30), time(17, 15)
MORNING = time(9, 0)
EVE_FROM = {True: time(12, 0), False: time(15, 0)}  # before a holiday or long break; a weekend


def start(ground: Ground) -> Iterator[Finding]:
    """A start at which nobody is there to answer the telephone, if something went wrong."""
    planned = ground.content.send_at
    hold = timedelta(minutes=ground.office.hold_minutes)
    moment = in_tokyo(planned or ground.now + hold)
    reason = _reason(moment)
    if not reason:
        return
    morning = japanese_moment(next_morning(moment))
    yield found(
        "bad_time",
        Level.WARN,
        said(
            "送信の開始（{moment}）が{reason_said}。返信や間違いにすぐ対応できません。"
            "送信開始の予定を、次の開庁日の朝（{morning}）などに変えられます。",
            moment=japanese_moment(moment),
            reason_said=reason,
            morning=morning,
        )
        if planned
        else said(
            "きょう（{date}）このまま送ると、送信の開始が{reason_said}。返信や間違いにすぐ対応できません。"
            "送信開始の予定を、次の開庁日の朝（{morning}）などに変えられます。",
            date=japanese_date(moment.date()),
            reason_said=reason,
            morning=morning,
        ),
    )


def _reason(moment: datetime) -> str:
    """Why this is no good moment; empty if it is one."""
    day, at = moment.date(), moment.time()
    if not is_open(day):
        return said("閉庁日です")
    if at < OPENS:
        return said("開庁（{opens}）の前です", opens=f"{OPENS:%-H:%M}")
    if at >= LATE:
        over = at >= CLOSES
        return (
            said("閉庁（{closes}以降）の時間です", closes=f"{CLOSES:%-H:%M}")
            if over
            else said("終業間際（{late}以降）の時間です", late=f"{LATE:%-H:%M}")
        )
    tomorrow = day + timedelta(days=1)
    if not is_open(tomorrow):
        long = closed_days(tomorrow) >= 3 or is_holiday(tomorrow)
        if at >= EVE_FROM[long]:
            return said("{count}日間の休みの前の午後です", count=closed_days(tomorrow))
    return ""


def next_morning(moment: datetime) -> datetime:
    """The next morning on which the office works, after ``moment``."""
    local = in_tokyo(moment)
    day = local.date()
    if local.time() >= MORNING or not is_open(day):
        day = next_open(day)
    return datetime.combine(day, MORNING, TOKYO)
