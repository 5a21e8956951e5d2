"""Reads an Excel 97-2003 or 5.0/95 workbook (xls) with xlrd. Runs in the confined child only.

xlrd and not python-calamine, because calamine sees no hidden rows and its process may die of a
small hostile file. What an xls cannot tell: a formula always has a result in it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.book import Book
from xlrd.sheet import Sheet as OldSheet

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.cells import EMPTY, Cell, Sheet, Workbook
from eventmail.spreadsheet.gathering import Budget, Gathering, Range
from eventmail.spreadsheet.numbers import BUILT_IN, GENERAL, shown
from eventmail.spreadsheet.refusal import unreadable

_BEGIN, _END, _FILTER_MODE = (0x809, 0x409, 0x209, 0x009), 0x00A, 0x09B
_LAST_ROW = 65_536


def read(content: bytes) -> Workbook:
    """Every sheet, hidden ones too. Raises what xlrd raises on a damaged file."""
    with open(os.devnull, "w") as silence:  # xlrd prints its doubts where our answer goes
        try:
            book = xlrd.open_workbook(
                file_contents=content,
                formatting_info=True,
                ragged_rows=True,
                on_demand=True,  # keeps the records, in which the filters are
                logfile=silence,
            )
        except xlrd.XLRDError as error:
            raise unreadable("encrypted" if "encrypted" in str(error) else "damaged") from error
        if not book.nsheets:
            raise unreadable("chart_only")
        budget = Budget()
        return Workbook(
            tuple(_Old(book, each, budget).sheet() for each in range(book.nsheets)), "xls"
        )


class _Old:
    """One sheet."""

    def __init__(self, book: Book, index: int, budget: Budget) -> None:
        self._book = book
        self._sheet: OldSheet = book.sheet_by_index(index)
        self._gathering = Gathering(budget)

    def sheet(self) -> Sheet:
        gathering, sheet = self._gathering, self._sheet
        for top, end, left, right in sheet.merged_cells:
            gathering.merge((top + 1, left, end, right - 1))
        for column, info in sheet.colinfo_map.items():
            if info.hidden or not info.width:
                gathering.hide_columns(column, column)
        for row in range(sheet.nrows):
            width = min(sheet.row_len(row), limits.MOST_COLUMNS)
            cells = [self._cell(row, column) for column in range(width)]
            gathering.add(row + 1, cells, self._is_hidden(row))
        gathering.filters += self._filters()
        return gathering.sheet(sheet.name, bool(sheet.visibility))

    def _is_hidden(self, row: int) -> bool:
        info = self._sheet.rowinfo_map.get(row)
        # Twentieths of a point; a row of no height cannot be seen either.
        return info is not None and bool(info.hidden or 0 <= info.height < 20)

    def _cell(self, row: int, column: int) -> Cell:
        kind = self._sheet.cell_type(row, column)
        if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return EMPTY
        value = self._sheet.cell_value(row, column)
        style = self._book.xf_list[self._sheet.cell_xf_index(row, column)]
        struck = self._is_struck(style.font_index)
        if kind == xlrd.XL_CELL_TEXT:
            text = value[: limits.LONGEST_CELL]
            return Cell(text, "", struck or self._partly_struck(row, column, text))
        if kind == xlrd.XL_CELL_BOOLEAN:
            return Cell("TRUE" if value else "FALSE", "", struck)
        if kind == xlrd.XL_CELL_ERROR:
            return Cell(error_text_from_code.get(value, "#N/A"), "error", struck)
        text, numeric = shown(value, self._code(style.format_key), bool(self._book.datemode))
        return Cell(text, "", struck, numeric)

    def _code(self, key: int) -> str:
        # A file names the formats of a Japanese Excel by number; xlrd knows no text for them.
        if key in self._book.format_map and (key not in BUILT_IN or key < 14):
            return str(self._book.format_map[key].format_str)
        return BUILT_IN.get(key, GENERAL)

    def _is_struck(self, font: int) -> bool:
        fonts = self._book.font_list
        return font < len(fonts) and bool(fonts[font].struck_out)

    def _partly_struck(self, row: int, column: int, text: str) -> bool:
        runs = self._sheet.rich_text_runlist_map.get((row, column), [])
        ends = [*(start for start, _ in runs[1:]), len(text)]
        return any(
            self._is_struck(font) and text[start:end].strip()
            for (start, font), end in zip(runs, ends, strict=False)
        )

    def _filters(self) -> Iterator[Range]:
        if any(kind == _FILTER_MODE for kind in self._records()):
            yield self._filter_area()

    def _filter_area(self) -> Range:
        """Where the filter is: Excel keeps its range under a hidden name."""
        for name in self._book.name_obj_list:
            if name.name == "_FilterDatabase" and name.scope == self._sheet.number:
                with suppress(Exception):  # a range that xlrd cannot work out
                    _, _, top, end, left, right = name.result.value[0].coords
                    return top + 1, left, end, right - 1
        return 1, 0, _LAST_ROW, limits.MOST_COLUMNS

    def _records(self) -> Iterator[int]:
        """The kinds of the sheet's records, up to its end."""
        data, at, depth = self._book.mem, self._book._sh_abs_posn[self._sheet.number], 0
        while at + 4 <= len(data):
            kind, size = struct.unpack("<HH", data[at : at + 4])
            yield kind
            depth += (kind in _BEGIN) - (kind == _END)
            if depth <= 0:
                return
            at += 4 + size
