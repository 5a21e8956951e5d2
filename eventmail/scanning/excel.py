"""What a workbook says and hides: sheets, rows, columns, caches, comments, names, changes."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from eventmail.language import said
from eventmail.scanning.excel_cells import Grid, GridHandler, Told, inside
from eventmail.scanning.excel_looks import Looks
from eventmail.scanning.excel_pivots import look_into_pivots
from eventmail.scanning.inventory import Inventory, row_spans
from eventmail.scanning.office import shapes_text
from eventmail.scanning.package import Package, all_text, child, every, get, local
from eventmail.scanning.report import Trace
from eventmail.spreadsheet import markup
from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.columns import letter
from eventmail.spreadsheet.excel_sheet import area_of
from eventmail.spreadsheet.excel_strings import SharedStrings
from eventmail.spreadsheet.gathering import Range

_BUILT_IN_NAME = re.compile(r"_xl|_FilterDatabase|Z_[0-9A-F]{8}_", re.IGNORECASE)
_CODES = re.compile(r'&(?:[LCRPNDTZFAGBIUESXYHO&]|K[0-9A-F]{6}|"[^"]*"|\d+)')


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    kind: str  # worksheet, chartsheet, dialogsheet, xlMacrosheet
    hidden: bool

    @property
    def title(self) -> str:
        """For a place in words."""
        return said("シート「{name}」", name=self.name)


def look_into_workbook(package: Package, found: Inventory) -> int:
    """Note what the workbook says and hides; returns how many sheets it has."""
    main = package.main() or "xl/workbook.xml"
    workbook = package.tree(main)
    if workbook is None:
        raise ValueError("no workbook")
    sheets = listed_sheets(package, main, workbook)
    reader = Reader(package, main, workbook)
    visible: set[str] = set()
    for sheet in sheets:
        visible |= _sheet(package, sheet, reader, found)
    shown = frozenset(each.name for each in sheets if not each.hidden)
    look_into_pivots(package, found, frozenset(visible), shown)
    _names(workbook, found)
    _revisions(package, found)
    _whereabouts(package, workbook, found)
    return len(sheets)


def listed_sheets(package: Package, main: str, workbook: Element) -> list[Sheet]:
    """The workbook's sheets in their order, hidden ones too."""
    relations = {each.id: each for each in package.relations(main)}
    found = []
    for each in every(workbook, "sheet"):
        relation = relations.get(next((v for k, v in each.attrib.items() if local(k) == "id"), ""))
        if relation is not None and package.has(relation.target):
            hidden = get(each, "state", "visible") != "visible"
            found.append(Sheet(get(each, "name"), relation.target, relation.kind, hidden))
    return found


class Reader:
    """Reads worksheets with the workbook's styles and strings."""

    def __init__(self, package: Package, main: str, workbook: Element) -> None:
        self._package = package
        self._looks, self._strings = Looks(), SharedStrings()
        for part in package.related(main, "styles"):
            self._parse(part, self._looks)
        for part in package.related(main, "sharedStrings"):
            self._parse(part, self._strings)
        settings = child(workbook, "workbookPr")
        self._from_1904 = settings is not None and get(settings, "date1904", "0") in ("1", "true")

    def grid(self, part: str) -> Grid:
        """One worksheet."""
        cells: list[Cell] = self._strings.cells
        handler = GridHandler(self._looks, cells, self._from_1904)
        self._parse(part, handler)
        return handler.grid

    def _parse(self, part: str, handler: markup.Handler) -> None:
        with self._package.open(part) as file:
            markup.parse(file, handler)


