"""Which participants a file names, and which words only look like it."""

from __future__ import annotations

import pytest

from eventmail.scanning.mentions import Known, Mention, mentions
from eventmail.scanning.report import Passage, Scan

MINATO = Known("㈱みなと電機", "山田 太郎", "0123-45-6789", "Saiyo@minato-denki.example")


def ways(text: str, known: Known = MINATO, addresses: tuple[str, ...] = ()) -> list[str]:
    scan = Scan("txt", passages=(Passage("1行目", text),), addresses=addresses)
    return [each.by for each in mentions(scan, [known])]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("TEL 0123-45-6789 FAX 0123-45-0000", "phone"),
        ("0123(45)6789", "phone"),
        ("０１２３－４５－６７８９", "phone"),
        ("0123456789", "phone"),
        ("+81 123-45-6789", "phone"),
        ("0123ー45ー6789まで", "phone"),
        ("担当：山田太郎様", "person"),
        ("山田\u3000太郎", "person"),
        ("山田\t太郎", "person"),
        ("株式会社みなと電機", "company"),
        ("みなと電機（株）", "company"),
        ("みなと 電機", "company"),
        ("㈱みなと電機様", "company"),
    ],
)
def test_a_participant_is_found_however_written(text: str, by: str) -> None:
    assert ways(text) == [by]


@pytest.mark.parametrize(
    "text",
    [
        "0123-45-678",
        "みなと町の電機店",
        "山田様",
        "太郎さんと山田さん",
        "株式会社",
        "",
    ],
)
def test_what_only_looks_like_a_participant(text: str) -> None:
    assert ways(text) == []


@pytest.mark.parametrize(
    "known",
    [
        Known("みなと", "", "", ""),
        Known("株式会社", "", "", ""),
        Known("", "", "", ""),
        Known("青空製作所", "採用担当", "", ""),
        Known("青空製作所", "", "内線12", ""),
    ],
)
def test_short_and_general_names_are_no_mention(known: Known) -> None:
    assert ways("みなと町の株式会社の採用担当、内線12まで", known) == []


def test_a_short_company_counts_with_its_form() -> None:
    assert ways("株式会社港へ", Known("株式会社港")) == ["company"]
    assert ways("港へ", Known("株式会社港")) == []


def test_an_address_is_found_by_the_scan() -> None:
    assert ways("", addresses=("saiyo@minato-denki.example",)) == ["address"]


def test_each_participant_once_for_each_way_with_its_place() -> None:
    scan = Scan(
        "xlsx",
        passages=(
            Passage("シート「案内」の1行目", "会場"),
            Passage("非表示のシート「内部」の1行目", "みなと電機 山田太郎"),
            Passage("非表示のシート「内部」の2行目", "みなと電機"),
        ),
    )
    assert mentions(scan, [MINATO, MINATO, Known("青空製作所")]) == [
        Mention("㈱みなと電機", "person", "非表示のシート「内部」の1行目"),
        Mention("㈱みなと電機", "company", "非表示のシート「内部」の1行目"),
    ]
