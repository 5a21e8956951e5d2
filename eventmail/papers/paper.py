"""A paper as values: titled sections of lines. The page and the PDF are both drawn from it."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eventmail.papers.characters import name_of, printable, replaced

REPLACED = "印刷できない文字について"
REPLACED_TEXT = (
    "次の文字は印刷用の書体にないため、番号（〔U+…〕）で表しています。"
    "実際の文字は、画面の「届くメール」で確かめてください。"
)
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"


class Style(enum.StrEnum):
    """How a section is set."""

    STAMPS = "stamps"
    MODE = "mode"
    FACTS = "facts"
    LETTER = "letter"
    CODE = "code"
    TEXT = "text"  # paragraphs
    NUMBERED = "numbered"  # (1), (2); below them ア, イ
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a text, and the label beside it where it has one. ``level``: how far in it is."""

    text: str
    label: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a paper; ``note`` stands under the title. ``rows``: a table, head first."""

    title: str
    lines: tuple[Line, ...]
    style: Style = Style.FACTS
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    def texts(self) -> Iterator[str]:
        """Every text in the order in which it is read."""
        yield from (self.title, self.note)
        for line in self.lines:
            yield from (line.label, line.text)
        for row in self.rows:
            yield from row


@dataclass(frozen=True, slots=True)
class Head:
    """What a paper that goes to others has around its parts: its day, to whom, opening, end."""

    date: str
    addressee: str
    opening: tuple[str, ...] = ()
    mark: str = "記"
    closing: str = "以上"


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is printed. ``foot`` stands on every page of the PDF, ``code`` in the QR.

    With a ``head`` it is a letter: day, addressee and office above the title.
    """

    title: str
    office: str
    sections: tuple[Section, ...]
    foot: str
    code: str
    head: Head | None = None

    def texts(self) -> Iterator[str]:
        """Every text in the order in which it is read."""
        if self.head is None:
            yield from (self.title, self.office)
        else:
            yield from (self.head.date, self.head.addressee, self.office, self.title)
            yield from (*self.head.opening, self.head.mark)
        for section in self.sections:
            yield from section.texts()
        if self.head is not None:
            yield self.head.closing


def as_printed(paper: Paper) -> Paper:
    """The paper in characters that can be printed, with a word about those that cannot."""
    sections = tuple(map(_printed, paper.sections))
    shown = replace(
        paper,
        title=printable(paper.title),
        office=printable(paper.office),
        sections=sections,
        foot=printable(paper.foot),
        head=paper.head and _printed_head(paper.head),
    )
    marks = replaced(shown.texts())
    if not marks:
        return shown
    lines = tuple(Line(name_of(mark), mark) for mark in marks)
    note = Section(REPLACED, lines, note=REPLACED_TEXT)
    return replace(shown, sections=(*sections, note))


def markers(lines: Sequence[Line]) -> list[str]:
    """What stands before each line of a numbered section: (1), and ア within it."""
    found, counts = [], [0, 0]
    for line in lines:
        level = min(line.level, 1)
        counts[level] += 1
        if not level:
            counts[1] = 0
        found.append(f"({counts[0]})" if not level else KANA[(counts[1] - 1) % len(KANA)])
    return found


def outline(lines: Sequence[Line]) -> list[tuple[str, list[str]]]:
    """The lines of a numbered section as the page nests them: each with those within it."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.level and found:
            found[-1][1].append(line.text)
        else:
            found.append((line.text, []))
    return found


def _printed(section: Section) -> Section:
    return replace(
        section,
        title=printable(section.title),
        note=printable(section.note),
        lines=tuple(
            replace(each, text=printable(each.text), label=printable(each.label))
            for each in section.lines
        ),
        rows=tuple(tuple(map(printable, row)) for row in section.rows),
    )


def _printed_head(head: Head) -> Head:
    return Head(
        printable(head.date),
        printable(head.addressee),
        tuple(map(printable, head.opening)),
        printable(head.mark),
        printable(head.closing),
    )
