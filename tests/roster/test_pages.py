"""The pages of an upload, from the file to the imported roster."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Snapshot
from eventmail.roster import service
from eventmail.roster.models import ImportState, RosterImport
from eventmail.roster.views.uploading import TOLD, Stage
from eventmail.sample import FOLDER, People
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.pages import Page, Pages
from tests.roster.importer import HEADER, A, B, C, Importer
from tests.roster.review import BROKEN, UNSURE, Review, damaged
from tests.spreadsheet.sheets import xlsx

SignIn = Callable[[str], Pages]


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
            "page": "waiting",
            "announce": TOLD[Stage.WAITING],
            "fields": {"done": 0, "total": 0, "notice": TOLD[Stage.WAITING]},
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
