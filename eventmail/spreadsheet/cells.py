"""What every kind of file is read into: sheets of text cells under Excel's own row numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell's text as Excel shows it.

    ``fault`` is ``formula`` (never calculated) or ``error``; ``struck``: whether all of it or a
    part is struck through; ``numeric``: whether the file holds a number and no text.
    """

    text: str
    fault: str = ""
    struck: bool = False
    numeric: bool = False


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row under Excel's own number, its cells from column A on.

    ``filtered`` rows are those of the ``hidden`` ones that a filter hides.
    """

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    filtered: bool = False

    def cell(self, column: int) -> Cell:
        """The cell in a column counted from 0; an empty one beyond the last."""
        return self.cells[column] if column < len(self.cells) else EMPTY

    def text(self, column: int) -> str:
        """The text in a column counted from 0; empty beyond the last cell."""
        return self.cells[column].text if column < len(self.cells) else ""

    def fault(self, column: int) -> str:
        """What is wrong with the cell in a column counted from 0; empty if nothing."""
        return self.cells[column].fault if column < len(self.cells) else ""

    def with_text(self, column: int, text: str) -> SheetRow:
        """The same row with a text in a column counted from 0."""
        cells = [*self.cells, *(EMPTY for _ in range(column + 1 - len(self.cells)))]
        cells[column] = Cell(text)
        return replace(self, cells=tuple(cells))

    @property
    def struck(self) -> bool:
        """Whether everything that the row says is struck through."""
        texts = [cell for cell in self.cells if cell.text.strip()]
        return bool(texts) and all(cell.struck for cell in texts)

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.text.strip() or cell.fault for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``merged`` are (top row, left column, bottom row, right column)."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets. ``format`` is xlsx, xlsm, xls, ods, csv or tsv.

    ``encoding`` is Python's name of a text file's encoding, empty for the others.
    """

    sheets: tuple[Sheet, ...]
    format: str = ""
    encoding: str = ""
