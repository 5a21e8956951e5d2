"""The papers of the founding story: the same sections, dates and numbers as it had in 2023."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from eventmail.incidents.models import Law, Place
from eventmail.incidents.papers import words
from eventmail.incidents.papers.kinds import SORTS, Kind
from eventmail.incidents.papers.sentences import overview
from eventmail.incidents.papers.values import Mail, Published
from eventmail.papers.paper import Paper, Section, markers
from tests.incidents.papers.story import (
    BUREAU,
    COMPANIES,
    FACTS,
    FIRST_EVENING,
    MAY_31,
    OFFICE,
    STAFF,
    WRITTEN,
    at,
)

PRESS = SORTS[Kind.PRESS].make(FACTS)


def section(paper: Paper, title: str) -> Section:
    (found,) = [each for each in paper.sections if each.title.endswith(title)]
    return found


def said(paper: Paper, title: str) -> list[str]:
    return [each.text for each in section(paper, title).lines]


def test_the_press_release_is_a_letter_in_the_form_of_such_offices() -> None:
    assert PRESS.head is not None
    assert (PRESS.head.date, PRESS.head.addressee) == ("令和5年6月2日（金）", "報道関係者　各位")
    assert (PRESS.title, PRESS.office) == (
        "メールの誤送信による個人情報の漏えいについて",
        f"{BUREAU}\n{OFFICE}",
    )
    assert [each.title for each in PRESS.sections] == [
        *("1　事案の概要", "2　事実経過", "3　発生原因", "4　再発防止策", "お問い合わせ先"),
    ]


def test_its_overview_has_30_companies_two_mails_of_15_and_7_of_30_addresses() -> None:
    sent, shown, harm = said(PRESS, "事案の概要")
    assert sent.startswith(f"令和5年5月31日（水）、{OFFICE}の職員が、30社に")
    assert "「BCC」に入力すべきところ、「To」に入力して2通（各15件、計30件）を送信した" in sent
    assert "30件で" in shown
    assert "識別できるものは7件、識別できないものは23件" in shown
    assert harm == WRITTEN.second_harm


def test_its_course_has_25_and_5_and_both_waves_on_their_days() -> None:
    told = said(PRESS, "事実経過")
    days = [text.partition("、")[0] for text in told]
    assert days == ["令和5年5月31日（水）", *["同日"] * 6, "令和5年6月1日（木）", "同日"]
    assert [re.findall(r"(\d+)[社件]", text) for text in told] == [
        *(["15"], ["15"], [], [], ["30", "25", "5"], ["5"], ["25"], ["5", "5"], ["5"]),
    ]
    assert "職員A" in told[2]
    assert told[3] == "同日、管理者に報告した。"
    assert [number for number, text in enumerate(told) if "正しい方法" in text] == [6, 8]


def test_lines_of_our_own_doings_are_no_part_of_the_course() -> None:
    assert "書面を作った" not in "".join(PRESS.texts())
    assert "書面を作った" in "".join(SORTS[Kind.INTERNAL].make(FACTS).texts())


def test_its_causes_and_the_measures_of_the_office_and_of_the_bureau() -> None:
    assert len(said(PRESS, "発生原因")) == 2
    measures = section(PRESS, "再発防止策")
    numbers = dict(
        zip((each.text for each in measures.lines), markers(measures.lines), strict=True)
    )
    assert numbers["所における取組"] == "(1)"
    assert numbers["労働局における取組"] == "(2)"
    assert list(numbers.values()) == ["(1)", *"アイウエオ", "(2)", *"アイ"]
    assert "緊急の会議を開き、全職員に事案の内容を周知した。（令和5年6月1日（木）実施）" in numbers


def test_the_circular_tells_the_offices_what_to_do_and_not_which_office_it_was() -> None:
    paper = SORTS[Kind.CIRCULAR].make(FACTS)
    assert (paper.office, paper.title) == (BUREAU, "メールの誤送信の防止について（注意喚起）")
    assert OFFICE not in "".join(paper.texts())
    assert said(paper, "発生原因") == [each.public for each in FACTS.causes]
    assert len(said(paper, "徹底すること")) == len(words.TO_BE_KEPT)


ITEMS = (
    *("1　概要", "2　漏えい等が発生し、又は発生したおそれがある{}の項目"),
    "3　漏えい等が発生し、又は発生したおそれがある{}に係る本人の数",
    *("4　原因", "5　二次被害又はそのおそれの有無及びその内容", "6　本人への対応の実施状況"),
    *("7　公表の実施状況", "8　再発防止のための措置", "9　その他参考となる事項"),
)
LAWS = {
    Law.ADMINISTRATIVE: ("保有個人情報", "第68条第1項", "第44条第"),
    Law.PRIVATE: ("個人データ", "第26条第1項", "第8条第"),
}


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.FINAL])
def test_the_commission_gets_the_nine_items_of_the_law(law: Law, kind: Kind) -> None:
    data, duty, rule = LAWS[law]
    head, *items = SORTS[kind].make(replace(FACTS, law=law)).sections
    assert [each.title for each in items] == [each.format(data) for each in ITEMS]
    cited = next(each.text for each in head.lines if each.label == "根拠")
    assert duty in cited
    assert f"{rule}{'1' if kind is Kind.FIRST else '2'}項" in cited


def test_on_the_first_evening_what_is_not_known_is_being_found_out() -> None:
    paper = SORTS[Kind.FIRST].make(FIRST_EVENING)
    open_items = [each.title[0] for each in paper.sections if each.lines[0].text == words.UNKNOWN]
    assert open_items == ["4", "5", "7", "8"]
    told, _ = said(paper, "本人への対応の実施状況")
    assert "30社のうち25社" in told
    assert "残る5社" in told


def test_the_final_report_has_no_open_item() -> None:
    paper = SORTS[Kind.FINAL].make(FACTS)
    assert words.UNKNOWN not in "".join(paper.texts())
    assert said(paper, "本人の数") == ["7人"]
    assert said(paper, "公表の実施状況") == ["公表する（令和5年6月2日（金））。"]


def test_addresses_that_nobody_has_judged_may_change_the_number() -> None:
    paper = SORTS[Kind.FINAL].make(replace(FACTS, unconfirmed=2))
    assert "確認中" in said(paper, "本人の数")[0]


def test_an_incident_that_is_not_made_public_says_so() -> None:
    written = replace(WRITTEN, published=Published.NO, published_on=None)
    paper = SORTS[Kind.FIRST].make(replace(FACTS, written=written))
    assert said(paper, "公表の実施状況") == ["公表しない。"]


def test_the_internal_report_has_every_name_and_company() -> None:
    paper = SORTS[Kind.INTERNAL].make(FACTS)
    text = "".join(paper.texts())
    assert not [name for name in (*STAFF, *COMPANIES) if name not in text]
    companies = section(paper, "事業所ごとの対応")
    assert len(companies.rows) == 1 + 30
    assert "所外秘" in paper.foot


def test_its_tables_are_left_out_while_they_are_empty() -> None:
    bare = replace(FIRST_EVENING, chronology=(), handled=(), duties=(), measures=())
    titles = [each.title for each in SORTS[Kind.INTERNAL].make(bare).sections]
    assert "3　経過" not in titles
    assert "5　事業所ごとの対応" not in titles


def test_without_a_day_of_publication_the_press_release_leaves_its_place() -> None:
    head = SORTS[Kind.PRESS].make(FIRST_EVENING).head
    assert head is not None
    assert head.date == words.NO_DATE


def test_other_ways_of_showing_addresses_are_told_otherwise() -> None:
    mails = (Mail(1, at(MAY_31, 10), 30, (Place.TO, Place.CC)),)
    assert (
        "「To」「Cc」に入力して1通（30件）を" in overview(replace(FACTS, mails=mails), "所")[0].text
    )
    unknown = (Mail(1, None, 20, ()), Mail(2, None, 12, ()))
    told = overview(replace(FACTS, mails=unknown), "所")[0].text
    assert told.startswith(words.UNKNOWN)
    assert "表示される形で2通（20件、12件）を" in told


def test_the_commission_learns_of_both_waves_of_corrected_mails() -> None:
    told = said(SORTS[Kind.FINAL].make(FACTS), "本人への対応の実施状況")
    assert "30社のうち30社" in told[0]
    assert [text.partition("、")[0] for text in told[1:]] == [
        *("令和5年5月31日（水）", "令和5年6月1日（木）"),
    ]
    assert ["25社" in told[1], "5社" in told[2]] == [True, True]
