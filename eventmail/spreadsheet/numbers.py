"""A number as its cell shows it, by the cell's number format. Shared by xls and xlsx.

Not all of Excel: what a roster needs to be right are leading zeros, hyphens, dates and the
digits of a long number. Thousands separators and decimals are no part of a phone number or a
corporate number, so a format with them gives the plain number.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from eventmail.spreadsheet.dates import LAST_DAY, Token, date_text

GENERAL = "General"
_GE = "[$-411]ge.m.d"
_GGGE = '[$-411]ggge"年"m"月"d"日"'
_YEAR_MONTH, _MONTH_DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
# The formats that a file names by number alone. From 27 on they are those of a Japanese Excel.
BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm"},
    **{27: _GE, 28: _GGGE, 29: _GGGE, 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"'},
    **{32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: _YEAR_MONTH, 35: _MONTH_DAY, 36: _GE},
    **{37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
    **{50: _GE, 51: _GGGE, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _GGGE, 55: _YEAR_MONTH},
    **{56: _MONTH_DAY, 57: _GE, 58: _GGGE},
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<skipped>[_*].)'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<condition>[<>=]+-?[\d.]+)\]"
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<ignored>\[[^\]]*\])"
    r"|(?P<general>General|G/標準)|(?P<scientific>E[+-]0*)|(?P<noon>AM/PM|A/P)"
    r"|(?P<date>y+|m+|d+|h+|s+|g+|e+|aaa+)|(?P<end>;)|(?P<mark>[0#?.,%@/])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_LITERALS = {"quoted", "escaped", "currency", "other"}
_KEPT = {"elapsed": "elapsed", "general": "plain", "scientific": "plain", "mark": "mark"}


class Section(NamedTuple):
    """One of a format's sections: when it is used, and what it shows."""

    condition: str
    tokens: tuple[Token, ...]

    @property
    def is_date(self) -> bool:
        """Whether it shows a date or a time."""
        return any(kind in ("date", "elapsed") for kind, _ in self.tokens)


def shown(value: float, code: str = GENERAL, from_1904: bool = False) -> tuple[str, bool]:
    """The text, and whether it is a number's and no date's."""
    section = _section_for(value, sections(code))
    if section.is_date and 0 <= value < LAST_DAY + 1:
        return date_text(value, section.tokens, code, from_1904), False
    return _number(value, section.tokens), True


@lru_cache(maxsize=1000)
def sections(code: str) -> tuple[Section, ...]:
    """A format's sections."""
    found, tokens, condition = [], list[Token](), ""
    for match in _TOKEN.finditer(code[:255]):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "end":
            found.append(Section(condition, tuple(tokens)))
            tokens, condition = [], ""
        elif kind == "condition":
            condition = text
        elif kind == "date":
            tokens.append(("date", text.lower()))
        elif kind in _LITERALS:
            tokens.append(("literal", text))
        elif kind in _KEPT:
            tokens.append((_KEPT[kind], text.lower()))
    return (*found, Section(condition, tuple(tokens)))


def _section_for(value: float, found: tuple[Section, ...]) -> Section:
    if any(each.condition for each in found):
        return next((each for each in found if _holds(value, each.condition)), found[-1])
    if len(found) == 1 or value > 0 or (value == 0 and len(found) == 2):
        return found[0]
    return found[1] if value < 0 else found[2]


def _holds(value: float, condition: str) -> bool:
    if not condition:
        return True
    sign = condition.rstrip("-.0123456789")
    limit = float(condition[len(sign) :])
    equal, less, more = value == limit, value < limit, value > limit
    return (
        ("=" in sign and equal)
        or ("<" in sign and less and sign != "<>")
        or (">" in sign and more and sign != "<>")
        or (sign == "<>" and not equal)
    )


def plain(value: float) -> str:
    """A number's own digits, as many as Excel keeps (15), without an exponent."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    text = f"{Decimal(f'{value:.15g}'):f}"
    return "0" if text in ("-0", "") else text


def _number(value: float, tokens: tuple[Token, ...]) -> str:
    marks = "".join(text for kind, text in tokens if kind == "mark")
    if "%" in marks:
        decimals = len(marks.partition(".")[2].replace("%", ""))
        return f"{value * 100:.{decimals}f}%"
    simple = bool(marks) and not set(marks) - set("0#?")
    if not simple or value < 0 or plain(value) != f"{value:.0f}":
        return plain(value)
    if any(kind == "plain" for kind, _ in tokens):
        return plain(value)
    return _filled(plain(value), tokens)


def _filled(digits: str, tokens: tuple[Token, ...]) -> str:
    """The digits in the format's places from the right; the first place takes all that are left."""
    left = "" if digits == "0" else digits
    places = sum(kind == "mark" for kind, _ in tokens)
    parts = []
    for kind, text in reversed(tokens):
        if kind != "mark":
            parts.append(text)
            continue
        places -= 1
        taken = left[-1:] if places else left
        left = left[: len(left) - len(taken)]
        parts.append(taken or ("0" if text == "0" else ""))
    return "".join(reversed(parts)).strip()
