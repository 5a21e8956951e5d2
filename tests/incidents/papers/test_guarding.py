"""No name, address or number of a company or of staff gets into a public paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventmail.incidents.papers import words
from eventmail.incidents.papers.guarding import Hit, Secrets, What, hits
from eventmail.incidents.papers.kinds import SORTS, Kind
from eventmail.incidents.papers.service import made
from eventmail.incidents.papers.values import Happening, Measure, Told
from eventmail.papers.paper import Line, Paper, Section, Style
from tests.incidents.papers.story import COMPANIES, FACTS, OFFICE, STAFF, WRITTEN, same

SECRETS = Secrets(
    companies=(
        *("株式会社あおぞら精機", "有限会社　みどり", "ABC Foods株式会社", "(株)カワセミ工房"),
        *("株式会社メール", "医療法人社団こまどり会", "つばめ電子 株式会社　大阪工場"),
    ),
    staff=("森下 あかり", "長谷川 誠", "日下 実", "東 花", "桐生まどか", "さとう りか"),
    persons=("岡田 望",),
    addresses=("k.tanaka@aozora.example", "info@kawasemi.example"),
    phones=("06-1234-5678", "０９０ー１１１１ー２２２２"),
    own=("みどり野労働局",),
    office=(OFFICE, "info@himesato-anteisho.example"),
)


def found(text: str) -> set[What]:
    paper = Paper("報告", OFFICE, (Section("1　概要", (Line(text),), Style.TEXT),), "", "")
    return {each.what for each in hits(paper, SECRETS)}


STOPPED = {
    "a company": ("株式会社あおぞら精機に送信した。", What.COMPANY),
    "its short form": ("あおぞら精機に送信した。", What.COMPANY),
    "in katakana": ("アオゾラ精機に送信した。", What.COMPANY),
    "in half width": ("ｱｵｿﾞﾗ精機に送信した。", What.COMPANY),
    "with blanks": ("あお　ぞら 精機に送信した。", What.COMPANY),
    "over two lines": ("あおぞら\n精機に送信した。", What.COMPANY),
    "with a sign": ("あおぞら・精機に送信した。", What.COMPANY),
    "with an unseen sign": ("あおぞ\u200bら精機に送信した。", What.COMPANY),
    "bracketed legal form": ("カワセミ工房に送信した。", What.COMPANY),
    "one sign for the legal form": ("㈱かわせみ工房に送信した。", What.COMPANY),
    "Latin letters": ("ＡＢＣ　ＦＯＯＤＳに送信した。", What.COMPANY),
    "a long legal form": ("こまどり会に送信した。", What.COMPANY),
    "a word of ours, with its legal form": ("株式会社メールに送信した。", What.COMPANY),
    "without its branch": ("つばめ電子に送信した。", What.COMPANY),
    "staff": ("森下 あかりが気づいた。", What.STAFF),
    "without the blank": ("森下あかりが気づいた。", What.STAFF),
    "a family name": ("森下が気づいた。", What.STAFF),
    "after a duty": ("担当森下が気づいた。", What.STAFF),
    "before a title": ("長谷川係長に報告した。", What.STAFF),
    "in brackets": ("職員（長谷川）に報告した。", What.STAFF),
    "two people": ("森下及び長谷川", What.STAFF),
    "stored without a blank": ("桐生が確かめた。", What.STAFF),
    "kana": ("職員サトウが確かめた。", What.STAFF),
    "one kanji, whole": ("東花が確かめた。", What.STAFF),
    "somebody of a company": ("岡田様に説明した。", What.PERSON),
    "an address": ("k.tanaka@aozora.example", What.ADDRESS),
    "anybody's address": ("nobody@elsewhere.example", What.ADDRESS),
    "in full width": ("ｎｏｂｏｄｙ＠ｅｌｓｅｗｈｅｒｅ．ｅｘａｍｐｌｅ", What.ADDRESS),
    "a domain": ("aozora.exampleあて", What.DOMAIN),
    "what stands before the at sign": ("k.tanakaあて", What.ADDRESS),
    "a phone number": ("電話 06-1234-5678", What.PHONE),
    "without hyphens": ("電話 0612345678", What.PHONE),
    "from abroad": ("電話 +81 6 1234 5678", What.PHONE),
    "full width": ("０６（１２３４）５６７８", What.PHONE),
    "a mobile one": ("090-1111-2222", What.PHONE),
    "anybody's phone number": ("携帯（080-3333-4444）に電話した。", What.NUMBER),
    "anybody's without hyphens": ("08033334444に電話した。", What.NUMBER),
    "anybody's from abroad": ("+81 (0)6-9999-8888に電話した。", What.NUMBER),
    "anybody's in full width": ("０６（９９９９）８８８８に電話した。", What.NUMBER),
}


@pytest.mark.parametrize(("text", "what"), STOPPED.values(), ids=STOPPED)
def test_it_is_found(text: str, what: What) -> None:
    assert what in found(text)


PASSED = {
    "letters for names": "職員Aが気づき、職員Bと確認した。",
    "the office and the bureau": f"{OFFICE}（みどり野労働局）",
    "its own address": "お問い合わせは info@himesato-anteisho.example まで。",
    "a receipt's number": "速報をした（受付番号 20230601-0012345）。",
    "times": "令和5年6月1日 09:30、2023-06-01 10:05:00",
    "a date and counts": "令和5年5月31日（水）、30社（7件／23件）",
    "two letters of a longer word": "同日下記のとおり実施した。",
    "a word of ours that a company is called": "メールの誤送信",
    "letters within a word": "abcfoodstuff",
}


@pytest.mark.parametrize("text", PASSED.values(), ids=PASSED)
def test_it_is_no_name(text: str) -> None:
    assert found(text) == set()


def test_the_offices_own_number_stands_where_one_asks_and_a_companys_nowhere() -> None:
    def asked(text: str) -> tuple[Hit, ...]:
        part = Section(words.CONTACT, (Line(text),), Style.TEXT)
        return hits(Paper("報告", OFFICE, (part,), "", ""), SECRETS)

    assert asked("電話 06-1234-9999") == ()
    assert asked("電話 06-1234-5678") == (Hit(words.CONTACT, What.PHONE),)


def test_which_office_it_was_is_in_no_paper_that_hides_it() -> None:
    told = replace(FACTS, causes=(same(f"{OFFICE.replace('公共', '　公共')}で確認しなかった。"),))
    found = {kind: made(told, OF_THE_STORY, kind).hits for kind in PUBLIC}
    assert found == {
        Kind.PRESS: (),
        Kind.CIRCULAR: (Hit("2　発生原因", What.OFFICE, OFFICE),),
    }


OF_THE_STORY = Secrets(COMPANIES, STAFF, own=(FACTS.bureau,), office=(OFFICE,))
PUBLIC = [kind for kind, sort in SORTS.items() if sort.public]


@pytest.mark.parametrize("kind", [*PUBLIC, Kind.FIRST, Kind.FINAL])
def test_the_story_names_nobody(kind: Kind) -> None:
    assert hits(SORTS[kind].make(FACTS), OF_THE_STORY) == ()


def test_the_internal_report_names_all_of_them() -> None:
    told = hits(SORTS[Kind.INTERNAL].make(FACTS), OF_THE_STORY)
    shown = {each.shown for each in told}
    assert shown == {*COMPANIES, *STAFF}


NAME = "藤堂 健一郎"
TYPED = {
    "お問い合わせ先": replace(FACTS, written=replace(WRITTEN, contact=f"担当　{NAME}")),
    "1　事案の概要": replace(FACTS, written=replace(WRITTEN, second_harm=f"{NAME}が確認した。")),
    "": replace(FACTS, written=replace(WRITTEN, introduction=f"{NAME}です。")),
    "2　事実経過": replace(
        FACTS, chronology=(Happening(FACTS.noticed_at, same(f"{NAME}が気づいた。")),)
    ),
    "3　発生原因": replace(FACTS, causes=(same(f"{NAME}が確認しなかった。"),)),
    "4　再発防止策": replace(FACTS, measures=(Measure(Told("", f"{NAME}が教える。")),)),
}


@pytest.mark.parametrize("place", TYPED)
def test_wherever_it_was_typed_the_guard_says_where_it_stands(place: str) -> None:
    paper = SORTS[Kind.PRESS].make(TYPED[place])
    assert hits(paper, OF_THE_STORY) == (Hit(place, What.STAFF, NAME),)
