"""Judges every participant's row: ok, question or error, each reason one sentence with place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType

from eventmail.spreadsheet import checks
from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.duplicates import ask_about_duplicates
from eventmail.spreadsheet.layout import Table
from eventmail.spreadsheet.parting import Corrections, Part, Parting
from eventmail.spreadsheet.reasons import Finder
from eventmail.spreadsheet.rows import ATTENDING, Row, row_digest
from eventmail.spreadsheet.values import DITTO

_REMEMBERED = ("company", "department", "title", "contact", "phone", "status")
_TELLING = attrgetter(*_REMEMBERED)
_FAULT, _STRUCK = attrgetter("fault"), attrgetter("struck")


def judge(
    table: Table,
    mapping: Mapping[Field, int],
    corrections: Corrections = MappingProxyType({}),
    split: frozenset[str] = frozenset(),
) -> list[Row]:
    """Every data row with its verdict; duplicates are found over all rows.

    ``split`` are the keys of rows whose addresses become a row each.
    """
    judged = _Judge(table, mapping)
    parting = Parting(mapping, corrections, split)
    rows = [judged.row(row, part) for row in table.rows for part in parting.parts(row)]
    return ask_about_duplicates(rows, table.sheet.name, mapping)


class _Judge:
    """Judges one row after another, and remembers what stands above."""

    def __init__(self, table: Table, mapping: Mapping[Field, int]) -> None:
        self._sheet = table.sheet.name
        self._mapping = mapping
        self._strange = table.strange
        email = mapping.get(Field.EMAIL, -1)
        self._merged = {
            number
            for top, left, bottom, right in table.sheet.merged
            if left <= email <= right and bottom > top
            for number in range(top + 1, bottom + 1)
        }
        self._above: dict[str, str] = {}
        self._above_number = 0

    def row(self, row: SheetRow, part: Part) -> Row:
        """The verdict on one contact of a row."""
        if row.number not in (self._above_number, self._above_number + 1):
            self._above = {}  # what is beyond a gap says nothing about this row
        seen = checks.Seen(row, part, self._mapping, self._above, row.number in self._merged)
        found = Finder(self._sheet, row.number)
        judged = self._judged(seen, found)
        self._remember(judged)
        return judged

    def _judged(self, seen: checks.Seen, found: Finder) -> Row:
        if not seen.part.address.strip() and seen.is_aside:
            checks.aside(found)
            return _row(seen, found, _Values())
        values = seen.part.values
        if any(map(_FAULT, seen.row.cells)):
            checks.faults(seen, found)
        checks.example(seen, found)
        read = _Values(company=checks.company(seen, found))
        if not DITTO.isdisjoint(values.values()):
            checks.ditto(seen, found)
        read.contact = checks.contact(seen, found)
        read.email, read.person = checks.address(seen, found)
        read.phone = checks.phone(seen, found)
        read.status = checks.status(seen, found)
        read.corporate_number = checks.corporate_number(seen, found)
        self._rare(seen, found)
        return _row(seen, found, read)

    def _rare(self, seen: checks.Seen, found: Finder) -> None:
        if max(map(len, seen.part.values.values())) > checks.LONGEST_PHONE:
            checks.lengths(seen, found)
        row = seen.row
        if row.hidden or row.filtered or any(map(_STRUCK, row.cells)):
            checks.visibility(seen, found)
        if row.number in self._strange:
            checks.strange(self._strange[row.number], found)
        if seen.part.before:
            checks.corrections(seen, found)

    def _remember(self, judged: Row) -> None:
        self._above_number = judged.number
        for name, value in zip(_REMEMBERED, _TELLING(judged), strict=True):
            if value:
                self._above[name] = value


@dataclass(slots=True)
class _Values:
    """What the checks have read."""

    company: str = ""
    contact: str = ""
    email: str = ""
    person: bool = False
    phone: str = ""
    status: str = ATTENDING
    corporate_number: str = ""


def _row(seen: checks.Seen, found: Finder, read: _Values) -> Row:
    values = seen.part.values
    return Row(
        number=seen.row.number,
        company=read.company,
        department=values["department"],
        title=values["title"],
        contact=read.contact,
        email=read.email,
        raw_email=values["email"],
        phone=read.phone,
        status=read.status,
        notes=values["notes"],
        verdict=found.verdict,
        reasons=tuple(found.reasons),
        digest=row_digest(seen.row),
        corporate_number=read.corporate_number,
        person=read.person,
        part=seen.part.number,
    )