def _sheet(package: Package, sheet: Sheet, reader: Reader, found: Inventory) -> set[str]:
    """Note one sheet; returns the texts that can be seen on it."""
    grid = reader.grid(sheet.part) if sheet.kind == "worksheet" else Grid()
    title = said("非表示の{title_said}", title_said=sheet.title) if sheet.hidden else sheet.title
    for row, cells in grid.by_row():
        found.say(
            said("{title_said}の{row}行目", title_said=title, row=row),
            "\t".join(each.text for each in cells),
            title,
        )
    for text in grid.footers:
        found.say(
            said("{title_said}のヘッダー・フッター", title_said=title), _CODES.sub(" ", text), title
        )
    drawn = _around(package, sheet, title, found)
    if sheet.hidden:
        if grid.cells or drawn or sheet.kind != "worksheet":
            told = " ".join(each.text for each in grid.cells[:8])
            found.hide(Trace.SHEET, sheet.title, told)
        return set()
    dress(package, sheet, grid)
    return _hidden_cells(sheet, grid, found)


def dress(package: Package, sheet: Sheet, grid: Grid) -> None:
    """Tables bring their own filter, and colours that a cell's style does not tell."""
    for part in package.related(sheet.part, "table"):
        root = package.tree(part)
        if root is not None and get(root, "ref"):
            grid.dressed.append(area_of(get(root, "ref")))
            grid.filters += [area_of(get(e, "ref")) for e in every(root, "autoFilter")]


class Way(enum.Enum):
    """What hides a cell."""

    ROW = enum.auto()
    COLUMN = enum.auto()
    LOOK = enum.auto()


def ways_hidden(grid: Grid) -> Iterator[tuple[Told, Way | None]]:
    """Every cell that says something, and what hides it; None if it can be seen."""
    merged = grid.merged_in_rows()
    for each in grid.cells:
        if each.row in grid.hidden_rows:
            yield each, Way.ROW
        elif grid.hides_column(each.column):
            yield each, Way.COLUMN
        else:
            unseen = _is_unseen(each, grid, merged.get(each.row, []))
            yield each, Way.LOOK if unseen else None


def _hidden_cells(sheet: Sheet, grid: Grid, found: Inventory) -> set[str]:
    """Note the hidden cells; returns the texts that can be seen."""
    rows: dict[bool, list[int]] = {True: [], False: []}
    columns: set[int] = set()
    visible: set[str] = set()
    for each, way in ways_hidden(grid):
        if way is Way.ROW:
            rows[inside(grid.filters, each.row, each.column)].append(each.row)
        elif way is Way.COLUMN:
            columns.add(each.column)
        elif way is Way.LOOK:
            found.hide(
                Trace.HIDDEN_TEXT,
                said("{title_said}の{cell}", title_said=sheet.title, cell=each.place),
                each.text,
            )
        else:
            visible.add(each.text)
    for filtered, numbered in rows.items():
        for span in row_spans(numbered):
            where = (
                said(
                    "{title_said}の{rows_said}（フィルターで非表示）",
                    title_said=sheet.title,
                    rows_said=span,
                )
                if filtered
                else said("{title_said}の{rows_said}", title_said=sheet.title, rows_said=span)
            )
            found.hide(Trace.ROW, where)
    for span in _letters(sorted(columns)):
        found.hide(
            Trace.COLUMN, said("{title_said}の{columns}列", title_said=sheet.title, columns=span)
        )
    return visible


def _is_unseen(cell: Told, grid: Grid, merged: list[Range]) -> bool:
    """White on white, or under a merged cell, of which only the first is shown."""
    if cell.unseen and not inside(grid.dressed, cell.row, cell.column):
        return True
    return any(
        (cell.row, cell.column) != area[:2] and inside([area], cell.row, cell.column)
        for area in merged
    )


def _letters(columns: list[int]) -> list[str]:
    runs: list[tuple[int, int]] = []
    for each in columns:
        if runs and runs[-1][1] == each - 1:
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return [letter(a) if a == b else f"{letter(a)}〜{letter(b)}" for a, b in runs]


def _around(package: Package, sheet: Sheet, title: str, found: Inventory) -> bool:
    """Comments and drawings of a sheet; whether there is something drawn."""
    drawn = False
    for relation in package.relations(sheet.part):
        if relation.external or not package.has(relation.target):
            continue
        if relation.kind in ("comments", "threadedComment"):
            _comments(package.tree(relation.target), sheet, found)
        elif relation.kind == "drawing":
            drawn = True
            _drawing(package, relation.target, title, found)
    return drawn


