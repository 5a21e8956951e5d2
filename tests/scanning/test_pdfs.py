"""What a PDF hides, and the nearest one with nothing to hide."""

from __future__ import annotations

import pytest
from pypdfium2 import raw

from eventmail.scanning.report import Trace
from eventmail.scanning.scanner import look
from tests.scanning import office
from tests.scanning.pdfs import (
    annotated,
    attached_on_the_page,
    bar,
    clipped_away,
    drawn,
    highlight,
    in_form,
    in_grey,
    in_japanese,
    note,
    picture,
    renamed,
    says,
    together,
    unpainted,
)
from tests.wire.files import pdf_with

NAME = "Yamada Taro 0123-45-6789"
HIDDEN = raw.FPDF_ANNOT_FLAG_HIDDEN
UNDER = "1ページの塗りつぶしや画像の下の文字"
FIRES: dict[str, tuple[bytes, Trace, str]] = {
    "under a black bar": (drawn(together(says(NAME), bar())), Trace.COVERED_TEXT, UNDER),
    "under a white bar": (drawn(together(says(NAME), bar(1))), Trace.COVERED_TEXT, UNDER),
    "under a picture": (drawn(together(says(NAME), picture())), Trace.COVERED_TEXT, UNDER),
    "under a black highlighter": (
        drawn(together(says(NAME), highlight((0, 0, 0)))),
        Trace.COVERED_TEXT,
        UNDER,
    ),
    "under a bar on the second page": (
        drawn(says("1"), together(says(NAME), bar())),
        Trace.COVERED_TEXT,
        "2ページの塗りつぶしや画像の下の文字",
    ),
    "Japanese under a bar": (
        drawn(together(in_japanese("山田太郎"), bar())),
        Trace.COVERED_TEXT,
        UNDER,
    ),
    "letters one by one under a bar": (
        drawn(
            together(
                *(says(sign, x=72 + 9 * at) for at, sign in enumerate("YAMADA")),
                bar(),
                *(says(sign, x=72 + 9 * at, y=600) for at, sign in enumerate("MADYEL")),
            )
        ),
        Trace.COVERED_TEXT,
        UNDER,
    ),
    "under a bar in a form": (drawn(in_form(0.5, says(NAME), bar())), Trace.COVERED_TEXT, UNDER),
    "under a bar over a form": (
        drawn(together(in_form(0.5, says(NAME)), bar(x=30, y=345, width=150))),
        Trace.COVERED_TEXT,
        UNDER,
    ),
    "white on white": (
        drawn(in_grey(1, says(NAME))),
        Trace.HIDDEN_TEXT,
        "1ページの背景と同じ色の文字",
    ),
    "white on white, and a bar that is not painted": (
        drawn(together(in_grey(1, says(NAME)), clipped_away(bar()))),
        Trace.HIDDEN_TEXT,
        "1ページの背景と同じ色の文字",
    ),
    "beside the paper": (drawn(says(NAME, x=700)), Trace.HIDDEN_TEXT, "1ページの紙の外の文字"),
    "not painted": (drawn(unpainted(NAME)), Trace.HIDDEN_TEXT, "1ページの表示されない文字"),
    "a note": (
        drawn(together(says("案内"), note("Minato wa jitai"))),
        Trace.COMMENT,
        "1ページの注釈（名前なし）",
    ),
    "a note on a highlighted line": (
        annotated(raw.FPDF_ANNOT_HIGHLIGHT, Contents="辞退の見込み", T="森下"),
        Trace.COMMENT,
        "1ページの注釈（森下）",
    ),
    "a text box that is hidden": (
        annotated(raw.FPDF_ANNOT_FREETEXT, flags=HIDDEN, Contents="内部用"),
        Trace.HIDDEN_TEXT,
        "1ページの非表示の注釈",
    ),
    "a hidden field of a form": (
        renamed(annotated(raw.FPDF_ANNOT_TEXT, flags=HIDDEN, T="id", V="42"), b"Widget/FT/Tx"),
        Trace.HIDDEN_TEXT,
        "1ページの非表示の入力欄「id」",
    ),
    "marked for redaction, and not redacted": (
        renamed(annotated(raw.FPDF_ANNOT_TEXT), b"Redact"),
        Trace.COVERED_TEXT,
        "1ページの、まだ適用していない墨消し",
    ),
    "a file on a page": (
        attached_on_the_page("meibo.txt", b"Minato"),
        Trace.ATTACHMENT,
        "「meibo.txt」",
    ),
    "an attached file": (
        pdf_with(attached="meibo.xlsx", content=office.workbook()),
        Trace.ATTACHMENT,
        "「meibo.xlsx」",
    ),
    "what the attached file hides": (
        pdf_with(attached="meibo.xlsx", content=office.workbook(office.hidden_sheet())),
        Trace.SHEET,
        "「meibo.xlsx」のシート「内部」",
    ),
    "author": (drawn(says("1"), author="Morishita"), Trace.PROPERTY, "プロパティの「作成者」"),
}
STAYS_QUIET: dict[str, bytes] = {
    "an ordinary page": drawn(says(NAME)),
    "Japanese": drawn(in_japanese("会場は2階です。")),
    "a white heading on a black bar": drawn(together(bar(), in_grey(1, says(NAME)))),
    "a shaded row": drawn(together(bar(0.9), says(NAME))),
    "a bar that lies over the text in its form's measure only": drawn(
        together(in_form(0.5, bar(1)), says(NAME))
    ),
    "a chart that was painted over and drawn again": drawn(
        together(says("CL128", y=705), bar(1), says("CL128", y=600))
    ),
    "a bar that is not painted": drawn(together(says(NAME), clipped_away(bar()))),
    "a bar elsewhere": drawn(together(says(NAME), bar(y=500))),
    "yellow highlighter": drawn(together(says(NAME), highlight((1, 1, 0)))),
    "a scan with what a machine read off it": drawn(together(picture(), unpainted(NAME))),
    "a wide table on two pages": drawn(says(NAME, x=550), says(NAME, x=550 - 595)),
    "a field of a form": renamed(
        annotated(raw.FPDF_ANNOT_TEXT, T="name", V="見える値"), b"Widget/FT/Tx"
    ),
    "a text box": annotated(raw.FPDF_ANNOT_FREETEXT, Contents="会場は2階です。"),
    "a stamp": annotated(raw.FPDF_ANNOT_STAMP, Contents="承認"),
    "a note that says nothing": annotated(raw.FPDF_ANNOT_TEXT, T="森下"),
    "light grey": drawn(in_grey(0.8, says(NAME))),
    "a title that the page shows": drawn(says(NAME), title=NAME),
}


