"""A workbook without hidden sheets, cells, comments, caches and names; formulas keep their say."""

from __future__ import annotations

import re

from eventmail.language import said
from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.common import cut_local_links
from eventmail.scanning.cleaning.copy import Copy
from eventmail.scanning.cleaning.excel_sheet import SheetCleaner
from eventmail.scanning.cleaning.formulas import Losses
from eventmail.scanning.excel import Reader, Sheet, dress, listed_sheets, ways_hidden
from eventmail.scanning.excel_cells import Grid
from eventmail.scanning.package import Package

_SLICERS = ("slicerCache", "timelineCache", "slicer", "timeline")
_BUILT_IN = "_xl"
_ON = ("1", "true")
_OTHER_BOOK = re.compile(r"\[\d+\]")


def clean_workbook(copy: Copy, content: bytes) -> list[str]:
    """Take out what the workbook hides; returns what a person should know of it."""
    package = Package(content)
    main = package.main() or "xl/workbook.xml"
    root = package.tree(main)
    if root is None:
        raise ValueError("no workbook")
    sheets = listed_sheets(package, main, root)
    reader = Reader(package, main, root)
    kept_for_charts = _charted(copy, sheets)
    gone = [s for s in sheets if s.hidden and s.name.casefold() not in kept_for_charts]
    shown = [each for each in sheets if not each.hidden and each.kind == "worksheet"]
    grids = {each.part: _grid(package, reader, each) for each in shown}
    losses = Losses(sheets={each.name.casefold() for each in gone})
    book = _Book(copy, main, losses)
    book.look_at_names()
    losses.links = bool(copy.related(main, "externalLink"))
    cleaners = [SheetCleaner(copy, each, grids[each.part], losses) for each in shown]
    for cleaner in cleaners:
        cleaner.find_losses(_hidden_cells(grids[cleaner.sheet.part]))
    book.take_out(gone)
    pivots = book.can_lose_pivots(shown)
    for cleaner in cleaners:
        cleaner.clean(pivots)
    _forget_strings(copy, main, [each.part for each in sheets if each not in gone])
    frozen = sum(each.frozen for each in cleaners)
    dropped = sum(each.dropped for each in cleaners)
    return [
        *([said("数式{count}個を計算結果の値に置きかえました", count=frozen)] if frozen else []),
        *([said("入力規則・条件付き書式{count}個を外しました", count=dropped)] if dropped else []),
    ]


def _grid(package: Package, reader: Reader, sheet: Sheet) -> Grid:
    grid = reader.grid(sheet.part)
    dress(package, sheet, grid)
    return grid


def _hidden_cells(grid: Grid) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for cell, way in ways_hidden(grid):
        if way is not None:
            found.setdefault(cell.row, set()).add(cell.column)
    return found


def _charted(copy: Copy, sheets: list[Sheet]) -> set[str]:
    """The hidden sheets that a chart on a visible one is drawn from: they cannot just go."""
    hidden = {each.name.casefold() for each in sheets if each.hidden}
    formulas = [
        xml.text_of(each).casefold()
        for sheet in sheets
        if not sheet.hidden
        for drawing in copy.related(sheet.part, "drawing")
        for chart in copy.related(drawing, "chart", "chartEx")
        for each in xml.every(copy.tree(chart), "f")
    ]
    return {name for name in hidden if any(_mentions(each, name) for each in formulas)}


def _mentions(formula: str, name: str) -> bool:
    return f"{name}!" in formula or f"{name}'!" in formula


class _Book:
    """The workbook's own part."""

    def __init__(self, copy: Copy, main: str, losses: Losses) -> None:
        self._copy, self._main, self._losses = copy, main, losses
        self._root = copy.tree(main).documentElement

    def look_at_names(self) -> None:
        """Remember what names stand for, and take out those that are hidden or lose their sheet."""
        for each in xml.every(self._root, "definedName"):
            name, text = xml.get(each, "name"), xml.text_of(each)
            hidden = xml.get(each, "hidden", "0") in _ON and not name.startswith(_BUILT_IN)
            lost = any(_mentions(text.casefold(), sheet) for sheet in self._losses.sheets)
            if hidden or lost or _OTHER_BOOK.search(text):
                xml.remove(each)
                self._losses.names_gone = True
            else:
                self._losses.names[name.casefold()] = text
        self._drop_if_empty("definedNames")

    def take_out(self, gone: list[Sheet]) -> None:
        """Sheets, links, changes, and whatever tells where the file was kept."""
        copy, main, root = self._copy, self._main, self._root
        names = [xml.get(each, "name") for each in xml.every(root, "sheet")]
        lost = {each.name for each in gone}
        kept = [each for each in names if each not in lost]
        ids = set()
        for each in xml.every(root, "sheet"):
            if xml.get(each, "name") in lost:
                ids.add(xml.relation_id(each))
                xml.remove(each)
        copy.cut_those(main, [r for r in copy.relations(main) if r.getAttribute("Id") in ids])
        for each in xml.every(root, "definedName"):
            if each.hasAttribute("localSheetId"):
                owner = names[int(each.getAttribute("localSheetId"))]
                if owner in lost:
                    xml.remove(each)
                else:
                    each.setAttribute("localSheetId", str(kept.index(owner)))
        self._drop_if_empty("definedNames")
        self._forget(gone != [])
        copy.cut(main, "calcChain", "revisionHeaders", "usernames", "person", "externalLink")
        cut_local_links(copy, main)

    def _forget(self, fewer_sheets: bool) -> None:
        for each in xml.every(self._root, "absPath"):
            xml.remove(xml.above(each, "AlternateContent") or each)
        for each in xml.every(self._root, "externalReferences", "customWorkbookViews"):
            xml.remove(each)
        for each in xml.every(self._root, "workbookView") if fewer_sheets else []:
            for name in ("activeTab", "firstSheet"):
                xml.set_to(each, name, None)

    def can_lose_pivots(self, shown: list[Sheet]) -> bool:
        """Take out the caches of pivot tables, whose cells stay; not where slicers hang on them."""
        parts = [self._main, *(each.part for each in shown)]
        if any(self._copy.related(each, *_SLICERS) for each in parts):
            return False
        self._copy.cut(self._main, "pivotCacheDefinition")
        for each in xml.every(self._root, "pivotCaches"):
            xml.remove(each)
        return True

    def _drop_if_empty(self, name: str) -> None:
        for each in xml.children(self._root, name):
            if not xml.children(each):
                xml.remove(each)


def _forget_strings(copy: Copy, main: str, parts: list[str]) -> None:
    """Empty every shared text that no cell shows any more."""
    used = {
        int(xml.text_of(value).strip() or -1)
        for part in parts
        for cell in xml.every(copy.tree(part), "c")
        if cell.getAttribute("t") == "s"
        for value in xml.children(cell, "v")
    }
    for part in copy.related(main, "sharedStrings"):
        for number, each in enumerate(xml.every(copy.tree(part), "si")):
            if number not in used:
                _empty(each)


def _empty(element: xml.Element) -> None:
    for each in list(element.childNodes):
        element.removeChild(each)
    name = element.tagName.replace("si", "t")
    element.appendChild(element.ownerDocument.createElementNS(element.namespaceURI, name))
