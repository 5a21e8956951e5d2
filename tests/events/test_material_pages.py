"""The pages of the shelf: versions, one version page by page, its clean copy."""

from __future__ import annotations

import io
from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from eventmail.database import Database
from eventmail.events import service, shelf
from eventmail.events.models import MaterialOpening, MaterialVersion
from eventmail.offices.models import Office
from eventmail.sample import People
from eventmail.scanning.report import Scan
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.pages import Page, Pages
from tests.scanning import office
from tests.scanning.pdfs import bar, drawn, says, together
from tests.wire.files import locked_workbook, zipped

SignIn = Callable[[str], Pages]
BOOK = office.workbook(office.hidden_sheet(), office.commented)
COVERED = drawn(together(says("Yamada Taro"), bar()), says("second"))
FIRST = 3  # the sample's two materials have the versions 1 and 2


def put(browser: Pages, meeting: Meeting, name: str, content: bytes) -> Page:
    data = {"files": [(BytesIO(content), name)]}
    return browser.post(f"/events/{meeting.event.id}/materials", data)


def test_the_event_tells_what_is_on_its_shelf(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    page = put(browser, meeting, "当日の流れ.xlsx", BOOK)
    assert "当日の流れ.xlsx Excelブック 第1版" in page.text
    assert "森下 あかり" in page.text
    assert "直すところあり" in page.text
    assert page.text.count("問題なし") == 2


def test_a_participants_address_weighs_however_it_stands_there(
    sign_in: SignIn, meeting: Meeting
) -> None:
    page = put(sign_in("author"), meeting, "案内.txt", b"saiyo@minato-denki.example")
    assert "直すところあり" in page.text


def test_the_versions_of_a_material(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "当日スケジュール.pdf", COVERED)
    page = browser.get(f"/events/{meeting.event.id}/materials/1")
    assert page.h1 == "当日スケジュール.pdfの版"
    assert page.text.index("第2版 いまの版 PDF") < page.text.index("第1版")
    assert "森下 あかり" in page.text
    browser.get(f"/events/{meeting.event.id}/materials/99", status=404)


def test_what_a_file_hides_is_listed_with_its_place(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "当日の流れ.xlsx", BOOK)
    page = browser.get(f"/materials/{FIRST}/look")
    assert page.h1 == "当日の流れ.xlsx 第1版"
    for text in (
        "このままでは送れません",
        "シート「案内」のB2のコメント",
        "みなと電機は辞退の見込み",
        "株式会社みなと電機 saiyo@minato-denki.example",
        "メールアドレスが1件あります。そのうち1件は参加事業所のアドレスです。",
        "saiyo@minato-denki.example 参加事業所（",
        "Excelブック（2シート）",
    ):
        assert text in page.text


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("saiyo@minato-denki.example", "参加事業所（"),
        ("gakusotsu@himesato-anteisho.example", "この所のアドレス"),
        ("someone@elsewhere.example", "名簿にないアドレス"),
    ],
)
def test_whose_an_address_is(sign_in: SignIn, meeting: Meeting, address: str, whose: str) -> None:
    browser = sign_in("author")
    put(browser, meeting, "案内.txt", address.encode())
    assert f"{address} {whose}" in browser.get(f"/materials/{FIRST}/look").text


def test_page_by_page_to_the_last_one(
    sign_in: SignIn, meeting: Meeting, database: Database, people: People
) -> None:
    put(sign_in("author"), meeting, "配席図.pdf", COVERED)
    browser = sign_in("checker")
    page = browser.get(f"/materials/{FIRST}/look")
    assert "資料2ページ中1ページ" in page.text
    assert "残り2ページです" in page.text
    assert "前のページ" not in page.text
    assert "次のページ" in page.text
    page = browser.post(f"/materials/{FIRST}/pages/1/seen")
    assert "資料2ページ中2ページ" in page.text
    assert "second" in page.text
    assert "前のページ" in page.text
    page = browser.post(f"/materials/{FIRST}/pages/2/seen")
    assert "「配席図.pdf」を最後のページまで見たことを記録しました。" in page.text
    assert "最後のページまで見ました" in page.text
    with database.reading() as session:
        version = session.get(MaterialVersion, FIRST)
        assert version is not None
        done = shelf.opened_to_the_end(
            session, people.checker.id, version.office_id, [version.sha256]
        )
        assert done == {version.sha256}


