"""Rows that say the same as others are questions, name each other, and are one group."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.companies import company_key
from eventmail.spreadsheet.duplicates import ask_about_duplicates
from eventmail.spreadsheet.nearby import are_near
from eventmail.spreadsheet.rows import Reason, Row, Verdict
from tests.spreadsheet import books
from tests.spreadsheet.sheets import codes

MAPPING = {Field.COMPANY: 0, Field.EMAIL: 2, Field.STATUS: 3}


def asked(*rows: tuple[str, str]) -> list[Row]:
    made = [books.row(number, *row) for number, row in enumerate(rows, start=2)]
    return ask_about_duplicates(made, "名簿", MAPPING)


def reason(row: Row, code: str) -> Reason:
    (found,) = [each for each in row.reasons if each.code == code]
    return found


ADDRESSES = {
    "one company": (("一番", "一番"), "same_twice"),
    "one company in two spellings": (("㈱一番", "株式会社 一番"), "same_twice"),
    "two companies": (("一番", "二番"), "shared_address"),
    "one of them without a company": (("一番", ""), "same_twice"),
}


@pytest.mark.parametrize(("companies", "code"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_in_two_rows(companies: tuple[str, str], code: str) -> None:
    rows = asked((companies[0], "a@b.example"), (companies[1], "A@b.example"))
    for row, other in zip(rows, ("3行目", "2行目"), strict=True):
        found = reason(row, code)
        assert found.column == "C"
        assert found.message.startswith(f"シート「名簿」{row.number}行目C列")
        assert f"{other}と同じアドレス" in found.message
    assert {row.verdict for row in rows} == {Verdict.QUESTION}
    assert rows[0].group == rows[1].group
    assert rows[0].group.startswith("address:")


def test_different_groups_have_different_names() -> None:
    rows = asked(("一", "a@b.example"), ("一", "a@b.example"), ("二", "c@d.example"))
    again = asked(("三", "c@d.example"), ("三", "c@d.example"), ("一", "a@b.example"))
    assert (rows[2].group, rows[2].verdict) == ("", Verdict.OK)
    assert rows[0].group != again[0].group
    assert "@" not in rows[0].group


SPELLINGS = {
    "㈱": ("㈱一番", "株式会社一番"),
    "(株)": ("（株）一番", "株式会社一番"),
    "a blank": ("株式会社 一番", "株式会社一番"),
    "width": ("ＡＢＣ商事", "abc商事"),
    "bars": ("サ―ビス", "サービス"),
    "half-width kana": ("ｻｰﾋﾞｽ", "サービス"),
    "a middle dot": ("ア・イ", "アイ"),
    "an old letter": ("髙﨑建設", "高崎建設"),
    "a school's form": ("(学)一番", "学校法人一番"),
}


@pytest.mark.parametrize(("one", "other"), SPELLINGS.values(), ids=SPELLINGS)
def test_one_company_under_two_spellings(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)
    first, second = asked((one, "a@b.example"), (other, "c@b.example"))
    assert reason(second, "two_spellings").suggestion == one
    assert f"3行目では「{other}」" in reason(first, "two_spellings").message
    assert first.group == second.group
    assert first.group.startswith("company:")


def test_the_most_frequent_spelling_is_suggested() -> None:
    rows = asked(("㈱一番", "a@b.example"), *[("株式会社一番", f"{n}@b.example") for n in "xy"])
    suggestions = [reason(row, "two_spellings").suggestion for row in rows]
    assert suggestions == ["株式会社一番", "", ""]


def test_company_key_folds_width_blanks_and_forms() -> None:
    assert company_key("㈱ 一番") == company_key("株式会社一番") != company_key("一番株式会社")


def test_a_company_neither_takes_part_nor_not() -> None:
    from dataclasses import replace

    out = replace(books.row(3, "一番", "c@b.example"), status="withdrawn")
    rows = ask_about_duplicates([books.row(2, "一番", "a@b.example"), out], "名簿", MAPPING)
    assert [codes(row) for row in rows] == [["mixed_status"]] * 2
    assert "2行目は参加です" in rows[1].reasons[0].message


def test_look_alike_domains_within_one_company() -> None:
    good, slip = "aozora-seisakusho.example", "aozora-seisakusyo.example"
    rows = asked(("一番", f"a@{good}"), ("一番", f"b@{slip}"), ("一番", f"c@{good}"))
    assert [codes(row) for row in rows] == [["near_domain"]] * 3
    assert reason(rows[1], "near_domain").suggestion == f"b@{good}"
    assert reason(rows[0], "near_domain").suggestion == ""
    assert "3行目" in rows[0].reasons[0].message


def test_look_alike_domains_of_two_companies_are_nobodys_business() -> None:
    rows = asked(("一番", "a@kure-seiki.example"), ("二番", "b@kure-seikj.example"))
    assert [codes(row) for row in rows] == [[], []]


NEAR = {
    "a letter": ("kure-seiki.co.jp", "kure-seki.co.jp"),
    "two swapped": ("aozora.co.jp", "aozroa.co.jp"),
    "the ending": ("aozora.co.jp", "aozora.com"),
}
FAR = {
    "another name": ("aozora.co.jp", "minato.co.jp"),
    "a department": ("aozora.co.jp", "mail.aozora.co.jp"),
    "two providers": ("yahoo.co.jp", "yahoo.com"),
    "short names": ("abc.co.jp", "abd.co.jp"),
}


@pytest.mark.parametrize(("one", "other"), NEAR.values(), ids=NEAR)
def test_domains_that_look_alike(one: str, other: str) -> None:
    assert are_near(one, other)
    assert are_near(other, one)


@pytest.mark.parametrize(("one", "other"), FAR.values(), ids=FAR)
def test_domains_that_do_not(one: str, other: str) -> None:
    assert not are_near(one, other)


def test_a_large_group_names_ten_others_and_how_many_more() -> None:
    rows = asked(*[("一番", "a@b.example")] * 30)
    message = rows[0].reasons[0].message
    assert "3行目・4行目" in message
    assert "12行目ほか19行と同じ" in message
    assert "13行目" not in message


def test_the_second_contact_of_a_split_row_is_named_as_such() -> None:
    from dataclasses import replace

    rows = [books.row(2, "一番", "a@b.example"), books.row(3, "一番", "a@b.example")]
    found = ask_about_duplicates([rows[0], replace(rows[1], part=2)], "名簿", MAPPING)
    assert "3行目の2人目と同じ" in found[0].reasons[0].message
