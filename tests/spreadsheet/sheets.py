"""Makes small workbooks for tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from eventmail.spreadsheet.reading import Choices, Reading, read
from eventmail.spreadsheet.rows import Row

HEADER = ("事業所名", "担当者名", "メールアドレス")


def xlsx(
    rows: Sequence[Sequence[Any]], change: Callable[[Any], None] | None = None, name: str = "名簿"
) -> bytes:
    """A workbook of one sheet with these rows from A1 on; ``change`` gets the sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """A workbook's bytes."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read_rows(
    *rows: Sequence[Any],
    choices: Choices | None = None,
    change: Callable[[Any], None] | None = None,
) -> Reading:
    """The reading of a workbook of one sheet with these rows, the header's among them."""
    return read(xlsx(rows, change), "名簿.xlsx", choices)


def codes(row: Row) -> list[str]:
    """The codes of a row's reasons."""
    return [reason.code for reason in row.reasons]