def test_whoever_skips_a_page_is_led_to_it(sign_in: SignIn, meeting: Meeting) -> None:
    put(sign_in("author"), meeting, "配席図.pdf", COVERED)
    browser = sign_in("checker")
    page = browser.post(f"/materials/{FIRST}/pages/2/seen")
    assert "「配席図.pdf」には、まだ見ていないページがあります（1ページ）。" in page.text
    assert "資料2ページ中1ページ" in page.text


def test_looking_changes_nothing(sign_in: SignIn, meeting: Meeting, database: Database) -> None:
    browser = sign_in("checker")
    for path in ("/materials/1/look", "/materials/1/look?page=1", "/events/1/materials/1"):
        browser.get(path)
    browser.raw("/materials/1/pages/1.png")
    assert browser.raw("/materials/1/pages/1/seen").status_code == 405
    with database.reading() as session:
        assert session.scalars(sa.select(MaterialOpening)).all() == []


def test_a_page_of_a_pdf_is_a_picture(sign_in: SignIn, meeting: Meeting) -> None:
    response = sign_in("checker").raw("/materials/1/pages/1.png")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(response.data)) as picture:
        assert picture.size[1] > picture.size[0] > 800


@pytest.mark.parametrize("path", ["/materials/1/pages/9.png", "/materials/1/pages/0.png"])
def test_there_is_no_picture_of_a_page_that_is_not_there(
    sign_in: SignIn, meeting: Meeting, path: str
) -> None:
    assert sign_in("checker").raw(path).status_code == 404


def test_a_workbook_has_no_pictures(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "当日の流れ.xlsx", BOOK)
    assert browser.raw(f"/materials/{FIRST}/pages/1.png").status_code == 404


@pytest.mark.parametrize("page", ["0", "-3", "99", "x", "１", ""])
def test_an_odd_page_number_is_brought_into_what_there_is(
    sign_in: SignIn, meeting: Meeting, page: str
) -> None:
    text = sign_in("checker").get(f"/materials/1/look?page={page}").text
    assert "資料1ページ中1ページ" in text


FILES: dict[str, tuple[str, bytes, str]] = {
    "text": ("案内.txt", ("会場は2階です。\n" * 400).encode(), "1〜20行目"),
    "table": ("一覧.csv", "時刻,内容\n13:00,受付".encode("cp932"), "13:00,受付"),
    "document": ("案内.docx", office.word(office.paragraph("会場は2階です。")), "会場は2階です。"),
    "slides": (
        "説明.pptx",
        office.slides(office.slide(office.shape("会場は2階です。"))),
        "1枚目のスライド",
    ),
    "archive": ("資料.zip", zipped(("案内.txt", b"second floor")), "「案内.txt」の1行目"),
    "nothing in it": (
        "空.docx",
        office.word(parts={"word/document.xml": "<a/>"}),
        "文字はありません",
    ),
}


@pytest.mark.parametrize(("name", "content", "text"), FILES.values(), ids=FILES)
def test_every_kind_shows_its_text(
    sign_in: SignIn, meeting: Meeting, name: str, content: bytes, text: str
) -> None:
    browser = sign_in("author")
    put(browser, meeting, name, content)
    page = browser.get(f"/materials/{FIRST}/look")
    assert text in page.text
    assert "ページ中1ページ" in page.text


def test_the_sheets_are_listed_with_what_was_seen(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "当日の流れ.xlsx", BOOK)
    browser.get(f"/materials/{FIRST}/look")
    page = browser.post(f"/materials/{FIRST}/pages/1/seen")
    listed = [each.text for each in page.all("li") if "シート「" in each.text]
    assert [text.split() for text in listed[-2:]] == [
        ["シート「案内」", "見ました"],
        ["非表示のシート「内部」"],
    ]


def test_a_long_text_is_cut_into_pages(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "案内.txt", ("会場は2階です。\n" * 1000).encode())
    page = browser.get(f"/materials/{FIRST}/look?page=2")
    assert "ページ中2ページ" in page.text
    assert 1_000 < len(page.text) < 4_000


