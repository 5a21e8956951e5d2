"""Pages as pictures: what is painted, and nothing that came along with it."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from eventmail.scanning import picturing
from eventmail.scanning.picturing import NoPicture, page_as_png
from tests.scanning.pdfs import bar, drawn, says
from tests.scanning.test_scanner import taken_at
from tests.wire.files import pdf


def opened(content: bytes, number: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(page_as_png(content, number)))


def darkest(picture: Image.Image) -> int:
    return min(picture.convert("L").tobytes())


def field(canvas: Canvas) -> None:
    canvas.acroForm.textfield(name="name", value="X" * 20, x=72, y=700, borderWidth=0)


@pytest.mark.parametrize(
    ("content", "is_dark"),
    [
        (drawn(bar()), True),
        (drawn(lambda canvas: None), False),
        (drawn(field), True),
    ],
    ids=["a bar", "nothing", "a form's field"],
)
def test_what_is_on_a_page_is_painted(content: bytes, is_dark: bool) -> None:
    assert (darkest(opened(content)) < 128) is is_dark


def test_each_page_has_its_own_picture() -> None:
    content = drawn(bar(), lambda canvas: None)
    assert darkest(opened(content, 1)) < darkest(opened(content, 2))


def test_a_picture_comes_without_what_it_tells_of_its_place() -> None:
    picture = opened(taken_at(place=True))
    assert picture.format == "PNG"
    assert not picture.getexif()


def test_a_picture_is_painted_once_and_the_oldest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []

    def paint(_: bytes, number: int) -> bytes:
        made.append(number)
        return b"x" * 10

    monkeypatch.setattr(picturing, "_paint", paint)
    monkeypatch.setattr(picturing, "_painted", {})
    monkeypatch.setattr(picturing, "MOST_REMEMBERED", 25)
    for number in (1, 1, 2, 2, 3, 1):
        assert page_as_png(b"a file", number) == b"x" * 10
    assert made == [1, 2, 3, 1]


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"%PDF-1.7\nbroken", 1),
        (pdf("a", locked=True), 1),
        (drawn(says("a")), 2),
        (b"no picture", 1),
    ],
    ids=["a broken file", "a locked file", "no such page", "no picture"],
)
def test_what_cannot_be_painted_is_no_picture(content: bytes, number: int) -> None:
    with pytest.raises(NoPicture):
        page_as_png(content, number)
