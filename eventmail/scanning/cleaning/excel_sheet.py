"""One visible worksheet without its hidden cells, comments and pivot tables."""

from __future__ import annotations

import re

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.common import cut_local_links
from eventmail.scanning.cleaning.copy import Copy
from eventmail.scanning.cleaning.formulas import Losses
from eventmail.scanning.excel import Sheet
from eventmail.scanning.excel_cells import Grid
from eventmail.spreadsheet.columns import letter
from eventmail.spreadsheet.excel_sheet import area_of, column_of
from eventmail.spreadsheet.gathering import Range

_SHAPE, _NOTE = re.compile(rb"<(?:\w+:)?shape\s"), re.compile(rb"ObjectType=[\"']Note[\"']")
_SAYS = ("v", "is", "f")
_ON = ("1", "true")


class SheetCleaner:
    """Finds what goes with the hidden cells first, so that all formulas can be asked afterwards."""

    def __init__(self, copy: Copy, sheet: Sheet, grid: Grid, losses: Losses) -> None:
        self.sheet = sheet
        self.frozen = 0  # formulas that became values
        self.dropped = 0  # rules that looked at what is gone
        self._copy, self._grid, self._losses = copy, grid, losses
        self._root = copy.tree(sheet.part).documentElement
        self._doomed: list[xml.Element] = []

    def find_losses(self, hidden: dict[int, set[int]]) -> None:
        """Which cells will be emptied; a table's header stays, or the table would be broken."""
        headers = self._headers()
        gone: dict[int, set[int]] = {}
        for row, column, cell in self._cells():
            is_hidden = column in hidden.get(row, ()) or self._is_out_of_sight(row, column)
            if is_hidden and xml.children(cell, *_SAYS) and not _in_any(headers, row, column):
                self._doomed.append(cell)
                gone.setdefault(row, set()).add(column)
        if gone:
            self._losses.cells[self.sheet.name.casefold()] = gone

    def clean(self, pivots: bool) -> None:
        """Empty the hidden cells, and keep what every other formula said."""
        self._freeze()
        for cell in self._doomed:
            for each in xml.children(cell, *_SAYS):
                xml.remove(each)
            xml.set_to(cell, "t", None)
        self._drop_rules()
        self._drop_comments()
        self._drop_links()
        self._drop_hidden_shapes()
        for each in xml.children(self._root, "scenarios", "customSheetViews"):
            xml.remove(each)
        if pivots:
            self._copy.cut(self.sheet.part, "pivotTable")

    def _cells(self) -> list[tuple[int, int, xml.Element]]:
        found = []
        row_number = 0
        for row in xml.every(self._root, "row"):
            row_number = int(row.getAttribute("r") or row_number + 1)
            column = -1
            for cell in xml.children(row, "c"):
                reference = cell.getAttribute("r")
                column = column_of(reference) if reference else column + 1
                found.append((row_number, column, cell))
        return found

    def _is_out_of_sight(self, row: int, column: int) -> bool:
        return row in self._grid.hidden_rows or self._grid.hides_column(column)

    def _headers(self) -> list[Range]:
        found = []
        for part in self._copy.related(self.sheet.part, "table"):
            table = self._copy.tree(part).documentElement
            top, left, _, right = area_of(table.getAttribute("ref"))
            if table.getAttribute("headerRowCount") != "0":
                found.append((top, left, top, right))
        return found

    def _freeze(self) -> None:
        """Formulas that look at what is gone become their values."""
        doomed = set(map(id, self._doomed))
        groups = self._groups_to_freeze(doomed)
        for row, column, cell in self._cells():
            formula = xml.child(cell, "f")
            if formula is None or id(cell) in doomed:
                continue
            shared = formula.getAttribute("t") == "shared"
            if formula.getAttribute("si") in groups if shared else self._touches(formula):
                self._freeze_one(cell, formula, f"{letter(column)}{row}")

    def _groups_to_freeze(self, doomed: set[int]) -> set[str]:
        """Formulas that were filled down are written once; the others only name that one."""
        found = set()
        for _, _, cell in self._cells():
            formula = xml.child(cell, "f")
            if formula is None or formula.getAttribute("t") != "shared":
                continue
            text = xml.text_of(formula)
            touched = self._losses.touches_sheet_of(text, self.sheet.name)
            if text and (id(cell) in doomed or touched):
                found.add(formula.getAttribute("si"))
        return found

    def _touches(self, formula: xml.Element) -> bool:
        kind, area = formula.getAttribute("t"), formula.getAttribute("ref")
        if kind == "dataTable":
            return self._losses.anything
        if kind == "array" and area and self._losses.touches(area, self.sheet.name):
            return True
        return self._losses.touches(xml.text_of(formula), self.sheet.name)

    def _freeze_one(self, cell: xml.Element, formula: xml.Element, place: str) -> None:
        value = xml.child(cell, "v")
        if value is None or not (xml.text_of(value) or cell.getAttribute("t") == "str"):
            raise UserError(
                said(
                    "シート「{name}」の{place}の数式に計算結果が残っていないため、"
                    "きれいな写しを作れません。Excelで開いて保存し直し、もう一度置いてください。",
                    name=self.sheet.name,
                    place=place,
                )
            )
        xml.remove(formula)
        xml.set_to(cell, "cm", None)
        self.frozen += 1

    def _drop_rules(self) -> None:
        """Rules and validations that look at what is gone."""
        for name in ("dataValidation", "cfRule", "ext"):
            for each in xml.every(self._root, name):
                texts = [xml.text_of(e) for e in xml.every(each, "formula", *_FORMULAS)]
                if any(t and self._losses.touches(t, self.sheet.name) for t in texts):
                    xml.remove(each)
                    self.dropped += 1
        for each in xml.every(self._root, "conditionalFormatting", "dataValidations", "extLst"):
            left = len(xml.children(each))
            if not left:
                xml.remove(each)
            elif each.hasAttribute("count"):
                each.setAttribute("count", str(left))

    def _drop_comments(self) -> None:
        part = self.sheet.part
        drawings = [self._copy.read(each) for each in self._copy.related(part, "vmlDrawing")]
        if any(len(_SHAPE.findall(each)) != len(_NOTE.findall(each)) for each in drawings):
            return  # it holds buttons as well: a person takes the comments out
        self._copy.cut(part, "comments", "threadedComment", "vmlDrawing")
        for each in xml.children(self._root, "legacyDrawing"):
            xml.remove(each)

    def _drop_links(self) -> None:
        ids = cut_local_links(self._copy, self.sheet.part)
        for each in xml.every(self._root, "hyperlink"):
            place = each.getAttribute("location").casefold()
            lost = any(place.startswith((f"{s}!", f"'{s}'!")) for s in self._losses.sheets)
            if xml.relation_id(each) in ids or lost:
                xml.remove(each)
        for each in xml.children(self._root, "hyperlinks"):
            if not xml.children(each):
                xml.remove(each)

    def _drop_hidden_shapes(self) -> None:
        for part in self._copy.related(self.sheet.part, "drawing"):
            for each in xml.every(self._copy.tree(part), "cNvPr"):
                anchor = xml.above(each, "twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
                if xml.get(each, "hidden", "0") in _ON and anchor is not None:
                    xml.remove(anchor)


_FORMULAS = ("formula1", "formula2", "f")


def _in_any(areas: list[Range], row: int, column: int) -> bool:
    return any(t <= row <= b and left <= column <= r for t, left, b, r in areas)
