"""Reads an OpenDocument spreadsheet (ods). Runs in the confined child only.

Our own reader, because no library that is still kept sees hidden rows, filters and struck text.
"""

from __future__ import annotations

import io
import zipfile

from eventmail.spreadsheet import limits, markup
from eventmail.spreadsheet.cells import EMPTY, Cell, Sheet, Workbook
from eventmail.spreadsheet.gathering import Budget, Gathering
from eventmail.spreadsheet.markup import local
from eventmail.spreadsheet.open_document_cell import OpenCell
from eventmail.spreadsheet.open_document_styles import OpenStyles
from eventmail.spreadsheet.refusal import unreadable

_T = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 "
_CELLS = ("table-cell", "covered-table-cell")
# What stands in a sheet or a cell and is no part of its text: comments, pictures with their
# texts, deleted rows that are kept for "record changes", phonetic guides.
_APART = frozenset(
    ("annotation", "tracked-changes", "shapes", "forms", "dde-links", "ruby-text", "note")
)
_MANIFEST = "META-INF/manifest.xml"


def read(content: bytes) -> Workbook:
    """Every sheet, hidden ones too. Raises what the XML parser raises on a damaged file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if _MANIFEST in names:
            with archive.open(_MANIFEST) as file:
                if b"encryption-data" in file.read(limits.MEGABYTE):
                    raise unreadable("encrypted")
        styles = OpenStyles()
        if "styles.xml" in names:
            with archive.open("styles.xml") as file:
                markup.parse(file, styles)
        handler = ContentHandler(styles)
        with archive.open("content.xml") as file:
            markup.parse(file, handler)
    if not handler.sheets:
        raise unreadable("no_sheet")
    return Workbook(tuple(handler.sheets), "ods")


class ContentHandler:
    """Fills a :class:`Gathering` for each sheet of ``content.xml``."""

    def __init__(self, styles: OpenStyles) -> None:
        self.sheets: list[Sheet] = []
        self._styles = styles
        self._budget = Budget()
        self._names: dict[str, str] = {}
        self._apart = 0  # how deep inside something that is no part of the sheet
        self._gathering: Gathering | None = None
        self._cell: OpenCell | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = self._names.get(name) or self._names.setdefault(name, local(name))
        nested = what == "table" and self._gathering is not None
        if self._apart or what in _APART or nested or name.startswith(_DRAW):
            self._apart += 1
        elif self._cell is not None:
            self._cell.start(what, attributes)
        elif what == "table":
            self._start_table(attributes)
        elif self._gathering is None:
            self._styles.start(name, attributes)
        else:
            self._inside_table(what, attributes)

    def _inside_table(self, what: str, attributes: dict[str, str]) -> None:
        if what in _CELLS:
            self._start_cell(what, attributes)
        elif what == "table-row":
            self._start_row(attributes)
        elif what == "table-column":
            self._column_told(attributes)
        elif what.endswith("-group"):
            self._groups.append(attributes.get(_T + "display") == "false")

    def text(self, text: str) -> None:
        """A piece of a cell's text."""
        if self._cell is not None and not self._apart:
            self._cell.text(text)

    def end(self, name: str) -> None:
        """An element ends."""
        what = self._names[name]
        if self._apart:
            self._apart -= 1
        elif what in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
        elif self._cell is not None:
            self._cell.end(what)
        elif self._gathering is None:
            self._styles.end(name)
        elif what == "table-row":
            self._end_row(self._gathering)
        elif what == "table":
            self.sheets.append(self._gathering.sheet(self._name, self._hidden))
            self._gathering = None
        elif what.endswith("-group"):
            self._groups.pop()

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._gathering = Gathering(self._budget)
        self._name = attributes.get(_T + "name", "")
        self._hidden = self._styles.is_hidden(attributes.get(_T + "style-name", ""))
        self._groups: list[bool] = []  # which groups around are folded
        self._column_styles: list[str] = []
        self._number = 1

    def _column_told(self, attributes: dict[str, str]) -> None:
        assert self._gathering is not None
        count = _count(attributes, "number-columns-repeated")
        first = len(self._column_styles)
        kept = min(count, limits.MOST_COLUMNS)
        self._column_styles += [attributes.get(_T + "default-cell-style-name", "")] * kept
        if attributes.get(_T + "visibility", "visible") != "visible" or any(self._groups):
            self._gathering.hide_columns(first, first + kept - 1)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._repeated = _count(attributes, "number-rows-repeated")
        visibility = attributes.get(_T + "visibility", "visible")
        self._row_hidden = visibility != "visible" or any(self._groups)
        self._row_filtered = visibility == "filter"
        self._row_style = attributes.get(_T + "default-cell-style-name", "")
        self._row: list[Cell] = []

    def _end_row(self, gathering: Gathering) -> None:
        if any(cell.text or cell.fault for cell in self._row):
            for number in range(self._number, self._number + self._repeated):
                gathering.add(number, self._row, self._row_hidden, self._row_filtered)
        self._number += self._repeated

    def _start_cell(self, what: str, attributes: dict[str, str]) -> None:
        column = len(self._row)
        columns = self._column_styles
        style = (
            attributes.get(_T + "style-name")
            or self._row_style
            or (columns[column] if column < len(columns) else "")
        )
        self._cell = OpenCell(attributes, self._styles, style)
        rows = _count(attributes, "number-rows-spanned")
        across = _count(attributes, "number-columns-spanned")
        if (rows > 1 or across > 1) and what == "table-cell" and self._gathering is not None:
            top = self._number
            self._gathering.merge((top, column, top + rows - 1, column + across - 1))

    def _end_cell(self, cell: OpenCell) -> None:
        self._cell = None
        told = cell.cell()
        room = limits.MOST_COLUMNS - len(self._row)
        count = min(_count(cell.attributes, "number-columns-repeated"), max(room, 0))
        self._row += [told if told.text or told.fault else EMPTY] * count


def _count(attributes: dict[str, str], name: str) -> int:
    count = int(attributes.get(_T + name, 1))
    if count < 1:
        raise ValueError(count)
    return count
