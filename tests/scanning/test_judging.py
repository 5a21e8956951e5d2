"""What a scan alone says of a file."""

from __future__ import annotations

import pytest

from eventmail.scanning.judging import Remark, remarks
from eventmail.scanning.report import Hidden, Passage, Scan, Trace

LEVELS = {
    Trace.SHEET: "block",
    Trace.ROW: "block",
    Trace.COLUMN: "block",
    Trace.PIVOT_CACHE: "block",
    Trace.COMMENT: "block",
    Trace.TRACKED_CHANGE: "block",
    Trace.HIDDEN_TEXT: "block",
    Trace.HIDDEN_SLIDE: "block",
    Trace.COVERED_TEXT: "block",
    Trace.NOTES: "warn",
    Trace.EXTERNAL_LINK: "warn",
    Trace.EMBEDDED: "warn",
    Trace.ATTACHMENT: "warn",
    Trace.MACRO: "warn",
    Trace.PROPERTY: "warn",
    Trace.DEFINED_NAME: "note",
}
SAID = (Passage("1ページ", "あ"),)


@pytest.mark.parametrize("what", list(Trace))
def test_each_trace_has_its_weight(what: Trace) -> None:
    (found,) = remarks(Scan("xlsx", 1, (Hidden(what, "シート「内部」"),), SAID), "案内.xlsx")
    assert (found.code, found.level) == (f"material_{what}", LEVELS[what])
    assert found.message.startswith("「案内.xlsx」に")
    assert found.message.endswith("。")
    assert found.where == "シート「内部」"


@pytest.mark.parametrize("what", list(Trace))
def test_what_is_usual_is_a_note(what: Trace) -> None:
    (found,) = remarks(Scan("xlsx", 1, (Hidden(what, "あ", usual=True),), SAID), "案内.xlsx")
    assert found.level == "note"


def test_an_ordinary_file_says_nothing() -> None:
    assert remarks(Scan("pdf", 1, (), SAID), "案内.pdf") == []


def test_one_remark_for_each_kind_the_heaviest_first() -> None:
    hidden = (
        Hidden(Trace.PROPERTY, "プロパティの「作成者」", usual=True),
        *(Hidden(Trace.COMMENT, f"シート「案内」のA{n}のコメント") for n in range(5)),
    )
    found = remarks(Scan("xlsx", 1, hidden, SAID), "案内.xlsx")
    assert [(each.code, each.level) for each in found] == [
        ("material_comment", "block"),
        ("material_property", "note"),
    ]
    assert found[0].where.endswith("A2のコメント、ほか2か所")


def test_what_cannot_be_scanned_blocks() -> None:
    assert remarks(Scan("xlsx", unscannable="encrypted"), "名簿.xlsx") == [
        Remark(
            "unscannable_material",
            "block",
            "「名簿.xlsx」は、パスワードがかかっていて、中を調べられません。"
            "パスワードを外して保存し直し、もう一度資料に置いてください。",
        )
    ]


def test_a_file_of_pictures_is_left_to_the_eyes() -> None:
    assert [each.code for each in remarks(Scan("pdf", 2), "a.pdf")] == ["material_without_text"]


def test_a_scanned_page_among_others_is_named() -> None:
    said = tuple(Passage(f"{n}ページ", "あ", f"{n}ページ") for n in (1, 3))
    (found,) = remarks(Scan("pdf", 3, (), said), "a.pdf")
    assert (found.code, found.level, found.where) == ("material_without_text", "note", "2ページ")
    assert found.message.startswith("「a.pdf」の2ページは画像だけか白紙で、")


def test_many_scanned_pages_are_counted() -> None:
    (found,) = remarks(Scan("pdf", 6, (), SAID), "a.pdf")
    assert found.where == "2ページ、3ページ、4ページ、ほか2ページ"


@pytest.mark.parametrize(("kind", "way"), [("pdf", "作り直して"), ("xlsx", "きれいな写し")])
def test_the_way_out_is_one_that_the_kind_has(kind: str, way: str) -> None:
    (found,) = remarks(Scan(kind, 1, (Hidden(Trace.COMMENT, "あ"),), SAID), "a")
    assert way in found.message