def test_a_locked_file_says_why_and_what_to_do(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    put(browser, meeting, "名簿.xlsx", locked_workbook())
    page = browser.get(f"/materials/{FIRST}/look")
    assert "パスワードがかかっていて、中を調べられません。" in page.text
    assert "パスワードを外して保存し直し" in page.text
    assert "きれいな写しを作る" not in page.text
    assert "ページ中" not in page.text


def test_a_scan_that_took_too_long_can_be_tried_again(
    sign_in: SignIn, meeting: Meeting, database: Database
) -> None:
    with database.writing() as session:
        version = session.get(MaterialVersion, 1)
        assert version is not None
        slow = Scan("pdf", unscannable="too_slow")
        shelf.keep(session, version.office_id, version.sha256, slow)
    browser = sign_in("checker")
    assert "時間がかかりすぎました" in browser.get("/materials/1/look").text
    page = browser.post("/materials/1/scan")
    assert "もう一度調べました。" in page.text
    assert "隠れた内容は見つかりませんでした" in page.text


class TestCleanCopy:
    def test_it_becomes_the_next_version_and_hides_nothing(
        self, sign_in: SignIn, meeting: Meeting, database: Database, people: People
    ) -> None:
        browser = sign_in("author")
        put(browser, meeting, "当日の流れ.xlsx", BOOK)
        assert "きれいな写しを作る" in browser.get(f"/materials/{FIRST}/look").text
        page = browser.post(f"/materials/{FIRST}/clean")
        assert page.h1 == "当日の流れ.xlsx 第2版"
        assert "「当日の流れ.xlsx」のきれいな写しを第2版として置きました" in page.text
        assert "隠れた内容は見つかりませんでした" in page.text
        assert "時刻 内容 会場" in page.text
        with database.reading() as session:
            old, content = service.get_version(session, people.author, FIRST)
            assert content == BOOK, "the version before stays as it was"
            assert old.material.newest.number == 2

    def test_of_an_old_version_there_is_none(self, sign_in: SignIn, meeting: Meeting) -> None:
        browser = sign_in("author")
        put(browser, meeting, "当日の流れ.xlsx", BOOK)
        put(browser, meeting, "当日の流れ.xlsx", office.workbook())
        page = browser.get(f"/materials/{FIRST}/look")
        assert "古い版です" in page.text
        assert "きれいな写しを作る」を押すと" not in page.text
        page = browser.post(f"/materials/{FIRST}/clean")
        assert "いちばん新しい版を開いて" in page.text

    def test_where_it_cannot_be_made_the_way_is_told(
        self, sign_in: SignIn, meeting: Meeting, database: Database
    ) -> None:
        def formula(book: object) -> None:
            book["案内"]["F1"] = "=内部!A1"  # type: ignore[index]

        browser = sign_in("author")
        put(browser, meeting, "表.xlsx", office.workbook(office.hidden_sheet(), formula))
        page = browser.post(f"/materials/{FIRST}/clean")
        assert "F1の数式に計算結果が残っていないため" in page.text
        with database.reading() as session:
            assert session.get(MaterialVersion, FIRST + 1) is None

    def test_where_only_a_person_can_do_it_no_version_is_made(
        self, sign_in: SignIn, meeting: Meeting, database: Database
    ) -> None:
        parts: office.Parts = {"word/embeddings/sheet1.xlsx": BOOK}
        content = office.word("", parts, (("package", "embeddings/sheet1.xlsx"),))
        browser = sign_in("author")
        put(browser, meeting, "案内.docx", content)
        page = browser.post(f"/materials/{FIRST}/clean")
        assert "自動で取り除けるものがないため" in page.text
        assert "埋め込まれた図を選んでDeleteキーで消してください" in page.text
        with database.reading() as session:
            assert session.get(MaterialVersion, FIRST + 1) is None

    def test_only_authors_make_one(self, sign_in: SignIn, meeting: Meeting) -> None:
        sign_in("checker").post("/materials/1/clean", status=403)
        assert (
            "きれいな写しを作る」を押すと" not in sign_in("checker").get("/materials/1/look").text
        )


@pytest.mark.parametrize(
    "path", ["/materials/1/look", "/materials/1/pages/1.png", "/events/1/materials/1"]
)
def test_another_offices_material_is_not_there(
    sign_in: SignIn, meeting: Meeting, database: Database, path: str
) -> None:
    browser = sign_in("checker")
    drop_guard(database, "memberships", "update")
    with database.writing() as session:
        other = Office(bureau_id=1, name="よその所")
        session.add(other)
        session.flush()
        session.execute(
            sa.text(
                f"INSERT INTO office_staff (office_id, staff_id) SELECT {other.id}, id FROM staff"
            )
        )
        session.execute(sa.text(f"UPDATE memberships SET office_id = {other.id}"))
    assert browser.raw(path).status_code == 404


def test_a_removed_material_can_still_be_looked_at(sign_in: SignIn, meeting: Meeting) -> None:
    browser = sign_in("author")
    browser.post(f"/events/{meeting.event.id}/materials/1/remove")
    assert "外された資料です" in browser.get("/materials/1/look").text
