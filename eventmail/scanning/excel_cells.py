"""The cells of one worksheet with all that hides them, listened to in one pass.

Unlike the reading of rosters it goes to the last column, and into what a merged cell lies over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from eventmail.scanning.excel_looks import Looks
from eventmail.spreadsheet import markup
from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.columns import letter
from eventmail.spreadsheet.excel_sheet import area_of, column_of
from eventmail.spreadsheet.excel_strings import Text, unescaped
from eventmail.spreadsheet.gathering import Range
from eventmail.spreadsheet.markup import local
from eventmail.spreadsheet.numbers import shown

MOST_CELLS = 3_000_000
MOST_MERGED = 3_000_000  # rows that merged cells lie over, all in all
THINNEST = 0.3  # of a letter: nobody sees what stands in such a column
_FOOTERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ON = ("1", "true")


@dataclass(frozen=True, slots=True)
class Told:
    """One cell's text; ``unseen`` where its own format hides it."""

    row: int
    column: int
    text: str
    unseen: bool = False

    @property
    def place(self) -> str:
        """``B12``."""
        return f"{letter(self.column)}{self.row}"


@dataclass(slots=True)
class Grid:
    """What a worksheet says, and what of it is hidden. Columns count from 0."""

    cells: list[Told] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    filters: list[Range] = field(default_factory=list)
    dressed: list[Range] = field(default_factory=list)  # colours there may come from elsewhere
    footers: list[str] = field(default_factory=list)

    def hides_column(self, column: int) -> bool:
        """Whether a column cannot be seen."""
        return any(first <= column <= last for first, last in self.hidden_columns)

    def merged_in_rows(self) -> dict[int, list[Range]]:
        """The merged cells that lie over each row that says something."""
        told = sorted({each.row for each in self.cells})
        found: dict[int, list[Range]] = {}
        spent = 0
        for area in self.merged:
            rows = told[bisect_left(told, area[0]) : bisect_left(told, area[2] + 1)]
            spent += len(rows) + 1
            if spent > MOST_MERGED:
                raise MemoryError
            for row in rows:
                found.setdefault(row, []).append(area)
        return found

    def by_row(self) -> Iterator[tuple[int, list[Told]]]:
        """The rows that say something, in their order."""
        rows: dict[int, list[Told]] = {}
        for each in self.cells:
            rows.setdefault(each.row, []).append(each)
        yield from sorted(rows.items())


def inside(ranges: list[Range], row: int, column: int) -> bool:
    """Whether a cell lies in one of the ranges."""
    return any(t <= row <= b and left <= column <= r for t, left, b, r in ranges)


class GridHandler(markup.Quiet):
    """Fills a :class:`Grid` with one worksheet."""

    def __init__(self, looks: Looks, strings: list[Cell], from_1904: bool) -> None:
        self.grid = Grid()
        self._looks, self._strings, self._from_1904 = looks, strings, from_1904
        self._row = 0
        self._column = -1
        self._cell: dict[str, str] = {}
        self._listening: list[str] | None = None
        self._rich: Text | None = None
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = local(name)
        if what == "c":
            self._start_cell(attributes)
        elif what == "v" or what in _FOOTERS:
            self._listening = []
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
        elif self._listening is not None:
            self._listening.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        what = local(name)
        if what == "c":
            self._end_cell()
        elif what == "v" and self._listening is not None:
            self._value, self._listening = "".join(self._listening), None
        elif what in _FOOTERS and self._listening is not None:
            self.grid.footers.append("".join(self._listening))
            self._listening = None
        elif self._rich is not None and what != "is":
            self._rich.end(what)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = -1
        height = attributes.get("ht")
        if attributes.get("hidden", "0") in _ON or (height is not None and float(height) < 1):
            self.grid.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = self._column + 1 if reference is None else column_of(reference)
        self._cell = attributes
        self._value, self._rich = "", None

    def _end_cell(self) -> None:
        style = int(self._cell.get("s", 0))
        text = self._text(style)
        if text.strip():
            if len(self.grid.cells) >= MOST_CELLS:
                raise MemoryError
            unseen = self._looks.unseen(style, self._cell.get("t", "n") == "n")
            self.grid.cells.append(Told(self._row, self._column, text, unseen))
        self._rich = None

    def _text(self, style: int) -> str:
        kind, value = self._cell.get("t", "n"), self._value
        if kind == "inlineStr":
            return self._rich.cell().text if self._rich else ""
        if not value:
            return ""
        if kind == "s":
            index = int(value)
            return self._strings[index].text if 0 <= index < len(self._strings) else ""
        if kind != "n":
            return unescaped(value)
        code = self._looks.styles.get(style).code
        try:
            return shown(float(value), code, self._from_1904)[0] or value
        except ValueError:
            return value

    def _note(self, what: str, attributes: dict[str, str]) -> None:
        if what == "col":
            unseen = float(attributes.get("width", 1)) < THINNEST
            if unseen or attributes.get("hidden", "0") in _ON:
                span = int(attributes["min"]) - 1, int(attributes["max"]) - 1
                self.grid.hidden_columns.append(span)
        elif what == "mergeCell":
            self.grid.merged.append(area_of(attributes["ref"]))
        elif what == "autoFilter" and attributes.get("ref"):
            self.grid.filters.append(area_of(attributes["ref"]))
        elif what == "conditionalFormatting":
            self.grid.dressed += [area_of(each) for each in attributes.get("sqref", "").split()]
