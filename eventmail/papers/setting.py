"""Type and pages: lines broken to a width, pages filled from the top, both without any PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase._cidfontdata import widthsByUnichar

MINCHO = "HeiseiMin-W3"
GOTHIC = "HeiseiKakuGo-W5"
A4 = (595.28, 841.89)
MARGIN = 48.0
FOOT = 30.0  # where the foot of a page stands
_FULL = 1000


class _Widths(dict[str, float]):
    """Of each letter in a font; what stands in none of its lists is as wide as a kanji."""

    def __missing__(self, char: str) -> float:
        return _FULL


_WIDTHS = {font: _Widths(widthsByUnichar[font]) for font in (MINCHO, GOTHIC)}
_MAY_NOT_BEGIN = frozenset(
    "、。，．・：；？！）」』】〕〉》］｝々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.)]}"
)


@dataclass(frozen=True, slots=True)
class Type:
    """A font, its size, and the height of a line set in it."""

    font: str
    size: float

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * 1.5

    def width(self, text: str) -> float:
        """How wide a text is in points."""
        total: float = sum(map(_WIDTHS[self.font].__getitem__, text))
        return total * self.size / _FULL


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text at its place, from the bottom left."""

    x: float
    y: float
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A frame, or a filled square of a QR code."""

    x: float
    y: float
    width: float
    height: float
    filled: bool = False


Mark = Text | Box


@dataclass(slots=True)
class Pages:
    """Pages that are filled from the top; what has no room begins the next page."""

    width: float = A4[0]
    height: float = A4[1]
    top: float = MARGIN
    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = 0.0

    def __post_init__(self) -> None:
        self.y = self.height - self.top

    def room(self, height: float) -> None:
        """Begin another page unless this much is free on this one."""
        if self.y - height < MARGIN and self.pages[-1]:
            self.pages.append([])
            self.y = self.height - self.top

    def put(self, mark: Mark) -> None:
        """Set something where it says, on this page."""
        self.pages[-1].append(mark)

    def lines(self, lines: Sequence[str], type: Type, x: float = MARGIN) -> None:
        """Set lines under each other, over as many pages as they need."""
        for line in lines:
            self.room(type.leading)
            self.y -= type.leading
            self.put(Text(x, self.y + type.size * 0.3, type, line))

    def space(self, height: float) -> None:
        """Leave a little free, but not at the top of a page."""
        if self.pages[-1]:
            self.y -= height


def fits(texts: Sequence[str], type: Type, width: float) -> list[bool]:
    """Whether each stands in one line: the same as asking :func:`broken`, of many at once."""
    widths, limit = _WIDTHS[type.font].__getitem__, width * _FULL / type.size
    letters = int(width // type.size)
    return [
        "\n" not in text and (len(text) <= letters or sum(map(widths, text)) <= limit)
        for text in texts
    ]


def broken(text: str, type: Type, width: float) -> list[str]:
    """The lines of a text, none wider than ``width``; every character stands in one of them."""
    if len(text) * type.size <= width and "\n" not in text:
        return [text]  # as nearly all cells of a list
    return [part for line in text.split("\n") for part in _broken(line, type, width)]


def _broken(line: str, type: Type, width: float) -> list[str]:
    if len(line) * type.size <= width:
        return [line]
    widths, limit = _WIDTHS[type.font], width * _FULL / type.size
    if sum(map(widths.__getitem__, line)) <= limit:
        return [line]
    found, start, taken = [], 0, 0.0
    for index, char in enumerate(line):
        wide = widths[char]
        if taken + wide > limit and index > start:
            end = _end(line, start, index)
            found.append(line[start:end])
            start, taken = end, sum(widths[each] for each in line[end:index])
        taken += wide
    return [*found, line[start:]]


def _end(line: str, start: int, index: int) -> int:
    """Where to break: what may not begin a line takes the character before it along."""
    end = index
    while line[end] in _MAY_NOT_BEGIN and end - 1 > start and index - end < 3:
        end -= 1
    return index if line[end] in _MAY_NOT_BEGIN else end
