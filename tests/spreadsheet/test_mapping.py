"""Which column holds what: by the office's memory, by the header, by what is in it."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.contents import is_company, is_person, is_phone, is_reading
from eventmail.spreadsheet.mapping import guess

ADDRESSES = ["a＠b.example", "c@d.example", "なし"]
COMPANIES = ["株式会社一番", "㈲二番"]
PEOPLE = ["山田 太郎", "髙﨑　一郎"]


def test_the_address_is_found_by_content() -> None:
    found = guess(["会社", "連絡"], [COMPANIES, ADDRESSES])
    assert found == {Field.COMPANY: 0, Field.EMAIL: 1}


def test_of_two_fitting_columns_the_preferred_word_wins() -> None:
    assert guess(["担当", "担当者名"], [[], []]) == {Field.CONTACT: 1}


BETTER = {
    "the contact's address": (["代表メール", "担当者メール"], [ADDRESSES, ADDRESSES], 1),
    "the first of equals": (["メール1", "メール2"], [ADDRESSES, ADDRESSES], 0),
    "not the confirmation": (["メールアドレス（確認用）", "メール"], [ADDRESSES, ADDRESSES], 1),
    "the one with addresses": (["メール", "連絡用メール"], [["なし"], ADDRESSES], 1),
    "by content before an empty name": (["メールアドレス", "備考"], [["なし"], ADDRESSES], 1),
    "the fuller one": (["メール1", "メール2"], [["なし", "a@b.example"], ADDRESSES[:2]], 1),
}


@pytest.mark.parametrize(("headers", "samples", "column"), BETTER.values(), ids=BETTER)
def test_of_two_address_columns_the_better_is_taken(
    headers: list[str], samples: list[list[str]], column: int
) -> None:
    assert guess(headers, samples)[Field.EMAIL] == column


def test_a_visible_address_column_is_better_than_a_hidden_one() -> None:
    samples = [ADDRESSES, ADDRESSES]
    assert guess(["メールアドレス", "メール"], samples, hidden={0})[Field.EMAIL] == 1


def test_a_column_of_readings_is_not_the_name() -> None:
    found = guess(["担当者名", "担当"], [["ヤマダ タロウ"], PEOPLE])
    assert found[Field.CONTACT] == 1


def test_without_headers_the_content_says_it_all() -> None:
    samples = [
        ["7000012050002"],
        ["03-1234-5678", "312345678"],
        COMPANIES,
        PEOPLE,
        ["○", "参加"],
        ADDRESSES,
    ]
    assert guess([""] * 6, samples) == {
        Field.COMPANY: 2,
        Field.CONTACT: 3,
        Field.EMAIL: 5,
        Field.PHONE: 1,
        Field.STATUS: 4,
        Field.CORPORATE_NUMBER: 0,
    }


def test_content_says_nothing_against_a_header() -> None:
    assert guess(["FAX", "メール"], [["03-1234-5678"], ADDRESSES]) == {Field.EMAIL: 1}


class TestMemory:
    def test_what_the_office_chose_once_wins_over_our_guess(self) -> None:
        remembered = {"通称": "company", "会社名": ""}
        found = guess(["会社名", "通称"], [COMPANIES, ["一番"]], remembered)
        assert found == {Field.COMPANY: 1}

    def test_the_header_is_compared_folded(self) -> None:
        found = guess(["ア　ド(レ)ス欄Ａ"], [["x"]], {"アドレス欄a": "notes"})
        assert found == {Field.NOTES: 0}

    def test_a_column_that_is_not_used_stays_unused_even_with_addresses(self) -> None:
        assert guess(["会社", "cc"], [COMPANIES, ADDRESSES], {"cc": ""}) == {Field.COMPANY: 0}

    def test_a_field_that_is_no_longer_known_is_forgotten(self) -> None:
        assert guess(["会社名"], [COMPANIES], {"会社名": "planet"}) == {Field.COMPANY: 0}

    def test_of_two_remembered_columns_the_one_with_addresses_wins(self) -> None:
        remembered = {"x": "email", "y": "email"}
        assert guess(["x", "y"], [["なし"], ADDRESSES], remembered)[Field.EMAIL] == 1


NAMES = {
    "both": (["姓", "名"], {Field.FAMILY_NAME: 0, Field.GIVEN_NAME: 1}),
    "under 担当者": (["担当者 姓", "担当者 名"], {Field.FAMILY_NAME: 0, Field.GIVEN_NAME: 1}),
    "a whole name is better": (["姓", "名", "氏名"], {Field.CONTACT: 2}),
    "only the family name": (["姓"], {Field.CONTACT: 0}),
    "only the given name": (["名"], {}),
}


@pytest.mark.parametrize(("headers", "found"), NAMES.values(), ids=NAMES)
def test_family_and_given_names(headers: list[str], found: dict[Field, int]) -> None:
    assert guess(headers, [["x"]] * len(headers)) == found


@pytest.mark.parametrize("text", ["株式会社甲", "甲(有)", "㈱甲", "県立姫里高校", "医療法人甲会"])
def test_a_company(text: str) -> None:
    assert is_company(text)


@pytest.mark.parametrize("text", ["学校", "山田 太郎", "0123-11-0001", "参加"])
def test_no_company(text: str) -> None:
    assert not is_company(text)


def test_other_kinds_of_values() -> None:
    assert is_person("髙﨑　一郎")
    assert not is_person("株式会社一番")
    assert is_phone("０３－１２３４－５６７８")
    assert not is_phone("7000012050002")
    assert is_reading("ﾔﾏﾀﾞ ﾀﾛｳ")
