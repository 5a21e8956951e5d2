"""確認用宛先一覧: the recipients to be ticked off on paper, sheet by sheet.

Which rows stand on which sheet is worked out once, for the page and the PDF alike. Rows are broken
into lines twice, first to fill the sheets and then to draw them, so that 10,000 are never held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from eventmail.papers.characters import as_printed_already, printable, replaced
from eventmail.papers.pdf import written
from eventmail.papers.setting import A4, GOTHIC, MINCHO, Box, Mark, Text, Type, broken, fits

TITLE = "確認用宛先一覧"
CARE = "取扱注意"
SHRED = "個人情報です。確認後は細断してください。"
UNDRAWN = "〔U+…〕は、印刷用の書体にない文字の番号です。"
COLUMNS = {
    "番号": 40.0,
    "事業所名": 180.0,
    "部署": 110.0,
    "役職": 76.0,
    "担当者名": 96.0,
    "メールアドレス": 196.0,
    "確認": 40.0,
}
BIG, BOLD, PLAIN = Type(GOTHIC, 16), Type(GOTHIC, 9), Type(MINCHO, 9)
WIDTH, HEIGHT = A4[1], A4[0]
SIDE = (WIDTH - sum(COLUMNS.values())) / 2
PAD, LINE = 4.0, 12.0
TOP, BOTTOM = 40.0, 48.0
_INNER = [width - 2 * PAD for width in COLUMNS.values()]

VOLUME = 10_000  # rows in one file: about 360 sheets, made in two seconds

Row = tuple[str, ...]  # as in COLUMNS, less the box to tick


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on every sheet: of which mailing and version, and who printed it when."""

    event: str
    version: str
    total: int
    printed: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines under the title."""
        of = f"{printable(self.event)}　{self.version}　全{self.total:,}件"
        return of, f"印刷：{printable(self.printed)}　{SHRED}"

    @property
    def broken(self) -> list[str]:
        """The same as they are set: an event's name may be longer than a line."""
        width = WIDTH - 2 * SIDE
        return [part for line in self.lines for part in broken(line, PLAIN, width)]

    @property
    def first_row(self) -> float:
        """Where the rows begin, from the bottom."""
        return HEIGHT - TOP - len(self.broken) * (LINE + 1) - 2 * PAD - LINE


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet's rows; ``number`` of ``of``, ``before`` rows stand on the sheets before it."""

    number: int
    of: int
    before: int
    total: int
    rows: Sequence[Row]

    @property
    def foot(self) -> str:
        """The subtotals."""
        count, end = len(self.rows), self.before + len(self.rows)
        rows = f"{self.before + 1:,}〜{end:,}番" if count else "0件"
        said = f"このページ {count:,}件（{rows}）　ここまで {end:,}件　全{self.total:,}件"
        note = f"　{UNDRAWN}" if replaced(cell for row in self.rows for cell in row) else ""
        return f"{CARE}　{said}　{self.number}/{self.of}ページ{note}"


def volumes(total: int) -> int:
    """In how many files so many rows come."""
    return max(1, -(-total // VOLUME))


def rows_of(values: Iterable[Sequence[str]], first: int = 1) -> list[Row]:
    """Company, department, title, name and address of each, numbered from ``first``, printable."""
    columns = [_printable(column) for column in zip(*values, strict=True)]
    count = len(columns[0]) if columns else 0
    numbers = [f"{number:,}" for number in range(first, first + count)]
    return list(zip(numbers, *columns, strict=True))


def _printable(column: Sequence[str]) -> Sequence[str]:
    if as_printed_already(column):  # no break is among these: each is one line
        return column
    return [printable(" ".join(each.splitlines())) for each in column]


def sheets(rows: Sequence[Row], head: Head, before: int = 0) -> list[Sheet]:
    """The rows by sheets, as many on each as have room; ``before`` stand in earlier volumes."""
    room = head.first_row - BOTTOM
    starts, free = [0], room
    for index, height in enumerate(_heights(rows)):
        if height > free and index > starts[-1]:
            starts.append(index)
            free = room
        free -= height
    parts = zip(starts, [*starts[1:], len(rows)], strict=True)
    return [
        Sheet(number, len(starts), before + start, head.total, rows[start:end])
        for number, (start, end) in enumerate(parts, start=1)
    ]


def drawn(head: Head, found: Sequence[Sheet]) -> BinaryIO:
    """The list as a PDF in a temporary file; each sheet is made when it is its turn."""
    pages = (marks(head, each) for each in found)
    return written(pages, TITLE, lambda number: found[number - 1].foot, (WIDTH, HEIGHT))


def marks(head: Head, sheet: Sheet) -> Iterator[Mark]:
    """What is drawn on one sheet, above its foot."""
    yield Text(SIDE, HEIGHT - TOP, BIG, f"{CARE}　{TITLE}")
    for number, line in enumerate(head.broken, start=1):
        yield Text(SIDE, HEIGHT - TOP - 2 - number * (LINE + 1), PLAIN, line)
    y = head.first_row
    top = y + LINE + PAD
    yield from _row([[name] for name in COLUMNS], top, BOLD)
    for row in sheet.rows:
        lines = [broken(cell, PLAIN, width) for cell, width in zip(row, _INNER, strict=False)]
        yield from _row(lines, y, PLAIN)
        y -= _lines_height(lines)
    x = SIDE
    for width in COLUMNS.values():  # one frame a column and one a row, not one a cell
        yield Box(x, y, width, top - y)
        x += width


def _row(cells: Sequence[Sequence[str]], top: float, type: Type) -> Iterator[Mark]:
    height = _lines_height(cells)
    yield Box(SIDE, top - height, WIDTH - 2 * SIDE, height)
    x = SIDE
    for lines, width in zip(cells, COLUMNS.values(), strict=False):
        for number, line in enumerate(lines, start=1):
            if line:
                yield Text(x + PAD, top - number * LINE, type, line)
        x += width


def _heights(rows: Sequence[Row]) -> list[float]:
    """Of each row; only what has no room in one line is broken to see."""
    lines = [1] * len(rows)
    for cells, width in zip(zip(*rows, strict=True), _INNER, strict=False):
        for index, fit in enumerate(fits(cells, PLAIN, width)):
            if not fit:
                lines[index] = max(lines[index], len(broken(cells[index], PLAIN, width)))
    return [count * LINE + PAD for count in lines]


def _lines_height(cells: Sequence[Sequence[str]]) -> float:
    return max(map(len, cells)) * LINE + PAD
