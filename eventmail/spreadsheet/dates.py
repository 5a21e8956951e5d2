"""Dates of a spreadsheet as text: in Japanese eras where the cell shows them so, else ISO."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from itertools import pairwise

LAST_DAY = 2_958_465  # 9999-12-31; Excel shows only #### beyond
_ERAS = (
    (datetime.date(2019, 5, 1), "令和", "R"),
    (datetime.date(1989, 1, 8), "平成", "H"),
    (datetime.date(1926, 12, 25), "昭和", "S"),
    (datetime.date(1912, 7, 30), "大正", "T"),
    (datetime.date(1868, 1, 25), "明治", "M"),
)
_WEEKDAYS = "月火水木金土日"

Token = tuple[str, str]  # its kind, and its text: ("date", "yyyy"), ("literal", "年")


def moment_of(serial: float, from_1904: bool = False) -> datetime.datetime:
    """The moment of a serial number. Excel counts a 29 February 1900 that never was."""
    if from_1904:
        start = datetime.datetime(1904, 1, 1)  # noqa: DTZ001 - Excel knows no zones
    else:
        start = datetime.datetime(1899, 12, 30 if serial >= 61 else 31)  # noqa: DTZ001
    seconds = round(serial * 86400)
    return start + datetime.timedelta(seconds=seconds)


def date_text(serial: float, tokens: Sequence[Token], code: str, from_1904: bool = False) -> str:
    """The text of a serial number under a date's format."""
    tokens = _with_minutes(tokens)
    letters = {text[0] for kind, text in tokens if kind == "date"}
    if not letters & set("ymdgea") and (serial >= 1 or _elapsed(tokens)):
        seconds = round(serial * 86400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    moment = moment_of(serial, from_1904)
    if not letters & set("ymdgea"):
        return moment.time().isoformat()
    if letters & set("ge") or any(kind == "literal" and "年" in text for kind, text in tokens):
        return "".join(_part(moment, *token, "gannen" in code) for token in tokens).strip()
    if letters & set("hs") and moment.time() != datetime.time():
        return moment.isoformat(" ", "minutes")
    return moment.date().isoformat()


def _elapsed(tokens: Sequence[Token]) -> bool:
    return any(kind == "elapsed" for kind, _ in tokens)


def _with_minutes(tokens: Sequence[Token]) -> list[Token]:
    """An m next to hours or seconds is minutes, and no month: such are named ``n`` here."""
    told = list(tokens)
    places = [i for i, (kind, _) in enumerate(tokens) if kind in ("date", "elapsed")]
    for before, after in pairwise(places):
        if tokens[before][1][0] == "h" and tokens[after][1][0] == "m":
            told[after] = ("date", tokens[after][1].replace("m", "n"))
        if tokens[after][1][0] == "s" and tokens[before][1][0] == "m":
            told[before] = (tokens[before][0], tokens[before][1].replace("m", "n"))
    return told


def _part(moment: datetime.datetime, kind: str, text: str, gannen: bool) -> str:
    if kind == "literal" or (kind == "mark" and text in ".,/"):
        return text
    if kind != "date":
        return ""
    return _PARTS[text[0]](moment, len(text), gannen)


def _era(moment: datetime.datetime) -> tuple[str, str, int]:
    for start, name, initial in _ERAS:
        if moment.date() >= start:
            return name, initial, moment.year - start.year + 1
    return "", "", moment.year


def _era_name(moment: datetime.datetime, length: int, gannen: bool) -> str:
    name, initial, _ = _era(moment)
    return initial if length == 1 else name[:1] if length == 2 else name


def _era_year(moment: datetime.datetime, length: int, gannen: bool) -> str:
    year = _era(moment)[2]
    return "元" if gannen and year == 1 else f"{year:0{min(length, 2)}}"


def _day(moment: datetime.datetime, length: int, gannen: bool) -> str:
    if length > 2:
        name = moment.strftime("%A")
        return name if length > 3 else name[:3]
    return f"{moment.day:0{length}}"


def _weekday(moment: datetime.datetime, length: int, gannen: bool) -> str:
    return _WEEKDAYS[moment.weekday()] + ("曜日" if length > 3 else "")


_PARTS: dict[str, Callable[[datetime.datetime, int, bool], str]] = {
    "y": lambda moment, length, _: f"{moment.year}" if length > 2 else f"{moment.year % 100:02}",
    "m": lambda moment, length, _: f"{moment.month:0{min(length, 2)}}",
    "d": _day,
    "a": _weekday,
    "g": _era_name,
    "e": _era_year,
    "h": lambda moment, length, _: f"{moment.hour:0{min(length, 2)}}",
    "n": lambda moment, length, _: f"{moment.minute:0{min(length, 2)}}",
    "s": lambda moment, length, _: f"{moment.second:0{min(length, 2)}}",
}
