"""Events and their shelf of materials."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service
from eventmail.sample import FOLDER, People
from tests.conftest import Meeting
from tests.pages import Pages

SignIn = Callable[[str], Pages]
FACTS = {
    "name": "面接会",
    "held_on": "2026-12-09",
    "hours": "10:00〜",
    "place": "会場",
    "sender_id": "1",
    "reply_to_id": "2",
}


def test_an_event_is_made_and_changed(sign_in: SignIn) -> None:
    browser = sign_in("author")
    page = browser.post("/events/new", FACTS)
    assert page.h1 == "面接会"
    assert "令和8年12月9日（水）" in page.text
    path = browser.response.request.path
    assert "市民ホール" in browser.post(f"{path}/edit", FACTS | {"place": "市民ホール"}).text


def test_an_office_without_events_is_told_what_to_do(sign_in: SignIn) -> None:
    assert "イベントがまだありません" in sign_in("author").get("/").text
    assert "起案者がイベントを作ると" in sign_in("checker").get("/").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "イベント名を入力してください。"),
        ("name", "あ" * 201, "200"),
        ("held_on", "", "開催日を入力してください。"),
        ("held_on", "12月9日", "開催日"),
        ("place", "", "会場を入力してください。"),
        ("sender_id", "999", "差出人"),
        ("sender_id", "x", "差出人"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays(
    sign_in: SignIn, field: str, value: str, sentence: str
) -> None:
    browser = sign_in("author")
    page = browser.post("/events/new", FACTS | {field: value}, status=422)
    assert sentence in page.text
    assert "Not a valid" not in page.text, "messages are Japanese"
    values = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
    assert values["hours"] == "10:00〜"


@pytest.mark.parametrize("text", ["面接会\0", "\ud800", "‮逆", "<script>alert(1)</script>"])
def test_odd_characters_are_no_error_of_ours(sign_in: SignIn, text: str) -> None:
    browser = sign_in("author")
    sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    browser.get("/events/new")
    response = browser.post_raw("/events/new", FACTS | {"name": sent})
    assert response.status_code in (200, 422)
    assert "<script>alert" not in response.get_data(as_text=True)


class TestShelf:
    def put(
        self, browser: Pages, meeting: Meeting, *files: tuple[str, bytes], status: int = 200
    ) -> str:
        data = {"files": [(BytesIO(content), name) for name, content in files]}
        path = f"/events/{meeting.event.id}/materials"
        return browser.post(path, data, status=status).text

    def test_the_same_name_is_a_new_version(self, sign_in: SignIn, meeting: Meeting) -> None:
        browser = sign_in("author")
        self.put(browser, meeting, ("地図.pdf", b"%PDF-1"))
        assert "第2版" in self.put(browser, meeting, ("地図.pdf", b"%PDF-2"))

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("空.pdf", b"", "中身が空です"),
            ("道具.exe", b"MZ", "資料にできない種類"),
            ("名前だけ", b"x", "資料にできない種類"),
            ("大きい.pdf", b"x" * (21 * 1024 * 1024), "20MB以下にしてください"),
        ],
    )
    def test_a_file_that_cannot_go_on_the_shelf(
        self, sign_in: SignIn, meeting: Meeting, name: str, content: bytes, sentence: str
    ) -> None:
        assert sentence in self.put(sign_in("author"), meeting, (name, content), status=422)

    def test_all_files_or_none(self, sign_in: SignIn, meeting: Meeting, database: Database) -> None:
        browser = sign_in("author")
        self.put(browser, meeting, ("よい.pdf", b"%PDF"), ("道具.exe", b"MZ"), status=422)
        with database.reading() as session:
            names = [each.filename for each in service.shelf(session, meeting.event)]
        assert names == ["当日スケジュール.pdf", "ご来場のご案内.pdf"]

    def test_no_file_chosen(self, sign_in: SignIn, meeting: Meeting) -> None:
        path = f"/events/{meeting.event.id}/materials"
        assert "ファイルを選んでください。" in sign_in("author").post(path, {}, status=422).text

    def test_more_than_a_request_may_carry(self, sign_in: SignIn, meeting: Meeting) -> None:
        browser = sign_in("author")
        big = [(f"{n}.pdf", b"x" * (13 * 1024 * 1024)) for n in range(2)]
        assert "ファイルが大きすぎます" in self.put(browser, meeting, *big, status=413)

    def test_a_material_comes_back_as_a_download_under_its_name(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        response = sign_in("checker").raw("/materials/1")
        assert response.data == (FOLDER / "当日スケジュール.pdf").read_bytes()
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Type"] == "application/octet-stream"

    def test_what_is_removed_is_no_longer_attached(
        self, sign_in: SignIn, meeting: Meeting, database: Database
    ) -> None:
        browser = sign_in("author")
        browser.post(f"/events/{meeting.event.id}/materials/1/remove")
        page = browser.get(f"/mailings/{meeting.mailing.id}")
        assert "添付する資料（1件）" in page.text

    def test_only_authors_touch_the_shelf(self, sign_in: SignIn, meeting: Meeting) -> None:
        self.put(sign_in("checker"), meeting, ("x.pdf", b"%PDF"), status=403)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\書類\\案内.pdf", "案内.pdf"),
        ("../../etc/案内.pdf", "案内.pdf"),
        ("案内\u202efdp.exe.pdf", "案内fdp.exe.pdf"),
        ("か\u3099いど.pdf", "がいど.pdf"),
        ("改\r\n行.pdf", "改行.pdf"),
    ],
)
def test_file_names_are_cleaned(given: str, kept: str) -> None:
    assert service.clean_filename(given) == kept


def test_a_stored_file_that_was_changed_is_noticed(
    database: Database, people: People, meeting: Meeting
) -> None:
    import sqlalchemy as sa

    from eventmail.events.models import Blob

    with database.writing() as session:
        session.execute(sa.update(Blob).values(content=b"other bytes"))
    with database.reading() as session, pytest.raises(ValueError, match="changed"):
        service.get_version(session, people.author, 1)


def test_another_offices_mailbox_cannot_be_the_sender(
    database: Database, people: People, meeting: Meeting
) -> None:
    from dataclasses import replace

    event = meeting.event
    facts = service.EventFacts(
        event.name, event.held_on, event.hours, event.place, event.sender_id, event.reply_to_id
    )
    with database.writing() as session, pytest.raises(UserError, match="この所のアドレス"):
        service.add_event(session, people.author, replace(facts, sender_id=999))
