"""Number formats: what a number's cell shows, as far as a roster needs it."""

from __future__ import annotations

import datetime

import pytest

from eventmail.spreadsheet.numbers import BUILT_IN, shown

DAY = 46365  # 2026-12-09
FORMATS: dict[str, tuple[float, str, str]] = {
    "General": (7000012050002, "General", "7000012050002"),
    "General of a Japanese Excel": (5, "G/標準", "5"),
    "no format": (5, "", "5"),
    "leading zeros": (312345678, "0000000000", "0312345678"),
    "more digits than places": (312345678, "000", "312345678"),
    "phone with hyphens": (9012345678, "000-0000-0000", "090-1234-5678"),
    "phone of another length": (312345678, "0##-####-####", "03-1234-5678"),
    "hyphens escaped": (9012345678, r"000\-0000\-0000", "090-1234-5678"),
    "hyphens quoted": (9012345678, '000"-"0000"-"0000', "090-1234-5678"),
    "brackets": (312345678, "(00) 0000-0000", "(03) 1234-5678"),
    "postal code": (1000001, "000-0000", "100-0001"),
    "special format, mobile": (
        9012345678,
        "[<=9999999999]0000-00-0000;000-0000-0000",
        "9012-34-5678",
    ),
    "special format, one more digit": (
        99012345678,
        "[<=9999999999]0000-00-0000;000-0000-0000",
        "990-1234-5678",
    ),
    "special format of three parts": (123, "[<=999]000;[<=9999]000-00;000-0000", "123"),
    "special format, last part": (1234567, "[<=999]000;[<=9999]000-00;000-0000", "123-4567"),
    "condition with equals": (0, '[=0]"なし";0', "なし" if False else "0"),
    "condition not equal": (7, "[<>5]000;0", "007"),
    "condition above": (7, "[>5]000;0", "007"),
    "condition not met": (5, "[>5]000;0", "5"),
    "colour and locale": (5, "[Red][$-411]000", "005"),
    "words around": (5, '0"名"', "5名"),
    "currency in brackets": (5, "[$T-411]0", "T5"),
    "room for a bracket": (5, "0_)", "5"),
    "filled with a star": (5, "* 0", "5"),
    "zero by #": (0, "#", ""),
    "zero by 0": (0, "0", "0"),
    "negative in its own section": (-5, "000;-000", "-5"),
    "zero in its own section": (0, "0;-0;000", "000"),
    "positive of two sections": (5, "00;-0", "05"),
    "thousands": (1234567, "#,##0", "1234567"),
    "thousands with words": (1234567, '#,##0"円"', "1234567"),
    "decimals of a whole number": (3, "0.00", "3"),
    "fraction": (2.5, "General", "2.5"),
    "fraction under a whole format": (2.5, "0", "2.5"),
    "sum that is no whole fraction": (0.1 + 0.2, "General", "0.3"),
    "percent": (0.5, "0%", "50%"),
    "percent with decimals": (0.125, "0.0%", "12.5%"),
    "exponent": (7000012050002, "0.00E+00", "7000012050002"),
    "text": (312345678, "@", "312345678"),
    "hidden by its format": (5, ";;;", "5"),
    "more than Excel's digits": (12345678901234567890, "0", "12345678901234600000"),
    "tiny": (1e-7, "General", "0.0000001"),
    "date by ISO": (DAY, "yyyy/m/d", "2026-12-09"),
    "date in English": (DAY, "d-mmm-yy", "2026-12-09"),
    "month and day": (DAY, 'm"月"d"日"', "2026-12-09"),
    "date with 年": (DAY, 'yyyy"年"m"月"d"日"', "2026年12月9日"),
    "date with 年 unquoted": (DAY, "yyyy年mm月dd日", "2026年12月09日"),
    "short year": (DAY, 'yy"年"m"月"', "26年12月"),
    "date with its weekday": (DAY, 'yyyy"年"m"月"d"日"(aaa)', "2026年12月9日(水)"),
    "date with its long weekday": (DAY, 'm"月"d"日"aaaa yyyy年', "12月9日水曜日 2026年"),
    "date with an English weekday": (DAY, "yyyy年 ddd dddd", "2026年 Wed Wednesday"),
    "era, short": (DAY, "[$-411]ge.m.d", "R8.12.9"),
    "era, one sign": (DAY, "[$-411]gge.m.d", "令8.12.9"),
    "era, padded": (DAY, '[$-411]ggge"年"mm"月"dd"日"', "令和8年12月09日"),
    "era, year of two digits": (DAY, '[$-411]gggee"年"', "令和08年"),
    "era, capitals": (DAY, "[$-411]GE.M.D", "R8.12.9"),
    "era with time": (
        DAY + 0.5,
        '[$-411]ggge"年"m"月"d"日" h"時"mm"分"',
        "令和8年12月9日 12時00分",
    ),
    "first day of 令和": (43586, "[$-411]ge.m.d", "R1.5.1"),
    "first year in words": (43586, '[$-ja-JP-x-gannen]ggge"年"m"月"d"日"', "令和元年5月1日"),
    "last day of 平成": (43585, "[$-411]ge.m.d", "H31.4.30"),
    "last day of 昭和": (32515, "[$-411]ge.m.d", "S64.1.7"),
    "last day of 大正": (9855, "[$-411]ge.m.d", "T15.12.24"),
    "明治": (1, "[$-411]ge.m.d", "M33.1.1"),
    "before Excel's wrong leap day": (59, "yyyy/m/d", "1900-02-28"),
    "after it": (61, "yyyy/m/d", "1900-03-01"),
    "moment": (DAY + 0.5625, "yyyy/m/d h:mm", "2026-12-09 13:30"),
    "moment under a date's format": (DAY + 0.5625, "yyyy/m/d", "2026-12-09"),
    "midnight": (DAY, "yyyy/m/d h:mm", "2026-12-09"),
    "time": (0.37847222, "h:mm", "09:05:00"),
    "time with half a day": (0.5, "h:mm AM/PM", "12:00:00"),
    "hours that passed": (1.0625, "[h]:mm", "25:30:00"),
    "time and seconds by m": (0.5, "mm:ss", "12:00:00"),
    "no day at all": (3_000_000, "yyyy/m/d", "3000000"),
    "a negative day": (-1, "yyyy/m/d", "-1"),
}