@pytest.mark.parametrize(("content", "what", "where"), FIRES.values(), ids=FIRES)
def test_what_is_hidden_is_found(content: bytes, what: Trace, where: str) -> None:
    scan = look(content, "案内.pdf")
    assert (what, where) in {(each.what, each.where) for each in scan.hidden}
    assert not scan.unscannable


@pytest.mark.parametrize("content", STAYS_QUIET.values(), ids=STAYS_QUIET)
def test_nothing_hidden_is_nothing_found(content: bytes) -> None:
    scan = look(content, "案内.pdf")
    assert not scan.unscannable
    assert scan.hidden == ()


def test_the_covered_letters_are_told() -> None:
    scan = look(drawn(together(says("Name: Yamada"), bar(x=104, width=200))), "案内.pdf")
    assert [each.detail for each in scan.hidden] == ["Yamada"]


def test_pages_and_their_texts() -> None:
    scan = look(drawn(says("first"), says("second a@minato.example")), "案内.pdf")
    assert scan.pages == 2
    assert [(each.where, each.text) for each in scan.passages] == [
        ("1ページ", "first"),
        ("2ページ", "second a@minato.example"),
    ]
    assert scan.addresses == ("a@minato.example",)


def test_what_stands_in_a_form_is_text_of_the_page() -> None:
    content = renamed(
        annotated(raw.FPDF_ANNOT_TEXT, T="mail", V="a@minato.example"), b"Widget/FT/Tx"
    )
    scan = look(content, "申込書.pdf")
    assert scan.passages[-1].text == "a@minato.example"
    assert scan.addresses == ("a@minato.example",)
