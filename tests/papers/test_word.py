"""A paper as a Word file: the same texts, real headings, lists and tables, and nothing else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from eventmail.papers import pdf
from eventmail.papers.paper import Head, Line, Paper, Section, Style, as_printed, markers
from eventmail.papers.word import word
from eventmail.scanning.scanner import look
from tests.papers.reading import body, letters, opened

NUMBERS = (Line("送った"), Line("気づいた"), Line("中の一つ", level=1), Line("電話した"))
PAPER = as_printed(
    Paper(
        title="メールの誤送信について",
        office="みどり野労働局",
        sections=(
            Section("1　事案の概要", (Line("一つ目。"), Line("二つ目。")), Style.TEXT),
            Section("2　事実経過", NUMBERS, Style.NUMBERED, note="時刻は日本時間です。"),
            Section("3　発生原因", (Line("髙﨑①"), Line("㈱の確認")), Style.NUMBERED),
            Section(
                "一覧", (), Style.TABLE, rows=(("番号", "事業所"), ("1", "あ社"), ("2", "い社"))
            ),
            Section("お問い合わせ先", (Line("総務課\n担当", "部署"), Line("03-0000", "電話"))),
        ),
        foot="案",
        code="",
        head=Head("令和5年6月2日（金）", "報道関係者　各位", ("お知らせします。",)),
    )
)
WITHOUT_HEAD = replace(PAPER, head=None)
PAPERS = pytest.mark.parametrize("paper", [PAPER, WITHOUT_HEAD], ids=["letter", "report"])


def read(paper: Paper) -> Any:
    return docx.Document(io.BytesIO(word(paper)))


def texts(document: Any) -> list[str]:
    """Paragraphs and tables' cells as they stand."""
    found: list[str] = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            found += [cell.text for row in block.rows for cell in row.cells]
        else:
            found.append(block.text)
    return found


def said(paper: Paper) -> list[str]:
    return [each for each in paper.texts() if each]


@PAPERS
def test_read_back_it_says_the_same_as_the_paper(paper: Paper) -> None:
    assert texts(read(paper)) == said(paper)


@PAPERS
def test_our_scanner_reads_the_same_and_finds_nothing_hidden(paper: Paper) -> None:
    found = look(word(paper), "report.docx")
    assert (found.unscannable, found.hidden, found.addresses) == ("", (), ())
    body = "".join(each.text for each in found.passages if each.under == "本文")
    assert letters(body) == letters("".join(said(paper)))


def test_the_pdf_says_the_same_with_its_numbers() -> None:
    shown = letters("".join(body(opened(pdf.drawn(PAPER)))))
    numbered = PAPER.sections[1]
    for text in said(PAPER):
        assert letters(text) in shown
    for marker, line in zip(markers(numbered.lines), numbered.lines, strict=True):
        assert letters(marker + line.text) in shown


def test_numbers_begin_anew_in_each_section_and_under_each_number() -> None:
    lines = [*NUMBERS, Line("また中", level=1)]
    assert markers(lines) == ["(1)", "(2)", "ア", "(3)", "ア"]


def test_headings_lists_and_tables_are_real_ones() -> None:
    document = read(PAPER)
    styles = {each.text: each.style.name for each in document.paragraphs}
    assert styles["メールの誤送信について"] == "Title"
    assert [text for text, name in styles.items() if name == "Heading 1"] == [
        each.title for each in PAPER.sections
    ]
    numbers = {
        each.text: (each._p.pPr.numPr.numId.val, each._p.pPr.numPr.ilvl.val)
        for each in document.paragraphs
        if each._p.pPr is not None and each._p.pPr.numPr is not None
    }
    levels = [level for _, level in numbers.values()]
    assert levels == [0, 0, 1, 0, 0, 0]
    assert numbers["送った"][0] != numbers["㈱の確認"][0]
    header = document.tables[0].rows[0]._tr.trPr
    assert header.find(qn("w:tblHeader")) is not None


def test_japanese_fonts_a4_and_page_numbers() -> None:
    document = read(PAPER)
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1")
    }
    assert fonts == {"Normal": "ＭＳ 明朝", "Title": "ＭＳ ゴシック", "Heading 1": "ＭＳ ゴシック"}
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    fields = page.footer._element.iter(qn("w:fldSimple"))
    assert [each.get(qn("w:instr")).strip() for each in fields] == ["PAGE", "NUMPAGES"]


def test_it_names_nobody_and_no_program_and_is_the_same_each_time() -> None:
    content = word(PAPER)
    assert content == word(PAPER)
    about = docx.Document(io.BytesIO(content)).core_properties
    assert (about.author, about.last_modified_by, about.comments, about.title) == (
        *("", "", ""),
        PAPER.title,
    )
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = package.namelist()
        whole = b"".join(map(package.read, names))
    assert not [name for name in names if "thumb" in name or "customXml" in name]
    assert b"python-docx" not in whole
