"""Text that a PDF's page holds and does not show: asked of the page as it is painted.

Where the picture of a page is all of one colour inside a letter's box, the letter cannot be seen:
something lies over it, it has the colour of its background, or it stands on a layer that is off.
What a machine has read off a scanned page lies under the scan as invisible text on purpose, and
its boxes are not of one colour.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from PIL import Image
from pypdfium2 import raw

SCALE = 2.0  # pixels a point
LARGEST = 2_400  # pixels along a side
ALIKE = 6  # steps of 256 in which one colour may differ
FEWEST = 2  # letters in a row; one alone may be a sign that a font does not paint
INVISIBLE = 3  # the mode of text that is not painted (ISO 32000-1, 9.3.6)
_PAINTS = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)


@dataclass(frozen=True, slots=True)
class _Cover:
    """A thing that is painted, in the order of painting."""

    order: int
    box: tuple[float, float, float, float]


def unseen_texts(
    page: pypdfium2.PdfPage, layer: pypdfium2.PdfTextPage
) -> Iterator[tuple[bool, str]]:
    """The runs of letters that cannot be seen, each with whether something lies over it."""
    scale = min(SCALE, LARGEST / max(*page.get_size(), 1))
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    things = _Things(page)
    run: list[tuple[str, bool]] = []
    for index in range(layer.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(layer, index) & 0x1FFFFF)
        if letter.isspace() or not letter.isprintable():
            continue
        box = layer.get_charbox(index)
        if letter.isalnum() and _is_blank(page, picture, box):
            run.append((letter, things.covers(layer, index, box)))
        elif letter.isalnum() or not run:
            yield from _told(run)
            run = []
        else:
            run.append((letter, run[-1][1]))  # a full stop between letters has no own say
    yield from _told(run)


def _told(run: list[tuple[str, bool]]) -> Iterator[tuple[bool, str]]:
    if sum(letter.isalnum() for letter, _ in run) >= FEWEST:
        covered = sum(is_covered for _, is_covered in run) * 2 > len(run)
        yield covered, "".join(letter for letter, _ in run)


def _is_blank(
    page: pypdfium2.PdfPage, picture: Image.Image, box: tuple[float, float, float, float]
) -> bool:
    """Whether the picture is of one colour where the letter stands, or ends before it."""
    left, bottom, right, top = box
    if right <= left or top <= bottom:
        return False  # a letter without an extent is no letter
    corners = [_on_picture(page, picture, *each) for each in ((left, top), (right, bottom))]
    (x1, y1), (x2, y2) = corners
    area = (min(x1, x2), min(y1, y2), max(x1, x2) + 1, max(y1, y2) + 1)
    width, height = picture.size
    if area[2] <= 0 or area[3] <= 0 or area[0] >= width or area[1] >= height:
        return True
    inside = (max(area[0], 0), max(area[1], 0), min(area[2], width), min(area[3], height))
    if inside[2] - inside[0] < 2 or inside[3] - inside[1] < 2:
        return False
    extremes = picture.crop(inside).getextrema()
    return all(high - low <= ALIKE for low, high in extremes)  # type: ignore[misc]


def _on_picture(
    page: pypdfium2.PdfPage, picture: Image.Image, x: float, y: float
) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *picture.size, 0, x, y, across, down)
    return across.value, down.value


class _Things:
    """What is painted on a page and in which order, to tell what lies over a letter."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._covers: list[_Cover] = []
        self._texts: dict[int, int] = {}
        for order, each in enumerate(page.get_objects(max_depth=8)):
            if each.type == raw.FPDF_PAGEOBJ_TEXT:
                self._texts[_address(each.raw)] = order
            elif each.type in _PAINTS:
                self._covers.append(_Cover(order, each.get_bounds()))
        self._notes = list(_covering_notes(page))

    def covers(
        self, layer: pypdfium2.PdfTextPage, index: int, box: tuple[float, float, float, float]
    ) -> bool:
        """Whether something painted later, or a note, lies over the letter."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        text = raw.FPDFText_GetTextObject(layer, index)
        order = self._texts.get(_address(text), -1) if text else -1
        later = (each.box for each in self._covers if each.order > order)
        return any(_holds(each, x, y) for each in (*self._notes, *later))


def _address(pointer: object) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _holds(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


def _covering_notes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        area = raw.FS_RECTF()
        raw.FPDFAnnot_GetRect(note, area)
        raw.FPDFPage_CloseAnnot(note)
        yield (
            min(area.left, area.right),
            min(area.bottom, area.top),
            max(area.left, area.right),
            max(area.bottom, area.top),
        )
