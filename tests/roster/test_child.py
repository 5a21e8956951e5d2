"""The reading that runs in the confined child, called in this very process."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from eventmail import confined
from eventmail.roster import excel
from eventmail.sample import FOLDER
from tests.roster.sheets import saved

SAMPLES = ["参加企業一覧.xlsx", "学校説明会_参加校.xlsx", "不備のある名簿.xlsx"]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_child_answers_as_the_function_does(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    answer = confined.call("eventmail.roster.excel:read", content, seconds=60, megabytes=2048)
    assert answer == excel.read(content)


def test_what_is_no_workbook_is_refused_in_one_word() -> None:
    assert excel.read(b"PK\x03\x04 no archive") == {"refused": "damaged"}


def test_values_of_every_kind() -> None:
    import datetime

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
    (told,) = excel.read(saved(book))["sheets"]
    texts = [text for text, _ in told["rows"][0][1]]
    assert texts[:10] == [
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
    assert [fault for _, fault in told["rows"][0][1]][10:12] == ["error", "formula"]
    assert told["rows"][1][2:] == [True, True]
    assert told["hidden_columns"] == [2]
    assert [4, 0, 4, 1] in told["merged"]
