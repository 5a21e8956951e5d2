"""One table to take away, as a workbook or as CSV: every cell a text, nothing in it a formula."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Iterable, Mapping
from typing import BinaryIO, cast

from openpyxl import Workbook
from openpyxl.styles import Font

from eventmail.spreadsheet.safe_text import as_text, neutralised

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


def as_csv(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> BinaryIO:
    """The same as CSV with a byte order mark, which Excel needs to see that it is UTF-8."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    file.write(codecs.BOM_UTF8)
    wrapper = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(wrapper)
    writer.writerow(heads)
    writer.writerows([neutralised(each) for each in values] for values in rows)
    wrapper.detach()
    file.seek(0)
    return cast(BinaryIO, file)
