"""Columns are known by the words of their headers, and named as Excel names them."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import FIELD_NAMES, Field, column_of, fold, letter
from eventmail.spreadsheet.headers import field_of, is_header_word

HEADERS: dict[Field, str] = {
    Field.COMPANY: """
        事業所名 会社名 企業名 学校名 貴社名 御社名 法人名 名称 団体名
        参加企業名
        企業名（正式名称）
        企業名（正式） 会社名(略称) ご参加企業名 御社名（正式名称でご記入ください）
        Company Organization Company_Name School
    """,
    Field.CONTACT: """
        担当者 担当者名 氏名 ご担当者様 採用担当 採用担当者名
        ご担当者様のお名前
        担当者氏名（漢字） 参加者氏名
        進路指導担当 連絡先担当者名 担当者職氏名 会社担当者名 Name Contact_Person
    """,
    Field.EMAIL: """
        メール メールアドレス E-mail Ｅ－ｍａｉｌ ﾒｰﾙｱﾄﾞﾚｽ アドレス アドレス（必須） Mail
        連絡先(メール)
        連絡先（メール） 担当者E-mail 代表メール 担当者メール メール1 携帯メール
        メールアドレス（確認用）
        Email_Address メールアドレス（半角英数字で間違いのないように記入してください）
    """,
    Field.PHONE: """
        電話 電話番号 TEL ＴＥＬ 連絡先 携帯 携帯電話 電話番号（ハイフンあり） 連絡先電話番号
        TEL/FAX
        担当者直通電話 緊急連絡先 Phone
    """,
    Field.DEPARTMENT: "部署 部署名 所属 課 課名 担当部署 担当者所属部署 分掌 Department",
    Field.TITLE: "役職 職名 役職名 担当者役職 肩書 Job_Title",
    Field.CORPORATE_NUMBER: "法人番号 法人番号（13桁）",
    Field.NOTES: "備考 備考欄 特記事項 その他ご要望 Remarks",
    Field.STATUS: "参加 参加区分 辞退 出欠 参加（○×） 参加・辞退 参加の可否 ご出欠 Attendance",
    Field.NUMBER: "№ No. NO 番号 連番 整理番号",
    Field.FAMILY_NAME: "姓 担当者（姓） 氏名（姓） Last_Name",
    Field.GIVEN_NAME: "名 氏名（名） First_Name",
}
NEEDED_BY_NOBODY = """
    所在地 住所 フリガナ 企業名（フリガナ） 担当者名ふりがな FAX FAX番号 ホームページ URL
        HPアドレス
    ホームページアドレス メール配信可否 メール送信日 代表者氏名 校長名 当所担当者 業種
    従業員数 参加人数
    郵便番号 事業所番号 求人番号 ブース番号 担当地区
"""
CASES = [(header, field) for field, headers in HEADERS.items() for header in headers.split()]


@pytest.mark.parametrize(("header", "field"), CASES)
def test_a_header_is_known_by_its_words(header: str, field: Field) -> None:
    assert field_of(header.replace("_", " ")) is field, fold(header)


@pytest.mark.parametrize("header", ["会　社　名", "企 業 名", "担当者\n氏名", "採用\n担当者名"])
def test_blanks_and_line_breaks_in_a_header_do_not_matter(header: str) -> None:
    assert field_of(header) in (Field.COMPANY, Field.CONTACT)


@pytest.mark.parametrize("header", NEEDED_BY_NOBODY.split())
def test_a_header_that_must_not_be_taken_for_one_that_is_needed(header: str) -> None:
    assert field_of(header) is None
    assert is_header_word(header)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "株式会社甲",
        "県立姫里高等学校",
        "総務部",
        "部長",
        "山田 太郎",
        "※メールアドレスの変更は、学卒部門まで早めにお知らせください",
    ],
)
def test_what_is_no_header(text: str) -> None:
    assert not is_header_word(text)


def test_every_field_has_a_japanese_name() -> None:
    assert set(FIELD_NAMES) == set(Field)


LETTERS = {0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"}


@pytest.mark.parametrize(("column", "letters"), LETTERS.items())
def test_columns_are_named_as_excel_does(column: int, letters: str) -> None:
    assert (letter(column), column_of(letters)) == (letters, column)


@pytest.mark.parametrize("letters", ["", "1", "a", "A1", "ABCD", "AAAA", "Ａ"])
def test_what_names_no_column(letters: str) -> None:
    assert column_of(letters) is None
