"""A workbook's texts: runs put together, phonetic guides left out, struck runs noticed."""

from __future__ import annotations

import re

from eventmail.spreadsheet import limits, markup
from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.excel_styles import is_on
from eventmail.spreadsheet.markup import local

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Text:
    """One text in the making, in a shared string as in a cell of its own."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._listening = False
        self._phonetic = False
        self._run_struck = False
        self._struck = False

    def start(self, what: str, attributes: dict[str, str]) -> None:
        """An element inside the text begins."""
        if what == "t":
            self._listening = not self._phonetic
        elif what == "r":
            self._run_struck = False
        elif what == "strike":
            self._run_struck = is_on(attributes)
        elif what == "rPh":
            self._phonetic = True

    def end(self, what: str) -> None:
        """An element inside the text ends."""
        if what == "t":
            self._listening = False
        elif what == "r":
            self._run_struck = False
        elif what == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        """A piece of it."""
        if self._listening:
            self._parts.append(text)
            if self._run_struck and text.strip():
                self._struck = True

    def cell(self) -> Cell:
        """The whole."""
        return Cell(unescaped("".join(self._parts))[: limits.LONGEST_CELL], "", self._struck)


def unescaped(text: str) -> str:
    """Excel writes what XML cannot hold as ``_x000D_``, and such a text itself as ``_x005F_x``."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


class SharedStrings(markup.Quiet):
    """Listens to the part of shared strings."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self._text = Text()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = local(name)
        if what == "si":
            self._text = Text()
        else:
            self._text.start(what, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        what = local(name)
        if what == "si":
            self.cells.append(self._text.cell())
        else:
            self._text.end(what)

    def text(self, text: str) -> None:
        """A piece of text."""
        self._text.text(text)
