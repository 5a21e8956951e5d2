"""What takes its time says how far it is: an upload, an import, a list to take away."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import expect

from eventmail import clock, sample
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.roster import jobs, service
from eventmail.roster.models import ImportState, RosterImport
from eventmail.sample import People
from eventmail.spreadsheet import sheets
from eventmail.web import serving
from tests.conftest import Meeting
from tests.journeys.people import Person
from tests.kinds import both_databases
from tests.outbox import hands
from tests.serving import served

pytestmark = [pytest.mark.journey, both_databases]  # both screens, that is
Enter = Callable[[str], Person]
ROWS = 120


@pytest.fixture
def address(app: Flask, settings: Settings) -> Iterator[str]:
    """The pages alone, served from here: the test itself does what a worker would, step by step."""
    with served(app, **serving.options(settings)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def empty(database: Database, people: People) -> Event:
    with database.writing() as session:
        return sample.make_empty_event(session, people.author)


@pytest.fixture
def roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A roster that counts as too large to be read while the person waits."""
    monkeypatch.setattr(service, "SMALL_FILE", 10)
    rows = [(str(n), f"株式会社第{n}製作所", f"t{n}@kaisha{n}.example") for n in range(1, ROWS + 1)]
    columns = {"番号": 8, "事業所名": 30, "メールアドレス": 30}
    path = tmp_path / "名簿.xlsx"
    path.write_bytes(b"".join(sheets.workbook("参加企業", columns, rows)))
    return path


def change(database: Database, **values: object) -> None:
    """The import is at this point of its work."""
    with database.writing() as session:
        found = session.query(RosterImport).order_by(RosterImport.id.desc()).first()
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)


def test_an_import_tells_each_of_its_stages_and_leads_on(
    person: Enter, database: Database, empty: Event, roster: Path
) -> None:
    author = person("author")
    author.see(f"/events/{empty.id}/roster")
    author.page.get_by_label("ファイル").first.set_input_files(roster)
    author.press("名簿を読み取る")
    author.heading("名簿を読み取っています")
    author.reads("順番を待っています。")
    author.picture("import-waiting")

    change(database, lease=clock.now() + jobs.LEASE)
    author.reads("ファイルを開いて、行を数えています。")
    change(database, total=ROWS, done=0)
    author.reads(f"{ROWS}行のうち0行を読み取りました。")
    author.page.evaluate("window.untouched = true")
    change(database, done=40)
    author.reads(f"{ROWS}行のうち40行を読み取りました。")
    bar = author.page.get_by_role("progressbar", name="進み具合")
    expect(bar).to_have_js_property("value", 40)
    assert author.page.evaluate("window.untouched"), "a number needs no new page"
    author.picture("import-reading")

    change(database, state=ImportState.PLANNING, done=ROWS)
    author.heading("いまの名簿と比べています")
    assert author.page.get_by_role("progressbar").get_attribute("value") is None
    author.picture("import-comparing")

    change(database, state=ImportState.READING, lease=None, total=0, done=0)
    with database.reading() as session:
        (import_id,) = jobs.waiting(session)
    jobs.run(database.writing, import_id, mailings.refresh)
    author.reads("取り込む")
    expect(author.page.get_by_role("heading", level=1)).not_to_contain_text("います")
    author.picture("import-review")


def test_the_stages_can_be_followed_by_reloading_alone(
    person: Enter, database: Database, empty: Event, roster: Path
) -> None:
    author = person("author")
    nothing = {"status": 200, "content_type": "text/javascript", "body": ""}
    author.page.route("**/static/*.js*", lambda route: route.fulfill(**nothing))
    author.see(f"/events/{empty.id}/roster")
    author.page.get_by_label("ファイル").first.set_input_files(roster)
    author.press("名簿を読み取る")
    author.heading("名簿を読み取っています")
    change(database, state=ImportState.PLANNING)
    author.page.reload()
    author.heading("いまの名簿と比べています")


def test_an_upload_tells_how_far_it_has_come_and_what_happens_then(
    person: Enter, meeting: Meeting, tmp_path: Path
) -> None:
    author = person("author")
    large = tmp_path / "案内図.txt"
    large.write_text("会場の案内です。\n" * 200_000, "utf-8")
    author.see(f"/events/{meeting.event.id}")
    said: list[str] = []
    author.page.expose_function("heard", lambda text: said.append(text))
    author.page.evaluate(
        """() => new MutationObserver((found) => found.forEach((each) =>
          window.heard(each.target.textContent)))
          .observe(document.querySelector("[data-upload-voice]"), { childList: true })"""
    )
    author.page.get_by_label("資料のファイル").set_input_files(large)
    author.press("資料を置く")
    author.reads("資料を1件置きました。")
    assert any(each.startswith("ファイルを送っています。") for each in said), said
    assert any(
        each.startswith("ファイルを受け取りました。中身を調べています。") for each in said
    ), said


def test_what_cannot_be_taken_comes_back_with_its_reason_and_the_form_works_again(
    person: Enter, meeting: Meeting, tmp_path: Path
) -> None:
    author = person("author")
    wrong, right = tmp_path / "道具.exe", tmp_path / "案内.txt"
    wrong.write_bytes(b"MZ")
    right.write_text("会場の案内です。", "utf-8")
    author.see(f"/events/{meeting.event.id}")
    author.page.get_by_label("資料のファイル").set_input_files(wrong)
    author.press("資料を置く")
    summary = author.page.get_by_role("alert")
    expect(summary).to_contain_text("道具.exe")
    expect(summary).to_be_focused()
    author.page.get_by_label("資料のファイル").set_input_files(right)
    author.press("資料を置く")
    author.reads("資料を1件置きました。")


def test_an_answer_that_is_no_page_keeps_the_chosen_file(
    person: Enter, meeting: Meeting, tmp_path: Path
) -> None:
    author = person("author")
    file = tmp_path / "案内.txt"
    file.write_text("会場の案内です。", "utf-8")
    author.see(f"/events/{meeting.event.id}")
    broken = {"status": 422, "content_type": "text/plain", "body": "a proxy's own words"}
    author.page.route("**/materials", lambda route: route.fulfill(**broken), times=1)
    author.page.get_by_label("資料のファイル").set_input_files(file)
    author.press("資料を置く")
    author.reads("ファイルを送れませんでした。選んだファイルはそのままです。")
    author.picture("upload-broken")
    author.press("資料を置く")
    author.reads("資料を1件置きました。")


def test_a_list_is_taken_away_and_the_page_says_so(
    person: Enter, database: Database, approved: Snapshot
) -> None:
    with database.writing() as session:
        hands.let_go(session, approved.id)
    author = person("author")
    author.see(f"/mailings/{approved.mailing_id}/progress")
    author.picture("course-begin")
    with author.page.expect_download() as taken:
        author.press("この一覧をExcelでダウンロード")
    author.reads("をダウンロードしました。")
    assert taken.value.suggested_filename.startswith("送信の結果_")
    sheet = load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).worksheets[0]
    assert sheet.max_row == 31


def test_the_months_lead_from_one_to_the_next(person: Enter, meeting: Meeting) -> None:
    author = person("author")
    day = meeting.event.held_on
    author.see(f"/calendar?month={day:%Y-%m}")
    expect(author.page.get_by_role("link", name=meeting.event.name)).to_be_visible()
    author.picture("agenda")
    author.follow("次の月")
    author.page.wait_for_url("**/calendar?month=*")
    author.follow("前の月")
    expect(author.page.get_by_role("link", name=meeting.event.name)).to_be_visible()
