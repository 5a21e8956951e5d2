"""What others read names nobody: staff and companies by letters, the same one throughout."""

from __future__ import annotations

import pytest

from eventmail.incidents.record.naming import Anonymous, letter

STAFF = ("佐藤 恵", "森 健二", "山田　太郎")
COMPANIES = ("株式会社みなと運輸", "ひかり精工株式会社", "医療法人すずらん会", "（株）つばめ")
CASES: dict[str, tuple[str, str]] = {
    "a whole name": ("佐藤 恵が気づいた", "職員Aが気づいた"),
    "without the blank": ("佐藤恵が気づいた", "職員Aが気づいた"),
    "the surname": ("佐藤さんが気づいた", "職員Aさんが気づいた"),
    "the surname alone": ("山田が電話した", "職員Aが電話した"),
    "with a wide blank": ("山田 太郎が電話した", "職員Aが電話した"),
    "one letter with a title": ("森係長に報告した", "職員A係長に報告した"),
    "one letter is no name": ("森林組合に電話した", "森林組合に電話した"),
    "two of them": ("佐藤さんと森さんが確かめた", "職員Aさんと職員Bさんが確かめた"),
    "twice the same": ("佐藤 恵に、佐藤さんから", "職員Aに、職員Aさんから"),
    "a company": ("株式会社みなと運輸に電話した", "事業所Aに電話した"),
    "a company in short": ("ひかり精工に電話した", "事業所Aに電話した"),
    "a hospital": ("すずらん会の方は不在", "事業所Aの方は不在"),
    "a form in brackets": ("つばめに電話した", "事業所Aに電話した"),
    "given by hand": ("職員Aが、佐藤さんに話した", "職員Aが、職員Bさんに話した"),
    "nothing to hide": ("30社に電話した", "30社に電話した"),
}


@pytest.mark.parametrize("case", CASES)
def test_names_give_way_to_letters(case: str) -> None:
    text, public = CASES[case]
    assert Anonymous(STAFF, COMPANIES, [text])(text) == public


def test_the_same_person_has_the_same_letter_in_every_text() -> None:
    public = Anonymous(STAFF, COMPANIES)
    told = [public(each) for each in ("森さんが見た", "佐藤さんに伝えた", "森 健二が報告した")]
    assert told == ["職員Aさんが見た", "職員Bさんに伝えた", "職員Aが報告した"]


def test_where_nobody_is_known_nothing_changes() -> None:
    assert Anonymous((), ("", " "))("佐藤さん") == "佐藤さん"


def test_letters_go_on_after_z() -> None:
    assert [letter(each) for each in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
