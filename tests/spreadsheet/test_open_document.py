"""ods: what a cell shows, and nothing of what hangs on it."""

from __future__ import annotations

from typing import Any

import pytest

from eventmail.spreadsheet.cells import Cell
from eventmail.spreadsheet.gathering import Gathering
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.corpus import rewritten
from tests.spreadsheet.packages import cell, ods, row

STYLES = """
<style:style style:name="struck" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid"/></style:style>
<style:style style:name="child" style:family="table-cell" style:parent-style-name="struck"/>
<style:style style:name="not" style:family="table-cell" style:parent-style-name="struck">
<style:text-properties style:text-line-through-style="none"/></style:style>
<style:style style:name="round" style:family="table-cell" style:parent-style-name="about"/>
<style:style style:name="about" style:family="table-cell" style:parent-style-name="round"/>
<style:style style:name="run" style:family="text"><style:text-properties
 style:text-line-through-type="single"/></style:style>
<style:style style:name="plain" style:family="text"><style:text-properties
 style:text-line-through-type="none"/></style:style>
<style:style style:name="par" style:family="paragraph"><style:text-properties
 style:text-line-through-style="solid"/></style:style>
"""
TEXT = 'office:value-type="string"'
NUMBER = 'office:value-type="float" office:value='
DATE = 'office:value-type="date" office:date-value='
STRUCK = f'{TEXT} table:style-name="struck"'
COMMENT = "<office:annotation><dc:date>2026</dc:date><text:p>要確認</text:p></office:annotation>"
PICTURE = "<draw:frame><draw:text-box><text:p>図</text:p></draw:text-box></draw:frame>"
RUBY = (
    "<text:p><text:ruby><text:ruby-base>髙﨑</text:ruby-base>"
    "<text:ruby-text>タカサキ</text:ruby-text></text:ruby> 一郎</text:p>"
)
FORMULA = 'table:formula="of:=[.B9]"'
ERROR = f'{FORMULA} {TEXT} calcext:value-type="error"'

