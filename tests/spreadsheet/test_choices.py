"""What a person chose: sheet, columns, corrections, and rows to split."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eventmail.spreadsheet.columns import Field, fold
from eventmail.spreadsheet.reading import Choices, Reading, read
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.rows import Verdict
from tests.spreadsheet.sheets import HEADER, codes, read_rows

GOOD = ("株式会社甲", "甲野", "a@kou.example")
PAIR = "a@kou.example、b@kou.example"


def with_choices(*rows: tuple[Any, ...], **choices: Any) -> Reading:
    return read_rows(HEADER, *rows, choices=Choices(**choices))


class TestColumns:
    def test_the_persons_choice_wins(self) -> None:
        rows = [("会社名", "法人名", "メール"), ("通称", "正式名", "a@x.example")]
        assert read_rows(*rows).rows[0].company == "通称"
        chosen = Choices(mapping={Field.COMPANY: "B", Field.EMAIL: "C"})
        assert read_rows(*rows, choices=chosen).rows[0].company == "正式名"

    def test_it_wins_over_the_offices_memory(self) -> None:
        rows = [("会社名", "法人名", "メール"), ("通称", "正式名", "a@x.example")]
        remembered = {fold("会社名"): "", fold("法人名"): "company"}
        first = Choices(remembered=remembered)
        assert read_rows(*rows, choices=first).rows[0].company == "正式名"
        both = Choices(mapping={Field.COMPANY: "A", Field.EMAIL: "C"}, remembered=remembered)
        assert read_rows(*rows, choices=both).rows[0].company == "通称"

    def test_a_choice_beyond_the_table_is_no_column(self) -> None:
        found = with_choices(GOOD, mapping={Field.COMPANY: "A", Field.EMAIL: "ZZ"})
        assert "「メールアドレス」の列が見つかりません" in found.problem

    def test_one_column_for_two_fields_is_a_problem_of_one_sentence(self) -> None:
        chosen = {Field.COMPANY: "A", Field.CONTACT: "A", Field.EMAIL: "C"}
        found = with_choices(GOOD, mapping=chosen)
        assert found.problem == (
            "シート「名簿」のA列が「事業所名」と「担当者名」の両方に選ばれています。"
            "1つだけにしてください。"
        )
        assert (found.rows, found.mapping) == ((), chosen)


PROBLEMS = {
    "no address": (
        [("会社名", "担当者"), ("甲", "甲野")],
        "「メールアドレス」の列が見つかりません",
    ),
    "no company": ([("メール", "電話"), ("a@x.example", "1")], "「事業所名」の列が見つかりません"),
    "neither": (
        [("ただの", "表"), ("1", "2")],
        "「事業所名」と「メールアドレス」の列が見つかりません",
    ),
    "no rows": ([HEADER], "参加事業所の行がありません"),
    "nobody among the rows": ([HEADER, ("以上",)], "参加事業所の行がありません"),
}


@pytest.mark.parametrize(("rows", "said"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_table_that_lacks_something_says_what(rows: list[tuple[str, ...]], said: str) -> None:
    found = read_rows(*rows)
    assert said in found.problem
    assert "シート「名簿」" in found.problem
    assert found.rows == ()


PROSE = {
    "a letter": "各位\n\n平素よりお世話になっております。\n資料を送ります。\n",
    "one line": "あとで名簿を入れる",
    "notes, with a comma": "# メモ\n12月9日、会場を予約\n受付は10時から, 2名\n",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_a_text_that_is_no_table_is_told_as_such(text: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(text.encode())
    assert caught.value.code == "no_table"


LISTS = {
    "addresses alone": "a@x.example\nb@x.example\n",
    "companies under a header": "事業所名\n株式会社甲\n",
    "companies by their form": "株式会社甲\n乙商事株式会社\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_of_one_column_says_what_is_missing(text: str) -> None:
    assert "列が見つかりません" in read(text.encode()).problem


def test_the_missing_column_names_the_headers_that_were_seen() -> None:
    assert "会社名、担当者" in read_rows(("会社名", "担当者"), ("甲", "乙")).problem


class TestCorrections:
    def test_a_corrected_row_is_judged_like_any_other_and_says_so(self) -> None:
        wrong = ("株式会社甲", "甲野", "a.kou.example")
        (row,) = with_choices(wrong, corrections={"2": {Field.EMAIL: "a@kou.example"}}).rows
        (reason,) = row.reasons
        assert (row.email, row.verdict, reason.code) == ("a@kou.example", Verdict.OK, "corrected")
        assert (reason.column, reason.field) == ("C", "email")
        assert "「a.kou.example」から「a@kou.example」" in reason.message

    def test_a_correction_can_be_wrong_too(self) -> None:
        (row,) = with_choices(GOOD, corrections={"2": {Field.EMAIL: "nobody"}}).rows
        assert codes(row) == ["no_at", "corrected"]
        assert row.verdict is Verdict.ERROR

    def test_a_correction_that_changes_nothing_is_none(self) -> None:
        (row,) = with_choices(GOOD, corrections={"2": {Field.COMPANY: "株式会社甲"}}).rows
        assert codes(row) == []

    def test_a_value_without_a_column_can_be_given(self) -> None:
        (row,) = with_choices(GOOD, corrections={"2": {Field.PHONE: "03-1234-5678"}}).rows
        assert (row.phone, row.reasons[0].column) == ("03-1234-5678", "")

    def test_the_company_above_is_taken_once_a_person_says_so(self) -> None:
        below = ("", "乙野", "b@kou.example")
        corrections = {"3": {Field.COMPANY: "株式会社甲"}}
        row = with_choices(GOOD, below, corrections=corrections).rows[1]
        assert (row.company, row.verdict) == ("株式会社甲", Verdict.OK)

    def test_a_corrected_formula_is_no_fault_any_more(self) -> None:
        broken = ("株式会社甲", "甲野", '=A1&"@x"')
        (row,) = with_choices(broken, corrections={"2": {Field.EMAIL: "a@kou.example"}}).rows
        assert (codes(row), row.email) == (["corrected"], "a@kou.example")

    def test_control_characters_do_not_come_in_by_a_correction(self) -> None:
        (row,) = with_choices(GOOD, corrections={"2": {Field.COMPANY: "甲\r\nBcc: x"}}).rows
        assert row.company == "甲 Bcc: x"

    def test_a_correction_of_a_row_that_is_not_there_is_of_no_matter(self) -> None:
        (row,) = with_choices(GOOD, corrections={"99": {Field.COMPANY: "乙"}}).rows
        assert codes(row) == []

    def test_half_a_name_can_be_corrected(self) -> None:
        rows = [("会社名", "姓", "名", "メール"), ("甲", "甲野", "一", "a@x.example")]
        chosen = Choices(corrections={"2": {Field.GIVEN_NAME: "二"}})
        assert read_rows(*rows, choices=chosen).rows[0].contact == "甲野　二"


SPLIT_NAMES = {
    "as many names": ("甲野、乙野", ["甲野", "乙野"], []),
    "on lines": ("甲野 一\n乙野 二", ["甲野 一", "乙野 二"], []),
    "with a slash": ("甲野／乙野", ["甲野", "乙野"], []),
    "one name for both": ("甲野", ["甲野", "甲野"], ["split_name"]),
    "three names": ("甲、乙、丙", ["甲、乙、丙", "甲、乙、丙"], ["split_name"]),
    "no name": ("", ["", ""], []),
}


@pytest.mark.parametrize(("contact", "names", "said"), SPLIT_NAMES.values(), ids=SPLIT_NAMES)
def test_a_row_is_split_into_a_contact_for_each_address(
    contact: str, names: list[str], said: list[str]
) -> None:
    rows = with_choices(("株式会社甲", contact, PAIR), split=frozenset({"2"})).rows
    assert [(row.key, row.part) for row in rows] == [("2", 1), ("2-2", 2)]
    assert [row.email for row in rows] == ["a@kou.example", "b@kou.example"]
    assert [row.contact for row in rows] == names
    assert [codes(row) for row in rows] == [said, said]
    assert {row.number for row in rows} == {2}
    assert len({row.digest for row in rows}) == 1


class TestSplit:
    def test_without_being_asked_nothing_is_split(self) -> None:
        (row,) = read_rows(HEADER, ("株式会社甲", "甲野", PAIR)).rows
        assert (codes(row), row.email, row.can_be_taken) == (["two_addresses"], "", False)

    def test_a_row_of_one_address_stays_one(self) -> None:
        (row,) = with_choices(GOOD, split=frozenset({"2"})).rows
        assert (row.key, row.email) == ("2", "a@kou.example")

    def test_corrections_name_the_parts(self) -> None:
        corrections = {"2": {Field.CONTACT: "甲野"}, "2-2": {Field.CONTACT: "乙野"}}
        rows = with_choices(
            ("株式会社甲", "", PAIR), split=frozenset({"2"}), corrections=corrections
        ).rows
        assert [row.contact for row in rows] == ["甲野", "乙野"]

    def test_a_company_corrected_for_the_row_is_that_of_all_its_parts(self) -> None:
        corrections = {"2": {Field.COMPANY: "株式会社乙"}}
        rows = with_choices(
            ("株式会社甲", "", PAIR), split=frozenset({"2"}), corrections=corrections
        ).rows
        assert [row.company for row in rows] == ["株式会社乙", "株式会社乙"]

    def test_the_address_of_one_part_can_be_corrected(self) -> None:
        corrections = {"2-2": {Field.EMAIL: "c@kou.example"}}
        rows = with_choices(
            ("株式会社甲", "", PAIR), split=frozenset({"2"}), corrections=corrections
        ).rows
        assert [row.email for row in rows] == ["a@kou.example", "c@kou.example"]

    def test_a_correction_of_several_addresses_can_be_split(self) -> None:
        corrections = {"2": {Field.EMAIL: PAIR}}
        rows = with_choices(GOOD, split=frozenset({"2"}), corrections=corrections).rows
        assert [row.email for row in rows] == ["a@kou.example", "b@kou.example"]

    def test_the_same_address_in_two_parts_is_one(self) -> None:
        twice = "a@kou.example、A@kou.example"
        (row,) = with_choices(("株式会社甲", "", twice), split=frozenset({"2"})).rows
        assert row.email.casefold() == "a@kou.example"


def test_choices_come_back_from_json() -> None:
    chosen = Choices(
        sheet="名簿",
        mapping={Field.COMPANY: "A"},
        remembered={"会社": "company", "cc": ""},
        corrections={"2-2": {Field.FAMILY_NAME: "甲野"}},
        split=frozenset({"2", "3"}),
    )
    assert Choices.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen
    assert Choices.from_json({}) == Choices()
