"""Every character that a paper prints shows ink; every other is written as its number."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest

from eventmail.papers.characters import cells, is_drawn, name_of, printable, replaced
from eventmail.papers.pdf import written
from eventmail.papers.setting import GOTHIC, MINCHO, Text, Type, broken

STEP, COLUMNS, ROWS = 22, 25, 36
PRINTED = {
    "names": ("髙﨑①㈱", "髙﨑①㈱"),
    "a tab goes to the next eighth column": ("会場\t大", "会場    大"),
    "a tab at a column goes to the one after": ("12345678\tx", "12345678        x"),
    "tabs begin anew with each line": ("a\tb\nあ\tb", "a       b\nあ      b"),
    "kana written in two pieces": ("か\u3099ハ\u309a", "がパ"),
    "a kanji of two units": ("𠮷野家", "〔U+20BB7〕野家"),
    "an emoji": ("😀", "〔U+1F600〕"),
    "what nobody sees": ("a\u200bb\u202e", "a〔U+200B〕b〔U+202E〕"),
    "a control character": ("\x07", "〔U+0007〕"),
    "a space that is none": ("a\u00a0b", "a〔U+00A0〕b"),
    "a variant of a kanji": ("葛\U000e0101", "葛〔U+E0101〕"),
    "a private character": ("\ue000", "〔U+E000〕"),
    "another kanji than ours": ("汉", "〔U+6C49〕"),
    "line ends": ("a\r\nb\rc\n", "a\nb\nc\n"),
    "full-width space": ("　a　", "　a　"),
}


@pytest.mark.parametrize(("text", "shown"), PRINTED.values(), ids=PRINTED)
def test_it_is_printed_as(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize("font", [MINCHO, GOTHIC])
def test_whatever_counts_as_drawn_leaves_ink(font: str) -> None:
    chars = [chr(code) for code in range(0x21, 0x30000) if is_drawn(chr(code))]
    chars.remove("\u3000")
    assert len(chars) > 13_000
    document = pypdfium2.PdfDocument(written(_grid(chars, font), "", lambda _: "").read())
    pictures = [page.render(grayscale=True).to_pil() for page in document]
    assert [char for index, char in enumerate(chars) if not _ink(pictures, index)] == []


def _grid(chars: list[str], font: str) -> list[list[Text]]:
    pages: list[list[Text]] = [[] for _ in range(-(-len(chars) // (COLUMNS * ROWS)))]
    for index, char in enumerate(chars):
        at = index % (COLUMNS * ROWS)
        x, y = 20 + STEP * (at % COLUMNS), 800 - STEP * (at // COLUMNS)
        pages[index // (COLUMNS * ROWS)].append(Text(x, y, Type(font, 14), char))
    return pages


def _ink(pictures: list[object], index: int) -> bool:
    at = index % (COLUMNS * ROWS)
    picture = pictures[index // (COLUMNS * ROWS)]
    x, top = 20 + STEP * (at % COLUMNS), 842 - (800 - STEP * (at // COLUMNS))
    box = picture.crop((x - 4, top - 17, x + 18, top + 5))  # type: ignore[attr-defined]
    return bool(box.getextrema()[0] < 250)


def test_the_marks_are_found_once_each_and_named() -> None:
    marks = replaced([printable("😀a😀"), printable("\x07"), "〔U+FFFFFF〕"])
    assert marks == ("〔U+1F600〕", "〔U+0007〕")
    assert [name_of(each) for each in marks] == ["GRINNING FACE", "名前のない文字"]


def test_a_kanji_is_as_wide_as_two_letters() -> None:
    assert cells("aあｱ①") == 6


class TestBreaking:
    """Lines are broken to a width; nothing is lost, nothing sticks out."""

    @pytest.mark.parametrize(
        "text",
        ["", "短い", "あ" * 500, "word " * 90, "。" * 300, "あ、" * 200, "x" * 700, "a\n\nb"],
    )
    def test_nothing_is_lost_and_nothing_sticks_out(self, text: str) -> None:
        type = Type(MINCHO, 10)
        lines = broken(text, type, 200)
        assert "".join(lines) == text.replace("\n", "")
        assert max(map(type.width, lines)) <= 200

    def test_a_mark_takes_the_character_before_it_along(self) -> None:
        assert broken("あ" * 20 + "。", Type(MINCHO, 10), 200) == ["あ" * 19, "あ。"]

    def test_one_that_is_too_wide_still_stands(self) -> None:
        assert broken("ああ", Type(MINCHO, 10), 5) == ["あ", "あ"]


def test_the_file_is_a_pdf_with_its_title() -> None:
    document = pypdfium2.PdfDocument(BytesIO(written([[]], "伺い", lambda _: "").read()))
    assert document.get_metadata_value("Title") == "伺い"