CELLS: dict[str, tuple[str, Cell]] = {
    "text": (cell("<text:p>髙﨑①㈱</text:p>"), Cell("髙﨑①㈱")),
    "paragraphs": (cell("<text:p>a</text:p><text:p>b</text:p>"), Cell("a\nb")),
    "line break": (cell("<text:p>a<text:line-break/>b</text:p>"), Cell("a\nb")),
    "tab": (cell("<text:p>a<text:tab/>b</text:p>"), Cell("a\tb")),
    "blanks": (cell('<text:p><text:s/>a<text:s text:c="3"/>b</text:p>'), Cell(" a   b")),
    "blanks of the markup": (cell("<text:p>\n  a\n  b</text:p>"), Cell("a b")),
    "ideographic space": (cell("<text:p>髙﨑　一郎</text:p>"), Cell("髙﨑　一郎")),
    "link": (cell("<text:p><text:a>a@x.example</text:a></text:p>"), Cell("a@x.example")),
    "comment": (cell(f"{COMMENT}<text:p>a</text:p>"), Cell("a")),
    "comment in the text": (cell(f"<text:p>a{COMMENT}b</text:p>"), Cell("ab")),
    "picture with a text": (cell(f"{PICTURE}<text:p>a</text:p>"), Cell("a")),
    "table in a cell": (
        cell(f"<text:p>a</text:p><table:table>{row('b')}</table:table>"),
        Cell("a"),
    ),
    "phonetic guide": (cell(RUBY), Cell("髙﨑 一郎")),
    "text in the value alone": (cell("", f'{TEXT} office:string-value="a"'), Cell("a")),
    "number": (cell("<text:p>5</text:p>", f'{NUMBER}"5"'), Cell("5", "", False, True)),
    "leading zeros by format": (
        cell("<text:p>0312345678</text:p>", f'{NUMBER}"312345678"'),
        Cell("0312345678", "", False, True),
    ),
    "hyphens by format": (
        cell("<text:p>03-1234-5678</text:p>", f'{NUMBER}"312345678"'),
        Cell("03-1234-5678", "", False, True),
    ),
    "corporate number in scientific notation": (
        cell("<text:p>7E+12</text:p>", f'{NUMBER}"7000012050002"'),
        Cell("7000012050002", "", False, True),
    ),
    "corporate number in a narrow column": (
        cell("<text:p>###</text:p>", f'{NUMBER}"7000012050002"'),
        Cell("7000012050002", "", False, True),
    ),
    "thousands": (
        cell("<text:p>1,234</text:p>", f'{NUMBER}"1234"'),
        Cell("1234", "", False, True),
    ),
    "rounded": (cell("<text:p>3</text:p>", f'{NUMBER}"2.5"'), Cell("2.5", "", False, True)),
    "decimals": (cell("<text:p>3.00</text:p>", f'{NUMBER}"3"'), Cell("3", "", False, True)),
    "currency": (
        cell("<text:p>¥1,234</text:p>", 'office:value-type="currency" office:value="1234"'),
        Cell("1234", "", False, True),
    ),
    "percentage": (
        cell("<text:p>50%</text:p>", 'office:value-type="percentage" office:value="0.5"'),
        Cell("50%", "", False, True),
    ),
    "boolean": (
        cell("<text:p>真</text:p>", 'office:value-type="boolean" office:boolean-value="true"'),
        Cell("TRUE"),
    ),
    "date": (cell("<text:p>26/12/9</text:p>", f'{DATE}"2026-12-09"'), Cell("2026-12-09")),
    "date in an era": (cell("<text:p>R8.12.9</text:p>", f'{DATE}"2026-12-09"'), Cell("R8.12.9")),
    "date with 年": (
        cell("<text:p>2026年12月9日</text:p>", f'{DATE}"2026-12-09"'),
        Cell("2026年12月9日"),
    ),
    "moment": (
        cell("<text:p>26/12/9 13:30</text:p>", f'{DATE}"2026-12-09T13:30:00"'),
        Cell("2026-12-09 13:30"),
    ),
    "moment shown as a date": (
        cell("<text:p>26/12/9</text:p>", f'{DATE}"2026-12-09T13:30:00"'),
        Cell("2026-12-09"),
    ),
    "time": (
        cell("<text:p>9:05</text:p>", 'office:value-type="time" office:time-value="PT9H5M0S"'),
        Cell("09:05:00"),
    ),
    "formula with a result": (cell("<text:p>a</text:p>", f"{FORMULA} {TEXT}"), Cell("a")),
    "formula without one": (cell("", FORMULA), Cell("=[.B9]", "formula")),
    "formula with an empty text": (cell("<text:p/>", FORMULA), Cell("")),
    "error": (cell("<text:p>#N/A</text:p>", ERROR), Cell("#N/A", "error")),
    "error of another program": (
        cell("<text:p>Err:502</text:p>", f"{FORMULA} {TEXT}"),
        Cell("Err:502", "error"),
    ),
    "text like an error": (cell("<text:p>#N/A</text:p>"), Cell("#N/A")),
    "struck": (cell("<text:p>a</text:p>", STRUCK), Cell("a", "", True)),
    "struck number": (
        cell("<text:p>5</text:p>", f'{NUMBER}"5" table:style-name="struck"'),
        Cell("5", "", True, True),
    ),
    "struck by a style above": (
        cell("<text:p>a</text:p>", f'{TEXT} table:style-name="child"'),
        Cell("a", "", True),
    ),
    "style that takes it back": (
        cell("<text:p>a</text:p>", f'{TEXT} table:style-name="not"'),
        Cell("a"),
    ),
    "styles in a circle": (
        cell("<text:p>a</text:p>", f'{TEXT} table:style-name="round"'),
        Cell("a"),
    ),
    "partly struck": (
        cell('<text:p><text:span text:style-name="run">a</text:span>b</text:p>'),
        Cell("ab", "", True),
    ),
    "struck paragraph": (cell('<text:p text:style-name="par">a</text:p>'), Cell("a", "", True)),
    "struck blank": (
        cell('<text:p>a<text:span text:style-name="run"> </text:span></text:p>'),
        Cell("a "),
    ),
    "span that is not struck in a struck cell": (
        cell('<text:p><text:span text:style-name="plain">a</text:span></text:p>', STRUCK),
        Cell("a"),
    ),
}


@pytest.mark.parametrize(("markup", "told"), CELLS.values(), ids=CELLS)
def test_a_cell(markup: str, told: Cell) -> None:
    content = ods(row(markup, "x"), STYLES)
    assert list(read_workbook(content).sheets[0].rows[0].cells) == [told, Cell("x")]


def test_columns_and_rows_strike_by_their_style_too() -> None:
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="struck"/>'
    rows = row("a", "b") + row("c", attributes='table:default-cell-style-name="struck"')
    told = read_workbook(ods(columns + rows, STYLES)).sheets[0].rows
    assert [[c.struck for c in each.cells] for each in told] == [[False, True], [True]]


