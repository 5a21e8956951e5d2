"""One workbook, written by LibreOffice in every format, is read as the same cells.

Golden: the tables below are how each trap of a real roster is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from eventmail.spreadsheet.cells import Cell, Sheet, Workbook
from eventmail.spreadsheet.workbook import read_workbook

NAMES = {
    "openpyxl": "roster.xlsx",
    "xlsx": "xlsx/roster.xlsx",
    "xls": "xls/roster.xls",
    "ods": "ods/roster.ods",
    "cp932.csv": "cp932.csv/roster.csv",
    "utf8.csv": "utf8.csv/roster.csv",
}
BOOKS = ("xlsx", "xls", "ods")
TEXTS = {
    1: ["参加企業一覧"],
    2: ["会社名", "連絡先", "", "", "法人番号", "登録日", "人数", "備考"],
    3: ["", "担当者", "メール", "電話", "", "", "", ""],
    4: [
        "株式会社大空",
        "髙﨑 一郎",
        "a@oozora.example",
        "0312345678",
        "7000012050002",
        "R8.12.9",
        "5",
    ],
    5: [
        "",
        "鈴木 ①子",
        "b@oozora.example",
        "090-1234-5678",
        "7000012050002",
        "令和8年12月9日",
        "1234",
    ],
    6: [
        "隠れ㈱",
        "佐藤",
        "c@kakure.example",
        "03-1111-2222",
        "7000012050002",
        "2026年12月9日",
        "50%",
    ],
    7: ["消し㈱", "田中", "d@keshi.example", "03-9876-5432", "", "2026-12-09", "6"],
    8: ["旧社名一部㈱", "高橋", "e@ichibu.example", "ｶﾅ", "", "2026-12-09", "#N/A"],
    9: ["改行㈱", "渡辺\n伊藤", "f@kaigyo.example", "TRUE"],
}
# Where a text file differs: it holds what was shown, and no more.
IN_TEXT = {(5, 6): "1,234", (7, 5): "2026/12/9", (8, 5): "9-Dec"}
MERGED = {(2, 1, 2, 3), (4, 0, 5, 0), *((2, column, 3, column) for column in (0, 4, 5, 6, 7))}


def read(workbooks: Path, kind: str) -> Workbook:
    """The workbook in one format."""
    name = NAMES[kind]
    return read_workbook((workbooks / name).read_bytes(), Path(name).name)


def texts(sheet: Sheet) -> dict[int, list[str]]:
    """Texts by row, without the empty ones at the end."""
    found = {row.number: [cell.text for cell in row.cells] for row in sheet.rows}
    return {number: _stripped(row) for number, row in found.items()}


def _stripped(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


@pytest.mark.parametrize("kind", [*BOOKS, "cp932.csv", "utf8.csv"])
def test_every_format_tells_the_same_texts(workbooks: Path, kind: str) -> None:
    expected = {number: _stripped(list(row)) for number, row in TEXTS.items()}
    if kind.endswith("csv"):
        for (number, column), text in IN_TEXT.items():
            expected[number][column] = text
    assert texts(read(workbooks, kind).sheets[0]) == expected


@pytest.mark.parametrize("kind", BOOKS)
def test_every_format_tells_what_is_hidden_struck_merged_and_wrong(
    workbooks: Path, kind: str
) -> None:
    sheet = read(workbooks, kind).sheets[0]
    rows = {row.number: row for row in sheet.rows}
    assert [number for number, row in rows.items() if row.hidden] == [6]
    assert [number for number, row in rows.items() if row.filtered] == []
    assert [number for number, row in rows.items() if row.struck] == [7]
    assert [cell.struck for cell in rows[8].cells][:2] == [True, False]
    assert rows[8].cells[6] == Cell("#N/A", "error")
    assert sheet.hidden_columns == {7}
    assert set(sheet.merged) == MERGED


@pytest.mark.parametrize("kind", BOOKS)
def test_every_format_tells_numbers_from_texts(workbooks: Path, kind: str) -> None:
    rows = read(workbooks, kind).sheets[0].rows
    assert [[c.numeric for c in row.cells[3:7]] for row in rows[3:6]] == [
        [True, True, False, True],
        [True, True, False, True],
        [False, False, False, True],
    ]


@pytest.mark.parametrize("kind", ["openpyxl", *BOOKS])
def test_every_format_tells_a_filtered_row_from_one_hidden_by_hand(
    workbooks: Path, kind: str
) -> None:
    sheet = read(workbooks, kind).sheets[1]
    assert [(row.number, row.hidden, row.filtered) for row in sheet.rows] == [
        (1, False, False),
        (2, False, False),
        (3, False, False),
        (4, True, True),
        (5, False, False),
        (6, True, False),
    ]


@pytest.mark.parametrize("kind", ["openpyxl", *BOOKS])
def test_every_format_tells_its_sheets_hidden_ones_too(workbooks: Path, kind: str) -> None:
    told = read(workbooks, kind)
    assert [(each.name, each.hidden) for each in told.sheets] == [
        ("名簿", False),
        ("絞り込み", False),
        ("控え", True),
    ]
    assert texts(told.sheets[2]) == {1: ["昔の名簿"]}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("openpyxl", ("xlsx", "")),
        ("xlsx", ("xlsx", "")),
        ("xls", ("xls", "")),
        ("ods", ("ods", "")),
        ("cp932.csv", ("csv", "cp932")),
        ("utf8.csv", ("csv", "utf-8")),
    ],
)
def test_the_format_is_told(workbooks: Path, kind: str, told: tuple[str, str]) -> None:
    workbook = read(workbooks, kind)
    assert (workbook.format, workbook.encoding) == told


def test_formulas_that_no_program_calculated_are_named(workbooks: Path) -> None:
    rows = {row.number: row for row in read(workbooks, "openpyxl").sheets[0].rows}
    assert [rows[number].cells[6] for number in (7, 8, 9)] == [
        Cell("=G4+1", "formula"),
        Cell("=NA()", "formula"),
        Cell('=IF(A1="x",1,"")', "formula"),
    ]


def test_the_guides_are_in_the_file_and_in_no_cell(workbooks: Path) -> None:
    rows = read(workbooks, "openpyxl").sheets[0].rows
    assert rows[3].text(1) == "髙﨑 一郎"
