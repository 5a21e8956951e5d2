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

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 60_000_000  # of all cells: one long shared text can be shown a million times
LONGEST_CELL = 32_767  # characters, Excel's own limit
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


class _Refused(Exception):
    """The workbook cannot be taken; its one argument is the code."""


def read(content: bytes) -> dict[str, Any]:
    """All sheets as plain lists for JSON, or ``{"refused": code}``."""
    warnings.simplefilter("ignore")
    try:
        return _read(content)
    except _Refused as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "bomb"}
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, the answer is one word
        return {"refused": "damaged"}


def _read(content: bytes) -> dict[str, Any]:
    reader = ExcelReader(io.BytesIO(content), data_only=True, keep_links=False)
    reader.read()
    sheets = reader.wb.worksheets
    if not sheets:
        raise _Refused("no_sheet")
    parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = [_sheet(each, _uncalculated(archive, parts.get(each.title))) for each in sheets]
    characters = sum(len(text) for each in told for row in each["rows"] for text, _ in row[1])
    if characters > MOST_CHARACTERS:
        raise _Refused("bomb")
    return {"sheets": told}


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


def _sheet(sheet: Any, uncalculated: dict[tuple[int, int], str]) -> dict[str, Any]:
    by_row: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sheet._cells.items():
        says = cell.value is not None or (row, column) in uncalculated
        if says and column <= MOST_COLUMNS:
            by_row.setdefault(row, {})[column] = cell
    if len(by_row) > MOST_ROWS:
        raise _Refused("too_many_rows")
    return {
        "name": sheet.title,
        "hidden": sheet.sheet_state != "visible",
        "hidden_columns": _hidden_columns(sheet),
        "merged": [
            [m.min_row, m.min_col - 1, m.max_row, m.max_col - 1] for m in sheet.merged_cells.ranges
        ],
        "rows": [
            [number, _cells(cells, uncalculated, number), _is_hidden(sheet, number), _struck(cells)]
            for number, cells in sorted(by_row.items())
        ],
    }


def _is_hidden(sheet: Any, number: int) -> bool:
    if number not in sheet.row_dimensions:
        return False
    dimension = sheet.row_dimensions[number]
    height = dimension.height  # points; a row of no height cannot be seen either
    return bool(dimension.hidden) or (height is not None and height < 1)


def _hidden_columns(sheet: Any) -> list[int]:
    found: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max:
            found.update(range(dimension.min - 1, min(dimension.max, MOST_COLUMNS)))
    return sorted(found)


def _cells(
    cells: dict[int, Any], uncalculated: dict[tuple[int, int], str], row: int
) -> list[list[str]]:
    return [
        [uncalculated[row, column], "formula"]
        if (row, column) in uncalculated
        else _told(cells.get(column))
        for column in range(1, max(cells) + 1)
    ]


def _told(cell: Any) -> list[str]:
    if cell is None or cell.value is None:
        return ["", ""]
    if cell.data_type == "e":
        return [str(cell.value)[:LONGEST_CELL], "error"]
    return [_text(cell)[:LONGEST_CELL], ""]


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


def _struck(cells: dict[int, Any]) -> bool:
    texts = [cell for cell in cells.values() if cell.value is not None]
    return bool(texts) and all(cell.font is not None and cell.font.strike for cell in texts)
