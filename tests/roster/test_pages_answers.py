"""Answers, corrections, columns and alarms on the review page."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet.columns import Field
from tests.roster.importer import HEADER, A, B, C, Importer
from tests.roster.review import BROKEN, UNSURE, Review
from tests.spreadsheet.sheets import xlsx


class TestAnswers:
    def test_answers_of_a_page_are_kept_together(self, review: Review, bring: Importer) -> None:
        review.rows(A, UNSURE, (*C[:4], "？"))
        review.post("answers", **{"row-3": "take", "row-4": "leave"})
        assert "2件を取り込む" in review.see().text
        review.post()
        assert [name for name, _ in bring.addressees()] == [A[0], B[0]]

    def test_a_person_comes_back_to_where_he_was(self, review: Review) -> None:
        review.rows(A, UNSURE)
        review.browser.get(review.path)
        data = {"stamp": review.stamp(), "row-3": "take", "saved": "3"}
        data["csrf_token"] = review.browser._token()
        response = review.browser._client.post(
            f"{review.path}/answers?show=question&q=乙", data=data
        )
        assert response.location == f"{review.path}?show=question&q=%E4%B9%99#row-3"

    def test_an_error_cannot_be_taken(self, review: Review) -> None:
        page = review.rows(A, BROKEN)
        assert "take-3" not in [e.attributes.get("id") for e in page.all("input")]
        buttons = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("button")}
        assert buttons["row-3"] == "leave"
        page = review.post("answers", answer=409, **{"row-3": "take"})
        assert "このままでは取り込めません" in page.text

    @pytest.mark.parametrize("data", [{}, {"row-3": "maybe"}, {"row": "take"}])
    def test_an_answer_that_says_nothing(self, review: Review, data: dict[str, str]) -> None:
        review.rows(A, UNSURE)
        page = review.post("answers", answer=409, **data)
        assert "「取り込む」か「取り込まない」を選んでください。" in page.text

    def test_rows_with_the_same_reason_are_answered_at_once(
        self, review: Review, bring: Importer
    ) -> None:
        page = review.rows(A, UNSURE, (*C[:4], "？"))
        assert "参加か辞退かわからない行 2行をまとめて取り込まない" in page.text
        review.post("answer-all", code="unknown_status", said="leave")
        review.post()
        assert bring.addressees() == [(A[0], A[3])]

    def test_a_right_row_can_be_left_out_too(self, review: Review, bring: Importer) -> None:
        review.rows(A, B)
        assert "この行を取り込まない" in review.see("/row?key=3").text
        review.post("answers", **{"row-3": "leave"})
        assert "この行を取り込む" in review.see("/row?key=3").text
        review.post()
        assert bring.addressees() == [(A[0], A[3])]

    def test_a_second_tab_is_told_that_things_have_moved_on(self, review: Review) -> None:
        review.rows(A, UNSURE)
        old = review.stamp()
        review.post("answers", **{"row-3": "leave"})
        for where, data in (
            ("", {}),
            ("answers", {"row-3": "take"}),
            ("answer-all", {"code": "unknown_status", "said": "take"}),
            ("row?key=3", {"company": "株式会社新"}),
            ("columns", {"sheet": "名簿"}),
        ):
            page = review.post(where, answer=409, stamp=old, **data)
            assert "内容が変わりました" in page.text, where
        assert "1件を取り込む" in review.see().text

    def test_an_import_is_confirmed_once(self, review: Review) -> None:
        review.rows(A)
        stamp = review.stamp()
        review.post()
        page = review.browser.post(review.path, {"stamp": stamp})
        assert "すでに取り込んだか" in page.text


class TestCorrections:
    def test_a_value_is_put_right_and_the_correction_is_kept(
        self, review: Review, bring: Importer
    ) -> None:
        review.rows(A, BROKEN)
        page = review.see("/row?key=3")
        values = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
        assert values["email"] == "no address"
        assert "3行目" in page.text
        page = review.post(
            "row?key=3", company=BROKEN[0], email="d@tei.example", status="attending"
        )
        assert "変更前：no address" in page.text
        assert "変更後：d@tei.example" in page.text
        assert "森下 あかり" in page.text
        review.post()
        assert (BROKEN[0], "d@tei.example") in bring.addressees()

    def test_what_was_typed_stays_when_it_is_refused(self, review: Review) -> None:
        review.rows(A, BROKEN)
        same = {"company": BROKEN[0], "email": "no address", "status": "attending"}
        page = review.post("row?key=3", answer=409, **same, stamp="0")
        assert "内容が変わりました" in page.text
        page = review.post("row?key=3", answer=409, **same)
        assert "どの値も変わっていません" in page.text
        page = review.post("row?key=3", answer=422, **same | {"status": "perhaps"}, phone="06-1")
        assert "06-1" in {e.attributes.get("value") for e in page.all("input")}

    def test_a_status_that_was_not_understood_is_chosen(self, review: Review) -> None:
        review.rows(A, UNSURE)
        page = review.see("/row?key=3")
        assert "（選んでください）" in page.text
        values = {"company": B[0], "contact": B[2], "email": B[3], "status": "attending"}
        assert "2件を取り込む" in review.post("row?key=3", **values).text

    def test_a_row_that_is_not_there(self, review: Review) -> None:
        review.rows(A)
        assert review.see("/row?key=77").h1 == "読み取った名簿の確認"
        assert "内容が変わりました" in review.post("row?key=77", answer=409).text
        assert "内容が変わりました" in review.post("split", row="77", answer=409).text
        review.post("suggestion", row="2", field="nonsense", value="x", answer=404)

    def test_a_suggestion_is_one_click(self, review: Review, bring: Importer) -> None:
        page = review.rows(A, (*B[:3], "otsu@gmai.com", B[4]))
        assert "otsu@gmail.com に直す" in page.text
        review.post("suggestion", row="3", field="email", value="otsu@gmail.com")
        review.post()
        assert (B[0], "otsu@gmail.com") in bring.addressees()

    def test_two_addresses_in_a_cell_become_two_contacts(
        self, review: Review, bring: Importer
    ) -> None:
        page = review.rows(A, (B[0], "", "", "one@otsu.example、two@otsu.example", "参加"))
        assert "2件に分ける" in page.text
        review.post("split", row="3")
        review.post()
        assert len(bring.addressees()) == 3


class TestColumns:
    def test_a_missing_column_can_be_chosen_on_the_page(
        self, review: Review, bring: Importer
    ) -> None:
        page = review.upload(
            xlsx([("ご参加いただく先", "メール"), ("株式会社甲", "a@kou.example")])
        )
        if "1件を取り込む" not in page.text:
            assert "「事業所名」の列が見つかりません" in page.text
        choice = dict.fromkeys((f.value for f in Field), "")
        page = review.post("columns", **choice | {"sheet": "名簿", "company": "A", "email": "B"})
        assert "1件を取り込む" in page.text
        review.post()
        assert bring.addressees() == [("株式会社甲", "a@kou.example")]

    @pytest.mark.parametrize(
        "choice",
        [{"sheet": "ない"}, {"sheet": "名簿", "company": "ZZZ"}, {}],
        ids=["no such sheet", "no such column", "nothing"],
    )
    def test_a_forged_choice_is_refused_and_nothing_changes(
        self, review: Review, choice: dict[str, str]
    ) -> None:
        review.rows(A)
        page = review.post("columns", answer=409, **choice)
        assert "選び直してください" in page.text
        assert "1件を取り込む" in review.see().text

    def test_hidden_columns_are_marked(self, review: Review) -> None:
        def hide(sheet: object) -> None:
            sheet.column_dimensions["B"].hidden = True  # type: ignore[attr-defined]

        assert "非表示の列" in review.upload(xlsx([HEADER, A], hide)).text


class TestAlarms:
    def test_a_shifted_list_is_an_alarm_that_must_be_seen(
        self, review: Review, bring: Importer
    ) -> None:
        rows = [(f"株式会社{n}", "", "", f"a@n{n}.example", "参加") for n in "甲乙丙丁戊"]
        bring(*rows)
        shifted = [(*row[:3], rows[(i + 1) % 5][3], row[4]) for i, row in enumerate(rows)]
        page = review.rows(*shifted)
        assert "宛名とアドレスの組み合わせについての警告" in page.text
        assert "警告を見る" in page.text
        assert "件を取り込む" not in page.text
        for key in review.alarms():
            page = review.post("notices", kind="alarm", code=key)
        assert "5件を取り込む" in page.text

    def test_an_alarm_that_is_not_there(self, review: Review) -> None:
        review.rows(A)
        page = review.post("notices", kind="alarm", code="shifted", answer=409)
        assert "内容が変わりました" in page.text
