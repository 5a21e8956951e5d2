"""Where the table is, and what each column holds."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import Field, column_of, fold, letter
from eventmail.spreadsheet.headers import field_of
from eventmail.spreadsheet.reading import Choices, Reading, read
from eventmail.spreadsheet.rows import Verdict
from tests.spreadsheet.sheets import HEADER, saved, xlsx

GOOD = ("株式会社甲", "甲野", "a@kou.example")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("事業所名", Field.COMPANY),
        ("会　社　名", Field.COMPANY),
        ("企業名（正式）", Field.COMPANY),
        ("学校名", Field.COMPANY),
        ("Company", Field.COMPANY),
        ("担当者\n氏名", Field.CONTACT),
        ("ご担当者様", Field.CONTACT),
        ("Ｅ－ｍａｉｌ", Field.EMAIL),
        ("E-mail", Field.EMAIL),
        ("メールアドレス（必須）", Field.EMAIL),
        ("メール", Field.EMAIL),
        ("TEL", Field.PHONE),
        ("電話番号", Field.PHONE),
        ("所属", Field.DEPARTMENT),
        ("役職", Field.TITLE),
        ("参加・辞退", Field.STATUS),
        ("備考", Field.NOTES),
        ("フリガナ", None),
    ],
)
def test_headers_are_known_by_their_words(header: str, field: Field | None) -> None:
    assert field_of(header) is field, fold(header)


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_excel_does(index: int, letters: str) -> None:
    assert letter(index) == letters
    assert column_of(letters) == index


@pytest.mark.parametrize("letters", ["", "1", "a", "ABCD", "A1", "Ａ"])
def test_what_names_no_column(letters: str) -> None:
    assert column_of(letters) is None


def test_title_rows_above_the_header_are_passed_over() -> None:
    rows = [("参加企業一覧",), ("令和8年12月9日",), (), HEADER, GOOD]
    reading = read(xlsx(rows))
    assert reading.header_rows == (4,)
    assert [row.number for row in reading.rows] == [5]


def test_an_address_column_without_a_known_header_is_found_by_its_content() -> None:
    reading = read(xlsx([("会社名", "備考", "ご連絡用"), ("甲", "", "a@kou.example")]))
    assert reading.mapping[Field.EMAIL] == "C"


def test_notes_totals_groups_and_repeated_headers_are_no_participants() -> None:
    rows = [
        HEADER,
        ("【製造業】",),
        GOOD,
        HEADER,
        ("株式会社乙", "", "b@otsu.example"),
        ("計 2社",),
        ("※ 変更は学卒部門まで",),
        ("以上",),
    ]
    reading = read(xlsx(rows))
    assert [row.company for row in reading.rows] == ["株式会社甲", "株式会社乙"]
    assert [each.number for each in reading.skipped] == [2, 4, 6, 7, 8]
    assert all(each.why.endswith("。") for each in reading.skipped)


def test_a_row_with_a_company_but_no_address_is_an_error_and_never_skipped() -> None:
    reading = read(xlsx([HEADER, GOOD, ("株式会社乙", "乙野", "")]))
    assert [row.verdict for row in reading.rows] == [Verdict.OK, Verdict.ERROR]


def test_the_likely_sheet_is_chosen_and_the_others_are_shown() -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "表紙"
    book.active["A1"] = "名簿"
    for title, state in (("名簿", "visible"), ("去年", "hidden")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (HEADER, GOOD):
            sheet.append(row)
    reading = read(saved(book))
    assert reading.sheet == "名簿"
    assert reading.sheets == ("表紙", "名簿", "去年")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("会社名", "担当者"), ("甲", "甲野")], "「メールアドレス」の列が見つかりません"),
        ([("メール", "電話"), ("a@x.example", "1")], "「事業所名」の列が見つかりません"),
        ([("ただの", "表"), ("1", "2")], "「事業所名」と「メールアドレス」の列が見つかりません"),
        ([HEADER], "参加事業所の行がありません"),
    ],
)
def test_a_table_that_lacks_something_says_what(rows: list[tuple[str, ...]], said: str) -> None:
    reading = read(xlsx(rows))
    assert said in reading.problem
    assert "シート「名簿」" in reading.problem
    assert reading.rows == ()


def test_the_missing_column_names_the_headers_that_were_seen() -> None:
    assert "会社名、担当者" in read(xlsx([("会社名", "担当者"), ("甲", "乙")])).problem


def test_the_persons_choice_of_columns_wins() -> None:
    rows = [("会社名", "法人名", "メール"), ("通称", "正式名", "a@x.example")]
    content = xlsx(rows)
    assert read(content).rows[0].company == "通称"
    chosen = read(content, "", Choices(mapping={Field.COMPANY: "B", Field.EMAIL: "C"}))
    assert chosen.rows[0].company == "正式名"


def test_a_choice_beyond_the_table_is_no_column() -> None:
    chosen = Choices(mapping={Field.COMPANY: "A", Field.EMAIL: "ZZ"})
    reading = read(xlsx([HEADER, GOOD]), "", chosen)
    assert "「メールアドレス」の列が見つかりません" in reading.problem


def judged(*rows: tuple[object, ...], header: tuple[str, ...] = (*HEADER, "参加")) -> Reading:
    return read(xlsx([header, *rows]))


@pytest.mark.parametrize(
    ("word", "status", "verdict"),
    [
        ("参加", "attending", Verdict.OK),
        ("", "attending", Verdict.OK),
        ("○", "attending", Verdict.OK),
        ("辞退", "withdrawn", Verdict.OK),
        ("欠席", "withdrawn", Verdict.OK),
        ("×", "withdrawn", Verdict.OK),
        ("不参加", "withdrawn", Verdict.OK),
        ("検討中", "attending", Verdict.QUESTION),
    ],
)
def test_the_words_of_taking_part(word: str, status: str, verdict: Verdict) -> None:
    (row,) = judged(("甲", "", "a@x.example", word)).rows
    assert (row.status, row.verdict) == (status, verdict)


def test_the_same_address_twice_for_one_company_and_for_two() -> None:
    reading = judged(
        ("甲", "", "a@x.example"),
        ("甲", "", "A@x.example"),
        ("乙", "", "b@x.example"),
        ("丙", "", "b@x.example"),
    )
    assert [row.reasons[-1].code for row in reading.rows] == [
        "same_twice",
        "same_twice",
        "shared_address",
        "shared_address",
    ]
    assert "3行目と同じ" in reading.rows[0].reasons[-1].message


def test_a_value_too_long_to_store_is_named() -> None:
    (row,) = judged(("甲" * 201, "", "a@x.example")).rows
    assert [reason.code for reason in row.reasons] == ["too_long"]


def test_line_breaks_in_a_name_become_blanks() -> None:
    (row,) = judged(("株式会社\n甲", "", "a@x.example")).rows
    assert row.company == "株式会社 甲"


def test_each_row_has_a_digest_of_its_own_cells() -> None:
    first = judged(("甲", "", "a@x.example"), ("乙", "", "b@x.example")).rows
    again = judged(("甲", "", "a@x.example"), ("乙", "丙野", "b@x.example")).rows
    assert first[0].digest == again[0].digest
    assert first[1].digest != again[1].digest
