"""What a person must confirm about the file as a whole; each code stands once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.reading import Choices, Reading, read
from eventmail.spreadsheet.rows import Verdict
from tests.spreadsheet import books_of_offices as offices
from tests.spreadsheet.sheets import HEADER, read_rows, saved

GOOD = ("株式会社甲", "甲野 一", "a@kou.example")
OTHER = ("株式会社乙", "乙野 二", "b@otsu.example")


def questions(found: Reading) -> dict[str, str]:
    told = {each.code: each.message for each in found.questions}
    assert len(told) == len(found.questions)
    return told


def of(make: Callable[[], bytes], **choices: Any) -> dict[str, str]:
    return questions(read(make(), "名簿.csv", Choices(**choices)))


ASKED: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "nothing": (offices.compound_headers, []),
    "no header": (offices.no_header_at_all, ["no_header"]),
    "columns by their content": (
        offices.unknown_header_words,
        ["guessed_column:A", "guessed_column:B", "guessed_column:C"],
    ),
    "a hidden column": (offices.hidden_rows_and_columns, ["hidden_column:C"]),
    "a hidden sheet": (offices.hidden_sheet_with_last_years_list, ["hidden_sheet:昨年"]),
    "two likely sheets": (offices.several_likely_sheets, ["several_sheets"]),
    "a second address column": (offices.two_address_columns, ["second_address_column:B"]),
    "a table beside": (offices.two_tables_side_by_side, ["side_by_side:D"]),
    "an address above": (offices.address_above_the_header, ["address_above:1"]),
}


@pytest.mark.parametrize(("make", "codes"), ASKED.values(), ids=ASKED)
def test_the_file_is_asked_about(make: Callable[[], bytes], codes: list[str]) -> None:
    told = of(make)
    assert list(told) == codes
    assert all(message.endswith("。") for message in told.values())


def test_a_second_table_below_is_named_by_its_row() -> None:
    assert "second_table:4" in of(offices.two_tables_one_below_the_other)


def test_the_sheet_that_was_chosen_by_hand_is_not_asked_about_again() -> None:
    assert of(offices.several_likely_sheets, sheet="学校") == {}


def test_a_hidden_sheet_that_was_chosen_is() -> None:
    told = of(offices.hidden_sheet_with_last_years_list, sheet="昨年")
    assert list(told) == ["hidden_sheet:昨年"]
    assert "使ってよいか" in told["hidden_sheet:昨年"]


def test_columns_that_were_confirmed_are_not_asked_about_again() -> None:
    chosen = {Field.COMPANY: "A", Field.CONTACT: "B", Field.EMAIL: "C"}
    assert of(offices.unknown_header_words, mapping=chosen) == {}
    remembered = {"ア": "company", "イ": "contact", "ウ": "email"}
    assert of(offices.unknown_header_words, remembered=remembered) == {}


def test_a_column_of_remarks_with_one_address_is_not_a_second_address_column() -> None:
    rows = [(*GOOD, "cc: x@kou.example"), *[(*OTHER, f"車{n}台") for n in range(9)]]
    assert questions(read_rows((*HEADER, "備考"), *rows)) == {}


def test_a_sheet_of_choices_for_a_list_is_no_likely_sheet() -> None:
    made = Workbook()
    made.active.title = "名簿"
    for row in (HEADER, GOOD):
        made.active.append(row)
    for row in (("参加",), ("辞退",)):
        made.create_sheet("選択肢").append(row)
    found = read(saved(made))
    assert (found.sheets, found.questions) == (("名簿", "選択肢", "選択肢1"), ())


def test_the_likely_sheet_is_chosen_and_the_others_are_shown() -> None:
    made = Workbook()
    made.active.title = "表紙"
    made.active["A1"] = "名簿"
    for title, state in (("名簿", "visible"), ("去年", "hidden")):
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        for row in (HEADER, GOOD):
            sheet.append(row)
    found = read(saved(made))
    assert (found.sheet, found.sheets) == ("名簿", ("表紙", "名簿", "去年"))


def test_an_address_column_without_a_known_header_is_found_by_its_content() -> None:
    found = read_rows(("会社名", "備考", "ご連絡用"), ("甲", "", "a@kou.example"))
    assert found.mapping[Field.EMAIL] == "C"
    assert list(questions(found)) == ["guessed_column:C"]


def test_a_row_with_a_company_but_no_address_is_an_error_and_never_skipped() -> None:
    found = read_rows(HEADER, GOOD, ("株式会社乙", "乙野", ""))
    assert [row.verdict for row in found.rows] == [Verdict.OK, Verdict.ERROR]


def test_notes_totals_groups_and_repeated_headers_are_no_participants() -> None:
    found = read_rows(
        HEADER,
        ("【製造業】",),
        GOOD,
        HEADER,
        OTHER,
        ("計 2社",),
        ("※ 変更は学卒部門まで",),
        ("以上",),
    )
    assert [row.company for row in found.rows] == ["株式会社甲", "株式会社乙"]
    assert [each.number for each in found.skipped] == [2, 4, 6, 7, 8]
    assert all(each.why.endswith("。") for each in found.skipped)


def test_title_rows_above_the_header_are_passed_over() -> None:
    found = read_rows(("参加企業一覧",), ("令和8年12月9日",), (), HEADER, GOOD)
    assert found.header_rows == (4,)
    assert [row.number for row in found.rows] == [5]
