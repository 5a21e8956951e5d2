"""A paper as a PDF, drawn line by line from the same values as the page.

The fonts are Adobe's standard Japanese ones, by name: nothing is embedded, every reader has them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, cast

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from eventmail.papers.characters import cells
from eventmail.papers.paper import Head, Line, Paper, Section, Style, markers
from eventmail.papers.setting import (
    A4,
    FOOT,
    GOTHIC,
    MARGIN,
    MINCHO,
    Box,
    Mark,
    Pages,
    Text,
    Type,
    broken,
)

HEAD, TITLE = Type(GOTHIC, 18), Type(GOTHIC, 12)
MODE, MEANS = Type(GOTHIC, 28), Type(GOTHIC, 13)
PLAIN, LABEL, NOTE = Type(MINCHO, 10.5), Type(GOTHIC, 9.5), Type(MINCHO, 9)
LETTER = Type(MINCHO, 10.5)
LABELS = 104.0
SEAL = 62.0  # the empty part of a stamp's box
MODULE = 2.4
STEP = 26.0  # how far a number's text stands in


def drawn(paper: Paper) -> BinaryIO:
    """The PDF in a temporary file, ready to be read."""
    pages = Pages()
    if paper.head is None:
        pages.lines(broken(paper.title, HEAD, _free(pages)), HEAD)
        pages.lines(broken(paper.office, PLAIN, _free(pages)), PLAIN)
    else:
        _head(pages, paper, paper.head)
    for section in paper.sections:
        _section(pages, section, paper.code)
    if paper.head is not None:
        _aside(pages, paper.head.closing, PLAIN)
    total = len(pages.pages)
    return written(pages.pages, paper.title, lambda number: f"{paper.foot}　{number}/{total}")


def _head(pages: Pages, paper: Paper, head: Head) -> None:
    _aside(pages, head.date, PLAIN)
    pages.lines(broken(head.addressee, PLAIN, _free(pages)), PLAIN)
    _aside(pages, paper.office, PLAIN)
    pages.space(12)
    _centred(pages, paper.title, HEAD)
    pages.space(6)
    for text in head.opening:
        pages.lines(broken(text, PLAIN, _free(pages)), PLAIN)
    pages.space(6)
    _centred(pages, head.mark, PLAIN)


def _centred(pages: Pages, text: str, type: Type) -> None:
    for line in broken(text, type, _free(pages)):
        pages.lines([line], type, MARGIN + (_free(pages) - type.width(line)) / 2)


def _aside(pages: Pages, text: str, type: Type) -> None:
    """Set a text at the right edge."""
    for line in broken(text, type, _free(pages)):
        pages.lines([line], type, MARGIN + _free(pages) - type.width(line))


def written(
    pages: Iterable[Iterable[Mark]],
    title: str,
    foot: Callable[[int], str],
    size: tuple[float, float] = A4,
) -> BinaryIO:
    """Set pages as a PDF, one after another; ``foot`` says what stands at the bottom of each."""
    for font in (MINCHO, GOTHIC):
        if font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(font))
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the response closes it
    canvas = Canvas(file, size, invariant=1, pageCompression=1, lang="ja")
    canvas.setTitle(title)
    for number, marks in enumerate(pages, start=1):
        _draw(canvas, marks)
        _draw(canvas, [Text(MARGIN, FOOT, NOTE, foot(number))])
        canvas.showPage()
    canvas.save()
    file.seek(0)
    return file


def _draw(canvas: Canvas, marks: Iterable[Mark]) -> None:
    for mark in marks:
        if isinstance(mark, Text):
            canvas.setFont(mark.type.font, mark.type.size)
            canvas.drawString(mark.x, mark.y, mark.text)
        else:
            canvas.rect(
                mark.x, mark.y, mark.width, mark.height, stroke=not mark.filled, fill=mark.filled
            )


def _free(pages: Pages) -> float:
    return pages.width - 2 * MARGIN


def _section(pages: Pages, section: Section, code: str) -> None:
    pages.space(12)
    pages.room(TITLE.leading + 3 * PLAIN.leading)
    pages.lines(broken(section.title, TITLE, _free(pages)), TITLE)
    if section.note:
        pages.lines(broken(section.note, NOTE, _free(pages)), NOTE)
    if section.style is Style.TABLE:
        _table(pages, section.rows)
    else:
        _SETTERS[section.style](pages, section.lines)
    if section.style is Style.CODE:
        _qr(pages, code)


def _facts(pages: Pages, lines: Sequence[Line]) -> None:
    for line in lines:
        labels = broken(line.label, LABEL, LABELS - 8) if line.label else []
        indent = LABELS if line.label else 0.0
        texts = broken(line.text, PLAIN, _free(pages) - indent)
        pages.room(max(len(labels) * LABEL.leading, PLAIN.leading) + 4)
        before, page = pages.y, len(pages.pages)
        pages.lines(labels, LABEL)
        after, pages.y = pages.y, before if page == len(pages.pages) else pages.y
        pages.lines(texts, PLAIN, MARGIN + indent)
        if page == len(pages.pages):
            pages.y = min(pages.y, after)
        pages.y -= 3


def _letter(pages: Pages, lines: Sequence[Line]) -> None:
    for line in lines:
        pages.lines(broken(line.text, LETTER, _free(pages)), LETTER)


def _numbered(pages: Pages, lines: Sequence[Line]) -> None:
    for marker, line in zip(markers(lines), lines, strict=True):
        start = STEP * (line.level + 1)
        texts = broken(line.text, PLAIN, _free(pages) - start)
        pages.room(PLAIN.leading)
        before = pages.y
        pages.lines([marker], PLAIN, MARGIN + start - STEP)
        pages.y = before
        pages.lines(texts, PLAIN, MARGIN + start)
        pages.y -= 3


def _table(pages: Pages, rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their longest cell asks for, within the page; the head on every page."""
    asked = [max(cells(each) for each in column) + 2 for column in zip(*rows, strict=True)]
    least = _free(pages) / len(asked) / 2
    shares = [least + (_free(pages) / 2) * each / sum(asked) for each in asked]
    head, *others = ([*zip(row, shares, strict=True)] for row in rows)
    _row(pages, _in_lines(head, LABEL), shares, LABEL)
    for row in others:
        texts = _in_lines(row, NOTE)
        page = len(pages.pages)
        pages.room(_height(texts, NOTE))
        if len(pages.pages) > page:
            _row(pages, _in_lines(head, LABEL), shares, LABEL)
        _row(pages, texts, shares, NOTE)


