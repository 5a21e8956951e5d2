"""Every kind of file is read or refused with one sentence; nothing else comes out."""

from __future__ import annotations

import datetime
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from eventmail import confined
from eventmail.spreadsheet import excel, kinds
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.refusal import MESSAGES, UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.books import book, saved


def archive(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def compound(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + stream.encode("utf-16-le") + bytes(64)


REFUSED = {
    "nothing": (b"", "empty"),
    "only line breaks": (b"\r\n\r\n", "empty"),
    "over ten megabytes": (b"a" * (kinds.LARGEST_FILE + 1), "too_big"),
    "encrypted": (compound("EncryptedPackage"), "encrypted"),
    "old Excel": (compound("Workbook"), "old_excel"),
    "old Word": (compound("WordDocument"), "word"),
    "old PowerPoint": (compound("PowerPoint Document"), "powerpoint"),
    "other compound": (compound("Something"), "unknown"),
    "ods": (
        archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        "open_document",
    ),
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "png": (b"\x89PNG\r\n", "image"),
    "webp": (b"RIFF\1\1\1\1WEBPVP8 ", "image"),
    "docx": (archive(word__document=b"<w/>"), "word"),
    "pptx": (archive(ppt__presentation=b"<p/>"), "powerpoint"),
    "zip of other files": (archive(photo=b"x"), "other_zip"),
    "cut workbook": (archive(xl__workbook=b"<w/>")[:40], "damaged"),
    "no workbook inside": (archive(xl__workbook=b"<w/>"), "damaged"),
    "bomb by ratio": (archive(xl__sheet=bytes(20_000_000)), "bomb"),
    "bomb as mimetype": (archive(mimetype=bytes(20_000_000)), "bomb"),
    "too many entries": (archive(**{f"xl__{n}": b"" for n in range(2001)}), "bomb"),
    "web page": (b"<html><table>", "web_page"),
    "no known encoding": (b"a,\xff\xff\x81\n", "encoding"),
    "binary": (b"a\0b\xff\xff\n", "unknown"),
    "too many lines": (b"a\n" * 100_001, "too_many_rows"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_refused_with_one_sentence(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(content, "名簿.xlsx")
    assert (caught.value.code, caught.value.message) == (code, MESSAGES[code])


@pytest.mark.parametrize(
    ("fault", "code"),
    [(confined.TooSlow("x"), "too_slow"), (confined.ConfinedError("x"), "damaged")],
)
def test_a_child_that_fails_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise fault

    monkeypatch.setattr(confined, "stream", fail)
    with pytest.raises(UnreadableFile) as caught:
        read_roster(saved(book(["a"])[0]))
    assert caught.value.code == code


def test_values_as_excel_shows_them() -> None:
    made, sheet = book(["a", 3, 3.5, True, datetime.date(2023, 6, 7), None, "#N/A"])
    sheet["H1"] = 123456789
    sheet["H1"].number_format = "0000000000"
    sheet["G1"].data_type = "e"
    (row,) = read_workbook(saved(made)).sheets[0].rows
    texts = [cell.text for cell in row.cells]
    assert texts == ["a", "3", "3.5", "TRUE", "2023-06-07", "", "#N/A", "0123456789"]
    assert [row.fault(c) for c in (0, 6)] == ["", "error"]


@pytest.mark.parametrize(
    ("cell", "text", "fault"),
    [
        (b"<f>B9</f>", "=B9", "formula"),
        (b"<f>B9</f><v/>", "=B9", "formula"),
        (b"<f>B9</f><v>7</v>", "7", ""),
    ],
    ids=["no result", "empty result", "result"],
)
def test_formulas_with_and_without_a_result(cell: bytes, text: str, fault: str) -> None:
    (row,) = read_workbook(_with_formula(b'<c r="A1">' + cell + b"</c>")).sheets[0].rows
    assert (row.text(0), row.fault(0)) == (text, fault)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell() -> None:
    content = _with_formula(b'<c r="A1" t="str"><f>IF(B9="","",B9)</f><v></v></c>')
    (row,) = read_workbook(content).sheets[0].rows
    assert (row.text(0), row.fault(0)) == ("", "")


def _with_formula(cell: bytes) -> bytes:
    made, sheet = book()
    sheet["A1"], sheet["B1"] = "=B9", "x"
    old = zipfile.ZipFile(io.BytesIO(saved(made)))
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as file:
        for name in old.namelist():
            content = re.sub(rb'<c r="A1".*?</c>', lambda _: cell, old.read(name))
            file.writestr(name, content)
    return new.getvalue()


def test_hidden_struck_and_merged() -> None:
    made, sheet = book(["a", "b"], ["c", "d"], ["e"], ["f"])
    sheet.row_dimensions[2].hidden = True
    sheet.row_dimensions[4].height = 0.5
    sheet["A3"].font = Font(strike=True)
    sheet.column_dimensions["B"].hidden = True
    sheet.merge_cells("C1:D2")
    made.create_sheet("控え").sheet_state = "hidden"
    first, second = read_workbook(saved(made)).sheets
    assert [r.hidden for r in first.rows] == [False, True, False, True]
    assert [r.struck for r in first.rows] == [False, False, True, False]
    assert first.hidden_columns == {1}
    assert first.merged == ((1, 2, 2, 3),)
    assert (first.hidden, second.hidden) == (False, True)


def test_rows_keep_excels_numbers() -> None:
    made, sheet = book()
    sheet["B7"] = "x"
    assert [row.number for row in read_workbook(saved(made)).sheets[0].rows] == [7]


def test_all_cells_together_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_CHARACTERS", 5)
    assert read_workbook(saved(book(["abc", "de"])[0])).sheets
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(saved(book(["abc", "def"])[0]))
    assert caught.value.code == "bomb"


def test_rows_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 1)
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(saved(book(["a"], ["b"])[0]))
    assert caught.value.code == "too_many_rows"


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-8", "cp932", "iso2022_jp", "euc_jp"]
)
def test_csv_in_every_encoding(encoding: str) -> None:
    content = "会社名,担当者\r\n株式会社学校,電話\r\n".encode(encoding)
    found = read_workbook(content, "求人.csv")
    assert found.encoding == encoding
    assert found.sheets[0].name == "求人"
    assert [c.text for c in found.sheets[0].rows[1].cells] == ["株式会社学校", "電話"]


def test_cp932_keeps_its_own_characters() -> None:
    (row,) = read_workbook("㈱髙﨑①,ｶﾅ".encode("cp932")).sheets[0].rows
    assert row.text(0) == "㈱髙﨑①"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_delimiters_and_quoted_line_breaks(delimiter: str) -> None:
    content = f'"a\nb"{delimiter}c\r\n\r\nd{delimiter}e\r\n'.encode()
    rows = read_workbook(content).sheets[0].rows
    assert [[c.text for c in r.cells] for r in rows] == [["a\nb", "c"], [], ["d", "e"]]
    assert rows[2].number == 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60).filter(lambda b: not b.startswith(b"PK")))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        answer = read_workbook(content).sheets[0].name
    except UnreadableFile as error:
        answer = error.message
    assert answer == "CSV" or answer in MESSAGES.values()
