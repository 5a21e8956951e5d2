"""Finds the table in a sheet: the header below the title rows, the data, and what is no data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from eventmail.spreadsheet.cells import Sheet, SheetRow, Workbook
from eventmail.spreadsheet.columns import Field, address_column, field_of, is_header_word

SEARCHED = 40  # rows from the top in which a header may stand
SAMPLES = 200
TALLEST_MERGE = 50  # rows; a taller merged cell is decoration
_DIVIDER = re.compile(r"[■□◆◇●○◎★☆▼▲【《〈<＜＝=-]")
_NOTE = re.compile(
    r"^\s*(※|＊|\*|注[）):：意]|（注|備考[:：]|以上|以下余白|合\s*計|総\s*計|小\s*計|計\s*[:：]?\s*\d*\s*(?:社|校|名|件|所|団体)?\s*$)"
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row below the header that is no participant, and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's table: headers by column, Excel's numbers of the header rows, the data rows."""

    sheet: Sheet
    headers: tuple[str, ...]
    header_rows: tuple[int, ...]
    rows: tuple[SheetRow, ...]
    skipped: tuple[Skipped, ...]

    def values(self, column: int, most: int = SAMPLES) -> list[str]:
        """The column's first non-empty values."""
        texts = (row.text(column).strip() for row in self.rows)
        return [text for text in texts if text][:most]


def choose_sheet(workbook: Workbook) -> Sheet:
    """The sheet most like a roster: visible, with known headers, with many addresses."""
    return max(workbook.sheets, key=_likeness)


def find_table(sheet: Sheet) -> Table:
    """The table of a sheet. Without any header, all rows are data and the headers are empty."""
    rows = [row for row in sheet.rows if not row.is_blank]
    at = _header_index(rows)
    width = max((len(row.cells) for row in rows), default=0)
    if at is None:
        return _table(sheet, tuple([""] * width), (), rows)
    second = _second_header(sheet, rows, at)
    header_rows = rows[at : at + (2 if second else 1)]
    headers = _headers(sheet, header_rows, width)
    numbers = tuple(row.number for row in header_rows)
    return _table(sheet, headers, numbers, rows[at + len(header_rows) :])


def _likeness(sheet: Sheet) -> tuple[bool, int, int]:
    table = find_table(sheet)
    known = sum(field_of(header) is not None for header in table.headers)
    addresses = sum("@" in _plain(cell.text) for row in table.rows for cell in row.cells)
    return (not sheet.hidden, 1 if addresses else 0, known * 1000 + min(addresses, 999))


def _header_index(rows: list[SheetRow]) -> int | None:
    """The row with the most header words; a tie goes to the upper one."""
    scores = [
        sum(is_header_word(cell.text) for cell in row.cells if cell.text.strip())
        for row in rows[:SEARCHED]
    ]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 else _above_addresses(rows)


def _above_addresses(rows: list[SheetRow]) -> int | None:
    """With no header words that we know: the row of several texts just above the addresses."""
    marked = (i for i, row in enumerate(rows[:SEARCHED]) if _has_address(row))
    at = next(marked, 0) - 1
    texts = sum(bool(cell.text.strip()) for cell in rows[at].cells) if at >= 0 else 0
    return at if texts >= 2 else None


def _has_address(row: SheetRow) -> bool:
    return any("@" in _plain(cell.text) for cell in row.cells)


def _second_header(sheet: Sheet, rows: list[SheetRow], at: int) -> bool:
    """Whether the header goes on in the next row: cells merged downwards, or more header words."""
    if at + 1 >= len(rows) or rows[at + 1].number != rows[at].number + 1:
        return False
    upper, lower = rows[at], rows[at + 1]
    if _has_address(lower):
        return False
    down = any(top <= upper.number < bottom for top, _, bottom, _ in sheet.merged)
    words = sum(is_header_word(cell.text) for cell in lower.cells)
    return words >= 1 if down else words >= 2


def _headers(sheet: Sheet, header_rows: list[SheetRow], width: int) -> tuple[str, ...]:
    """Each column's own header: the lowest one, else what is merged over it."""
    found = []
    for column in range(width):
        texts = [_merged_text(sheet, row, column, header_rows) for row in header_rows]
        named = [text for text in texts if text]
        found.append(
            next((t for t in reversed(named) if is_header_word(t)), named[-1] if named else "")
        )
    return tuple(found)


def _merged_text(sheet: Sheet, row: SheetRow, column: int, header_rows: list[SheetRow]) -> str:
    own = " ".join(row.text(column).split())
    if own:
        return own
    for top, left, bottom, right in sheet.merged:
        if top <= row.number <= bottom and left <= column <= right:
            above = [each for each in header_rows if each.number == top]
            return " ".join(above[0].text(left).split()) if above else ""
    return ""


def _table(
    sheet: Sheet, headers: tuple[str, ...], numbers: tuple[int, ...], below: list[SheetRow]
) -> Table:
    addresses = address_column(
        [[row.text(c) for row in below if row.text(c)] for c in range(len(headers))]
    )
    company = next((c for c, text in enumerate(headers) if field_of(text) is Field.COMPANY), None)
    data, skipped = [], []
    for row in _filled(sheet, below, addresses):
        why = _why_no_data(row, headers, addresses, company)
        if why:
            skipped.append(Skipped(row.number, why))
        else:
            data.append(row)
    return Table(sheet, headers, numbers, tuple(data), tuple(skipped))


def _filled(sheet: Sheet, rows: list[SheetRow], addresses: int | None) -> list[SheetRow]:
    """The rows with what is merged downwards written into each; an address is never copied."""
    by_number = {row.number: row for row in rows}
    for top, left, bottom, _ in sheet.merged:
        if top not in by_number or left == addresses or bottom - top > TALLEST_MERGE:
            continue
        text = by_number[top].text(left)
        for number in range(top + 1, bottom + 1):
            if number in by_number and not by_number[number].text(left):
                by_number[number] = by_number[number].with_text(left, text)
    return [by_number[row.number] for row in rows]


def _why_no_data(
    row: SheetRow, headers: tuple[str, ...], addresses: int | None, company: int | None
) -> str:
    texts = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    if any("@" in _plain(text) for text in texts) and addresses is not None:
        return "" if "@" in _plain(row.text(addresses)) or len(texts) > 1 else "注記の行です。"
    if texts and _NOTE.match(texts[0]):
        return f"注記・合計の行です（{texts[0][:20]}）。"
    named = [header for header in headers if header]
    if named and [t for t in texts if t in named] == texts:
        return "見出しの繰り返しです。"
    # A company with nothing else is a participant whose address is missing, and no divider.
    alone = company is not None and bool(row.text(company)) and not _DIVIDER.match(texts[0])
    if len(texts) == 1 and len(named) > 2 and not alone:
        return f"区切りの行です（{texts[0][:20]}）。"
    return ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
