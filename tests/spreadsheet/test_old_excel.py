"""xls: what only this format has."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from _pytest.capture import CaptureFixture

from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook

SHEET = 0x85  # the record that names a sheet


def record(kind: int, data: bytes = b"") -> bytes:
    """One record of a workbook's stream."""
    return struct.pack("<HH", kind, len(data)) + data


STRUCK = 8  # a font's switch


def font(switches: int) -> bytes:
    """A font."""
    return record(0x31, struct.pack("<HHHHHBBBBB", 200, switches, 0, 400, 0, 0, 0, 0, 0, 1) + b"A")


def excel_95(*cells: bytes, switches: int = 0, code: int = 0) -> bytes:
    """A workbook of Excel 95: a stream alone, texts in CP932.

    All cells have the first font, with these switches, and the number format of that number; the
    second font is struck.
    """
    name = "名簿".encode("cp932")
    style = struct.pack("<HHHHHHHH", 0, code, 0, 0, 0, 0, 0, 0)

    def start(at: int) -> bytes:
        return (
            record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0))
            + record(0x42, struct.pack("<H", 932))
            + font(switches)
            + font(STRUCK)
            + record(0xE0, style)
            + record(SHEET, struct.pack("<IBBB", at, 0, 0, len(name)) + name)
            + record(0x0A)
        )

    sheet = record(0x809, struct.pack("<HHHH", 0x500, 16, 0, 0)) + b"".join(cells) + record(0x0A)
    return start(len(start(0))) + sheet


def label(row: int, column: int, text: str) -> bytes:
    """A cell of text."""
    content = text.encode("cp932")
    return record(0x204, struct.pack("<HHHH", row, column, 0, len(content)) + content)


def refused(content: bytes) -> str:
    """Why it is refused."""
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(content)
    return caught.value.code


def patched(content: bytes, at: int, data: bytes) -> bytes:
    """A file with other bytes in one place."""
    return content[:at] + data + content[at + len(data) :]


def test_a_workbook_of_excel_95_in_cp932() -> None:
    told = read_workbook(excel_95(label(0, 0, "株式会社髙﨑"), label(2, 1, "a@x.example")))
    assert (told.format, told.sheets[0].name) == ("xls", "名簿")
    assert [(row.number, [c.text for c in row.cells]) for row in told.sheets[0].rows] == [
        (1, ["株式会社髙﨑"]),
        (3, ["", "a@x.example"]),
    ]


@pytest.mark.parametrize(("switches", "struck"), [(0, False), (STRUCK, True)])
def test_struck_text_in_excel_95(switches: int, struck: bool) -> None:
    (row,) = read_workbook(excel_95(label(0, 0, "甲"), switches=switches)).sheets[0].rows
    assert row.cells == (Cell("甲", "", struck),)


RUNS = {
    "the end": ([(2, 1)], True),
    "the middle": ([(1, 1), (3, 0)], True),
    "a blank alone": ([(3, 1), (4, 0)], False),
    "nothing": ([(1, 0)], False),
    "a font that is not there": ([(1, 99)], False),
}


@pytest.mark.parametrize(("runs", "struck"), RUNS.values(), ids=RUNS)
def test_partly_struck_text(runs: list[tuple[int, int]], struck: bool) -> None:
    text = b"abc d"
    told = struct.pack("<HHHH", 0, 0, 0, len(text)) + text + bytes([len(runs)])
    rich = record(0xD6, told + b"".join(bytes(each) for each in runs))
    (row,) = read_workbook(excel_95(rich)).sheets[0].rows
    assert row.cells == (Cell("abc d", "", struck),)


CODES = {57: "R8.12.9", 58: "令和8年12月9日", 31: "2026年12月9日", 14: "2026-12-09", 1: "46365"}


@pytest.mark.parametrize(("code", "text"), CODES.items())
def test_formats_that_a_japanese_excel_names_by_number(code: int, text: str) -> None:
    day = record(0x203, struct.pack("<HHHd", 0, 0, 0, 46365))
    (row,) = read_workbook(excel_95(day, code=code)).sheets[0].rows
    assert row.text(0) == text


def test_yes_and_errors() -> None:
    cells = [
        record(0x205, struct.pack("<HHHBB", 0, n, 0, v, e))
        for n, (v, e) in enumerate([(1, 0), (0, 0), (42, 1), (23, 1)])
    ]
    (row,) = read_workbook(excel_95(*cells)).sheets[0].rows
    assert row.cells == (Cell("TRUE"), Cell("FALSE"), Cell("#N/A", "error"), Cell("#REF!", "error"))


def test_a_row_of_no_height_is_hidden() -> None:
    rows = [
        record(0x208, struct.pack("<HHHHHHI", n, 0, 1, h, 0, 0, 0x100))
        for n, h in ((0, 300), (1, 0))
    ]
    told = read_workbook(excel_95(*rows, label(0, 0, "甲"), label(1, 0, "乙"))).sheets[0]
    assert [row.hidden for row in told.rows] == [False, True]


def test_a_filter_whose_place_is_unknown_is_taken_for_the_whole_sheet() -> None:
    hidden = record(0x208, struct.pack("<HHHHHHI", 1, 0, 1, 300, 0, 0, 0x120))
    cells = (hidden, label(0, 0, "甲"), label(1, 0, "乙"))
    told = [read_workbook(excel_95(*more, *cells)).sheets[0] for more in ((), (record(0x9B),))]
    assert [[(row.hidden, row.filtered) for row in each.rows] for each in told] == [
        [(False, False), (True, False)],
        [(False, False), (True, True)],
    ]


def test_a_password_is_told(workbooks: Path) -> None:
    content = (workbooks / "xls/roster.xls").read_bytes()
    start = content.index(struct.pack("<HHH", 0x809, 16, 0x600))
    assert refused(patched(content, start + 20, struct.pack("<H", 0x2F))) == "encrypted"


def test_a_workbook_of_charts_alone_is_told() -> None:
    content = excel_95(label(0, 0, "甲"))
    at = content.index(struct.pack("<H", SHEET)) + 4 + 5
    assert refused(patched(content, at, b"\2")) == "chart_only"


def test_an_empty_sheet_is_told() -> None:
    assert refused(excel_95()) == "empty_sheet"


def test_nothing_is_printed_where_the_answer_goes(
    workbooks: Path, capsys: CaptureFixture[str]
) -> None:
    content = (workbooks / "xls/roster.xls").read_bytes()
    read_workbook(content + b"rest")
    refused(content[: len(content) // 2])
    assert capsys.readouterr().out == ""