def _in_lines(row: Iterable[tuple[str, float]], type: Type) -> list[list[str]]:
    return [broken(each, type, width - 8) for each, width in row]


def _height(texts: Iterable[Sequence[str]], type: Type) -> float:
    return max(map(len, texts)) * type.leading + 4


def _row(pages: Pages, texts: Sequence[Sequence[str]], widths: Sequence[float], type: Type) -> None:
    height, x = _height(texts, type), MARGIN
    pages.room(height)
    for lines, width in zip(texts, widths, strict=True):
        pages.put(Box(x, pages.y - height, width, height))
        for number, text in enumerate(lines, start=1):
            y = pages.y - number * type.leading + type.size * 0.3
            pages.put(Text(x + 4, y, type, text))
        x += width
    pages.y -= height


def _mode(pages: Pages, lines: Sequence[Line]) -> None:
    chosen, *means = lines
    pages.lines(broken(chosen.text, MODE, _free(pages)), MODE)
    for line in means:
        pages.lines(broken(line.text, MEANS, _free(pages)), MEANS)


def _stamps(pages: Pages, lines: Sequence[Line]) -> None:
    """Boxes side by side: the role, room for the seal, the name and the time."""
    width = _free(pages) / len(lines)
    texts = [broken(each.text, NOTE, width - 8) if each.text else [] for each in lines]
    foot = max(map(len, texts)) * NOTE.leading + 4
    height = LABEL.leading + SEAL + foot
    pages.room(height)
    bottom = pages.y - height
    for index, (line, words) in enumerate(zip(lines, texts, strict=True)):
        x = MARGIN + index * width
        pages.put(Box(x, bottom, width, height))
        pages.put(Box(x, pages.y - LABEL.leading - 2, width, LABEL.leading + 2))
        pages.put(Text(x + 4, pages.y - LABEL.leading + 3, LABEL, line.label))
        for number, text in enumerate(words):
            y = bottom + foot - (number + 1) * NOTE.leading + 2
            pages.put(Text(x + 4, y, NOTE, text))
    pages.y = bottom


def _qr(pages: Pages, code: str) -> None:
    rows = matrix(code)
    side = len(rows) * MODULE
    pages.space(6)
    pages.room(side)
    pages.y -= side
    for down, row in enumerate(rows):
        y = pages.y + (len(rows) - 1 - down) * MODULE
        for start, end in runs(row):
            pages.put(Box(MARGIN + start * MODULE, y, (end - start) * MODULE, MODULE, filled=True))


def matrix(code: str) -> list[list[bool]]:
    """The QR code's modules, dark ones true, with the quiet zone that readers need."""
    made = segno.make_qr(code, error="m")
    return [[bool(module) for module in row] for row in made.matrix_iter(border=4)]


def runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """The dark stretches of a row: from where to where."""
    edges = [i for i in range(len(row) + 1) if (i and row[i - 1]) != (i < len(row) and row[i])]
    return list(zip(edges[::2], edges[1::2], strict=True))


_SETTERS = {
    Style.STAMPS: _stamps,
    Style.MODE: _mode,
    Style.FACTS: _facts,
    Style.LETTER: _letter,
    Style.CODE: _facts,
    Style.TEXT: _letter,
    Style.NUMBERED: _numbered,
}