@pytest.mark.parametrize(("value", "code", "text"), FORMATS.values(), ids=FORMATS)
def test_a_number_under_its_format(value: float, code: str, text: str) -> None:
    assert shown(value, code)[0] == text


@pytest.mark.parametrize("code", ["0", "General", "#,##0", "0%"])
def test_a_number_is_told_from_a_date(code: str) -> None:
    assert (shown(DAY, code)[1], shown(DAY, "yyyy/m/d")[1]) == (True, False)


NUMBERED = {
    57: "R8.12.9",
    58: "令和8年12月9日",
    31: "2026年12月9日",
    55: "2026年12月",
    14: "2026-12-09",
}


@pytest.mark.parametrize(("number", "text"), NUMBERED.items())
def test_formats_that_a_japanese_excel_names_by_number(number: int, text: str) -> None:
    assert shown(DAY, BUILT_IN[number])[0] == text


def test_days_from_1904() -> None:
    assert shown(DAY - 1462, "yyyy/m/d", from_1904=True)[0] == "2026-12-09"


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e308, -1e308])
@pytest.mark.parametrize("code", ["General", "0", "yyyy/m/d", "[h]:mm", "0%", "[<=5]0;00"])
def test_no_number_is_too_odd(value: float, code: str) -> None:
    assert shown(value, code)[0]


@pytest.mark.parametrize("day", range(1, 60_000, 997))
def test_every_day_is_the_day(day: int) -> None:
    told = datetime.date.fromisoformat(shown(day, "yyyy-mm-dd")[0])
    start = datetime.date(1899, 12, 30 if day > 60 else 31)
    assert told - start == datetime.timedelta(days=day)


def test_a_format_is_no_longer_than_excels() -> None:
    assert len(shown(5, "0" * 1000)[0]) == 255
