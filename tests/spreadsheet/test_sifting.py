"""What is no participant is put aside with its reason; a row with an address never is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.layout import Table, find_table
from eventmail.spreadsheet.mapping import guess
from eventmail.spreadsheet.sifting import sift
from tests.spreadsheet.books import HEADER, sheet_of

ONE = ("株式会社一番", "山田 太郎", "ichi@ichiban.example")
TWO = ("株式会社二番", "", "ni@niban.example")
WIDE = ("番号", *HEADER, "電話", "参加")
Rows = tuple[tuple[str, ...], ...]


def sifted(*rows: tuple[str, ...], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Table:
    table = find_table(sheet_of(*rows, merged=merged))
    samples = [table.values(column) for column in range(len(table.headers))]
    return sift(table, guess(table.headers, samples))


def numbers(*rows: tuple[str, ...]) -> tuple[list[int], list[int]]:
    table = sifted(*rows)
    return [row.number for row in table.rows], [each.number for each in table.skipped]


PUT_ASIDE = {
    "※ 変更は学卒部門まで": "注記の行です（※ 変更は学卒部門まで）。",
    "以上": "注記の行です（以上）。",
    "以上30社": "注記の行です（以上30社）。",
    "以下余白": "注記の行です（以下余白）。",
    "備考：車は2台まで": "注記の行です（備考：車は2台まで）。",
    "注）変更あり": "注記の行です（注）変更あり）。",
    "合計": "合計の行です（合計）。",
    "合　計 30社": "合計の行です（合　計 30社）。",
    "計 2社": "合計の行です（計 2社）。",
    "製造業 小計": "合計の行です（製造業 小計）。",
    "小計（製造業）": "合計の行です（小計（製造業））。",
    "■製造業": "区切りの行です（■製造業）。",
    "■学校": "区切りの行です（■学校）。",
    "【製造業】": "区切りの行です（【製造業】）。",
    "１．製造業": "区切りの行です（１．製造業）。",
    "(2) サービス": "区切りの行です（(2) サービス）。",
    "医療・福祉": "区切りの行です（医療・福祉）。",
    "製造業関係": "区切りの行です（製造業関係）。",
}


@pytest.mark.parametrize(("text", "why"), PUT_ASIDE.items())
def test_notes_totals_and_dividers(text: str, why: str) -> None:
    table = sifted(HEADER, ONE, (text,), TWO)
    assert [row.number for row in table.rows] == [2, 4]
    assert [(each.number, each.why) for each in table.skipped] == [(3, why)]


NOBODY = {
    "a total with numbers": (("合計", "", "", "2", "30名"), "合計の行です（合計）。"),
    "numbered beforehand": (("3", "", "", "", "", ""), "番号だけの行です（3）。"),
    "numbered, with a mark": (
        ("3", "", "", "", "", "○"),
        "事業所名も担当者名も連絡先もない行です（3、○）。",
    ),
    "the columns' numbers": (("(1)", "(2)", "(3)", "(4)"), "列の番号の行です。"),
    "the header again": (WIDE, "見出しの繰り返しです。"),
    "the header, a column left out": (WIDE[:4], "見出しの繰り返しです。"),
    "only a mark": (("", "", "", "", "", "○"), "1つの欄だけの行です（○）。"),
}


@pytest.mark.parametrize(("row", "why"), NOBODY.values(), ids=NOBODY)
def test_rows_that_name_nobody(row: tuple[str, ...], why: str) -> None:
    table = sifted(WIDE, ("1", *ONE), row, ("2", *TWO))
    assert [(each.number, each.why) for each in table.skipped] == [(3, why)]


KEPT = {
    "a company alone": ("株式会社アドレス忘れ",),
    "a numbered company": ("１．株式会社アドレス忘れ",),
    "a company of a trade": ("大和工業",),
    "a company called 合計": ("合計株式会社",),
    "a contact alone": ("", "佐藤"),
    "a phone and a contact": ("", "佐藤", "", "0123-11-0001"),
    "a marked company with its contact": ("※株式会社三番", "佐藤"),
    "a total with an address": ("合計", "", "goukei@goukei.example"),
    "a note with an address": ("※ a@b.example まで",),
    "an address in full width": ("以上", "ａ＠b.example"),
}


@pytest.mark.parametrize("row", KEPT.values(), ids=KEPT)
def test_rows_that_are_not_put_aside(row: tuple[str, ...]) -> None:
    assert numbers((*HEADER, "電話"), ONE, row) == ([2, 3], [])


def test_a_text_merged_over_the_table_is_a_divider() -> None:
    table = sifted((*HEADER, "電話"), ONE, ("みなさま",), TWO, merged=((3, 0, 3, 3),))
    assert [each.number for each in table.skipped] == [3]


def test_a_second_header_in_another_order_marks_the_rows_below() -> None:
    other = ("メールアドレス", "事業所名", "担当者名")
    table = sifted(HEADER, ONE, other, ("c@d.example", "株式会社三番", "佐藤"), HEADER, TWO)
    assert [each.why for each in table.skipped] == [
        "並びの違う見出しです。",
        "見出しの繰り返しです。",
    ]
    assert table.strange == {4: 3}


def test_a_column_that_a_person_chose_tells_whether_a_row_names_somebody() -> None:
    table = find_table(sheet_of(("ア", "イ", "ウ"), ONE, ("", "佐藤", "")))
    assert sift(table, {Field.EMAIL: 2}).skipped[0].number == 3
    assert sift(table, {Field.EMAIL: 2, Field.CONTACT: 1}).skipped == ()


SAID = """
    会社名 担当者 メール 株式会社甲 甲野 a@b.example 合計 3 ○ ※注 ■組 a＠b.example、c@d.example 以上
    0123-11-0001 例
"""
CELLS = st.sampled_from(["", "", "", " ", *SAID.split()])


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=8),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 4), st.integers(0, 2)), max_size=2),
)
def test_nothing_vanishes(
    rows: list[list[str]], with_header: bool, merges: list[tuple[int, int, int]]
) -> None:
    """Every row that says something is a header, above it, a participant, or put aside."""
    merged = tuple((top, left, top + more, left) for top, left, more in merges)
    lines = [list(HEADER), *rows] if with_header else rows
    sheet = sheet_of(*lines, merged=merged)
    table = find_table(sheet)
    samples = [table.values(column) for column in range(len(table.headers))]
    done = sift(table, guess(table.headers, samples))
    told = [
        *(row.number for row in done.above),
        *done.header_rows,
        *(row.number for row in done.rows),
        *(each.number for each in done.skipped),
    ]
    assert sorted(told) == [row.number for row in sheet.rows if not row.is_blank]
    texts = {row.number: "".join(cell.text for cell in row.cells) for row in sheet.rows}
    assert not [each for each in done.skipped if "@" in texts[each.number]]
    assert not [number for number in done.header_rows if "@" in texts[number]]
