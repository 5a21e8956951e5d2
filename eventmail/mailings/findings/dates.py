"""Dates that cannot be right: weekday, past, another year's, not the event's (L11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from eventmail.clock import japanese_date, japanese_year
from eventmail.language import said
from eventmail.mailings.findings.dating import Dated, dates
from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import read
from eventmail.mailings.findings.telling import (
    PARTS,
    found,
    letter,
    of_material,
    place_in,
    quoted,
    said_at,
)
from eventmail.scanning.report import Scan

_WEEKDAY_MARK = re.compile(r"[曜(（\[［](?:(?<=[月火水木金土日]曜)|(?<!曜)\s*[月火水木金土日])")
_REACH = 30  # characters before a weekday in which its date stands
_DATE_BEFORE = re.compile(
    r"(?:令和|[rR])?[\d元][\d元年月日./\s・〜～~から()（）曜火水木金土-]*[(（\[［]?\s*[月火水木金土日][^\n]{0,2}$"
)
_SENTENCE_END = re.compile(r"[。\n]")
_OVER = re.compile(
    r"ました|でした|頂き|いただい|いただき|付け|付で|付の|現在|時点|改正|施行|以来|生まれ|卒業|発行|公布|制定|に[^。、\n]{0,10}した"
)
_TO_COME = re.compile(
    r"まで|締め?切|〆切|期限|予定|ください|下さい|願い|します|いたします|致します|期日|必着"
)
_LABEL = re.compile(
    r"(?:開催日時?|実施日時?|日\s*時|期\s*日|と\s*き|開催期日|締め?切り?|〆切|期限|提出期限|回答期限|申込期限)\s*[:：】\]〕]?\s*$"
)
_EVENT_LABEL = re.compile(
    r"(?:開催日時?|開催期日|実施日時?|日\s*時|期\s*日|(?<![ぁ-ん])と\s*き)\s*[:：】\]〕]?\s*$"
)
_HELD = re.compile(r"\s*に(?:開催|実施)(?:いた|致|し|す|予定)")
_OTHER_DAY = re.compile(
    r"変更前|変更後|候補|締め?切|〆切|期限|旧|誤|正\s*[:：]|訂正|延期|予備日|面談|個別|打ち?合わせ|下見|第[0-9一二三]"
)
_FISCAL = re.compile(
    r"(?:令和|(?<![a-z])r)\s*(?P<y>元|\d{1,2})\s*年?(?:度|(?=\s*(?:第|合同|企業|就職|雇用|学校|求人)))"
)
_OF_SCHOOL = re.compile(r"\s*(?:の)?[^\n]{0,6}(?:卒|採用|求人|入社|実績|版|予算|改正)")


def weekdays(ground: Ground) -> Iterator[Finding]:
    """A weekday that does not belong to its date."""
    for where, _, told in letter(ground.content):
        for each in dates(told.text):
            right = _right_weekday(ground, each)
            if right:
                place = place_in(where, told, each.start, each.end)
                date_ = quoted(said_at(ground.content, place))
                yield found(
                    "wrong_weekday",
                    Level.WARN,
                    said(
                        "{part_said}の{date}の曜日が違います。正しくは{right}です。"
                        "日付と曜日のどちらが正しいか確かめて直してください。",
                        part_said=PARTS[where],
                        date=date_,
                        right=right,
                    ),
                    [place],
                )
    for material, scan in ground.scanned():
        wrong = dict(_wrong_in_file(ground, scan))
        if wrong:
            date_, (right, spot) = next(iter(wrong.items()))
            more = (
                said("ほかに{count}か所あります。", count=len(wrong) - 1) if len(wrong) > 1 else ""
            )
            yield found(
                "wrong_weekday",
                Level.WARN,
                said(
                    "資料「{filename}」（{spot_said}）の{date}の曜日が違います。"
                    "正しくは{right}です。{more_said}資料を直して、置き直してください。",
                    filename=material.filename,
                    spot_said=spot,
                    date=quoted(date_),
                    right=right,
                    more_said=more,
                ),
                [of_material(material, spot)],
            )


def _wrong_in_file(ground: Ground, scan: Scan) -> Iterator[tuple[str, tuple[str, str]]]:
    for date_, dated, spot in _weekdays_in(scan):
        right = _right_weekday(ground, dated)
        if right:
            yield date_, (right, spot)


@lru_cache(maxsize=16)
def _weekdays_in(scan: Scan) -> tuple[tuple[str, Dated, str], ...]:
    """The dates with a weekday in a file, each as written once: looked for once a file."""
    told = read(scan)
    seen: dict[str, int] = {}
    for mark in _WEEKDAY_MARK.finditer(told.text):
        written_ = _DATE_BEFORE.search(told.text, mark.start() - _REACH, mark.end() + 3)
        if written_:
            seen.setdefault(written_[0], mark.start())
    return tuple(
        (text[each.start : each.end].strip(), each, told.spot(position))
        for text, position in seen.items()
        for each in dates(text)
        if each.weekday is not None
    )


def _right_weekday(ground: Ground, dated: Dated) -> str:
    """The date with its right weekday, if another one was written; empty if it may be right."""
    if dated.weekday is None:
        return ""
    days = dated.near((ground.content.event_date, ground.today))
    if not days or any(each.weekday() == dated.weekday for each in days):
        return ""
    return japanese_date(days[0])


def no_such_day(ground: Ground) -> Iterator[Finding]:
    """11月31日."""
    for where, _, told in letter(ground.content):
        for each in dates(told.text):
            if not each.near((ground.content.event_date, ground.today)):
                place = place_in(where, told, each.start, each.end)
                date_ = quoted(said_at(ground.content, place))
                message = said(
                    "{part_said}の{date}という日はありません。正しい日付に直してください。",
                    part_said=PARTS[where],
                    date=date_,
                )
                yield found("no_such_day", Level.WARN, message, [place])


def past(ground: Ground) -> Iterator[Finding]:
    """A date that is over where the letter speaks of something to come."""
    for where, _, told in letter(ground.content):
        for each in dates(told.text):
            days = each.near((ground.content.event_date, ground.today))
            if not days or max(days) >= ground.today or not _speaks_of_later(told.text, each):
                continue
            place = place_in(where, told, each.start, each.end)
            date_ = quoted(said_at(ground.content, place))
            yield found(
                "past_date",
                Level.WARN,
                said(
                    "{part_said}の{date}は、もう過ぎた日です（{days}）。"
                    "前のメールの書き残しでないか確かめて直してください。",
                    part_said=PARTS[where],
                    date=date_,
                    days=japanese_date(max(days)),
                ),
                [place],
            )


def _speaks_of_later(text: str, dated: Dated) -> bool:
    before, behind = _sentence(text, dated)
    if _OVER.search(behind) or _OVER.search(before[-6:]):
        return False
    return bool(_LABEL.search(before) or _TO_COME.search(behind))


def _sentence(text: str, dated: Dated) -> tuple[str, str]:
    """What stands before and behind a date in its own sentence or line."""
    before = _SENTENCE_END.split(text[max(0, dated.start - 60) : dated.start])[-1]
    behind = _SENTENCE_END.split(text[dated.end : dated.end + 80])[0]
    return before, behind


def of_event(ground: Ground) -> Iterator[Finding]:
    """A date told as the event's that is not the event's."""
    event = ground.content.event_date
    told_days: list[tuple[date, Place]] = []
    for where, _, told in letter(ground.content):
        for each in dates(told.text):
            before, behind = _sentence(told.text, each)
            line = f"{before}{behind}"
            if _OTHER_DAY.search(line) or not (_EVENT_LABEL.search(before) or _HELD.match(behind)):
                continue
            days = each.near((event,))
            if days and not _OVER.search(behind):
                told_days.append((days[0], place_in(where, told, each.start, each.end)))
    if any(day == event for day, _ in told_days):
        return
    for _, place in told_days:
        date_ = quoted(said_at(ground.content, place))
        part = PARTS[place.where]
        yield found(
            "not_the_event_date",
            Level.WARN,
            said(
                "{part_said}の{date}は、イベントの開催日（{event}）と違います。"
                "文面かイベントの開催日を直してください。",
                part_said=part,
                date=date_,
                event=japanese_date(event),
            ),
            [place],
        )


def years(ground: Ground) -> Iterator[Finding]:
    """The event's day in another year, or 令和 of another year in the subject."""
    event = ground.content.event_date
    for where, _, told in letter(ground.content):
        for each in dates(told.text):
            same_day = (each.month, each.day) == (event.month, event.day)
            over = _OVER.search(_sentence(told.text, each)[1])
            if each.year and each.year != event.year and same_day and not over:
                place = place_in(where, told, each.start, each.end)
                yield _of_year(ground, place)
    told = next(told for where, _, told in letter(ground.content) if where is Where.SUBJECT)
    right = {event.year, _fiscal(event.year, event.month)}
    for at in _FISCAL.finditer(told.text):
        year = 2018 + (1 if at["y"] == "元" else int(at["y"]))
        if year not in right and not _OF_SCHOOL.match(told.text, at.end()):
            yield _of_year(ground, place_in(Where.SUBJECT, told, *at.span()))


def _of_year(ground: Ground, place: Place) -> Finding:
    date_ = quoted(said_at(ground.content, place))
    event = ground.content.event_date
    part = PARTS[place.where]
    return found(
        "wrong_year",
        Level.WARN,
        said(
            "{part_said}の{date}は、イベントの年（{event}）と違います。"
            "前の年のメールの書き残しでないか確かめて直してください。",
            part_said=part,
            date=date_,
            event=japanese_year(event),
        ),
        [place],
    )


def _fiscal(year: int, month: int) -> int:
    return year if month >= 4 else year - 1
