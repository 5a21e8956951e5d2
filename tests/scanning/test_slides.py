"""What a presentation hides, and the nearest one with nothing to hide."""

from __future__ import annotations

import pytest

from eventmail.scanning.report import Trace
from eventmail.scanning.scanner import look
from tests.scanning.office import A, Beside, P, Parts, shape, slide, slides

ORDINARY = slide(shape("会場のご案内"))
SECRET = "みなと電機は辞退の見込み"
COMMENTS = f'<p:cmLst xmlns:p="{P}"><p:cm authorId="0"><p:text>{SECRET}</p:text></p:cm></p:cmLst>'
THREAD = (
    f'<p188:cmLst xmlns:p188="u" xmlns:a="{A}"><p188:cm><p188:txBody><a:p><a:r><a:t>{SECRET}</a:t>'
    "</a:r></a:p></p188:txBody></p188:cm></p188:cmLst>"
)


def beside(kind: str, name: str, content: str) -> bytes:
    parts: Parts = {f"ppt/{name}": content}
    around: dict[int, Beside] = {1: ((kind, f"../{name}"),)}
    return slides(ORDINARY, parts=parts, beside=around)


def notes(*shapes: str) -> bytes:
    return beside("notesSlide", "notesSlides/notesSlide1.xml", slide(*shapes, kind="notes"))


FIRES: dict[str, tuple[bytes, Trace, str]] = {
    "hidden slide": (
        slides(ORDINARY, slide(shape(SECRET), show=False)),
        Trace.HIDDEN_SLIDE,
        "2枚目のスライド",
    ),
    "a slide that no list names": (
        slides(ORDINARY, parts={"ppt/slides/slide9.xml": slide(shape(SECRET))}),
        Trace.HIDDEN_SLIDE,
        "使われていないスライド「slide9.xml」",
    ),
    "notes": (notes(shape(SECRET)), Trace.NOTES, "1枚目のスライドのノート"),
    "comment": (
        beside("comments", "comments/comment1.xml", COMMENTS),
        Trace.COMMENT,
        "1枚目のスライドのコメント",
    ),
    "threaded comment": (
        beside("comments", "comments/modernComment_1.xml", THREAD),
        Trace.COMMENT,
        "1枚目のスライドのコメント",
    ),
    "hidden shape": (
        slides(slide(shape(SECRET, hidden=True))),
        Trace.HIDDEN_TEXT,
        "1枚目のスライドの非表示の図形「枠」",
    ),
    "shape beside the slide": (
        slides(slide(shape(SECRET, x=9500))),
        Trace.HIDDEN_TEXT,
        "1枚目のスライドの枠の外の図形「枠」",
    ),
}
STAYS_QUIET: dict[str, bytes] = {
    "ordinary slides": slides(ORDINARY, ORDINARY),
    "notes with a slide number only": notes(shape("1", place="sldNum")),
    "a shape that hangs over the edge": slides(slide(shape("案内", x=9000))),
    "a shape in a group": slides(slide(f"<p:grpSp>{shape('案内', x=9500)}</p:grpSp>")),
    "an empty shape beside the slide": slides(slide(shape("", x=9500))),
}


@pytest.mark.parametrize(("content", "what", "where"), FIRES.values(), ids=FIRES)
def test_what_is_hidden_is_found(content: bytes, what: Trace, where: str) -> None:
    scan = look(content, "説明.pptx")
    assert (what, where) in {(each.what, each.where) for each in scan.hidden}
    assert any(SECRET in each.text for each in scan.passages)
    assert not scan.unscannable


@pytest.mark.parametrize("content", STAYS_QUIET.values(), ids=STAYS_QUIET)
def test_nothing_hidden_is_nothing_found(content: bytes) -> None:
    scan = look(content, "説明.pptx")
    assert not scan.unscannable
    assert scan.hidden == ()


def test_the_pages_of_a_presentation_are_its_slides() -> None:
    scan = look(slides(ORDINARY, slide(shape("あ"), show=False)), "説明.pptx")
    assert (scan.kind, scan.pages) == ("pptx", 2)
