"""The header is found below titles; what is no participant is skipped with its reason."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.cells import Sheet, Workbook
from eventmail.spreadsheet.choosing import choose_sheet
from eventmail.spreadsheet.layout import Table
from eventmail.spreadsheet.layout import find_table as found
from eventmail.spreadsheet.mapping import guess
from eventmail.spreadsheet.sifting import sift
from tests.spreadsheet.books import HEADER, sheet_of

ONE = ("株式会社一番", "山田 太郎", "ichi@ichiban.example")
TWO = ("株式会社二番", "", "ni@niban.example")


def find_table(sheet: Sheet) -> Table:
    table = found(sheet)
    samples = [table.values(c) for c in range(len(table.headers))]
    return sift(table, guess(table.headers, samples))


def numbers(*rows: tuple[str, ...]) -> tuple[list[int], list[int]]:
    table = find_table(sheet_of(*rows))
    return [r.number for r in table.rows], [s.number for s in table.skipped]


def test_header_below_title_and_blank_row() -> None:
    table = find_table(sheet_of(("参加企業一覧",), (), HEADER, ONE))
    assert (table.header_rows, table.headers) == ((3,), HEADER)
    assert [row.number for row in table.rows] == [4]


def test_unknown_header_words_are_found_above_the_addresses() -> None:
    table = find_table(sheet_of(("題",), ("ア", "イ", "ウ"), ONE))
    assert table.header_rows == (2,)


def test_no_header_at_all() -> None:
    table = find_table(sheet_of(ONE, TWO))
    assert table.header_rows == ()
    assert [row.number for row in table.rows] == [1, 2]


def test_header_of_two_rows() -> None:
    upper = ("学校名", "進路指導担当", "")
    lower = ("", "氏名", "E-mail")
    merged = ((1, 0, 2, 0), (1, 1, 1, 2))
    table = find_table(sheet_of(upper, lower, ONE, merged=merged))
    assert (table.header_rows, table.headers) == (
        (1, 2),
        ("学校名", "進路指導担当 氏名", "進路指導担当 E-mail"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "※ 変更は学卒部門まで",
        "以上",
        "合計",
        "合　計 30社",
        "備考：車は2台まで",
        "計 2社",
        "■製造業",
        "【製造業】",
    ],
)
def test_notes_totals_and_dividers_are_skipped(text: str) -> None:
    assert numbers(HEADER, ONE, (text,), TWO) == ([2, 4], [3])


def test_a_repeated_header_is_skipped() -> None:
    assert numbers(HEADER, ONE, HEADER, TWO) == ([2, 4], [3])


def test_a_company_alone_is_no_divider() -> None:
    assert numbers(HEADER, ONE, ("株式会社アドレス忘れ",)) == ([2, 3], [])


def test_a_row_with_an_address_is_never_skipped() -> None:
    assert numbers(HEADER, ("合計株式会社", "", "goukei@goukei.example")) == ([2], [])


def test_a_company_merged_downwards_belongs_to_each_row() -> None:
    table = find_table(sheet_of(HEADER, ONE, ("", "佐藤", "b@c.example"), merged=((2, 0, 3, 0),)))
    assert [row.text(0) for row in table.rows] == ["株式会社一番", "株式会社一番"]


def test_an_address_merged_downwards_is_not_copied() -> None:
    table = find_table(sheet_of(HEADER, ONE, ("株式会社三番", "佐藤"), merged=((2, 2, 3, 2),)))
    assert [row.text(2) for row in table.rows] == ["ichi@ichiban.example", ""]


def test_the_sheet_with_the_roster_is_chosen() -> None:
    cover = sheet_of(("表紙",), name="表紙")
    roster = sheet_of(HEADER, ONE, name="参加校")
    assert choose_sheet(Workbook((cover, roster))).name == "参加校"
