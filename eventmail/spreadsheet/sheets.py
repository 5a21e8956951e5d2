"""One table to take away, as a workbook or as CSV: every cell a text, nothing in it a formula.

Both come piece by piece while the rows are still being read: a list of 100,000 begins to arrive
at once, and is never held as a whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from eventmail.spreadsheet.safe_text import as_text, looks_like_a_formula, neutralised, shortened

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024
SHEET = "xl/worksheets/sheet1.xml"
_STYLE = re.compile(r' s="(\d+)"')


def workbook(
    title: str, columns: Mapping[str, int], rows: Iterable[Iterable[str]]
) -> Iterator[bytes]:
    """A workbook in pieces; ``columns`` are the heads with their widths.

    openpyxl makes the frame. The rows are written into its sheet as they come, which openpyxl
    itself does many times more slowly and only to a file.
    """
    frame = zipfile.ZipFile(_frame(title, columns))
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name in frame.namelist():
            if name != SHEET:
                archive.writestr(name, frame.read(name))
        before, plain, quoted, after = _parted(frame.read(SHEET).decode())
        with archive.open(SHEET, "w") as sheet:
            sheet.write(before.encode())
            yield pipe.taken()  # it begins before the first row is looked up
            for text in _rows(rows, len(columns), plain, quoted):
                sheet.write(text.encode())
                if pipe.size >= PIECE:
                    yield pipe.taken()
            sheet.write(after.encode())
    yield pipe.taken()


def as_csv(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The same as CSV with a byte order mark, which Excel needs to see that it is UTF-8."""
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    writer.writerow(heads)
    yield codecs.BOM_UTF8
    for values in rows:
        writer.writerow([neutralised(each) for each in values])
        if told.tell() >= PIECE:
            yield told.getvalue().encode()
            told.seek(0)
            told.truncate()
    yield told.getvalue().encode()


class _Pipe(io.RawIOBase):
    """Takes what an archive writes, and hands it on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """It is, and cannot go back: the archive says each part's size behind the part."""
        return True

    def write(self, data: object) -> int:
        """Keep a piece."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        self.size += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """All that was kept since the last time."""
        found, self._pieces, self.size = b"".join(self._pieces), [], 0
        return found


def _frame(title: str, columns: Mapping[str, int]) -> io.BytesIO:
    """A workbook with its heads and one row of the two styles that a text can have."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for number, width in enumerate(columns.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    head = [as_text(sheet, name) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    sheet.append([as_text(sheet, "a text"), as_text(sheet, "=a text")])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _parted(sheet: str) -> tuple[str, str, str, str]:
    """What stands before and behind the sample row, and how its two cells are marked."""
    start, end = sheet.index('<row r="2"'), sheet.index("</sheetData>")
    plain, quoted = (
        found[0] if (found := _STYLE.search(cell)) else ""
        for cell in sheet[start:end].split("<c ")[1:]
    )
    return sheet[:start], plain, quoted, sheet[end:]


def _rows(rows: Iterable[Iterable[str]], count: int, plain: str, quoted: str) -> Iterator[str]:
    letters = [get_column_letter(number) for number in range(1, count + 1)]
    for number, values in enumerate(rows, start=2):
        cells = [
            f'<c r="{letter}{number}"{quoted if looks_like_a_formula(text) else plain}'
            f' t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'
            for letter, text in zip(letters, map(shortened, values), strict=True)
            if text
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _escaped(text: str) -> str:
    """A lone return would be read as a line feed."""
    return escape(text, quote=False).replace("\r", "&#13;")
