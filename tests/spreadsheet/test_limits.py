"""A hostile file ends as one sentence, and soon: bombs, endless sizes, circles."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

import pytest

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.excel_sheet import SheetHandler
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.books import book, saved
from tests.spreadsheet.corpus import MAIN, as_excel_writes, rewritten
from tests.spreadsheet.packages import SPREADSHEET, archive, cell, compound, ods, row

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;">]><x>&c;</x>'
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
NOISE = random.Random(1).randbytes(1_000_000)  # no ratio gives this bomb away
HEAD = b'<worksheet xmlns="%s">' % MAIN


def refused(content: bytes) -> str:
    """Why it is refused."""
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(content)
    return caught.value.code


def with_part(part: str, told: bytes) -> bytes:
    """A workbook with one part of its own."""
    return rewritten(as_excel_writes(saved(book(["甲"])[0])), lambda n, p: told if n == part else p)


def sheet(markup: bytes) -> bytes:
    """A workbook whose sheet is this."""
    return with_part(SHEET, HEAD + markup + b"</worksheet>")


def merged(count: int) -> bytes:
    """Merged cells, in a row each."""
    cells = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, count + 1))
    return sheet(b'<sheetData><row><c t="str"><v>a</v></c></row></sheetData>' + cells)


def shared(times: int) -> bytes:
    """One text of 30,000 characters, shown many times over."""
    text = b"<sst xmlns='%s'><si><t>%s</t></si></sst>" % (MAIN, b"a" * 30_000)
    cells = b'<row><c t="s"><v>0</v></c></row>' * times
    made = sheet(b"<sheetData>%s</sheetData>" % cells)
    return rewritten(made, lambda n, p: text if n == "xl/sharedStrings.xml" else p)


def styles(count: int) -> bytes:
    """Styles that no cell has."""
    xfs = b'<xf fontId="0"/>' * count
    return with_part(
        STYLES, b'<styleSheet xmlns="%s"><cellXfs>%s</cellXfs></styleSheet>' % (MAIN, xfs)
    )


def lying() -> bytes:
    """An archive whose table of contents says that nothing is in it."""
    content = bytearray(archive({"xl/workbook.xml": bytes(20_000_000)}))
    at = content.index(b"PK\1\2") + 24
    content[at : at + 4] = struct.pack("<I", 10)
    return bytes(content)


def cyclic() -> bytes:
    """A compound file whose directory goes on in itself, and whose names lead back."""
    content = bytearray(compound("Something", "Other"))
    struct.pack_into("<I", content, 512 + 4, 1)  # the directory's sector after itself
    struct.pack_into("<I", content, 1024 + 2 * 128 + 72, 1)  # the second name's right neighbour
    return bytes(content)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zeros by the hundred megabytes": (
        lambda: archive({"xl/a.xml": bytes(limits.LARGEST_UNPACKED), "xl/b.xml": NOISE}),
        "bomb",
    ),
    "a thousandfold packed": (lambda: archive({"xl/sheet.xml": bytes(20_000_000)}), "bomb"),
    "a bomb as the file's own kind": (lambda: archive({"mimetype": bytes(20_000_000)}), "bomb"),
    "thousands of parts": (
        lambda: archive({f"xl/{n}": b"" for n in range(limits.MOST_ENTRIES + 1)}),
        "bomb",
    ),
    "a table of contents that lies": (lying, "damaged"),
    "entities in a sheet": (lambda: with_part(SHEET, ENTITIES), "bomb"),
    "entities in the workbook": (lambda: with_part("xl/workbook.xml", ENTITIES), "bomb"),
    "an entity from outside": (lambda: with_part(SHEET, EXTERNAL), "bomb"),
    "entities in an ods": (
        lambda: archive({"mimetype": SPREADSHEET, "content.xml": ENTITIES}),
        "bomb",
    ),
    "more styles than Excel can have": (lambda: styles(3 * limits.MOST_STYLES), "bomb"),
    "one long text shown a million times": (lambda: shared(2001), "bomb"),
    "more merged cells than rows": (lambda: merged(limits.MOST_MERGED + 1), "bomb"),
    "a circle of parts in a compound file": (cyclic, "unknown"),
    "names of a compound file beyond its end": (
        lambda: compound("Workbook").replace(b"\2\0\0\0\xff\xff\xff\xff", b"\2\0\0\0\x63\0\0\0"),
        "damaged",
    ),
    "more rows than we take": (
        lambda: sheet(b'<row><c t="str"><v>a</v></c></row>' * (limits.MOST_ROWS + 1)),
        "too_many_rows",
    ),
    "elements a hundred thousand deep": (
        lambda: sheet(b"<a>" * 100_000 + b"</a>" * 100_000),
        "empty_sheet",
    ),
    "a row before the first": (
        lambda: sheet(b'<row r="0"><c t="str"><v>a</v></c></row>'),
        "damaged",
    ),
}


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_one_sentence(make: Callable[[], bytes], code: str) -> None:
    content = make()
    assert len(content) <= limits.LARGEST_FILE
    assert refused(content) == code


LONG = b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>' % (b"a" * 40_000)
READ: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "a cell in the last row and column": (
        lambda: sheet(
            b'<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
            b'<row r="1048576"><c r="A1048576" t="str"><v>b</v></c>'
            b'<c r="XFD1048576"><v>1</v></c></row>'
        ),
        ["a", "b"],
    ),
    "a million styled rows without a word": (
        lambda: sheet(
            b'<row s="1" customFormat="1"/>' * 1_000_000 + b'<row><c t="str"><v>a</v></c></row>'
        ),
        ["a"],
    ),
    "styled cells without a word": (
        lambda: sheet(
            (b"<row>" + b'<c s="1"/>' * 500 + b"</row>") * 500
            + b'<row><c t="str"><v>a</v></c></row>'
        ),
        ["a"],
    ),
    "a column style over all columns": (
        lambda: sheet(
            b'<cols><col min="1" max="16384" hidden="1"/></cols><row><c t="str"><v>a</v></c></row>'
        ),
        ["a"],
    ),
    "as many merged cells as rows": (lambda: merged(limits.MOST_MERGED), ["a"]),
    "one long text shown often": (lambda: shared(3), ["a" * 30_000] * 3),
    "a cell longer than Excel's": (
        lambda: sheet(b'<row><c t="str"><v>%s</v></c></row>' % (b"a" * 40_000)),
        ["a" * limits.LONGEST_CELL],
    ),
    "a text of its own longer than Excel's": (
        lambda: sheet(LONG),
        ["a" * limits.LONGEST_CELL],
    ),
    "a merged cell over everything": (
        lambda: sheet(b'<row><c t="str"><v>a</v></c></row><mergeCell ref="A1:XFD1048576"/>'),
        ["a"],
    ),
    "a blank repeated a million times in an ods": (
        lambda: ods(
            row(cell("<text:p>a</text:p>"), cell("", 'table:number-columns-repeated="99999999"'))
        ),
        ["a"],
    ),
    "a text repeated a million times across": (
        lambda: ods(row(cell("<text:p>a</text:p>", 'table:number-columns-repeated="99999999"'))),
        ["a"],
    ),
}


@pytest.mark.parametrize(("make", "texts"), READ.values(), ids=READ)
def test_what_is_large_and_harmless_is_read(make: Callable[[], bytes], texts: list[str]) -> None:
    told = read_workbook(make()).sheets[0]
    rows = told.rows
    assert [each.text(0) for each in rows] == texts
    assert max(told.hidden_columns, default=0) < limits.MOST_COLUMNS
    assert max(len(each.cells) for each in rows) <= limits.MOST_COLUMNS


def test_merged_cells_over_each_other_do_not_take_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_COVERED", 50)
    rows = b'<row><c t="str"><v>a</v></c></row>' * 10
    once, often = (sheet(rows + b'<mergeCell ref="B1:C10"/>' * n) for n in (4, 5))
    assert read_workbook(once).sheets
    assert refused(often) == "bomb"


LIMITED = {
    "MOST_CELLS": (4, [["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d", "e"]]),
    "MOST_CHARACTERS": (5, [["abc", "de"]], [["abc", "def"]]),
    "MOST_ROWS": (1, [["a"]], [["a"], ["b"]]),
}


@pytest.mark.parametrize(("name", "case"), LIMITED.items(), ids=LIMITED)
def test_all_cells_together_are_limited(
    monkeypatch: pytest.MonkeyPatch, name: str, case: tuple[int, list[list[str]], list[list[str]]]
) -> None:
    most, fits, too_much = case
    monkeypatch.setattr(limits, name, most)
    assert read_workbook(saved(book(*fits)[0])).sheets
    assert refused(saved(book(*too_much)[0])) in ("bomb", "too_many_rows")


def test_sheets_share_what_a_file_may_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = book(["abc"])
    made.create_sheet()["A1"] = "def"
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 5)
    assert refused(saved(made)) == "bomb"
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 6)
    monkeypatch.setattr(limits, "MOST_SHEETS", 1)
    assert refused(saved(made)) == "bomb"


def test_memory_that_runs_out_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError

    content = saved(book(["a"])[0])
    monkeypatch.setattr(SheetHandler, "start", run_out)
    assert refused(content) == "bomb"


def test_a_table_of_contents_of_a_hundred_thousand_lines_is_not_even_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refused(b"PK\3\4" + b"PK\1\2" * 100_000) == "bomb"
    assert refused(b"PK\3\4" + b"PK\1\2" * 100) == "damaged"


def test_a_file_cut_anywhere_is_read_or_refused() -> None:
    content = saved(book(["甲", "a@x.example"])[0])
    assert {refused(content[:size]) for size in range(10, len(content) - 1, 97)} <= {"damaged"}
    assert read_workbook(io.BytesIO(content).read()).sheets
