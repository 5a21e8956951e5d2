"""The table in a sheet: its header, what stands above it, and every row below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eventmail.spreadsheet.cells import Sheet, SheetRow
from eventmail.spreadsheet.contents import has_address
from eventmail.spreadsheet.heading import find_header, headers_of

SAMPLES = 200
TALLEST_MERGE = 50  # rows; a taller merged cell is decoration


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row below the header that is no participant, and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's table: headers by column, Excel's numbers of the header rows, the rows below.

    ``above`` are the rows over the header. Sifting takes what is no participant out of ``rows``
    into ``skipped``; ``strange`` then is a row's number to that of the second header it is under.
    """

    sheet: Sheet
    headers: tuple[str, ...]
    header_rows: tuple[int, ...]
    rows: tuple[SheetRow, ...]
    above: tuple[SheetRow, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    strange: Mapping[int, int] = field(default_factory=dict)

    def values(self, column: int, most: int = SAMPLES) -> list[str]:
        """The column's first non-empty values."""
        found: list[str] = []
        for row in self.rows:
            text = row.text(column).strip()
            if text:
                found.append(text)
                if len(found) == most:
                    break
        return found


def find_table(sheet: Sheet) -> Table:
    """The table of a sheet. Without any header, all rows are data and the headers are empty."""
    rows = [row for row in sheet.rows if not row.is_blank]
    width = max((len(row.cells) for row in rows), default=0)
    found = find_header(sheet, rows)
    if found is None:
        return Table(sheet, ("",) * width, (), tuple(_filled(sheet, rows)))
    start, end = found
    header_rows = rows[start:end]
    return Table(
        sheet=sheet,
        headers=headers_of(sheet, header_rows, width),
        header_rows=tuple(row.number for row in header_rows),
        rows=tuple(_filled(sheet, rows[end:])),
        above=tuple(rows[:start]),
    )


def _filled(sheet: Sheet, rows: list[SheetRow]) -> list[SheetRow]:
    """The rows with what is merged downwards written into each; an address is never copied."""
    tall = [each for each in sheet.merged if 0 < each[2] - each[0] <= TALLEST_MERGE]
    if not tall:
        return rows
    by_number = {row.number: row for row in rows}
    for top, left, bottom, _ in tall:
        text = by_number[top].text(left) if top in by_number else ""
        if not text or has_address(text):
            continue
        for number in range(top + 1, bottom + 1):
            if number in by_number and not by_number[number].text(left):
                by_number[number] = by_number[number].with_text(left, text)
    return [by_number[row.number] for row in rows]
