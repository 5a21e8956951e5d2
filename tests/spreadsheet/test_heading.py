"""The header is found below titles, in one row or more; what stands above it is told."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.choosing import best, candidate
from eventmail.spreadsheet.layout import find_table
from tests.spreadsheet.books import HEADER, sheet_of

ONE = ("株式会社一番", "山田 太郎", "ichi@ichiban.example")
TWO = ("株式会社二番", "", "ni@niban.example")
Merged = tuple[tuple[int, int, int, int], ...]


def test_header_below_title_and_blank_row() -> None:
    table = find_table(sheet_of(("参加企業一覧",), (), HEADER, ONE))
    assert (table.header_rows, table.headers) == ((3,), HEADER)
    assert [row.number for row in table.above] == [1]
    assert [row.number for row in table.rows] == [4]


ABOVE = {
    "an office with phone": (("担当", "学卒部門", "電話", "0123-45-6789"),),
    "a date and a place": (("開催日：12月9日", "会場：市民センター"),),
    "an address": (("提出先：a@b.example",),),
    "a legend": (("○参加　×辞退",),),
}


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_what_stands_above_is_no_header(above: tuple[tuple[str, ...], ...]) -> None:
    assert find_table(sheet_of(*above, HEADER, ONE)).header_rows == (2,)


def test_unknown_header_words_are_found_above_the_addresses() -> None:
    table = find_table(sheet_of(("題",), ("ア", "イ", "ウ"), ONE))
    assert table.header_rows == (2,)


def test_no_header_at_all() -> None:
    table = find_table(sheet_of(ONE, TWO))
    assert table.header_rows == ()
    assert [row.number for row in table.rows] == [1, 2]


def test_a_row_without_address_before_the_first_address_is_no_header() -> None:
    table = find_table(sheet_of(("株式会社三番", "佐藤"), ONE))
    assert table.header_rows == ()


TALL: dict[str, tuple[tuple[tuple[str, ...], ...], Merged, tuple[str, ...]]] = {
    "merged both ways": (
        (("学校名", "進路指導担当", ""), ("", "氏名", "E-mail")),
        ((1, 0, 2, 0), (1, 1, 1, 2)),
        ("学校名", "進路指導担当 氏名", "進路指導担当 E-mail"),
    ),
    "not merged": (
        (("会社名", "担当者", ""), ("", "氏名", "メール")),
        (),
        ("会社名", "担当者氏名", "メール"),
    ),
    "words split": (
        (("事業", "担当", "メール"), ("所名", "者名", "アドレス")),
        (),
        ("事業所名", "担当者名", "メールアドレス"),
    ),
    "the lower row says more": (
        (("会社", "", "担当者"), ("名称", "住所", "メール")),
        ((1, 0, 1, 1),),
        ("会社 名称", "会社 住所", "担当者メール"),
    ),
    "three rows": (
        (("一覧番号", "連絡先", ""), ("会社名", "担当者", ""), ("", "氏名", "メール")),
        ((1, 1, 1, 2), (2, 0, 3, 0), (2, 1, 2, 2)),
        ("一覧番号 会社名", "連絡先 担当者 氏名", "連絡先 担当者 メール"),
    ),
}


@pytest.mark.parametrize(("rows", "merged", "headers"), TALL.values(), ids=TALL)
def test_header_of_several_rows(
    rows: tuple[tuple[str, ...], ...], merged: Merged, headers: tuple[str, ...]
) -> None:
    table = find_table(sheet_of(*rows, ONE, merged=merged))
    assert table.header_rows == tuple(range(1, len(rows) + 1))
    assert table.headers == headers


BELOW = {
    "a contact called 採用担当者": ("株式会社一番", "採用担当者", "", "参加"),
    "a company alone": ("株式会社一番", "", "", ""),
    "a short company": ("甲", "担当", "", "参加"),
}


@pytest.mark.parametrize("row", BELOW.values(), ids=BELOW)
def test_the_first_participant_is_no_second_header(row: tuple[str, ...]) -> None:
    assert find_table(sheet_of((*HEADER, "参加"), row, ONE)).header_rows == (1,)


def test_a_company_merged_downwards_belongs_to_each_row() -> None:
    table = find_table(sheet_of(HEADER, ONE, ("", "佐藤", "b@c.example"), merged=((2, 0, 3, 0),)))
    assert [row.text(0) for row in table.rows] == ["株式会社一番", "株式会社一番"]


def test_an_address_merged_downwards_is_not_copied() -> None:
    table = find_table(sheet_of(HEADER, ONE, ("株式会社三番", "佐藤"), merged=((2, 2, 3, 2),)))
    assert [row.text(2) for row in table.rows] == ["ichi@ichiban.example", ""]


def test_a_decoration_merged_over_the_whole_page_is_not_copied() -> None:
    rows = [("社外秘", *ONE)] + [("", *TWO)] * 60
    table = find_table(sheet_of(("", *HEADER), *rows, merged=((2, 0, 62, 0),)))
    assert table.rows[1].text(0) == ""


def test_the_sheet_with_the_roster_is_chosen() -> None:
    cover = sheet_of(("表紙",), name="表紙")
    roster = sheet_of(HEADER, ONE, name="参加校")
    assert best([candidate(cover), candidate(roster)]).sheet.name == "参加校"
