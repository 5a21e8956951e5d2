"""xlsx and xlsm: every cell as Excel shows it, and what Excel hides told as such."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, xml
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.books import book, saved
from tests.spreadsheet.corpus import MAIN, as_excel_writes, rewritten
from tests.spreadsheet.packages import archive

STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
SHEET = "xl/worksheets/sheet1.xml"


def first(content: bytes) -> list[Cell]:
    """The cells of the first row."""
    return list(read_workbook(content).sheets[0].rows[0].cells)


def with_part(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something in one of its parts put differently."""

    def change(name: str, told: bytes) -> bytes:
        if name != part:
            return told
        assert re.search(old, told)
        return re.sub(old, lambda _: new, told)

    return rewritten(content, change)


def with_cell(markup: bytes) -> bytes:
    """A workbook whose A1 is this markup."""
    made, sheet = book()
    sheet["A1"], sheet["B1"] = "=B9", "x"
    return with_part(as_excel_writes(saved(made)), SHEET, rb'<c r="A1".*?</c>', markup)


VALUES: dict[str, tuple[Any, str, bool]] = {
    "text": ("髙﨑①㈱", "髙﨑①㈱", False),
    "text with blanks around": (" 空白　", " 空白　", False),
    "text with a line break": ("a\nb", "a\nb", False),
    "whole number": (3, "3", True),
    "whole number kept as a fraction": (3.0, "3", True),
    "fraction": (2.5, "2.5", True),
    "negative": (-4, "-4", True),
    "corporate number": (7000012050002, "7000012050002", True),
    "yes": (True, "TRUE", False),
    "no": (False, "FALSE", False),
    "date": (datetime.date(2026, 12, 9), "2026-12-09", False),
    "moment": (datetime.datetime(2026, 12, 9, 13, 30), "2026-12-09 13:30", False),  # noqa: DTZ001
    "time": (datetime.time(9, 5), "09:05:00", False),
}


@pytest.mark.parametrize(("value", "text", "numeric"), VALUES.values(), ids=VALUES)
def test_a_value_as_excel_shows_it(value: object, text: str, numeric: bool) -> None:
    assert first(saved(book([value])[0])) == [Cell(text, "", False, numeric)]


MARKUP = {
    "text of its own": (b'<c r="A1" t="inlineStr"><is><t>a</t></is></c>', Cell("a")),
    "text of its own with a guide": (
        '<c t="inlineStr"><is><t>髙﨑</t><rPh sb="0"><t>タカサキ</t></rPh></is></c>'.encode(),
        Cell("髙﨑"),
    ),
    "partly struck text of its own": (
        b'<c r="A1" t="inlineStr"><is><r><rPr><strike/></rPr><t>a</t></r><r><t>b</t></r></is></c>',
        Cell("ab", "", True),
    ),
    "a run that is said not to be struck": (
        b'<c r="A1" t="inlineStr"><is><r><rPr><strike val="0"/></rPr><t>a</t></r></is></c>',
        Cell("a"),
    ),
    "a struck blank": (
        b'<c r="A1" t="inlineStr"><is><r><rPr><strike/></rPr><t> </t></r><r><t>b</t></r></is></c>',
        Cell(" b"),
    ),
    "what XML cannot hold": (
        b'<c r="A1" t="inlineStr"><is><t>a_x000A_b_x005F_x000A_</t></is></c>',
        Cell("a\nb_x000A_"),
    ),
    "formula's text": (b'<c r="A1" t="str"><f>B9</f><v>a</v></c>', Cell("a")),
    "formula's number": (b'<c r="A1"><f>B9</f><v>7</v></c>', Cell("7", "", False, True)),
    "formula without a result": (b'<c r="A1"><f>B9</f></c>', Cell("=B9", "formula")),
    "formula with an empty result": (b'<c r="A1"><f>B9</f><v/></c>', Cell("=B9", "formula")),
    "shared formula": (b'<c r="A1"><f t="shared" si="0"/></c>', Cell("=", "formula")),
    "formula's empty text": (b'<c r="A1" t="str"><f>IF(B9="","",B9)</f><v></v></c>', Cell("")),
    "formula's error": (b'<c r="A1" t="e"><f>B9</f><v>#REF!</v></c>', Cell("#REF!", "error")),
    "error": (b'<c r="A1" t="e"><v>#N/A</v></c>', Cell("#N/A", "error")),
    "date of Strict Open XML": (
        b'<c r="A1" t="d"><v>2026-12-09T00:00:00</v></c>',
        Cell("2026-12-09"),
    ),
    "cell without its place": (b'<c t="str"><v>a</v></c>', Cell("a")),
    "style that is not there": (b'<c r="A1" s="99"><v>7</v></c>', Cell("7", "", False, True)),
}


