"""Columns are known by many spellings of their headers, the address also by its content."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import Field, column_of, letter
from eventmail.spreadsheet.headers import field_of
from eventmail.spreadsheet.mapping import guess


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("事業所名", Field.COMPANY),
        ("企 業 名", Field.COMPANY),
        ("Company", Field.COMPANY),
        ("学校名", Field.COMPANY),
        ("ご担当者様", Field.CONTACT),
        ("採用\n担当者名", Field.CONTACT),
        ("ﾒｰﾙｱﾄﾞﾚｽ", Field.EMAIL),
        ("Ｅ－ｍａｉｌ", Field.EMAIL),
        ("連絡先メール", Field.EMAIL),
        ("アドレス（必須）", Field.EMAIL),
        ("ＴＥＬ", Field.PHONE),
        ("部署名", Field.DEPARTMENT),
        ("役職", Field.TITLE),
        ("法人番号", Field.CORPORATE_NUMBER),
        ("№", Field.NUMBER),
        ("No.", Field.NUMBER),
        ("参加区分", Field.STATUS),
        ("備考", Field.NOTES),
        ("所在地", None),
    ],
)
def test_headers(header: str, field: Field | None) -> None:
    assert field_of(header) is field


def test_the_address_is_found_by_content() -> None:
    samples = [["株式会社一番"], ["a＠b.example", "c@d.example", "なし"]]
    assert guess(["会社", "連絡"], samples) == {Field.COMPANY: 0, Field.EMAIL: 1}


def test_of_two_fitting_columns_the_preferred_word_wins() -> None:
    assert guess(["担当", "担当者名"], [[], []]) == {Field.CONTACT: 1}


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_excels_letters(column: int, letters: str) -> None:
    assert (letter(column), column_of(letters)) == (letters, column)


@pytest.mark.parametrize("letters", ["", "a", "A1", "AAAA"])
def test_no_letters(letters: str) -> None:
    assert column_of(letters) is None