def test_styles_of_their_own_part_are_known() -> None:
    content = ods(row(cell("<text:p>a</text:p>", f'{TEXT} table:style-name="S"')))
    style = (
        b'<s:style xmlns:s="urn:oasis:names:tc:opendocument:xmlns:style:1.0" s:name="S"'
        b' s:family="table-cell"><s:text-properties s:text-line-through-style="solid"/></s:style>'
    )
    with_styles = rewritten(content, lambda _, part: part, {"styles.xml": style})
    assert read_workbook(with_styles).sheets[0].rows[0].cells[0].struck


def test_repeated_cells_and_rows() -> None:
    twice = cell("<text:p>a</text:p>", f'{TEXT} table:number-columns-repeated="2"')
    table = row(twice, "b", attributes='table:number-rows-repeated="2"') + row("c")
    rows = read_workbook(ods(table)).sheets[0].rows
    assert [(each.number, [c.text for c in each.cells]) for each in rows] == [
        (1, ["a", "a", "b"]),
        (2, ["a", "a", "b"]),
        (3, ["c"]),
    ]


def test_a_million_blank_rows_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: list[int] = []
    add = Gathering.add

    def counted(self: Gathering, number: int, *rest: Any) -> None:
        numbers.append(number)
        add(self, number, *rest)

    monkeypatch.setattr(Gathering, "add", counted)
    blank = row("<table:table-cell/>", attributes='table:number-rows-repeated="1048570"')
    rows = read_workbook(ods(row("a") + blank + row("b"))).sheets[0].rows
    assert [each.number for each in rows] == numbers == [1, 1_048_572]


def test_a_million_filled_rows_are_too_many() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(ods(row("a", attributes='table:number-rows-repeated="1048576"')))
    assert caught.value.code == "too_many_rows"


@pytest.mark.parametrize("name", ["rows", "columns"])
def test_nothing_is_repeated_less_than_once(name: str) -> None:
    attributes = f'table:number-{name}-repeated="-5"'
    cells = (cell("<text:p>a</text:p>", attributes if name == "columns" else TEXT),)
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(ods(row(*cells, attributes=attributes if name == "rows" else "")))
    assert caught.value.code == "damaged"


def test_hidden_and_filtered_rows() -> None:
    table = (
        row("a")
        + row("b", attributes='table:visibility="collapse"')
        + row("c", attributes='table:visibility="filter"')
        + f'<table:table-row-group table:display="false">{row("d")}</table:table-row-group>'
        + f"<table:table-header-rows>{row('e')}</table:table-header-rows>"
        + f"<table:table-row-group>{row('f')}</table:table-row-group>"
    )
    rows = read_workbook(ods(table)).sheets[0].rows
    assert [(each.hidden, each.filtered) for each in rows] == [
        (False, False),
        (True, False),
        (True, True),
        (True, False),
        (False, False),
        (False, False),
    ]


def test_hidden_columns() -> None:
    columns = (
        "<table:table-column/>"
        '<table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
        '<table:table-column-group table:display="false"><table:table-column/>'
        "</table:table-column-group><table:table-column/>"
    )
    assert read_workbook(ods(columns + row("a"))).sheets[0].hidden_columns == {1, 2, 3}


def test_merged_cells_and_what_they_cover() -> None:
    spans = f'{TEXT} table:number-columns-spanned="2" table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell><text:p>隠れ</text:p></table:covered-table-cell>"
    table = row(cell("<text:p>甲</text:p>", spans), covered) + row(covered, covered, "外")
    told = read_workbook(ods(table)).sheets[0]
    assert told.merged == ((1, 0, 2, 1),)
    assert [[c.text for c in each.cells] for each in told.rows] == [["甲", ""], ["", "", "外"]]


def test_a_hidden_sheet() -> None:
    content = ods(row("a"))
    style = (
        '<style:style style:name="ta" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    other = f'<table:table table:name="控え" table:style-name="ta">{row("b")}</table:table>'
    assert not read_workbook(content).sheets[0].hidden
    told = read_workbook(ods(row("a"), style, other)).sheets
    assert [(each.name, each.hidden) for each in told] == [("控え", True), ("名簿", False)]


def test_deleted_rows_that_are_kept_as_changes_are_no_rows() -> None:
    deleted = f"<table:deletion>{row('b')}</table:deletion>"
    changes = f"<table:tracked-changes>{deleted}</table:tracked-changes>"
    (sheet,) = read_workbook(ods(row("a"), before=changes)).sheets
    assert [each.text(0) for each in sheet.rows] == ["a"]


def test_shapes_of_the_sheet_are_no_cells() -> None:
    shapes = f"<table:shapes>{PICTURE}</table:shapes>"
    (sheet,) = read_workbook(ods(shapes + row("a"))).sheets
    assert [each.text(0) for each in sheet.rows] == ["a"]
