"""A paper as values: titled sections of lines. The page and the PDF are both drawn from it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from eventmail.papers.characters import name_of, printable, replaced

REPLACED = "印刷できない文字について"
REPLACED_TEXT = (
    "次の文字は印刷用の書体にないため、番号（〔U+…〕）で表しています。"
    "実際の文字は、画面の「届くメール」で確かめてください。"
)


class Style(enum.StrEnum):
    """How a section is set."""

    STAMPS = "stamps"
    MODE = "mode"
    FACTS = "facts"
    LETTER = "letter"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a text, and the label beside it where it has one."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a paper; ``note`` stands under the title."""

    title: str
    lines: tuple[Line, ...]
    style: Style = Style.FACTS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is printed. ``foot`` stands on every page of the PDF, ``code`` in the QR."""

    title: str
    office: str
    sections: tuple[Section, ...]
    foot: str
    code: str

    def texts(self) -> Iterator[str]:
        """Every text in the order in which it is read."""
        yield from (self.title, self.office)
        for section in self.sections:
            yield from (section.title, section.note)
            for line in section.lines:
                yield from (line.label, line.text)


def as_printed(paper: Paper) -> Paper:
    """The paper in characters that can be printed, with a word about those that cannot."""
    sections = tuple(map(_printed, paper.sections))
    shown = replace(
        paper,
        title=printable(paper.title),
        office=printable(paper.office),
        sections=sections,
        foot=printable(paper.foot),
    )
    marks = replaced(shown.texts())
    if not marks:
        return shown
    lines = tuple(Line(name_of(mark), mark) for mark in marks)
    note = Section(REPLACED, lines, note=REPLACED_TEXT)
    return replace(shown, sections=(*sections, note))


def _printed(section: Section) -> Section:
    lines = tuple(Line(printable(each.text), printable(each.label)) for each in section.lines)
    return replace(section, title=printable(section.title), lines=lines)
