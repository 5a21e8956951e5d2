"""Text that a PDF's page holds and does not show: asked of the page as it is painted.

Where the picture of a page is all of one colour inside a letter's box, nothing of the letter can
be seen. It is told only with its reason: something painted later lies over it, it has the colour
of its background, or it stands beside the page. A letter that our machine has no font for is no
such case, nor what a machine has read off a scan and put under it as text that is not painted.
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
from pypdfium2 import raw

SCALE = 2.0  # pixels a point
LARGEST = 2_400  # pixels along a side
ALIKE = 6  # steps of 256 in which one colour may differ
NEAR = 24  # steps of 256 between a letter and a background that look the same
FEWEST = 2  # letters in a row; one alone may be a sign that a font does not paint
FEWEST_DIGITS = 3
_NOT_PAINTED = 3  # the mode of text that is there for searching only (ISO 32000-1, 9.3.6)
_COVERING = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)
_COVERING_NOTES = (
    raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_INK,
    raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_LINE,
    raw.FPDF_ANNOT_REDACT, raw.FPDF_ANNOT_STRIKEOUT,
)  # fmt: skip
Box = tuple[float, float, float, float]  # left, bottom, right, top, in points
Colour = tuple[int, ...]


class Unseen(enum.StrEnum):
    """Why a letter cannot be seen."""

    COVERED = "covered"
    COLOUR = "colour"
    BESIDE = "beside"
    NOT_PAINTED = "not_painted"


@dataclass(frozen=True, slots=True)
class _Cover:
    """A thing that is painted; ``order`` counts in the order of painting, notes come last."""

    order: float
    box: Box
    colour: Colour | None

    def hides(self, order: float, x: float, y: float, seen: Colour) -> bool:
        """Whether it lies over that point, and is what can be seen there."""
        left, bottom, right, top = self.box
        over = left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1
        return self.order > order and over and (self.colour is None or _near(self.colour, seen))


@dataclass(frozen=True, slots=True)
class Sighted:
    """The runs of letters of a page that cannot be seen, each with the reason.

    ``shown`` is what all texts say of which at least a part lies on the paper: a wide table is
    printed on several pages, and each holds the same text and shows a part of it.
    """

    unseen: list[tuple[Unseen, str]]
    shown: str


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter, the text object it belongs to, and why it cannot be seen."""

    sign: str
    owner: int
    reason: Unseen | None


def sighted(page: pypdfium2.PdfPage, layer: pypdfium2.PdfTextPage) -> Sighted:
    """Which letters of a page cannot be seen."""
    sight = _Sight(page, layer)
    letters = [_Letter(sign, sight.owner(at), sight.of(at)) for at, sign in _letters(layer)]
    on_paper = {each.owner for each in letters if each.reason is not Unseen.BESIDE}
    drawn_again = _texts_in_sight(letters)
    runs: list[tuple[Unseen, str]] = []
    for reason, run in groupby(letters, key=lambda each: _reason(each, on_paper)):
        pieces = list(run)
        if reason is not None and _says_something(pieces) and not _is_in(pieces, drawn_again):
            runs.append((reason, _joined(pieces)))
    return Sighted(runs, _joined(each for each in letters if each.owner in on_paper))


def _reason(letter: _Letter, on_paper: set[int]) -> Unseen | None:
    """A text that begins on the paper may run over its edge."""
    is_edge = letter.reason is Unseen.BESIDE and letter.owner in on_paper
    return None if is_edge else letter.reason


def _joined(letters: Iterable[_Letter]) -> str:
    return "".join(each.sign for each in letters)


def _says_something(letters: list[_Letter]) -> bool:
    text = _joined(letters)
    return len(text) >= (FEWEST_DIGITS if text.isdigit() else FEWEST)


def _texts_in_sight(letters: list[_Letter]) -> frozenset[str]:
    """The texts that can be seen whole."""
    by_owner = groupby(letters, key=lambda each: each.owner)
    whole = (list(run) for _, run in by_owner)
    return frozenset(_joined(run) for run in whole if all(each.reason is None for each in run))


def _is_in(letters: list[_Letter], texts: frozenset[str]) -> bool:
    """Whether the same texts were drawn again where they can be seen, as programs do with charts.

    Single letters prove nothing: some programs write each of them on its own.
    """
    pieces = [_joined(run) for _, run in groupby(letters, key=lambda each: each.owner)]
    longer = sum(len(each) > 1 for each in pieces)
    return all(each in texts for each in pieces) and longer * 2 >= len(pieces)


