"""The pages of an upload, from the file to the imported roster."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Snapshot
from eventmail.roster import service
from eventmail.roster.models import ImportState, RosterImport
from eventmail.sample import FOLDER, People
from eventmail.spreadsheet.columns import Field
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.pages import Page, Pages
from tests.roster.importer import HEADER, A, B, C, Importer
from tests.spreadsheet.sheets import xlsx

SignIn = Callable[[str], Pages]
UNSURE = (*B[:4], "検討中")
BROKEN = ("株式会社丁", "", "", "no address", "参加")


def damaged() -> bytes:
    """A workbook whose sheet is broken inside."""
    whole, broken = zipfile.ZipFile(BytesIO(xlsx([HEADER, A]))), BytesIO()
    with zipfile.ZipFile(broken, "w") as made:
        for name in whole.namelist():
            made.writestr(name, b"<broken" if "sheet1" in name else whole.read(name))
    return broken.getvalue()


class Review:
    """The author at the review page of one upload."""

    def __init__(self, browser: Pages, event: Event) -> None:
        self.browser, self.event = browser, event

    def upload(self, content: bytes, name: str = "名簿.xlsx", status: int = 200) -> Page:
        data = {"file": (BytesIO(content), name)}
        page = self.browser.post(f"/events/{self.event.id}/roster", data, status=status)
        self.path = self.browser.response.request.path
        return page

    def rows(self, *rows: tuple[object, ...]) -> Page:
        return self.upload(xlsx([HEADER, *rows]))

    def see(self, query: str = "") -> Page:
        return self.browser.get(f"{self.path}{query}")

    def stamp(self) -> str:
        """As the page that is now shown has it; an applied import has none."""
        values = [
            e.attributes["value"]
            for e in self.see().all("input")
            if e.attributes.get("name") == "stamp"
        ]
        return values[0] or "" if values else ""

    def alarms(self) -> list[str]:
        """The alarms on the page, as their buttons name them."""
        found = [e for e in self.see().all("input") if e.attributes.get("name") == "code"]
        return [e.attributes["value"] or "" for e in found]

    def post(self, where: str = "", answer: int = 200, **data: str) -> Page:
        sent = {"stamp": self.stamp()} | data
        path = f"{self.path}/{where}" if where else self.path
        return self.browser.post(path, sent, status=answer)


@pytest.fixture
def review(sign_in: SignIn, event: Event) -> Review:
    return Review(sign_in("author"), event)


def positions(page: Page, *texts: str) -> list[int]:
    return [page.text.index(each) for each in texts]


class TestUpload:
    def test_a_file_that_is_no_roster_is_named_and_nothing_is_kept(
        self, review: Review, database: Database
    ) -> None:
        page = review.upload(b"%PDF-1.4", status=422)
        assert "「名簿.xlsx」を読み取れません。PDFのファイルです。" in page.text
        with database.reading() as session:
            assert session.scalars(sa.select(RosterImport)).all() == []

    def test_a_damaged_workbook_is_named_at_the_field_and_is_not_left_open(
        self, review: Review, database: Database
    ) -> None:
        page = review.upload(damaged(), status=422)
        assert "「名簿.xlsx」を読み取れません。" in page.text
        assert "取り込みの途中" not in review.browser.get(f"/events/{review.event.id}").text
        with database.reading() as session:
            assert service.open_import(session, review.event) is None

    def test_no_file_at_all(self, sign_in: SignIn, event: Event) -> None:
        page = sign_in("author").post(f"/events/{event.id}/roster", {}, status=422)
        assert "名簿のファイルを選んでください。" in page.text

    def test_what_was_read_stands_on_the_page(self, review: Review) -> None:
        text = review.upload(
            "会社名,メール\n株式会社甲,a@kou.example\n".encode("cp932"), "a.csv"
        ).text
        for each in ("CSV", "シフトJIS（CP932）", "1行目", "1件を取り込む", "森下 あかり"):
            assert each in text

    def test_the_same_file_twice_says_so(self, review: Review) -> None:
        content = xlsx([HEADER, A])
        review.upload(content)
        review.post()
        assert "このファイルは前にも取り込んでいます" in review.upload(content).text

    def test_another_upload_takes_the_place_of_one_that_waits(self, review: Review) -> None:
        review.rows(A)
        old = review.path
        review.rows(B)
        page = review.browser.get(old)
        assert "すでに取り込んだか、新しいファイルに置きかわっています" in page.text


class TestBackground:
    """Files that take their time are read by a worker."""

    @pytest.fixture
    def slow(self, review: Review, monkeypatch: pytest.MonkeyPatch) -> Review:
        monkeypatch.setattr(service, "SMALL_FILE", 10)
        monkeypatch.setattr(service, "SMALL_ROSTER", 0)
        return review

    def worker(self, review: Review) -> None:
        huey = review.browser._app.extensions["eventmail"].outbox.huey
        while task := huey.dequeue():
            huey.execute(task)

    def test_a_large_file_is_watched_while_it_is_read(self, slow: Review) -> None:
        page = slow.rows(A, B)
        assert page.h1 == "名簿を読み取っています"
        assert page.all("progress")
        first = slow.browser.raw(f"{slow.path}/progress.json")
        assert first.json == {
            "finished": False,
            "announce": "名簿を読み取っています。",
            "fields": {"done": 0, "total": 0, "notice": "名簿を読み取っています。"},
        }
        tag = {"If-None-Match": first.headers["ETag"]}
        again = slow.browser.raw(f"{slow.path}/progress.json", headers=tag)
        assert again.status_code == 304
        assert "名簿を読み取り中です" in slow.browser.get(f"/events/{slow.event.id}").text
        self.worker(slow)
        after = slow.browser.raw(f"{slow.path}/progress.json", headers=tag)
        assert after.json is not None
        assert after.json["finished"] is True
        assert slow.see().h1 == "読み取った名簿の確認"

    def test_a_large_import_is_written_by_a_worker_as_well(
        self, slow: Review, bring: Importer
    ) -> None:
        slow.rows(A, B)
        self.worker(slow)
        assert slow.post().h1 == "名簿を取り込んでいます"
        assert "名簿を取り込み中です" in slow.browser.get(f"/events/{slow.event.id}").text
        self.worker(slow)
        assert "参加者名簿を取り込みました（2件）。" in slow.see("?confirmed=yes").text
        assert len(bring.addressees()) == 2

    def test_what_cannot_be_read_says_so_later(self, slow: Review) -> None:
        slow.upload(damaged())
        self.worker(slow)
        page = slow.see()
        assert page.h1 == "名簿を読み取れませんでした"
        assert "別のファイルを選ぶ" in page.text
        assert "読み取り中" not in slow.browser.get(f"/events/{slow.event.id}").text

    def test_nobody_answers_while_it_is_read(self, slow: Review) -> None:
        slow.rows(A)
        page = slow.post(answer=409)
        assert "いま読み取りの途中です" in page.text

    def test_the_reading_can_be_given_up(self, slow: Review, database: Database) -> None:
        slow.rows(A)
        slow.browser.post(f"/events/{slow.event.id}/roster/discard")
        self.worker(slow)
        with database.reading() as session:
            (found,) = session.scalars(sa.select(RosterImport))
        assert found.state is ImportState.DISCARDED


class TestRows:
    def test_errors_come_first_then_questions_then_changes_then_the_rest(
        self, review: Review, bring: Importer
    ) -> None:
        bring(A, C)
        page = review.rows(C, (*A[:3], "new@kou.example", A[4]), UNSURE, BROKEN)
        where = positions(page, "5行目 株式会社丁", "4行目 株式会社乙", "変更前：a@kou", "c@hei")
        assert where == sorted(where)

    def test_what_is_in_the_way_is_said_with_links_and_no_button(self, review: Review) -> None:
        page = review.upload((FOLDER / "不備のある名簿.xlsx").read_bytes())
        assert re.search(r"まだ答えのない行が\d+行あります", page.text)
        assert "答えを待つ行を見る" in page.text
        assert "件を取り込む" not in page.text
        assert page.text.index("5行目") < page.text.index("good@yoimihon.example")

    @pytest.mark.parametrize(
        ("query", "seen", "unseen"),
        [
            ("?show=error", "丁", "乙"),
            ("?show=question", "乙", "丁"),
            ("?show=open", "乙", "甲"),
            ("?show=ok", "甲", "丁"),
            ("?show=new", "甲", "丁"),
            ("?q=kou.example", "甲", "乙"),
            ("?q=乙野", "乙", "甲"),
            ("?q=no+address", "丁", "甲"),
            ("?q=3", "乙", "丁"),
            ("?show=nonsense&page=99", "甲", "戊"),
            ("?page=-1", "甲", "戊"),
            ("?q=%25", "当てはまる行はありません", "株式会社"),
        ],
    )
    def test_rows_are_filtered_and_searched(
        self, review: Review, query: str, seen: str, unseen: str
    ) -> None:
        review.rows(A, UNSURE, BROKEN)
        sections = review.see(query).all("section")
        (text,) = [e.text for e in sections if e.attributes["aria-labelledby"] == "rows"]
        assert seen in text
        assert f"株式会社{unseen}" not in text

    def test_fifty_rows_a_page(self, review: Review) -> None:
        many = [(f"株式会社{n}", "", "", f"a@n{n}.example", "参加") for n in range(120)]
        page = review.rows(*many)
        assert "1 / 3 ページ" in page.text
        assert len(set(re.findall(r"a@n\d+", page.text))) == 50
        assert "3 / 3 ページ" in review.see("?page=3").text

    def test_who_is_gone_is_told_and_listed(self, review: Review, bring: Importer) -> None:
        bring(A, *((f"株式会社{n}", "", "", f"a@n{n}.example", "参加") for n in range(7)))
        page = review.rows(A)
        assert "名簿からなくなる担当者（7件）" in page.text
        assert "名簿にないため、辞退として残します" in page.text
        assert "n6.example" not in page.text
        assert "n6.example" in review.see("?show=gone").text
        assert "n6.example" not in review.see("?show=gone&q=n5").text

    def test_what_would_change_is_shown_side_by_side(self, review: Review, bring: Importer) -> None:
        bring(A, B)
        text = review.rows((*A[:3], "new@kou.example", "辞退"), B).text
        assert "変更前：a@kou.example" in text
        assert "変更後：new@kou.example" in text
        assert "変更前：参加" in text


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
        names = [e.attributes.get("id") for e in page.all("input")]
        assert "leave-3" in names
        assert "take-3" not in names
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


def test_giving_up_leaves_the_roster_as_it_was(review: Review, bring: Importer) -> None:
    bring(A)
    review.rows(B)
    assert "取り込みの途中の名簿があります" in review.browser.get(f"/events/{review.event.id}").text
    review.browser.post(f"/events/{review.event.id}/roster/discard")
    assert bring.addressees() == [(A[0], A[3])]
    assert "取り込みの途中" not in review.browser.get(f"/events/{review.event.id}").text


def test_an_import_during_the_check_starts_it_again(
    sign_in: SignIn, meeting: Meeting, submitted: Snapshot, database: Database, people: People
) -> None:
    review = Review(sign_in("author"), meeting.event)
    review.rows(A)
    for key in review.alarms():
        review.post("notices", kind="alarm", code=key)
    page = review.post()
    assert "作成中に戻りました" in page.text
    assert reload(database, people, meeting.mailing.id).state.value == "draft"


def test_a_roster_that_changed_meanwhile_is_compared_again(review: Review, bring: Importer) -> None:
    review.rows(A)
    review.browser.post(
        f"/events/{review.event.id}/participants/new",
        {"company": C[0], "email": C[3], "email_again": C[3], "status": "attending"},
    )
    page = review.post()
    assert "内容が変わりました" in page.text
    assert "名簿からなくなる担当者（1件）" in page.text
    review.post()
    assert bring.addressees() == [(A[0], A[3])]


@pytest.mark.parametrize("role", ["checker", "approver"])
def test_only_an_author_imports(sign_in: SignIn, event: Event, role: str) -> None:
    browser = sign_in(role)
    browser.get(f"/events/{event.id}/roster", status=403)
    browser.post(f"/events/{event.id}/roster", {}, status=403)
