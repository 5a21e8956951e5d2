"""Each row is ok, a question or an error, and says why with Excel's own row and column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventmail.spreadsheet.cells import Cell, Sheet, SheetRow
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.judging import judge
from eventmail.spreadsheet.layout import find_table
from eventmail.spreadsheet.mapping import guess
from eventmail.spreadsheet.rows import Row, Verdict
from eventmail.spreadsheet.sifting import sift
from eventmail.spreadsheet.values import is_corporate_number, status_of
from tests.spreadsheet.books import sheet_of
from tests.spreadsheet.sheets import codes

HEADER = ("事業所名", "担当者名", "メールアドレス", "参加", "電話", "法人番号", "部署")
GOOD = ("一番", "山田", "a@b.example")


def judged(sheet: Sheet) -> list[Row]:
    table = find_table(sheet)
    mapping = guess(table.headers, [table.values(c) for c in range(len(table.headers))])
    return judge(sift(table, mapping), mapping)


def judged_rows(*rows: tuple[str, ...]) -> list[Row]:
    return judged(sheet_of(HEADER, *rows))


def one(**cells: Any) -> Row:
    """The row of these cells; ``phone=Cell(...)`` for a cell of its own."""
    names = ("company", "contact", "email", "status", "phone", "corporate_number", "department")
    usual = dict(zip(names, GOOD, strict=False))
    told = [cells.get(name, usual.get(name, "")) for name in names]
    made = tuple(each if isinstance(each, Cell) else Cell(each) for each in told)
    header = sheet_of(HEADER).rows[0]
    (row,) = judged(Sheet("名簿", (header, SheetRow(2, made))))
    return row


ERRORS = {
    "no address": ({"email": ""}, "no_address", "C"),
    "no at sign": ({"email": "a.example"}, "no_at", "C"),
    "a blank inside": ({"email": "a b@c.example"}, "space", "C"),
    "no company": ({"company": ""}, "no_company", "A"),
    "a long company": ({"company": "一" * 201}, "too_long", "A"),
    "a long phone number": ({"phone": "0" * 61}, "too_long", "E"),
    "never calculated": ({"email": Cell("=A1", "formula")}, "formula", "C"),
    "never calculated company": ({"company": Cell("=A1", "formula")}, "formula", "A"),
    "an error value": ({"email": Cell("#N/A", "error")}, "error_value", "C"),
}


@pytest.mark.parametrize(("cells", "code", "column"), ERRORS.values(), ids=ERRORS)
def test_an_error_names_sheet_row_and_column(cells: dict[str, Any], code: str, column: str) -> None:
    row = one(**cells)
    assert (row.verdict, row.can_be_taken) == (Verdict.ERROR, False)
    ((found_code, found_column, message),) = [(r.code, r.column, r.message) for r in row.reasons]
    assert (found_code, found_column) == (code, column)
    assert f"シート「名簿」2行目{column}列" in message
    assert message.endswith("。")


QUESTIONS = {
    "two addresses": ({"email": "a@b.example、c@d.example"}, "two_addresses", "C", "", False),
    "a mistyped domain": ({"email": "a@gmai.com"}, "mistyped_domain", "C", "a@gmail.com", True),
    "undecided": ({"status": "検討中"}, "unknown_status", "D", "", True),
    "様 in a contact": ({"contact": "山田様"}, "honorific", "B", "山田", True),
    "先生 in a contact": ({"contact": "大野　先生"}, "honorific", "B", "大野", True),
    "御中 in a company": ({"company": "一番 御中"}, "honorific", "A", "一番", True),
    "an address as contact": ({"contact": "x@y.example"}, "shifted_row", "B", "", True),
    "a phone number as contact": ({"contact": "03-1234-5678"}, "shifted_row", "B", "", True),
    "a name with phone number": ({"contact": "山田 03-1234-5678"}, "shifted_row", "B", "", True),
    "an address as company": ({"company": "x@y.example"}, "shifted_row", "A", "", True),
    "a number as company": ({"company": "１２"}, "shifted_row", "A", "", True),
    "digits lost": ({"corporate_number": "7.00E+12"}, "lost_digits", "F", "", True),
    "too many digits": ({"corporate_number": "7000012050002000"}, "lost_digits", "F", "", True),
    "a wrong check digit": (
        {"corporate_number": "8000012050002"},
        "bad_corporate_number",
        "F",
        "",
        True,
    ),
    "twelve digits": ({"corporate_number": "000012050002"}, "bad_corporate_number", "F", "", True),
    "an example": ({"company": "○○株式会社"}, "example_row", "", "", True),
    "a placeholder": ({"company": "（例）株式会社見本"}, "example_row", "", "", True),
    "ditto with nothing above": ({"department": "〃"}, "ditto", "G", "", True),
    "a struck contact": ({"contact": Cell("山田", struck=True)}, "struck_cell", "B", "", True),
    "a struck company": ({"company": Cell("一番", struck=True)}, "struck_cell", "A", "", True),
    "a struck address": (
        {"email": Cell("a@b.example", struck=True)},
        "struck_cell",
        "C",
        "",
        True,
    ),
}


@pytest.mark.parametrize(
    ("cells", "code", "column", "suggestion", "can_be_taken"), QUESTIONS.values(), ids=QUESTIONS
)
def test_a_question(
    cells: dict[str, Any], code: str, column: str, suggestion: str, can_be_taken: bool
) -> None:
    row = one(**cells)
    (reason,) = row.reasons
    assert (reason.code, reason.column, reason.suggestion) == (code, column, suggestion)
    assert (row.verdict, row.can_be_taken) == (Verdict.QUESTION, can_be_taken)
    assert "シート「名簿」2行目" in reason.message
    assert reason.message.endswith("。")


NOTES = {
    "full width": ({"email": "ａ＠b.example"}, "full_width", "email", "a@b.example"),
    "a lost zero": (
        {"phone": Cell("312345678", numeric=True)},
        "lost_zero",
        "phone",
        "0312345678",
    ),
    "of a mobile phone": ({"phone": "9012345678"}, "lost_zero", "phone", "09012345678"),
}


@pytest.mark.parametrize(("cells", "code", "field", "value"), NOTES.values(), ids=NOTES)
def test_a_note_needs_no_answer(cells: dict[str, Any], code: str, field: str, value: str) -> None:
    row = one(**cells)
    assert (codes(row), row.verdict) == ([code], Verdict.OK)
    assert getattr(row, field) == value


AS_THEY_ARE = {
    "old letters": ("company", "　㈱髙﨑①　建設 ", "㈱髙﨑①　建設"),
    "a blank in a name": ("contact", " 髙﨑　一郎", "髙﨑　一郎"),
    "a line break": ("company", "株式会社\n甲", "株式会社 甲"),
    "a vertical tab": ("company", "株式会社\v甲", "株式会社甲"),
    "a phone number in full width": ("phone", "０３－１２３４－５６７８", "03-1234-5678"),
    "an extension": ("phone", "0123-11-0001（内線5）", "0123-11-0001(内線5)"),
    "a corporate number": ("corporate_number", "7000-0120-50002", "7000012050002"),
    "an invoice number": ("corporate_number", "Ｔ7000012050002", "7000012050002"),
    "様 within a name": ("company", "様似町役場", "様似町役場"),
    "a contact with a short number": ("contact", "山田（内線12）", "山田（内線12）"),
}


@pytest.mark.parametrize(("field", "text", "value"), AS_THEY_ARE.values(), ids=AS_THEY_ARE)
def test_values_that_are_right(field: str, text: str, value: str) -> None:
    row = one(**{field: text})
    assert (codes(row), getattr(row, field)) == ([], value)


def test_the_raw_address_is_kept() -> None:
    row = one(email="ａ＠b.example")
    assert (row.email, row.raw_email) == ("a@b.example", "ａ＠b.example")


def test_whether_the_address_names_a_person() -> None:
    assert [one(email=f"{local}@b.example").person for local in ("taro.yamada", "jinji")] == [
        True,
        False,
    ]


ATTENDING = "参加 出席 ○ ◯ 〇 可 はい 参加します ご参加 参加予定 出席（2名） OK TRUE"
WITHDRAWN = """
    辞退 欠席 不参加 取消 キャンセル × 参加を見送り 参加できません 参加しません 参加不可 お断り
    いいえ
    欠席（体調不良） no 11/20電話にて辞退
