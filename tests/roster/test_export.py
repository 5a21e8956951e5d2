"""Rosters to take away: nothing in them is calculated, and the office's own formulas stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from openpyxl import Workbook, load_workbook

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.roster import exporting
from eventmail.roster.models import Answer
from eventmail.spreadsheet import safe_text
from tests.conftest import Meeting
from tests.pages import Pages
from tests.roster.importer import HEADER, A, B, Importer
from tests.roster.review import Review
from tests.spreadsheet.sheets import saved, xlsx

SignIn = Callable[[str], Pages]
FORMULA = '=HYPERLINK("http://evil.example","甲")'
EVIL = ("株式会社甲", "+1", "@SUM(A1)", "a@kou.example", "参加")


def download(browser: Pages, path: str) -> tuple[bytes, str]:
    response = browser.post_raw(path, {})
    assert response.status_code == 200
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    return response.data, unquote(disposition)


def opened(content: bytes, **options: Any) -> Any:
    return load_workbook(io.BytesIO(content), **options)


def take(bring: Importer, row: tuple[str, ...]) -> None:
    """Import one row, whatever is asked about it."""
    bring.open(row)
    bring.answer("2", Answer.TAKE)
    bring.confirm()


class TestRoster:
    def test_the_workbook_holds_every_field_and_its_source(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B)
        browser = sign_in("checker")
        content, name = download(browser, f"/events/{event.id}/participants.xlsx")
        assert "参加者名簿_面接会_" in name
        rows = list(opened(content).active.iter_rows(values_only=True))
        assert rows[0] == tuple(exporting.COLUMNS)
        assert [rows[1][i] for i in (0, 1, 3, 4, 6, 9, 10)] == [
            *A[:2],
            A[2],
            A[3],
            "参加",
            "名簿.xlsx",
            "2",
        ]

    def test_what_is_exported_can_be_imported_again(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B)
        content, _ = download(sign_in("author"), f"/events/{event.id}/participants.xlsx")
        page = Review(sign_in("author"), event).upload(content)
        assert "同じ2件" in page.text

    def test_the_text_opens_in_excel_and_nothing_in_it_is_calculated(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        take(bring, EVIL)
        content, name = download(sign_in("author"), f"/events/{event.id}/participants.csv")
        assert ".csv" in name
        assert content.startswith(b"\xef\xbb\xbf")
        head, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        assert tuple(head) == tuple(exporting.COLUMNS)
        assert row[1] == "'+1"
        assert row[3] == "'@SUM(A1)"

    def test_nothing_in_the_workbook_is_calculated(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        take(bring, EVIL)
        content, _ = download(sign_in("author"), f"/events/{event.id}/participants.xlsx")
        sheet = opened(content).active
        assert (sheet["B2"].value, sheet["B2"].data_type, sheet["B2"].quotePrefix) == (
            "+1",
            "s",
            True,
        )

    def test_who_took_it_is_kept_and_nobody_becomes_an_editor_by_it(
        self, sign_in: SignIn, meeting: Meeting, database: Database
    ) -> None:
        download(sign_in("checker"), f"/events/{meeting.event.id}/participants.xlsx")
        query = sa.select(AuditEntry.subject, AuditEntry.details).where(
            AuditEntry.action == "roster.exported"
        )
        with database.reading() as session:
            assert session.execute(query).all() == [
                (f"roster:{meeting.event.id}", {"kind": "xlsx"})
            ]

    def test_a_link_alone_takes_nothing_away(self, sign_in: SignIn, event: Event) -> None:
        response = sign_in("author").raw(f"/events/{event.id}/participants.xlsx")
        assert response.status_code == 405


@pytest.mark.parametrize(
    ("text", "risky"),
    {
        "=1+1": True,
        "+81-6": True,
        "-1": True,
        "@SUM": True,
        "\tx": True,
        "\rx": True,
        "＝1": True,
        "甲": False,
        "a=b": False,
        "": False,
        "'=1": False,
    }.items(),
)
def test_what_looks_like_a_formula(text: str, risky: bool) -> None:
    assert safe_text.looks_like_a_formula(text) is risky


def annotated(review: Review) -> tuple[Any, str]:
    content, name = download(review.browser, f"{review.path}/annotated")
    return opened(content), name


class TestAnnotated:
    BAD = ("株式会社丁", "", "", "no address", "参加")

    def test_their_own_workbook_comes_back_with_verdict_and_reasons(self, review: Review) -> None:
        book = Workbook()
        sheet = book.active
        sheet.title = "名簿"
        for row in (("参加企業一覧",), HEADER, A, self.BAD):
            sheet.append(row)
        sheet["H4"] = "=1+2"
        sheet["H3"] = "=not a formula"
        sheet["H3"].data_type = "s"
        book.create_sheet("ほか")["A1"] = "そのまま"
        review.upload(saved(book))
        made, name = annotated(review)
        assert "名簿_確認.xlsx" in name
        sheet = made["名簿"]
        assert [sheet["I2"].value, sheet["J2"].value] == ["判定", "理由"]
        assert [sheet["I3"].value, sheet["I4"].value] == ["問題なし", "誤り"]
        assert "4行目D列" in sheet["J4"].value
        assert sheet["D4"].fill.start_color.rgb == "FFFFC7CE"
        assert sheet["A1"].value == "参加企業一覧"
        assert (sheet["H4"].value, sheet["H4"].data_type) == ("=1+2", "f")
        assert (sheet["H3"].value, sheet["H3"].data_type) == ("=not a formula", "s")
        assert sheet["H3"].quotePrefix
        assert made["ほか"]["A1"].value == "そのまま"

    def test_a_text_file_becomes_a_workbook_whose_texts_stay_texts(self, review: Review) -> None:
        lines = "会社名,メール,備考\n甲,no address,=1+1\n乙,b@otsu.example,0123\n"
        review.upload(lines.encode("cp932"), "a.csv")
        made, name = annotated(review)
        assert "a_確認.xlsx" in name
        sheet = made.active
        assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")
        assert sheet["C3"].value == "0123"
        assert sheet["D2"].value == "誤り"

    def test_a_row_that_was_left_out_says_so(self, review: Review) -> None:
        review.rows(A, self.BAD)
        review.post("answers", **{"row-3": "leave"})
        made, _ = annotated(review)
        assert made.active["F3"].value == "取り込まない"

    def test_a_merged_title_over_all_columns_is_not_written_into(self, review: Review) -> None:
        def merge(sheet: Any) -> None:
            sheet.merge_cells("A1:H1")

        review.upload(xlsx([("一覧",), HEADER, A], merge))
        made, _ = annotated(review)
        assert made.active["I2"].value == "判定"

    def test_an_import_that_is_done_has_none(self, review: Review) -> None:
        review.rows(A)
        review.post()
        page = review.browser.post(f"{review.path}/annotated")
        assert "すでに取り込んだか" in page.text
