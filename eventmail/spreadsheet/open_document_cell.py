"""One cell of an OpenDocument sheet: its paragraphs put together, its value as it is shown."""

from __future__ import annotations

import re

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.cells import EMPTY, Cell
from eventmail.spreadsheet.numbers import plain
from eventmail.spreadsheet.open_document_styles import OpenStyles

_O = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_T = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_X = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_BLANKS = re.compile(r"[ \t\r\n]+")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d+")
_JAPANESE_DATE = re.compile(r"[MTSHR明大昭平令]\D?\s?\d|元|年")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


class OpenCell:
    """One cell in the making."""

    def __init__(self, attributes: dict[str, str], styles: OpenStyles, style: str) -> None:
        self.attributes = attributes
        self._styles = styles
        self._struck_around = [bool(styles.struck("table-cell", style))] if style else [False]
        self._struck = False
        self._paragraphs: list[list[str]] = []

    def start(self, what: str, attributes: dict[str, str]) -> None:
        """An element inside the cell begins."""
        if what in ("p", "h"):
            self._paragraphs.append([])
            self._strike("paragraph", attributes)
        elif what == "span":
            self._strike("text", attributes)
        elif what == "s":
            self._put(" " * min(int(attributes.get(_X + "c", 1)), limits.LONGEST_CELL))
        elif what == "tab":
            self._put("\t")
        elif what == "line-break":
            self._put("\n")

    def end(self, what: str) -> None:
        """An element inside the cell ends."""
        if what in ("p", "h", "span"):
            self._struck_around.pop()

    def text(self, text: str) -> None:
        """A piece of text."""
        if not self._paragraphs:
            return
        text = _BLANKS.sub(" ", text)
        self._put(text if self._paragraphs[-1] else text.lstrip(" "))
        if self._struck_around[-1] and text.strip():
            self._struck = True

    def _strike(self, family: str, attributes: dict[str, str]) -> None:
        own = self._styles.struck(family, attributes.get(_X + "style-name", ""))
        self._struck_around.append(self._struck_around[-1] if own is None else own)

    def _put(self, text: str) -> None:
        if text and self._paragraphs:
            self._paragraphs[-1].append(text)

    def cell(self) -> Cell:
        """The whole."""
        kind = self.attributes.get(_O + "value-type", "")
        formula = self.attributes.get(_T + "formula")
        shown = "\n".join("".join(parts) for parts in self._paragraphs)
        if formula is not None:
            if self.attributes.get(_CALC_TYPE) == "error" or _ERROR.fullmatch(shown):
                return Cell(shown[: limits.LONGEST_CELL], "error", self._struck)
            if not kind and not self._paragraphs:
                text = "=" + formula.partition("=")[2]
                return Cell(text[: limits.LONGEST_CELL], "formula")
        if not kind and not shown:
            return EMPTY
        if shown in ("TRUE", "FALSE"):  # what LibreOffice counts among the numbers
            return Cell(shown, "", self._struck)
        text = self._value(kind, shown)[: limits.LONGEST_CELL]
        numeric = kind in ("float", "percentage", "currency")
        return Cell(text, "", self._struck, numeric)

    def _value(self, kind: str, shown: str) -> str:
        told = self.attributes
        value = told.get(_O + "value", "")
        if kind in ("float", "currency") and value:
            return _digits(shown if kind == "float" else "", float(value))
        if kind == "date":
            return _date(shown, told.get(_O + "date-value", ""))
        if kind == "time":
            return _time(shown, told.get(_O + "time-value", ""))
        if kind == "boolean":
            return told.get(_O + "boolean-value", shown).upper()
        return shown if self._paragraphs else told.get(_O + "string-value", "")


def _digits(shown: str, value: float) -> str:
    """What is shown if it is the same digits (0312345678, 03-1234-5678), else the plain number.

    7E+12, ### in a narrow column and 7,000,012,050,002 are no digits that one can use.
    """
    digits = plain(value)
    seen = "".join(each for each in shown if each.isdigit()).lstrip("0")
    same = digits.isdigit() and seen == digits.lstrip("0") and not set(shown) & set(",.%")
    return shown.strip() if same else digits


def _date(shown: str, value: str) -> str:
    if _JAPANESE_DATE.search(shown) or not value:
        return shown
    day, _, time = value.partition("T")
    midnight = not time.strip("0:.,")
    return day if midnight or not (":" in shown or "時" in shown) else f"{day} {time[:5]}"


def _time(shown: str, value: str) -> str:
    match = _DURATION.fullmatch(value)
    return "{:02}:{:02}:{:02}".format(*map(int, match.groups())) if match else shown
