"""Files are told by their content; what is no roster gets one sentence with the way out."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from eventmail.sample import FOLDER
from eventmail.spreadsheet import reader
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.refusal import MESSAGES, UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.sheets import HEADER, saved, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def archive(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def bomb() -> bytes:
    return archive(**{"xl__workbook.xml": b"\0" * (301 * 1024 * 1024)})


GOOD = xlsx([HEADER, ("株式会社甲", "甲野", "a@kou.example")])
REFUSED = {
    "nothing": (b"", "empty"),
    "only blanks": (b"\r\n \r\n", "empty"),
    "over ten megabytes": (b"a," * (6 * 1024 * 1024), "too_big"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "xls": (OLE + "Workbook".encode("utf-16-le"), "old_excel"),
    "doc": (OLE + "WordDocument".encode("utf-16-le"), "word"),
    "ppt": (OLE + "PowerPoint Document".encode("utf-16-le"), "powerpoint"),
    "some compound file": (OLE, "unknown"),
    "ods": (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "open_document"),
    "docx": (archive(word__document=b"<x/>"), "word"),
    "pptx": (archive(ppt__presentation=b"<x/>"), "powerpoint"),
    "zip": (archive(readme=b"hello"), "other_zip"),
    "pdf": ((FOLDER / "当日スケジュール.pdf").read_bytes(), "pdf"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "image"),
    "cut off": (GOOD[: len(GOOD) // 2], "damaged"),
    "broken XML": (
        archive(**{"xl__workbook.xml": b"<workbook", "[Content_Types].xml": b"<x"}),
        "damaged",
    ),
    "bomb": (bomb(), "bomb"),
    "many entries": (archive(**{f"xl__{n}": b"" for n in range(2001)}), "bomb"),
    "no known encoding": (b"\xff\x80\xff\x81,\x8e", "encoding"),
    "binary": (b"\x01\x02\0\x03\xff\xfe\0" * 50, "unknown"),
    "too many lines": (b"a@x.example\n" * 100_001, "too_many_rows"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_roster_is_named(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read_workbook(content)
    assert raised.value.code == code
    assert raised.value.message == MESSAGES[code]


@pytest.mark.parametrize("message", MESSAGES.values())
def test_every_refusal_is_a_sentence(message: str) -> None:
    assert message.endswith("。")


def test_a_sheet_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 0.01)
    rows = [HEADER, *[("株式会社甲", "甲野", f"a{n}@kou.example") for n in range(30_000)]]
    with pytest.raises(UnreadableFile) as raised:
        read_roster(xlsx(rows))
    assert raised.value.code == "too_slow"


def test_a_child_that_dies_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MEGABYTES_OF_CHILD", 10)
    with pytest.raises(UnreadableFile) as raised:
        read_roster(xlsx([HEADER] * 20_000))
    assert raised.value.code in ("damaged", "bomb")


def test_cells_read_as_excel_shows_them() -> None:
    import datetime

    def formats(sheet: object) -> None:
        sheet["A2"].number_format = "0000000000"  # type: ignore[index]

    values = (123456789, 3.0, 2.5, datetime.date(2026, 12, 9), True, "髙﨑", None, " 空白 ")
    content = xlsx([("x",) * 8, values], formats)
    (sheet,) = read_workbook(content).sheets
    assert [cell.text for cell in sheet.rows[1].cells] == [
        "0123456789",
        "3",
        "2.5",
        "2026-12-09",
        "TRUE",
        "髙﨑",
        "",
        " 空白 ",
    ]


def test_hidden_struck_and_merged_are_known() -> None:
    def change(sheet: object) -> None:
        from openpyxl.styles import Font

        sheet.row_dimensions[2].hidden = True  # type: ignore[attr-defined]
        sheet.column_dimensions["B"].hidden = True  # type: ignore[attr-defined]
        sheet["A3"].font = Font(strike=True)  # type: ignore[index]
        sheet.merge_cells("A1:B1")  # type: ignore[attr-defined]

    (sheet,) = read_workbook(xlsx([("表題",), ("隠れた行",), ("消した行",)], change)).sheets
    assert [(row.hidden, row.struck) for row in sheet.rows] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert sheet.hidden_columns == {1}
    assert sheet.merged == ((1, 0, 1, 1),)


def test_row_numbers_are_excels_even_over_gaps() -> None:
    book = Workbook()
    book.active["A7"] = "株式会社甲"
    (sheet,) = read_workbook(saved(book)).sheets
    assert [row.number for row in sheet.rows] == [7]


TEXT = "会社名,メール\r\n髙橋㈱,a@x.example\r\n"
EUC = "会社名,メール\r\n高橋,a@x.example\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("cp932"), "cp932"),
        (EUC.encode("iso2022_jp"), "iso2022_jp"),
        ("株式会社、雇用情報交換会,a@x.example\r\n".encode("euc_jp"), "euc_jp"),
    ],
)
def test_the_encoding_of_a_text_file_is_a_rule(content: bytes, encoding: str) -> None:
    read = read_workbook(content)
    assert read.encoding == encoding
    assert "a@x.example" in [cell.text for row in read.sheets[0].rows for cell in row.cells]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    content = f"会社名{delimiter}メール\n甲{delimiter}a@x.example\n".encode()
    assert [c.text for c in read_workbook(content).sheets[0].rows[1].cells] == ["甲", "a@x.example"]


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_random_bytes_end_as_a_sheet_or_a_sentence(content: bytes) -> None:
    try:
        read_workbook(content)
    except UnreadableFile:
        return