@pytest.mark.parametrize(("markup", "cell"), MARKUP.values(), ids=MARKUP)
def test_a_cell_however_it_is_written(markup: bytes, cell: Cell) -> None:
    assert first(with_cell(markup)) == [cell, Cell("x")]


BROKEN = {
    "text that is not there": b'<c r="A1" t="s"><v>99</v></c>',
    "text before the first": b'<c r="A1" t="s"><v>-1</v></c>',
    "place without a column": b'<c r="A1"><v>1</v></c><c r="12"><v>2</v></c>',
    "no number": b'<c r="A1"><v>seven</v></c>',
    "a row twice": b'<c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c>',
    "a row beyond the last": b'</row><row r="1048577"><c r="A1048577"><v>1</v></c>',
}


@pytest.mark.parametrize("markup", BROKEN.values(), ids=BROKEN)
def test_what_excel_would_call_broken(markup: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(with_cell(markup))
    assert caught.value.code == "damaged"


def test_a_format_by_number_of_a_japanese_excel() -> None:
    made, sheet = book([datetime.date(2026, 12, 9)])
    sheet["A1"].number_format = "0.00"  # any that is kept by its number
    content = with_part(saved(made), "xl/styles.xml", rb'numFmtId="2"', b'numFmtId="58"')
    assert first(content) == [Cell("令和8年12月9日")]


def test_a_workbook_that_counts_its_days_from_1904() -> None:
    made, _ = book([datetime.date(2026, 12, 9)])
    made.epoch = datetime.datetime(1904, 1, 1)  # noqa: DTZ001
    assert first(saved(made))[0].text == "2026-12-09"


def test_phonetic_guides_are_never_glued_to_a_name() -> None:
    content = as_excel_writes(saved(book(["髙﨑 一郎"])[0]), {"髙﨑 一郎": "タカサキイチロウ"})
    assert "タカサキ".encode() in zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml")
    assert first(content) == [Cell("髙﨑 一郎")]


def test_what_is_struck_as_a_whole_and_in_part() -> None:
    made, sheet = book(["消した行"], ["残る", "消した"], [], ["残る"])
    sheet["A1"].font = sheet["B2"].font = Font(strike=True)
    sheet["A3"] = CellRichText(TextBlock(InlineFont(strike=True), "旧名"), "新名")
    rows = read_workbook(saved(made)).sheets[0].rows
    assert [[c.struck for c in row.cells] for row in rows] == [
        [True],
        [False, True],
        [True],
        [False],
    ]
    assert [row.struck for row in rows] == [True, False, True, False]
    assert rows[2].text(0) == "旧名新名"


def test_hidden_rows_columns_and_sheets_and_merged_cells() -> None:
    made, sheet = book(["a", "b"], ["c", "d"], ["e"], ["f"])
    sheet.row_dimensions[2].hidden = True
    sheet.row_dimensions[4].height = 0.5
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions["D"].width = 77
    sheet.merge_cells("C1:D2")
    made.create_sheet("控え").sheet_state = "hidden"
    made.create_sheet("奥").sheet_state = "veryHidden"
    content = with_part(saved(made), SHEET, rb'width="77"', b'width="0"')
    told, *others = read_workbook(content).sheets
    assert [row.hidden for row in told.rows] == [False, True, False, True]
    assert told.hidden_columns == {1, 3}
    assert told.merged == ((1, 2, 2, 3),)
    assert [told.hidden, *(each.hidden for each in others)] == [False, True, True]


def test_what_a_merged_cell_covers_is_not_shown() -> None:
    content = saved(book(["甲", "隠れ"], ["下", "角", "外"])[0])
    merged = b'<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells><pageMargins'
    told = read_workbook(with_part(content, SHEET, rb"<pageMargins", merged)).sheets[0]
    assert [[c.text for c in row.cells] for row in told.rows] == [["甲", ""], ["", "", "外"]]


def test_rows_keep_excels_numbers_over_gaps() -> None:
    made, sheet = book()
    sheet["B7"], sheet["A9"] = "x", "y"
    rows = read_workbook(saved(made)).sheets[0].rows
    assert [(row.number, row.text(0), row.text(1)) for row in rows] == [(7, "", "x"), (9, "y", "")]


def filtered(change: Callable[[Any], None]) -> list[tuple[bool, bool]]:
    """Whether rows 1, 2 and 5 of a sheet are hidden, and filtered."""
    made, sheet = book(["参加"], ["いいえ"], ["はい"], ["はい"], ["下に離れた行"])
    for number in (1, 2, 5):
        sheet.row_dimensions[number].hidden = True
    change(sheet)
    rows = read_workbook(saved(made)).sheets[0].rows
    return [(row.hidden, row.filtered) for row in rows if row.number in (1, 2, 5)]


def _filter_of_the_sheet(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:A4"
    sheet.auto_filter.add_filter_column(0, ["はい"])


def _filter_that_hides_nothing(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:A4"


def _filter_of_a_table(sheet: Any) -> None:
    table = Table(displayName="名簿", ref="A1:A4")
    table._initialise_columns()
    table.tableColumns[0].name = "参加"
    table.autoFilter.add_filter_column(0, ["はい"])
    sheet.add_table(table)


def _filter_in_place(sheet: Any) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    sheet.sheet_properties.filterMode = True
    name = "_xlnm._FilterDatabase"
    sheet.defined_names[name] = DefinedName(name, attr_text="名簿!$A$1:$A$4", hidden=True)


FILTERS = {
    "by hand": (lambda _: None, False),
    "a filter": (_filter_of_the_sheet, True),
    "a filter that is set to nothing": (_filter_that_hides_nothing, False),
    "a table's filter": (_filter_of_a_table, True),
    "an advanced filter in place": (_filter_in_place, True),
}


@pytest.mark.parametrize(("change", "is_filtered"), FILTERS.values(), ids=FILTERS)
def test_what_hides_a_row(change: Callable[[Any], None], is_filtered: bool) -> None:
    assert filtered(change) == [(True, False), (True, is_filtered), (True, False)]


def test_strict_open_xml_is_read_like_any_other() -> None:
    content = saved(book(["株式会社甲", 5])[0])
    strict = rewritten(content, lambda _, part: part.replace(MAIN, STRICT))
    assert strict != content
    assert first(strict) == first(content)


def test_names_in_the_archive_may_differ_in_case_and_slashes() -> None:
    with zipfile.ZipFile(io.BytesIO(saved(book(["甲"])[0]))) as old:
        parts = {name.upper().replace("/", "\\"): old.read(name) for name in old.namelist()}
    parts = {name.replace("XL\\", "xl\\"): part for name, part in parts.items()}
    assert first(archive(parts)) == [Cell("甲")]


def test_elements_may_have_a_prefix() -> None:
    markup = (
        b'<x:worksheet xmlns:x="' + MAIN + b'"><x:sheetData><x:row><x:c t="str"><x:v>a</x:v>'
        b"</x:c></x:row></x:sheetData></x:worksheet>"
    )
    content = rewritten(saved(book(["b"])[0]), lambda name, part: markup if name == SHEET else part)
    assert first(content) == [Cell("a")]


def test_an_odd_style_does_not_make_the_roster_unreadable() -> None:
    content = saved(book(["甲"])[0])
    odd = with_part(
        content, "xl/styles.xml", rb"<fills.*?</fills>", b'<fills><fill odd="1"/></fills>'
    )
    assert first(odd) == [Cell("甲")]


def test_a_workbook_with_macros_is_told() -> None:
    relation = b'<Relationship Id="m" Target="vbaProject.bin" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"/></Relationships>'
    part = "xl/_rels/workbook.xml.rels"
    content = saved(book(["甲"])[0])
    assert read_workbook(content).format == "xlsx"
    assert read_workbook(with_part(content, part, b"</Relationships>", relation)).format == "xlsm"


def test_a_workbook_of_a_chart_alone_and_of_a_picture_alone() -> None:
    chart = Workbook()
    chart.remove(chart.active)  # type: ignore[arg-type]
    chart.create_chartsheet().add_chart(BarChart())
    drawing, sheet = book()
    sheet.add_chart(BarChart())
    codes = []
    for made in (chart, drawing):
        with pytest.raises(UnreadableFile) as caught:
            read_workbook(saved(made))
        codes.append(caught.value.code)
    assert codes == ["chart_only", "image_only"]


def test_workbooks_are_read_by_the_parser_whose_limits_are_tested() -> None:
    """lxml is installed for Word files; openpyxl must not take to it."""
    assert xml.LXML is False
