"""Text that a spreadsheet must not take for a formula."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.cell import WriteOnlyCell

# What starts a formula in Excel, LibreOffice or a CSV import; full-width signs count as well.
_FORMULA = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
# XML has no place for these: openpyxl would refuse the whole cell.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST = 32_767  # characters in a cell


def looks_like_a_formula(text: str) -> bool:
    """Whether a program could calculate the text instead of showing it."""
    return bool(_FORMULA.match(text))


def neutralised(text: str) -> str:
    """For CSV, which has no types: an apostrophe in front, as Excel itself would show it."""
    return f"'{text}" if looks_like_a_formula(text) else text


def shortened(text: str) -> str:
    """What of a text a cell can hold."""
    return _ILLEGAL.sub("", text)[:LONGEST]


def put_text(cell: Any, text: str) -> None:
    """Write text into a cell as text, whatever it looks like."""
    cell.value = shortened(text)
    keep_as_text(cell)


def keep_as_text(cell: Any) -> None:
    """Have a cell's text stay text, also when a person opens the cell and leaves it again."""
    if cell.value:
        cell.data_type = "s"
        if looks_like_a_formula(cell.value):
            cell.quotePrefix = True


def as_text(sheet: Any, text: str) -> Any:
    """A text cell for a sheet that is written row by row."""
    cell = WriteOnlyCell(sheet)
    put_text(cell, text)
    return cell