"""


@pytest.mark.parametrize("text", ["", *ATTENDING.split()])
def test_words_for_taking_part(text: str) -> None:
    assert status_of(text) == ("attending", True)


@pytest.mark.parametrize("text", WITHDRAWN.split())
def test_words_for_not_taking_part(text: str) -> None:
    assert status_of(text) == ("withdrawn", True)


@pytest.mark.parametrize("text", ["検討中", "参加未定", "参加検討中", "△", "未", "FALSE", "参加？"])
def test_words_that_say_neither(text: str) -> None:
    assert status_of(text) == ("attending", False)


# 国税庁, 厚生労働省 and デジタル庁, as they publish their own numbers.
@pytest.mark.parametrize("number", ["7000012050002", "6000012070001", "8000012010038"])
def test_the_check_digit_of_a_corporate_number(number: str) -> None:
    assert is_corporate_number(number)
    wrong = [f"{digit}{number[1:]}" for digit in "0123456789" if digit != number[0]]
    assert not any(map(is_corporate_number, wrong))


HIDING = {
    "hidden": ({"hidden": True}, "hidden_row"),
    "filtered": ({"hidden": True, "filtered": True}, "filtered_row"),
    "struck": ({}, "struck_row"),
}


@pytest.mark.parametrize(("flags", "code"), HIDING.values(), ids=HIDING)
def test_rows_that_cannot_be_seen_or_are_struck(flags: dict[str, bool], code: str) -> None:
    sheet = sheet_of(HEADER, GOOD)
    cells = tuple(cell._replace(struck=not flags) for cell in sheet.rows[1].cells)
    odd = replace(sheet.rows[1], cells=cells, **flags)
    (row,) = judged(replace(sheet, rows=(sheet.rows[0], odd)))
    assert (codes(row), row.verdict) == ([code], Verdict.QUESTION)


class TestWhatStandsAbove:
    def test_a_company_written_once_is_suggested_and_not_filled_in(self) -> None:
        first, second, third = judged_rows(
            GOOD, ("", "佐藤", "b@b.example"), ("〃", "鈴木", "c@b.example")
        )
        for row in (second, third):
            (reason,) = row.reasons
            assert (reason.code, reason.field, reason.suggestion) == (
                "company_above",
                "company",
                "一番",
            )
            assert (row.company, row.verdict, row.can_be_taken) == ("", Verdict.QUESTION, False)
        assert first.verdict is Verdict.OK

    def test_nothing_is_suggested_over_a_gap(self) -> None:
        rows = judged_rows(GOOD, (), ("", "佐藤", "b@b.example"))
        assert codes(rows[1]) == ["no_company"]

    def test_nor_over_the_name_of_a_group(self) -> None:
        rows = judged_rows(GOOD, ("【学校】",), ("", "佐藤", "b@b.example"))
        assert codes(rows[1]) == ["no_company"]

    def test_ditto_marks_are_no_values(self) -> None:
        above = ("一番", "山田", "a@b.example", "", "03-1234-5678", "", "総務部")
        below = ("一番", "同上", "b@b.example", "", "〃", "", "〃")
        row = judged_rows(above, below)[1]
        assert (row.contact, row.phone, row.department) == ("", "", "")
        assert [each.suggestion for each in row.reasons] == ["山田", "総務部", "03-1234-5678"]


class TestAddressElsewhere:
    def test_a_row_whose_address_is_in_another_column_names_it(self) -> None:
        row = one(email="", department="c@d.example")
        (reason,) = row.reasons
        assert (reason.code, reason.suggestion) == ("no_address", "c@d.example")

    def test_an_address_merged_with_the_row_above_is_not_taken(self) -> None:
        rows = judged(sheet_of(HEADER, GOOD, ("二番", "佐藤"), merged=((2, 2, 3, 2),)))
        assert (codes(rows[1]), rows[1].email) == (["no_address"], "")
        assert "結合" in rows[1].reasons[0].message

    def test_a_note_with_an_address_is_nobody_without_being_asked(self) -> None:
        rows = judged_rows(GOOD, ("※ 問い合わせは x@y.example まで",))
        assert (codes(rows[1]), rows[1].verdict) == (["note_row"], Verdict.QUESTION)
        assert (rows[1].company, rows[1].email) == ("", "")

    def test_an_example_by_its_number(self) -> None:
        header = ("番号", "会社名", "メール")
        (row,) = judged(sheet_of(header, ("例", "一番", "a@b.example")))
        assert codes(row) == ["example_row"]


def test_a_formula_in_the_column_of_numbers_is_of_no_matter() -> None:
    sheet = sheet_of(("番号", "会社名", "メール"))
    cells = (Cell("=ROW()", "formula"), Cell("一番"), Cell("a@b.example"))
    (row,) = judged(Sheet("名簿", (*sheet.rows, SheetRow(2, cells))))
    assert row.verdict is Verdict.OK


def test_a_second_table_in_another_order_is_asked_about_row_by_row() -> None:
    other = ("メールアドレス", "担当者名", "事業所名")
    rows = judged_rows(GOOD, other, ("c@d.example", "佐藤", "二番"))
    assert "second_table" in codes(rows[1])
    assert rows[0].verdict is Verdict.OK


def test_the_digest_is_of_the_raw_cells() -> None:
    same = [judged_rows(GOOD)[0].digest for _ in range(2)]
    other = judged_rows(("一番", "山田", "ａ@b.example"))[0].digest
    assert same[0] == same[1] != other
    assert len(other) == 64


def test_each_row_has_a_digest_of_its_own_cells() -> None:
    first = judged_rows(GOOD, ("二番", "", "b@x.example"))
    again = judged_rows(GOOD, ("二番", "丙野", "b@x.example"))
    assert first[0].digest == again[0].digest
    assert first[1].digest != again[1].digest


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=7, max_size=7))
def test_whatever_stands_in_the_cells_a_row_comes_back(texts: list[str]) -> None:
    sheet = sheet_of(HEADER, GOOD)
    odd = SheetRow(3, tuple(map(Cell, texts)))
    mapping = {field: column for column, field in enumerate(_FIELDS)}
    table = replace(find_table(sheet), rows=(sheet.rows[1], odd))
    rows = judge(table, mapping)
    assert [row.number for row in rows] == [2, 3]
    assert Row.from_json(rows[1].to_json()) == rows[1]
    assert not any(c in rows[1].company + rows[1].contact for c in "\r\n\0")


_FIELDS = (
    Field.COMPANY,
    Field.CONTACT,
    Field.EMAIL,
    Field.STATUS,
    Field.PHONE,
    Field.CORPORATE_NUMBER,
    Field.DEPARTMENT,
)
