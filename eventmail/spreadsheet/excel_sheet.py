"""One worksheet's XML, listened to in one pass."""

from __future__ import annotations

import datetime

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.cells import EMPTY, Cell
from eventmail.spreadsheet.excel_strings import Text, unescaped
from eventmail.spreadsheet.excel_styles import PLAIN, Style, Styles
from eventmail.spreadsheet.gathering import Gathering, Range
from eventmail.spreadsheet.markup import local
from eventmail.spreadsheet.numbers import shown

_DIGITS = "0123456789"


def column_of(reference: str) -> int:
    """The column of ``AB12``, counted from 0."""
    column = 0
    for letter in reference.rstrip(_DIGITS).replace("$", "").upper():
        if not "A" <= letter <= "Z":
            raise ValueError(reference)
        column = column * 26 + ord(letter) - 64
    if not column:
        raise ValueError(reference)
    return column - 1


def area_of(reference: str) -> Range:
    """``A1:C9``, ``$A$1`` or ``A:C`` as rows from 1 and columns from 0."""
    first, _, last = reference.replace("$", "").partition(":")
    last = last or first
    top = int(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 1)
    bottom = int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 1_048_576)
    return top, column_of(first), bottom, column_of(last)


class SheetHandler:
    """Fills a :class:`Gathering` with the rows of one worksheet."""

    def __init__(
        self, gathering: Gathering, styles: Styles, strings: list[Cell], from_1904: bool
    ) -> None:
        self.gathering = gathering
        self._styles = styles
        self._strings = strings
        self._from_1904 = from_1904
        self._columns: dict[str, int] = {}  # letters to number, as met
        self._names: dict[str, str] = {}  # full names to local ones, as met
        self._number = 0
        self._row: list[Cell] = []
        self._hidden = False
        self._filter = ""
        self._filter_is_on = False
        self._column = -1
        self._kind = "n"
        self._style: str | None = None
        self._parts: list[str] | None = None  # of the value or formula that is being told
        self._rich: Text | None = None
        self._formula: str | None = None
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = self._names.get(name) or self._names.setdefault(name, local(name))
        if what == "c":
            self._start_cell(attributes)
        elif what in ("v", "f"):
            self._parts = []
        elif what == "is":
            self._rich = Text()
        elif self._rich is not None:
            self._rich.start(what, attributes)
        elif what == "row":
            self._start_row(attributes)
        else:
            self._note(what, attributes)

    def text(self, text: str) -> None:
        """A piece of a value."""
        if self._rich is not None:
            self._rich.text(text)
        elif self._parts is not None:
            self._parts.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        what = self._names[name]
        if what == "v" and self._parts is not None:
            self._value = "".join(self._parts)
            self._parts = None
        elif what == "c":
            self._end_cell()
        elif what == "row":
            self.gathering.add(self._number, self._row, self._hidden)
            self._row = []
        elif what == "f" and self._parts is not None:
            self._formula = "".join(self._parts)
            self._parts = None
        elif self._rich is not None and what != "is":
            self._rich.end(what)

    def finish(self, database: str) -> None:
        """All is told. ``database`` is where Excel notes the range of a filter in place."""
        if self._filter_is_on:
            reference = self._filter or database.rpartition("!")[2]
            if reference:
                self.gathering.filters.append(area_of(reference))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._number = int(attributes.get("r", self._number + 1))
        height = attributes.get("ht")  # points; a row of no height cannot be seen either
        self._hidden = attributes.get("hidden", "0") in ("1", "true") or (
            height is not None and float(height) < 1
        )
        self._row = []
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            at = self._columns.get(letters)
            if at is None:
                at = self._columns[letters] = column_of(letters)
            self._column = at
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s")

    def _end_cell(self) -> None:
        cell = self._told()
        if (cell[0] or cell[1]) and self._column < limits.MOST_COLUMNS:
            row, column = self._row, self._column
            if column >= len(row):
                if column > len(row):
                    row.extend([EMPTY] * (column - len(row)))
                row.append(cell)
            else:
                row[column] = cell
        self._formula = self._rich = None
        self._value = ""

    def _told(self) -> Cell:
        value, kind = self._value, self._kind
        style = PLAIN if self._style is None else self._styles.get(int(self._style))
        if not value and self._formula is not None and kind != "str":
            return Cell(("=" + self._formula)[: limits.LONGEST_CELL], "formula")
        if kind == "s":
            return _struck(self._strings[_index(value)], style) if value else EMPTY
        if kind == "inlineStr":
            return _struck(self._rich.cell(), style) if self._rich else EMPTY
        if not value:
            return EMPTY
        if kind == "n":
            text, numeric = shown(float(value), style.code, self._from_1904)
            return Cell(text, "", style.struck, numeric)
        return _other(value, kind, style)

    def _note(self, what: str, attributes: dict[str, str]) -> None:
        """What stands around the cells."""
        if what == "col":
            unseen = float(attributes.get("width", 1)) == 0
            if unseen or attributes.get("hidden", "0") in ("1", "true"):
                self.gathering.hide_columns(int(attributes["min"]) - 1, int(attributes["max"]) - 1)
        elif what == "mergeCell":
            self.gathering.merge(area_of(attributes["ref"]))
        elif what == "sheetPr":
            self._filter_is_on = attributes.get("filterMode", "0") in ("1", "true")
        elif what == "autoFilter":
            self._filter = attributes.get("ref", "")
        elif what == "filterColumn" and self._filter:
            self._filter_is_on = True


def _index(value: str) -> int:
    index = int(value)
    if index < 0:  # Python would count from the end
        raise IndexError(value)
    return index


def _struck(cell: Cell, style: Style) -> Cell:
    return Cell(cell.text, "", True) if style.struck and not cell.struck else cell


def _other(value: str, kind: str, style: Style) -> Cell:
    if kind == "e":
        return Cell(value[: limits.LONGEST_CELL], "error", style.struck)
    if kind == "b":
        return Cell("TRUE" if value in ("1", "true") else "FALSE", "", style.struck)
    if kind == "d":
        moment = datetime.datetime.fromisoformat(value)
        start = datetime.datetime(1899, 12, 30, tzinfo=moment.tzinfo)
        serial = (moment - start).total_seconds() / 86400
        return Cell(shown(serial, style.code if style.code != "General" else "yyyy-mm-dd hh:mm")[0])
    return Cell(unescaped(value)[: limits.LONGEST_CELL], "", style.struck)
