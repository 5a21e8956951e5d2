"""Each row is ok, a question or an error, and says why with Excel's own row and column."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventmail.spreadsheet.cells import Cell, Sheet
from eventmail.spreadsheet.judging import judge
from eventmail.spreadsheet.layout import find_table
from eventmail.spreadsheet.mapping import guess
from eventmail.spreadsheet.rows import Row, Verdict, company_key
from eventmail.spreadsheet.sifting import sift
from tests.spreadsheet.books import HEADER, sheet_of


def judged(sheet: Sheet) -> list[Row]:
    table = find_table(sheet)
    mapping = guess(table.headers, [table.values(c) for c in range(len(table.headers))])
    return judge(sift(table, mapping), mapping)


def judged_rows(*rows: tuple[str, ...]) -> list[Row]:
    return judged(sheet_of((*HEADER, "参加"), *rows))


def codes(row: Row) -> list[str]:
    return [reason.code for reason in row.reasons]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (("一番", "山田", ""), "no_address", "C"),
        (("一番", "山田", "a.example"), "no_at", "C"),
        (("", "山田", "a@b.example"), "no_company", "A"),
        (("一" * 201, "山田", "a@b.example"), "too_long", "A"),
    ],
)
def test_errors_name_sheet_row_and_column(cells: tuple[str, ...], code: str, column: str) -> None:
    (row,) = judged_rows(cells)
    assert row.verdict is Verdict.ERROR
    ((found_code, found_column, message),) = [(r.code, r.column, r.message) for r in row.reasons]
    assert (found_code, found_column) == (code, column)
    assert f"シート「名簿」2行目{column}列" in message
    assert message.endswith("。")


@pytest.mark.parametrize(("fault", "code"), [("formula", "formula"), ("error", "error_value")])
def test_broken_cells(fault: str, code: str) -> None:
    sheet = sheet_of(HEADER, ("一番", "山田", "x"))
    broken = replace(sheet.rows[1], cells=(*sheet.rows[1].cells[:2], Cell("#N/A", fault)))
    (row,) = judged(replace(sheet, rows=(sheet.rows[0], broken)))
    assert (codes(row), row.verdict, row.email) == ([code], Verdict.ERROR, "")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [("一番", "二番", "shared_address"), ("㈱一番", "株式会社 一番", "same_twice")],
)
def test_an_address_in_two_rows_is_a_question_in_both(first: str, second: str, code: str) -> None:
    rows = judged_rows((first, "", "a@b.example"), (second, "", "a@b.example"))
    assert [codes(row)[:1] for row in rows] == [[code], [code]]
    assert "3行目" in rows[0].reasons[0].message
    assert {row.verdict for row in rows} == {Verdict.QUESTION}


@pytest.mark.parametrize(("mark", "code"), [("hidden", "hidden_row"), ("struck", "struck_row")])
def test_hidden_and_struck_rows_are_questions(mark: str, code: str) -> None:
    sheet = sheet_of(HEADER, ("一番", "山田", "a@b.example"))
    cells = tuple(cell._replace(struck=mark == "struck") for cell in sheet.rows[1].cells)
    odd = replace(sheet.rows[1], hidden=mark == "hidden", cells=cells)
    (row,) = judged(replace(sheet, rows=(sheet.rows[0], odd)))
    assert (codes(row), row.verdict) == ([code], Verdict.QUESTION)


@pytest.mark.parametrize(
    ("text", "status", "verdict"),
    [
        ("", "attending", Verdict.OK),
        ("参加", "attending", Verdict.OK),
        ("○", "attending", Verdict.OK),
        ("辞退", "withdrawn", Verdict.OK),
        ("不参加", "withdrawn", Verdict.OK),
        ("欠席（体調不良）", "withdrawn", Verdict.OK),
        ("取消", "withdrawn", Verdict.OK),
        ("検討中", "attending", Verdict.QUESTION),
    ],
)
def test_status(text: str, status: str, verdict: Verdict) -> None:
    (row,) = judged_rows(("一番", "山田", "a@b.example", text))
    assert (row.status, row.verdict) == (status, verdict)


def test_full_width_is_read_without_fuss() -> None:
    (row,) = judged_rows(("一番", "山田", "ａ＠b.example"))
    assert (row.email, row.raw_email) == ("a@b.example", "ａ＠b.example")
    assert (codes(row), row.verdict) == (["full_width"], Verdict.OK)


def test_names_are_only_trimmed() -> None:
    (row,) = judged_rows(("　㈱髙﨑①　建設 ", " 髙﨑　一郎", "a@b.example"))
    assert (row.company, row.contact) == ("㈱髙﨑①　建設", "髙﨑　一郎")


def test_the_digest_is_of_the_raw_cells() -> None:
    same = [judged_rows(("一番", "山田", "a@b.example"))[0].digest for _ in range(2)]
    other = judged_rows(("一番", "山田", "ａ@b.example"))[0].digest
    assert same[0] == same[1] != other
    assert len(other) == 64


def test_company_key_folds_width_blanks_and_forms() -> None:
    assert company_key("㈱ 一番") == company_key("株式会社一番") != company_key("一番株式会社")
