"""A workbook of one sheet, every cell a text: nothing in it is a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from typing import BinaryIO, cast

from openpyxl import Workbook
from openpyxl.styles import Font

from eventmail.spreadsheet.safe_text import as_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written(title: str, columns: Mapping[str, int], rows: Iterable[Iterable[str]]) -> BinaryIO:
    """An open file; ``columns`` are the heads with their widths. Whoever takes it closes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for index, width in enumerate(columns.values()):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "A2"
    head = [as_text(sheet, name) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for values in rows:
        sheet.append([as_text(sheet, value) for value in values])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return cast(BinaryIO, file)
