"""The child's answer, over the process boundary and in this very process."""

from __future__ import annotations

import datetime
import json

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from eventmail.sample import FOLDER
from eventmail.spreadsheet import reading
from eventmail.spreadsheet.reader import read_roster, stream
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.rows import Row
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.sheets import saved

SAMPLES = [
    "参加企業一覧.xlsx",
    "学校説明会_参加校.xlsx",
    "不備のある名簿.xlsx",
    "求人企業リスト.csv",
]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_child_reads_as_the_function_does(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    assert read_roster(content, name) == reading.read(content, name)


def test_the_reading_comes_first_and_then_the_rows_one_by_one() -> None:
    first, *rows = stream((FOLDER / SAMPLES[0]).read_bytes(), SAMPLES[0])
    assert isinstance(first, Reading)
    assert first.rows == ()
    assert [type(each) for each in rows] == [Row] * 30


def test_the_choices_reach_the_child() -> None:
    name = "学校説明会_参加校.xlsx"
    chosen = Choices(sheet="表紙", corrections={"7": {}}, split=frozenset({"7"}))
    found = read_roster((FOLDER / name).read_bytes(), name, chosen)
    assert (found.sheet, found.rows) == ("表紙", ())
    assert Choices.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen


def test_what_is_no_workbook_is_refused_in_one_word() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(b"PK\x03\x04 no archive")
    assert caught.value.code == "damaged"


def test_values_of_every_kind() -> None:
    book = Workbook()
    sheet = book.active
    values = [
        "文字",
        3,
        3.0,
        2.5,
        7000000000000,
        True,
        False,
        datetime.date(2026, 12, 9),
        datetime.datetime(2026, 12, 9, 13, 30),  # noqa: DTZ001 - Excel knows no zones
        datetime.time(9, 5),
        "#N/A",
        "=1+1",
        None,
    ]
    for column, value in enumerate(values, start=1):
        sheet.cell(1, column, value)
    sheet["B1"].number_format = "0000"
    sheet["A2"] = "消した行"
    sheet["A2"].font = Font(strike=True)
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.merge_cells("A4:B4")
    (told,) = read_workbook(saved(book)).sheets
    first, second = told.rows
    assert [cell.text for cell in first.cells][:10] == [
        "文字",
        "0003",
        "3",
        "2.5",
        "7000000000000",
        "TRUE",
        "FALSE",
        "2026-12-09",
        "2026-12-09 13:30",
        "09:05:00",
    ]
    assert [cell.fault for cell in first.cells][10:12] == ["error", "formula"]
    assert (second.hidden, second.struck) == (True, True)
    assert told.hidden_columns == {2}
    assert (4, 0, 4, 1) in told.merged
