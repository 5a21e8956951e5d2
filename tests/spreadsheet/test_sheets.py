"""A table to take away: what comes out is what went in, in pieces, and the first at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from eventmail.spreadsheet import sheets
from eventmail.spreadsheet.safe_text import LONGEST

COLUMNS = {"番号": 8, "事業所名": 30}
NASTY = {
    "markup": "<a & b> ]]> \"quoted\" 'too'",
    "spaces at both ends": "  株式会社 みなと  ",
    "two lines": "一行目\n二行目",
    "rare letters": "髙﨑①㈱𠮷",
    "nothing": "",
    "a formula": "=1+1",
    "a full-width one": "＝1+1",
    "a number": "0123",
    "what only looks like markup": "_x000D_ &#13;",
}


def read(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    content = b"".join(sheets.workbook("表", COLUMNS, iter(rows)))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [tuple(each or "" for each in row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("case", NASTY)
def test_a_text_comes_out_as_it_went_in(case: str) -> None:
    assert read([("1", NASTY[case])]) == [tuple(COLUMNS), ("1", NASTY[case])]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_whatever_it_says_it_opens_and_is_only_text(rows: list[tuple[str, ...]]) -> None:
    content = b"".join(sheets.workbook("表", COLUMNS, iter(rows)))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_what_looks_like_a_formula_stays_a_text_when_somebody_edits_it() -> None:
    content = b"".join(sheets.workbook("表", COLUMNS, [("1", "=1+1"), ("2", "abc")]))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert (sheet["B2"].quotePrefix, sheet["B3"].quotePrefix) == (True, False)


def test_heads_widths_and_the_frozen_row_are_there() -> None:
    content = b"".join(sheets.workbook("送信の結果", COLUMNS, []))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.max_row) == ("送信の結果", "A2", 1)
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width == 30


def test_what_a_cell_cannot_hold_is_left_out() -> None:
    assert read([("\x00\x01a", "あ" * (LONGEST + 9))])[1] == ("a", "あ" * LONGEST)


def test_a_long_list_comes_in_many_pieces_and_whole() -> None:
    rows = [(str(n), f"株式会社{n * 7919 % 100_003}") for n in range(20_000)]
    pieces = list(sheets.workbook("表", COLUMNS, iter(rows)))
    assert len(pieces) > 3
    content = b"".join(pieces)
    found = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert list(found.iter_rows(values_only=True))[1:] == rows


@pytest.mark.parametrize("made", ["workbook", "as_csv"])
def test_the_first_piece_comes_before_any_row_is_looked_up(made: str) -> None:
    asked: list[int] = []

    def rows() -> Iterator[tuple[str, str]]:
        asked.append(1)
        yield ("1", "甲")

    told = {
        "workbook": lambda: sheets.workbook("表", COLUMNS, rows()),
        "as_csv": lambda: sheets.as_csv(COLUMNS, rows()),
    }
    pieces = told[made]()
    assert next(pieces)
    assert not asked
    assert b"".join(pieces)
    assert asked


def test_csv_says_that_it_is_utf8_and_neutralises_formulas() -> None:
    content = b"".join(sheets.as_csv(COLUMNS, [("1", "=1+1"), ("2", '甲,"乙"\n丙')]))
    assert content.startswith(b"\xef\xbb\xbf")
    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert told == [list(COLUMNS), ["1", "'=1+1"], ["2", '甲,"乙"\n丙']]
