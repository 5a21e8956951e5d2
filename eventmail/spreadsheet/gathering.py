"""Gathers the cells that a format's reader finds into sheets, and stops where a file is too much.

What all formats have in common stands here: a cell under a merged one is not shown, a filter
hides rows inside its range only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.cells import EMPTY, Cell, Sheet, SheetRow
from eventmail.spreadsheet.refusal import unreadable

LAST_ROW = 1_048_576  # Excel's own
Range = tuple[int, int, int, int]  # top row from 1, left column from 0, bottom row, right column


class Budget:
    """What a file may still cost, over all its sheets. Spending more is a refusal."""

    def __init__(self) -> None:
        self._left = {
            "cells": limits.MOST_CELLS,
            "characters": limits.MOST_CHARACTERS,
            "covered": limits.MOST_COVERED,
            "sheets": limits.MOST_SHEETS,
        }

    def spend(self, what: str, amount: int) -> None:
        """Take it from what is left."""
        self._left[what] -= amount
        if self._left[what] < 0:
            raise unreadable("bomb")


class Gathering:
    """One sheet in the making. Columns count from 0, rows from 1."""

    def __init__(self, budget: Budget) -> None:
        budget.spend("sheets", 1)
        self.merged: list[Range] = []
        self.filters: list[Range] = []
        self.hidden_columns: set[int] = set()
        self._budget = budget
        self._rows: dict[int, SheetRow] = {}

    def add(
        self, number: int, cells: Sequence[Cell], hidden: bool = False, filtered: bool = False
    ) -> None:
        """A row's cells from column A on; a row in which nothing stands is left out.

        No more than ``limits.MOST_COLUMNS`` of them: the reader stops there already.
        """
        kept = list(cells)
        while kept and not kept[-1].text and not kept[-1].fault:
            kept.pop()
        if not kept:
            return
        if not 1 <= number <= LAST_ROW or number in self._rows:
            raise ValueError(number)
        self._budget.spend("cells", len(kept))
        self._budget.spend("characters", sum([len(cell[0]) for cell in kept]))
        self._rows[number] = SheetRow(number, tuple(kept), hidden, filtered)
        if len(self._rows) > limits.MOST_ROWS:
            raise unreadable("too_many_rows")

    def hide_columns(self, first: int, last: int) -> None:
        """Columns that cannot be seen, counted from 0, both ends included."""
        self.hidden_columns.update(range(max(first, 0), min(last + 1, limits.MOST_COLUMNS)))

    def merge(self, area: Range) -> None:
        """Cells shown as one."""
        top, left, bottom, right = area
        if (top, left) != (bottom, right):
            self.merged.append(area)
        if len(self.merged) > limits.MOST_MERGED:
            raise unreadable("bomb")

    def sheet(self, name: str, hidden: bool = False) -> Sheet:
        """The sheet as Excel shows it."""
        numbers = sorted(self._rows)
        for area in self.merged:
            self._uncover(area, self._inside(numbers, area))
        for area in self.filters:
            for number in self._inside(numbers, area):
                if self._rows[number].hidden and number > area[0]:  # never its header
                    self._rows[number] = replace(self._rows[number], filtered=True)
        rows = (self._rows[number] for number in numbers)
        return Sheet(
            name=name,
            rows=tuple(row for row in rows if any(c.text or c.fault for c in row.cells)),
            hidden=hidden,
            hidden_columns=frozenset(self.hidden_columns),
            merged=tuple(self.merged),
        )

    def _inside(self, numbers: list[int], area: Range) -> Iterable[int]:
        first, end = bisect_left(numbers, area[0]), bisect_left(numbers, area[2] + 1)
        self._budget.spend("covered", max(end - first, 0) + 1)
        return numbers[first:end]

    def _uncover(self, area: Range, numbers: Iterable[int]) -> None:
        """Empty what a merged cell hides: all but its first cell."""
        top, left, _, right = area
        for number in numbers:
            row = self._rows[number]
            first = left + 1 if number == top else left
            covered = row.cells[first : right + 1]
            if any(cell is not EMPTY for cell in covered):
                cells = (*row.cells[:first], *(EMPTY for _ in covered), *row.cells[right + 1 :])
                self._rows[number] = replace(row, cells=cells)