def _letters(layer: pypdfium2.PdfTextPage) -> Iterator[tuple[int, str]]:
    for index in range(layer.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(layer, index) & 0x1FFFFF)
        if letter.isalnum():
            yield index, letter


class _Sight:
    """One page as it is painted, and what is painted on it in which order."""

    def __init__(self, page: pypdfium2.PdfPage, layer: pypdfium2.PdfTextPage) -> None:
        self._page, self._layer = page, layer
        scale = min(SCALE, LARGEST / max(*page.get_size(), 1))
        self._picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
        self._orders: dict[int, int] = {}
        self._covers: list[_Cover] = []
        self._pictures = 0
        for order, each in enumerate(page.get_objects(max_depth=8)):
            if each.type == raw.FPDF_PAGEOBJ_TEXT:
                self._orders[_address(each.raw)] = order
            elif each.type in _COVERING:
                self._pictures += each.type == raw.FPDF_PAGEOBJ_IMAGE
                is_path = each.type == raw.FPDF_PAGEOBJ_PATH
                colour = _fill(each.raw) if is_path else None
                self._covers.append(_Cover(order, _on_page(each), colour))
        self._covers += _covering_notes(page)

    def of(self, index: int) -> Unseen | None:
        """Why the letter cannot be seen; None if it can, or may."""
        left, bottom, right, top = box = self._layer.get_charbox(index)
        if right <= left or top <= bottom:
            return None  # a letter without an extent is no letter
        area = self._area(box)
        if area is None:
            return Unseen.BESIDE
        extremes = self._picture.crop(area).getextrema()
        if any(high - low > ALIKE for low, high in extremes):
            return None
        seen = tuple(low for low, _ in extremes)
        text = raw.FPDFText_GetTextObject(self._layer, index)
        order = self._orders.get(_address(text), -1)
        x, y = (left + right) / 2, (bottom + top) / 2
        if any(each.hides(order, x, y, seen) for each in self._covers):
            return Unseen.COVERED
        return self._by_its_look(text, seen) if text else None

    def owner(self, index: int) -> int:
        """Names the text that a letter belongs to."""
        return _address(raw.FPDFText_GetTextObject(self._layer, index))

    def _by_its_look(self, text: raw.FPDF_PAGEOBJECT, seen: Colour) -> Unseen | None:
        if raw.FPDFTextObj_GetTextRenderMode(text) == _NOT_PAINTED:
            return None if self._pictures else Unseen.NOT_PAINTED
        colour = _fill(text)
        return Unseen.COLOUR if colour is not None and _near(colour, seen) else None

    def _area(self, box: Box) -> tuple[int, int, int, int] | None:
        """A letter's box on the picture; None if it lies beside it."""
        left, bottom, right, top = box
        (x1, y1), (x2, y2) = self._point(left, top), self._point(right, bottom)
        width, height = self._picture.size
        area = (
            max(min(x1, x2), 0),
            max(min(y1, y2), 0),
            min(max(x1, x2) + 1, width),
            min(max(y1, y2) + 1, height),
        )
        return area if area[0] < area[2] and area[1] < area[3] else None

    def _point(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        size = self._picture.size
        raw.FPDF_PageToDevice(self._page, 0, 0, *size, 0, x, y, across, down)
        return across.value, down.value


def _fill(thing: raw.FPDF_PAGEOBJECT) -> Colour | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(thing, *parts):
        return None
    return tuple(each.value for each in parts[:3])


def _on_page(thing: pypdfium2.PdfObject) -> Box:
    """Where it lies on the page: what is in a form is told in the form's own measure."""
    box, around = thing.get_bounds(), thing.container
    while around is not None:
        box, around = around.get_matrix().on_rect(*box), around.container
    return tuple(box)


def _near(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def _address(pointer: object) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _covering_notes(page: pypdfium2.PdfPage) -> Iterator[_Cover]:
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        area = raw.FS_RECTF()
        covers = raw.FPDFAnnot_GetSubtype(note) in _COVERING_NOTES
        covers = covers and bool(raw.FPDFAnnot_GetRect(note, area))
        raw.FPDFPage_CloseAnnot(note)
        if covers:
            across, down = sorted((area.left, area.right)), sorted((area.bottom, area.top))
            yield _Cover(float("inf"), (across[0], down[0], across[1], down[1]), None)