def _comments(root: Element | None, sheet: Sheet, found: Inventory) -> None:
    if root is None:
        return
    for each in every(root, "comment", "threadedComment"):
        name = "t" if local(each.tag) == "comment" else "text"
        text = all_text(each, name)
        if text.startswith("[Threaded comment]") or not text.strip():
            continue  # what an old Excel is shown instead of the thread
        where = said(
            "{title_said}の{cell}のコメント", title_said=sheet.title, cell=get(each, "ref")
        )
        found.hide(Trace.COMMENT, where, text)
        found.say(where, text, sheet.title)


def _drawing(package: Package, part: str, title: str, found: Inventory) -> None:
    root = package.tree(part)
    if root is None:
        return
    found.say(said("{title_said}の図形", title_said=title), "\n".join(shapes_text(root)), title)
    for shape in every(root, "sp", "pic", "grpSp"):
        about = next(every(shape, "cNvPr"), None)
        text = "\n".join(shapes_text(shape))
        if about is not None and get(about, "hidden", "0") in ("1", "true") and text:
            found.hide(
                Trace.HIDDEN_TEXT,
                said(
                    "{title_said}の非表示の図形「{name}」",
                    title_said=title,
                    name=get(about, "name"),
                ),
                text,
            )
    for chart in package.related(part, "chart"):
        drawn = package.tree(chart)
        if drawn is not None:
            found.say(
                said("{title_said}のグラフ", title_said=title),
                " ".join([*shapes_text(drawn), *_cached(drawn)]),
                title,
            )


def _cached(chart: Element) -> list[str]:
    """The texts that a chart keeps of its source."""
    caches = every(chart, "strCache", "multiLvlStrCache")
    return [all_text(point, "v") for cache in caches for point in every(cache, "pt")]


def _names(workbook: Element, found: Inventory) -> None:
    for each in every(workbook, "definedName"):
        name, text = get(each, "name"), (each.text or "").strip()
        if get(each, "hidden", "0") in ("1", "true") and not _BUILT_IN_NAME.match(name) and text:
            found.hide(Trace.DEFINED_NAME, said("名前「{name}」", name=name), text, usual=True)
            found.say(said("名前の定義「{name}」", name=name), text, said("名前の定義"))


def _revisions(package: Package, found: Inventory) -> None:
    for part in package.names:
        if not part.startswith("xl/revisions/") or not part.endswith(".xml"):
            continue
        root = package.tree(part)
        if root is None or local(root.tag) != "revisions" or not len(root):
            continue
        text = " ".join([all_text(root, "t"), all_text(root, "v")]).strip()
        found.hide(Trace.TRACKED_CHANGE, said("ブックの変更履歴（共有ブック）"), text)
        found.say(said("ブックの変更履歴"), text)


def _whereabouts(package: Package, workbook: Element, found: Inventory) -> None:
    """Where it was saved, and where its figures come from."""
    for each in every(workbook, "absPath"):
        found.hide(Trace.PROPERTY, said("保存したフォルダーの場所"), get(each, "url"), usual=True)
        found.say(said("保存したフォルダーの場所"), get(each, "url"), said("プロパティ"))
    for part in package.names:
        if part == "xl/connections.xml":
            root = package.tree(part)
            for each in every(root, "connection") if root is not None else ():
                found.hide(
                    Trace.EXTERNAL_LINK, said("データ接続「{name}」", name=get(each, "name"))
                )
        elif part.startswith("xl/externallinks/") and part.endswith(".xml"):
            root = package.tree(part)
            kept = [get(e, "val") or all_text(e, "v") for e in every(root, "cell")] if root else []
            if kept:
                found.hide(
                    Trace.EXTERNAL_LINK, said("ほかのブックから写した値"), " ".join(kept[:8])
                )
                found.say(said("ほかのブックから写した値"), " ".join(kept))
