"""Small workbooks and readings for the tests of this room."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from eventmail.spreadsheet.cells import Cell, Sheet, SheetRow
from eventmail.spreadsheet.rows import Row, Verdict

SAMPLES = Path(__file__).parents[2] / "sample_data"
HEADER = ("事業所名", "担当者名", "メールアドレス")


def book(*rows: Sequence[object]) -> tuple[Workbook, Worksheet]:
    """A workbook of one sheet with these rows."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    return made, sheet


def saved(made: Workbook) -> bytes:
    """Its file."""
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def sheet_of(
    *rows: Iterable[str], merged: tuple[tuple[int, int, int, int], ...] = (), name: str = "名簿"
) -> Sheet:
    """A sheet of texts; rows count from 1."""
    return Sheet(
        name,
        tuple(
            SheetRow(number, tuple(Cell(text) for text in row))
            for number, row in enumerate(rows, start=1)
        ),
        merged=merged,
    )


def row(number: int, company: str, email: str, contact: str = "", phone: str = "") -> Row:
    """A row that was found right."""
    return Row(
        number=number,
        company=company,
        department="",
        title="",
        contact=contact,
        email=email,
        raw_email=email,
        phone=phone,
        status="attending",
        notes="",
        verdict=Verdict.OK,
        reasons=(),
        digest="",
    )
