"""Which of a workbook's cell styles show nothing: white on white, or the format ``;;;``."""

from __future__ import annotations

from eventmail.spreadsheet import markup
from eventmail.spreadsheet.excel_styles import Styles
from eventmail.spreadsheet.markup import local

_WHITE = frozenset(("FFFFFFFF", "00FFFFFF", "FFFFFF"))
_WHITE_INDEXES = ("1", "9")
_BACKGROUND_THEME = "0"


class Looks(markup.Quiet):
    """Listens to the part of styles; :attr:`styles` holds the number formats."""

    def __init__(self) -> None:
        self.styles = Styles()
        self._inside: list[str] = []
        self._white_fonts: list[bool] = []
        self._filled: list[bool] = []
        self._cells: list[tuple[int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.styles.start(name, attributes)
        what, above = local(name), self._inside[-1] if self._inside else ""
        if what == "font" and above == "fonts":
            self._white_fonts.append(False)
        elif what == "color" and above == "font" and "fonts" in self._inside:
            self._white_fonts[-1] = _is_white(attributes)
        elif what == "fill" and above == "fills":
            self._filled.append(False)
        elif what == "patternFill" and "fills" in self._inside:
            self._filled[-1] = attributes.get("patternType", "none") != "none"
        elif what == "gradientFill" and "fills" in self._inside:
            self._filled[-1] = True
        elif what == "fgColor" and "fills" in self._inside and _is_white(attributes):
            self._filled[-1] = False
        elif what == "xf" and above == "cellXfs":
            fill = int(attributes.get("fillId", 0))
            self._cells.append((int(attributes.get("fontId", 0)), fill))
        self._inside.append(what)

    def end(self, name: str) -> None:
        """An element ends."""
        self.styles.end(name)
        self._inside.pop()

    def unseen(self, style: int, is_number: bool) -> bool:
        """Whether a cell of that style shows nothing of its value."""
        if not 0 <= style < len(self._cells):
            return False
        code = self.styles.get(style).code.replace(" ", "")
        if code.startswith(";;;") or (is_number and code == ";;"):
            return True
        font, fill = self._cells[style]
        white = font < len(self._white_fonts) and self._white_fonts[font]
        return white and not (fill < len(self._filled) and self._filled[fill])


def _is_white(attributes: dict[str, str]) -> bool:
    if float(attributes.get("tint", 0)) < 0:
        return False
    return (
        attributes.get("rgb", "").upper() in _WHITE
        or attributes.get("indexed") in _WHITE_INDEXES
        or attributes.get("theme") == _BACKGROUND_THEME
    )
