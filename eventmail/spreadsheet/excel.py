"""Reads an Excel workbook with openpyxl. Runs in the confined child only."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple

from eventmail.spreadsheet.cells import EMPTY, Cell, Sheet, SheetRow, Workbook
from eventmail.spreadsheet.refusal import unreadable

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 60_000_000  # of all cells: one long shared text can be shown a million times
LONGEST_CELL = 32_767  # characters, Excel's own limit
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


def read(content: bytes) -> Workbook:
    """Every sheet, hidden ones too. Raises what openpyxl raises on a damaged file."""
    warnings.simplefilter("ignore")
    reader = ExcelReader(io.BytesIO(content), data_only=True, keep_links=False)
    reader.read()
    if not reader.wb.worksheets:
        raise unreadable("no_sheet")
    parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = tuple(
            _sheet(each, _uncalculated(archive, parts.get(each.title)))
            for each in reader.wb.worksheets
        )
    characters = sum(len(cell.text) for s in sheets for row in s.rows for cell in row.cells)
    if characters > MOST_CHARACTERS:
        raise unreadable("bomb")
    return Workbook(sheets, "xlsm" if reader.wb.vba_archive else "xlsx")


def _uncalculated(archive: zipfile.ZipFile, part: str | None) -> dict[tuple[int, int], str]:
    """The formulas that no Excel ever calculated, by row and column.

    openpyxl shows None for them as for a formula whose result is an empty text, which is no fault.
    """
    found: dict[tuple[int, int], str] = {}
    if part is None:
        return found
    with archive.open(part) as file:
        for cell in _cells_of(file):
            formula = _child(cell, "f")
            if formula is not None and not _has_result(cell) and cell.get("r"):
                row, column = coordinate_to_tuple(cell.get("r"))
                found[row, column] = "=" + (formula.text or "")
    return found


def _cells_of(file: Any) -> Iterator[Any]:
    for _, element in iterparse(file, events=("end",)):
        name = element.tag.rpartition("}")[2]
        if name == "c":
            yield element
        elif name == "row":
            element.clear()


def _has_result(cell: Any) -> bool:
    value = _child(cell, "v")
    return value is not None and (bool(value.text) or cell.get("t") == "str")


def _child(cell: Any, name: str) -> Any:
    found = cell.find(_MAIN + name)
    return found if found is not None else cell.find(_STRICT + name)


def _sheet(sheet: Any, uncalculated: dict[tuple[int, int], str]) -> Sheet:
    by_row: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sheet._cells.items():
        says = cell.value is not None or (row, column) in uncalculated
        if says and column <= MOST_COLUMNS:
            by_row.setdefault(row, {})[column] = cell
    if len(by_row) > MOST_ROWS:
        raise unreadable("too_many_rows")
    return Sheet(
        name=sheet.title,
        rows=tuple(
            SheetRow(number, _cells(cells, uncalculated, number), _is_hidden(sheet, number))
            for number, cells in sorted(by_row.items())
        ),
        hidden=sheet.sheet_state != "visible",
        hidden_columns=_hidden_columns(sheet),
        merged=tuple(
            (m.min_row, m.min_col - 1, m.max_row, m.max_col - 1) for m in sheet.merged_cells.ranges
        ),
    )


def _is_hidden(sheet: Any, number: int) -> bool:
    if number not in sheet.row_dimensions:
        return False
    dimension = sheet.row_dimensions[number]
    height = dimension.height  # points; a row of no height cannot be seen either
    return bool(dimension.hidden) or (height is not None and height < 1)


def _hidden_columns(sheet: Any) -> frozenset[int]:
    found: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max:
            found.update(range(dimension.min - 1, min(dimension.max, MOST_COLUMNS)))
    return frozenset(found)


def _cells(
    cells: dict[int, Any], uncalculated: dict[tuple[int, int], str], row: int
) -> tuple[Cell, ...]:
    return tuple(
        Cell(uncalculated[row, column], "formula")
        if (row, column) in uncalculated
        else _told(cells.get(column))
        for column in range(1, max(cells) + 1)
    )


def _told(cell: Any) -> Cell:
    if cell is None or cell.value is None:
        return EMPTY
    if cell.data_type == "e":
        return Cell(str(cell.value)[:LONGEST_CELL], "error")
    struck = cell.has_style and bool(cell.font.strike)
    return Cell(_text(cell)[:LONGEST_CELL], "", struck, cell.data_type == "n")


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    digits = str(int(value))
    # A format of zeros alone shows leading zeros: 0123456789 kept as a number.
    if number_format and set(number_format) == {"0"}:
        return digits.zfill(len(number_format))
    return digits
