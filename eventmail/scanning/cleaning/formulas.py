"""Which formulas would say something else when hidden cells and sheets are gone."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from eventmail.spreadsheet.excel_sheet import area_of

DEEPEST = 8  # names that stand for names
_CELLS = re.compile(
    r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}", re.I
)
_ROWS = re.compile(r"\$?(\d+):\$?(\d+)")
_BY_NAME = ("INDIRECT(", "OFFSET(", "GETPIVOTDATA(", "CUBE")  # where it looks only it knows
_LAST_COLUMN = 16_383


@dataclass(slots=True)
class Losses:
    """What is taken out of a workbook: sheets, cells, names."""

    sheets: set[str] = field(default_factory=set)
    cells: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # every name, and what it stands for
    names_gone: bool = False
    links: bool = False  # to other workbooks
    _rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether a formula could look at something that is gone."""
        return bool(self.sheets or self.cells or self.links or self.names_gone)

    def touches(self, formula: str, sheet: str, depth: int = 0) -> bool:
        """Whether a formula on a sheet looks at something that is gone, or may."""
        if not self.anything:
            return False
        if depth > DEEPEST:
            return True
        try:
            tokens = Tokenizer(f"={formula}").items
        except Exception:  # noqa: BLE001 - what we cannot read may look anywhere
            return True
        return any(self._token(each, sheet, depth) for each in tokens)

    def touches_sheet_of(self, formula: str, sheet: str) -> bool:
        """Whether it looks at a sheet of which cells are gone: its copies below may meet them."""
        quoted = (each for each in self.cells if each != sheet.casefold())
        mentioned = any(each in formula.casefold() for each in quoted)
        return mentioned or sheet.casefold() in self.cells or self.touches(formula, sheet)

    def _token(self, token: Token, sheet: str, depth: int) -> bool:
        if token.type == Token.FUNC:
            return bool(token.value.upper().startswith(_BY_NAME))
        if token.type != Token.OPERAND or token.subtype != Token.RANGE:
            return False
        place, _, reference = token.value.rpartition("!")
        if "[" in token.value:
            return True  # a table or another workbook
        named = place.strip("'").replace("''", "'").casefold()
        if named in self.sheets or (":" in named and bool(self.sheets)):
            return True
        return self._reference(reference, named or sheet.casefold(), depth)

    def _reference(self, reference: str, sheet: str, depth: int) -> bool:
        rows = _ROWS.fullmatch(reference)
        if rows:
            return self._meets(sheet, (int(rows[1]), 0, int(rows[2]), _LAST_COLUMN))
        if _CELLS.fullmatch(reference):
            return self._meets(sheet, area_of(reference.upper()))
        known = self.names.get(reference.casefold())
        if reference.upper() in ("TRUE", "FALSE"):
            return False
        return known is None or self.touches(known, sheet, depth + 1)

    def _meets(self, sheet: str, area: tuple[int, int, int, int]) -> bool:
        gone = self.cells.get(sheet, {})
        top, left, bottom, right = area
        if sheet not in self._rows:
            self._rows[sheet] = sorted(gone)
        rows = self._rows[sheet]
        found = rows[bisect_left(rows, top) : bisect_left(rows, bottom + 1)]
        return any(left <= column <= right for row in found for column in gone[row])
