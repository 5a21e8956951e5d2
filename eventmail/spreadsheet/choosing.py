"""Chooses the sheet that is most like a roster, and says what other sheets could be one."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.spreadsheet.cells import Sheet
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.contents import has_address
from eventmail.spreadsheet.headers import field_of
from eventmail.spreadsheet.layout import Table, find_table
from eventmail.spreadsheet.mapping import guess

LOOKED_AT = 1000  # rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet with its table, and how likely that is a roster."""

    sheet: Sheet
    table: Table
    known: int
    addresses: int

    @property
    def is_likely(self) -> bool:
        """Whether it could be read: it has companies and addresses."""
        if not self.addresses:
            return False
        headers = self.table.headers
        found = guess(headers, [self.table.values(c) for c in range(len(headers))])
        return Field.COMPANY in found and Field.EMAIL in found


def candidate(sheet: Sheet) -> Candidate:
    """Look at a sheet."""
    table = find_table(sheet)
    known = sum(field_of(header) is not None for header in table.headers)
    looked_at = table.rows[:LOOKED_AT]
    addresses = sum(has_address(cell.text) for row in looked_at for cell in row.cells)
    return Candidate(sheet, table, known, addresses)


def best(candidates: list[Candidate]) -> Candidate:
    """The sheet most like a roster: visible, with known headers, with many addresses.

    The first of equals.
    """
    return max(candidates, key=_likeness)


def _likeness(each: Candidate) -> tuple[bool, int, int]:
    score = each.known * 1000 + min(each.addresses, 999)
    return (not each.sheet.hidden, 1 if each.addresses else 0, score)
