"""What a workbook hides: each case as it happened, and the nearest file with nothing to hide."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

from eventmail.scanning.report import Scan, Trace
from eventmail.scanning.scanner import look
from tests.scanning import office
from tests.scanning.office import Change, workbook


def found(scan: Scan) -> set[tuple[Trace, str]]:
    return {(each.what, each.where) for each in scan.hidden}


def hide_row(book: Any) -> None:
    book["案内"].row_dimensions[3].hidden = True


def flatten_row(book: Any) -> None:
    book["案内"].row_dimensions[3].height = 0.5


def filter_rows(book: Any) -> None:
    book["案内"].auto_filter.ref = "A1:C3"
    hide_row(book)


def hide_column(book: Any) -> None:
    book["案内"].column_dimensions["C"].hidden = True


def narrow_column(book: Any) -> None:
    book["案内"].column_dimensions["C"].width = 0.1


def hide_far_column(book: Any) -> None:
    book["案内"]["XFC2"] = "担当者の携帯"
    book["案内"].column_dimensions["XFC"].hidden = True


def hide_rest(book: Any) -> None:
    book["案内"].column_dimensions.group("E", "XFD", hidden=True)
    book["案内"].row_dimensions[9].hidden = True


def no_number(book: Any) -> None:
    book["案内"]["A5"] = "社外秘"
    book["案内"]["A5"].number_format = ";;;"


def merge_over(book: Any) -> None:
    sheet = book["案内"]
    sheet["A5"], sheet["B5"] = "見出し", "社外秘"
    sheet.merged_cells.add("A5:B5")


def table(book: Any) -> None:
    book["案内"].add_table(Table(displayName="表", ref="A1:C3"))


def white_heading(book: Any) -> None:
    book["案内"]["A1"].font = Font(color="FFFFFFFF")


def coloured_by_rule(book: Any) -> None:
    red = PatternFill(bgColor="FFFF0000")
    rule = FormulaRule(formula=["TRUE"], fill=red)
    book["案内"].conditional_formatting.add("A5:A9", rule)


def empty_hidden_sheet(book: Any) -> None:
    book.create_sheet("空").sheet_state = "hidden"


def properties(**values: str) -> Change:
    def change(book: Any) -> None:
        for name, value in values.items():
            setattr(book.properties, name, value)

    return change


def hidden_name(book: Any) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    book.defined_names["宛先"] = DefinedName("宛先", attr_text='"a@minato.example"', hidden=True)


FIRES: dict[str, tuple[bytes, Trace, str]] = {
    "hidden sheet": (workbook(office.hidden_sheet()), Trace.SHEET, "シート「内部」"),
    "very hidden sheet": (
        workbook(office.hidden_sheet("veryHidden")),
        Trace.SHEET,
        "シート「内部」",
    ),
    "hidden row": (workbook(hide_row), Trace.ROW, "シート「案内」の3行目"),
    "row of no height": (workbook(flatten_row), Trace.ROW, "シート「案内」の3行目"),
    "filtered row": (
        workbook(filter_rows),
        Trace.ROW,
        "シート「案内」の3行目（フィルターで非表示）",
    ),
    "hidden column": (workbook(hide_column), Trace.COLUMN, "シート「案内」のC列"),
    "column of no width": (workbook(narrow_column), Trace.COLUMN, "シート「案内」のC列"),
    "column at the far end": (workbook(hide_far_column), Trace.COLUMN, "シート「案内」のXFC列"),
    "comment": (
        workbook(office.commented),
        Trace.COMMENT,
        "シート「案内」のB2のコメント",
    ),
    "white on white": (workbook(office.in_white), Trace.HIDDEN_TEXT, "シート「案内」のA5"),
    "format of nothing": (workbook(no_number), Trace.HIDDEN_TEXT, "シート「案内」のA5"),
    "under a merged cell": (workbook(merge_over), Trace.HIDDEN_TEXT, "シート「案内」のB5"),
    "pivot cache": (
        office.with_pivot(workbook(), "みなと電機", "青空製作所"),
        Trace.PIVOT_CACHE,
        "ピボットテーブルのキャッシュ（もとのデータ2行）",
    ),
    "pivot cache of names only": (
        office.with_pivot(workbook(), "みなと電機", records=0),
        Trace.PIVOT_CACHE,
        "ピボットテーブルのキャッシュ（項目の名前）",
    ),
    "pivot cache of a sheet that is gone": (
        office.with_pivot(workbook(), "受付", "開会"),
        Trace.PIVOT_CACHE,
        "ピボットテーブルのキャッシュ（もとのデータ2行）",
    ),
    "row that a table's filter hides": (
        workbook(table, hide_row),
        Trace.ROW,
        "シート「案内」の3行目（フィルターで非表示）",
    ),
    "creator": (
        workbook(properties(creator="森下 あかり")),
        Trace.PROPERTY,
        "プロパティの「作成者」",
    ),
    "remark in the properties": (
        workbook(properties(description="みなと電機には送らない")),
        Trace.PROPERTY,
        "プロパティの「コメント欄」",
    ),
    "hidden name": (workbook(hidden_name), Trace.DEFINED_NAME, "名前「宛先」"),
}
FIRES |= {
    "threaded comment": (
        office.with_parts(
            workbook(),
            {},
            {
                "xl/worksheets/_rels/sheet1.xml.rels": office.relations(
                    ("threadedComment", "../threadedComments/threadedComment1.xml")
                ),
                "xl/threadedComments/threadedComment1.xml": (
                    '<ThreadedComments xmlns="t"><threadedComment ref="B2"><text>みなと電機は辞退'
                    "</text></threadedComment></ThreadedComments>"
                ),
            },
        ),
        Trace.COMMENT,
        "シート「案内」のB2のコメント",
    ),
    "values of another workbook": (
        office.with_parts(
            workbook(),
            {},
            {
                "xl/externalLinks/externalLink1.xml": (
                    f'<externalLink xmlns="{office.X}"><externalBook><sheetDataSet><sheetData>'
                    '<row r="1"><cell r="A1" t="str"><v>みなと電機</v></cell></row>'
                    "</sheetData></sheetDataSet></externalBook></externalLink>"
                ),
                "xl/externalLinks/_rels/externalLink1.xml.rels": office.relations(
                    ("externalLinkPath", "file:///C:\\Users\\morishita\\名簿.xlsx")
                ),
            },
        ),
        Trace.EXTERNAL_LINK,
        "ほかのブックから写した値",
    ),
    "changes of a shared workbook": (
        office.with_parts(
            workbook(),
            {},
            {
                "xl/revisions/revisionLog1.xml": (
                    f'<revisions xmlns="{office.X}"><rcc><oc r="A1"><is><t>みなと電機'
                    "</t></is></oc></rcc></revisions>"
                )
            },
        ),
        Trace.TRACKED_CHANGE,
        "ブックの変更履歴（共有ブック）",
    ),
    "data model": (
        office.with_parts(workbook(), {}, {"xl/model/item.data": "x"}),
        Trace.PIVOT_CACHE,
        "データモデル（Power Pivot）",
    ),
    "data connection": (
        office.with_parts(
            workbook(),
            {},
            {
                "xl/connections.xml": (
                    f'<connections xmlns="{office.X}"><connection name="名簿"/></connections>'
                )
            },
        ),
        Trace.EXTERNAL_LINK,
        "データ接続「名簿」",
    ),
}
STAYS_QUIET: dict[str, bytes] = {
    "an ordinary sheet": workbook(),
    "a second sheet that is shown": workbook(office.hidden_sheet("visible")),
    "an empty hidden sheet": workbook(empty_hidden_sheet),
    "nothing in the hidden columns and rows": workbook(hide_rest),
    "white on blue": workbook(office.white_on_blue),
    "white in a table, which brings colours": workbook(table, white_heading),
    "white where a rule brings colours": workbook(office.in_white, coloured_by_rule),
    "a filter that hides nothing": workbook(
        lambda book: setattr(book["案内"].auto_filter, "ref", "A1:C3")
    ),
    "a pivot of what is shown": office.with_pivot(workbook(), "受付", "開会", sheet="案内"),
}


@pytest.mark.parametrize(("content", "what", "where"), FIRES.values(), ids=FIRES)
def test_what_is_hidden_is_found(content: bytes, what: Trace, where: str) -> None:
    scan = look(content, "案内.xlsx")
    assert (what, where) in found(scan)
    assert not scan.unscannable


@pytest.mark.parametrize("content", STAYS_QUIET.values(), ids=STAYS_QUIET)
def test_nothing_hidden_is_nothing_found(content: bytes) -> None:
    scan = look(content, "案内.xlsx")
    assert not scan.unscannable
    assert scan.hidden == ()


def test_the_pages_of_a_workbook_are_its_sheets() -> None:
    assert look(workbook(office.hidden_sheet()), "案内.xlsx").pages == 2


def test_an_address_on_a_hidden_sheet_is_an_address_of_the_file() -> None:
    scan = look(workbook(office.hidden_sheet()), "案内.xlsx")
    assert scan.addresses == ("saiyo@minato-denki.example",)
    places = {each.where: each.text for each in scan.passages}
    assert places["非表示のシート「内部」の1行目"] == "株式会社みなと電機"
    assert places["シート「案内」の2行目"] == "13:00\t受付\t1階"


def test_the_name_of_a_program_is_nobodys_name() -> None:
    assert look(workbook(properties(creator="Microsoft Office User")), "a.xlsx").hidden == ()


def test_a_title_that_the_sheet_shows_tells_nothing_new() -> None:
    assert look(workbook(properties(title="受付")), "a.xlsx").hidden == ()
    assert look(workbook(properties(title="昨年の受付")), "a.xlsx").hidden != ()


def test_an_ordinary_creator_weighs_less_than_a_remark() -> None:
    scan = look(workbook(properties(creator="森下", keywords="内部用")), "a.xlsx")
    assert {each.where: each.usual for each in scan.hidden} == {
        "プロパティの「作成者」": True,
        "プロパティの「キーワード」": False,
    }
