"""What of a workbook's styles a roster needs: the number format, and whether it is struck."""

from __future__ import annotations

from typing import NamedTuple

from eventmail.spreadsheet import limits, markup
from eventmail.spreadsheet.markup import local
from eventmail.spreadsheet.numbers import BUILT_IN, GENERAL
from eventmail.spreadsheet.refusal import unreadable


class Style(NamedTuple):
    """A cell's style."""

    code: str = GENERAL
    struck: bool = False


PLAIN = Style()


def is_on(attributes: dict[str, str]) -> bool:
    """Whether a switch such as ``<strike/>`` is on."""
    return attributes.get("val", "1") not in ("0", "false")


class Styles(markup.Quiet):
    """Listens to the part of styles."""

    def __init__(self) -> None:
        self._codes = dict(BUILT_IN)
        self._fonts: list[bool] = []
        self._inside: list[str] = []
        self._styles: list[Style] = []

    def get(self, index: int) -> Style:
        """The style of a cell's number of style; a plain one if the file has none of it."""
        return self._styles[index] if 0 <= index < len(self._styles) else PLAIN

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = local(name)
        above = self._inside[-1] if self._inside else ""
        self._inside.append(what)
        if what == "numFmt" and above == "numFmts":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", GENERAL)
        elif what == "font" and above == "fonts":
            self._fonts.append(False)
        elif what == "strike" and above == "font" and "fonts" in self._inside:
            self._fonts[-1] = is_on(attributes)
        elif what == "xf" and above == "cellXfs":
            self._styles.append(self._style(attributes))
        if len(self._styles) + len(self._fonts) + len(self._codes) > 3 * limits.MOST_STYLES:
            raise unreadable("bomb")

    def end(self, name: str) -> None:
        """An element ends."""
        self._inside.pop()

    def _style(self, attributes: dict[str, str]) -> Style:
        font = int(attributes.get("fontId", 0))
        struck = 0 <= font < len(self._fonts) and self._fonts[font]
        return Style(self._codes.get(int(attributes.get("numFmtId", 0)), GENERAL), struck)
