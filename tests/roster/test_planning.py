"""What is in the way of an import, said in one sentence each; nothing is taken silently."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from eventmail.errors import UserError
from eventmail.roster.models import Answer
from tests.roster.importer import HEADER, A, B, C, Importer
from tests.spreadsheet.sheets import saved, xlsx


def with_hidden_sheet() -> bytes:
    """This year's list, and last year's on a hidden sheet."""
    book = Workbook()
    for title, rows in (("今年", (A,)), ("昨年", (B, C))):
        sheet = book.create_sheet(title)
        for row in (HEADER, *rows):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book["昨年"].sheet_state = "hidden"
    return saved(book)


def test_a_question_about_the_file_waits_for_a_person(bring: Importer) -> None:
    bring.upload(with_hidden_sheet())
    bring.work()
    (question,) = bring.current().reading["questions"]
    assert "昨年" in question["message"]
    with pytest.raises(UserError, match="ファイル全体について確かめてほしいことが1件"):
        bring.confirm()
    bring.notice("question", question["code"])
    bring.confirm()
    assert bring.addressees() == [(A[0], A[3])]


def test_hidden_rows_are_asked_about_and_never_dropped(bring: Importer) -> None:
    def hide(sheet: object) -> None:
        sheet.row_dimensions[3].hidden = True  # type: ignore[attr-defined]

    bring.upload(xlsx([HEADER, A, B], hide))
    bring.work()
    assert [(row.key, row.verdict) for row in bring.rows()] == [("2", "ok"), ("3", "question")]
    with pytest.raises(UserError, match="まだ答えのない行が1行"):
        bring.confirm()
    bring.answer("3", Answer.TAKE)
    bring.confirm()
    assert len(bring.addressees()) == 2


def test_two_addresses_in_one_cell_become_two_contacts_on_request(bring: Importer) -> None:
    both = ("株式会社甲", "", "甲野 一、甲野 二", "a@kou.example、b@kou.example", "参加")
    bring.open(both, B)
    with pytest.raises(UserError, match="このままでは取り込めません"):
        bring.answer("2", Answer.TAKE)
    bring.split("2")
    for row in bring.rows():
        if row.verdict == "question":
            bring.answer(row.key, Answer.TAKE)
    bring.confirm()
    assert sorted(address for _, address in bring.addressees()) == [
        "a@kou.example",
        "b@kou.example",
        "b@otsu.example",
    ]


def test_nothing_to_take_is_said(bring: Importer) -> None:
    bring.open(("株式会社甲", "", "", "no address", "参加"))
    bring.answer("2", Answer.LEAVE)
    with pytest.raises(UserError, match="取り込める行がありません"):
        bring.confirm()


def test_a_table_without_the_needed_columns_says_which(bring: Importer) -> None:
    bring.open(("0123-11-2001",), header=("電話番号",))
    with pytest.raises(UserError, match="列が見つかりません"):
        bring.confirm()


def test_leaving_one_of_two_equal_addresses_is_enough(bring: Importer) -> None:
    bring.open(A, (*A[:2], "甲野 二", *A[3:]), B)
    bring.answer("2", Answer.TAKE)
    bring.answer("3", Answer.LEAVE)
    bring.confirm()
    assert bring.addressees() == [(A[0], A[3]), (B[0], B[3])]


def test_an_answer_to_a_row_that_is_not_there_changes_nothing(bring: Importer) -> None:
    bring.open(A)
    bring.answer("99", Answer.TAKE)
    assert [row.answer for row in bring.rows()] == [""]
    with pytest.raises(UserError, match="内容が変わりました"):
        bring.correct("99", company="丙")
