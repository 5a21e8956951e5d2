"""The pages: to write, to look before it goes, to send, to read, and who sees what of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import clock, sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.notices.models import Kind, Notice
from eventmail.offices.models import Role, Staff
from eventmail.sample import People
from tests.guards import leave_only
from tests.notices.bureau import TEXT, TITLE, Bureau, count, draft, send, set_up
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NEW, PREVIEW, SEND = (f"/overview/notices/{each}" for each in ("new", "preview", "send"))


@pytest.fixture
def bureau(database: Database, people: People) -> Bureau:
    return set_up(database)


@pytest.fixture
def overseer(app: Flask, bureau: Bureau) -> Pages:
    account = {each["standing"]: each for each in sample.story()["outside"]}["overseer"]
    browser = Pages(app)
    browser.sign_in(account["login"], account["password"])
    return browser


def posted(**given: object) -> dict[str, object]:
    """The form, filled in."""
    due = (clock.today() + timedelta(days=7)).isoformat()
    filled = {"kind": "caution", "title": TITLE, "text": TEXT, "due_on": due}
    return {**filled, "where": "all", "whom": "all", "corrects": "", **given}


def carried(page: Page, action: str) -> dict[str, object]:
    """What the form that leads to ``action`` sends on."""
    (form,) = [each for each in page.all("form") if each.attributes.get("action") == action]
    found: dict[str, object] = {}
    for each in page.all("input"):
        if form in each.inside and each.attributes.get("type") == "hidden":
            name, value = str(each.attributes["name"]), each.attributes.get("value") or ""
            found[name] = [*found[name], value] if name in found else [value]  # type: ignore[misc]
    return found


def buttons(page: Page) -> list[str]:
    """What the page's links and buttons say."""
    return [each.text.strip() for each in page.elements if each.tag in ("a", "button")]


def link(page: Page, text: str) -> str:
    """Where the link of that name leads."""
    (found,) = [each for each in page.all("a") if each.text.strip() == text]
    return str(found.attributes["href"])


def sent_by(overseer: Pages, **given: object) -> Page:
    """Look at it and send it."""
    page = overseer.post(PREVIEW, posted(**given))
    return overseer.post(SEND, carried(page, SEND) | {"confirmed": "yes"})


class TestWriting:
    def test_the_preview_shows_who_gets_it_and_what_and_sends_nothing(
        self, database: Database, overseer: Pages, people: People
    ) -> None:
        page = overseer.post(PREVIEW, posted())
        assert page.h1 == "送る前の確認"
        assert "2所・7人に送る" in buttons(page)
        assert "あけぼの公共職業安定所 2 姫里公共職業安定所 5" in page.text
        assert "メールでも知らせる0人" in page.text
        assert f"【イベントメール】労働局からの注意喚起：{TITLE}" in page.text
        assert people.author.staff.name not in page.text
        assert count(database, "notices") == 0

    def test_what_was_looked_at_is_sent_when_it_was_ticked(
        self, database: Database, overseer: Pages
    ) -> None:
        preview = overseer.post(PREVIEW, posted())
        page = overseer.post(SEND, carried(preview, SEND), status=422)
        assert "確認の欄にチェックを入れてください。" in page.text
        assert count(database, "notices") == 0
        page = overseer.post(SEND, carried(page, SEND) | {"confirmed": "yes"})
        assert page.h1 == TITLE
        assert "2所・7人に送りました。" in page.text
        assert count(database, "notices") == 2

    def test_the_button_pressed_twice_sends_once(self, database: Database, overseer: Pages) -> None:
        given = carried(overseer.post(PREVIEW, posted()), SEND) | {"confirmed": "yes"}
        for _ in range(2):
            assert overseer.post(SEND, given).h1 == TITLE
        assert count(database, "notices") == 2

    def test_who_has_come_meanwhile_is_shown_before_it_goes(
        self, database: Database, overseer: Pages, people: People
    ) -> None:
        given = carried(overseer.post(PREVIEW, posted()), SEND) | {"confirmed": "yes"}
        with database.writing() as session:
            session.get_one(Staff, people.checker.id).active = False
        page = overseer.post(SEND, given, status=409)
        assert "送る職員か所が変わりました" in page.text
        assert "2所・6人に送る" in buttons(page)
        assert count(database, "notices") == 0
        overseer.post(SEND, carried(page, SEND) | {"confirmed": "yes"})
        assert count(database, "notice_recipients") == 6

    def test_one_can_go_back_and_nothing_is_lost(self, overseer: Pages, bureau: Bureau) -> None:
        chosen = {"where": "chosen", "offices": [bureau.akebono.id], "whom": "chosen"}
        preview = overseer.post(PREVIEW, posted(**chosen, roles=["author", "manager"]))
        assert "1所・2人に送る" in buttons(preview)
        page = overseer.post(NEW, carried(preview, NEW))
        marked = {
            (each.attributes["name"], each.attributes["value"])
            for each in page.all("input")
            if "checked" in each.attributes
        }
        assert {("roles", "author"), ("roles", "manager"), ("where", "chosen")} < marked
        assert ("offices", str(bureau.akebono.id)) in marked
        assert page.all("textarea")[0].text.strip().splitlines() == TEXT.splitlines()

    WRONG = {  # noqa: RUF012
        "no title": ({"title": ""}, 422, "題名を入力"),
        "too long a title": ({"title": "あ" * 101}, 422, "100文字まで"),
        "no text": ({"text": " "}, 422, "本文を入力"),
        "no such kind": ({"kind": "x"}, 422, "種類"),
        "no day that there is": ({"due_on": "2026-02-30"}, 422, "期限"),
        "a day that is over": ({"due_on": "2020-01-01"}, 409, "きょうから1年以内"),
        "no office ticked": ({"where": "chosen"}, 422, "送る所を、ひとつ以上"),
        "another bureau's office": ({"where": "chosen", "offices": ["999"]}, 422, "選ぶ所"),
        "no role ticked": ({"whom": "chosen"}, 422, "送る役割を、ひとつ以上"),
        "no such role": ({"whom": "chosen", "roles": ["boss"]}, 422, "選ぶ役割"),
        "an instruction to others": (
            {"kind": "instruction", "whom": "chosen", "roles": ["author"]},
            409,
            "所の管理者だけ",
        ),
        "a participant's address": ({"text": "jinji@aozora.example"}, 409, "書けません"),
    }

    @pytest.mark.parametrize(("given", "status", "told"), WRONG.values(), ids=WRONG)
    def test_what_is_wrong_is_told_and_nothing_is_lost(
        self, overseer: Pages, given: dict[str, object], status: int, told: str
    ) -> None:
        page = overseer.post(PREVIEW, posted(**given), status=status)
        assert page.h1 == "お知らせを書く"
        assert told in page.text
        shown = {each.attributes.get("value") for each in page.all("input")}
        assert given.get("title", TITLE) in shown

    @pytest.mark.parametrize("field", ["batch", "seen"])
    def test_what_no_preview_made_is_not_sent(
        self, database: Database, overseer: Pages, field: str
    ) -> None:
        given = carried(overseer.post(PREVIEW, posted()), SEND) | {"confirmed": "yes"}
        overseer.post(SEND, given | {field: "x" * 5000}, status=422)
        assert count(database, "notices") == 0

    def test_one_begins_from_words_that_are_known_by_name_and_number(self, overseer: Pages) -> None:
        page = overseer.get(f"{NEW}?from=example&number=2")
        assert page.all("textarea")[0].text.strip().startswith("管内の所で")
        assert "instruction" in {
            each.attributes["value"] for each in page.all("input") if "checked" in each.attributes
        }
        for wrong in ("from=example&number=3", "from=example", "from=x&number=1", "corrects=x"):
            overseer.get(f"{NEW}?{wrong}", status=404)
        assert "盗んだ言葉" not in overseer.get(f"{NEW}?title=盗んだ言葉&text=盗んだ言葉").text


class TestTheBureau:
    def test_sees_figures_and_no_names(
        self, database: Database, overseer: Pages, people: People, sign_in: SignIn
    ) -> None:
        sent_by(overseer)
        browser = sign_in("author")
        browser.post(link(browser.get("/notices"), "読む") + "/read")
        page = overseer.get("/overview/notices")
        assert f"{people.author.office.name} 5 1 4 0" in page.text
        page = overseer.get(link(page, TITLE))
        assert "あけぼの公共職業安定所 2 0 2 0" in page.text
        assert f"{people.author.office.name} 5 1 4 0" in page.text
        for role in Role:
            assert getattr(people, role.value).staff.name not in page.text
        unread = [
            e.text.strip()
            for e in overseer.get("/overview").all("td")
            if e.attributes.get("data-label") == "未読のお知らせ"
        ]
        assert unread == ["4", "2"], "whoever has more to do stands first"

    def test_withdraws_with_a_reason(
        self, database: Database, overseer: Pages, sign_in: SignIn
    ) -> None:
        page = sent_by(overseer)
        (action,) = [
            str(each.attributes["action"])
            for each in page.all("form")
            if str(each.attributes.get("action")).endswith("/withdraw")
        ]
        page = overseer.post(action, {"reason": "別の局のもの"}, status=422)
        assert "別の局のもの" in {each.attributes.get("value") for each in page.all("input")}
        page = overseer.post(action, {"confirmed": "y", "reason": "a@b.example"}, status=409)
        assert "メールアドレスは書かないでください。" in page.text
        page = overseer.post(action, {"confirmed": "y", "reason": "別の局のもの"})
        assert "このお知らせは取り下げられました" in page.text
        assert "訂正のお知らせを書く" not in buttons(page)
        browser = sign_in("author")
        assert "いま待っている仕事はありません" in browser.get("/tasks").text
        page = browser.get(link(browser.get("/notices"), "見る"))
        assert "理由：別の局のもの" in page.text
        assert "読みました" not in buttons(page)

    def test_corrects_by_another_notice(
        self, database: Database, overseer: Pages, sign_in: SignIn
    ) -> None:
        first = sent_by(overseer)
        page = overseer.get(link(first, "訂正のお知らせを書く"))
        assert page.all("textarea")[0].text.strip().splitlines() == TEXT.splitlines()
        preview = overseer.post(
            PREVIEW, carried(page, PREVIEW) | {"title": "正しい題名", "text": "正しい本文"}
        )
        assert "2所・7人に送る" in buttons(preview)
        page = overseer.post(SEND, carried(preview, SEND) | {"confirmed": "yes"})
        assert "前のお知らせを訂正するものです" in page.text
        before = overseer.get(link(page, "訂正する前のお知らせを見る"))
        assert "このお知らせは訂正されました" in before.text
        browser = sign_in("author")
        page = browser.get(link(browser.get("/notices"), "見る"))
        assert browser.get(link(page, "訂正のお知らせを読む")).h1 == "正しい題名"
        page = overseer.post(PREVIEW, carried(preview, NEW), status=409)
        assert "すでに取り下げたか訂正している" in page.text

    def test_takes_the_figures_away(
        self, database: Database, overseer: Pages, people: People
    ) -> None:
        page = sent_by(overseer, title="=HYPERLINK(1)")
        batch = overseer.response.request.path.rpartition("/")[2]
        assert page.h1 == "=HYPERLINK(1)"
        response = overseer.post_raw(f"/overview/notices/sent/{batch}/figures.xlsx", {})
        sheet = openpyxl.load_workbook(io.BytesIO(response.data)).active
        rows = [[cell.value for cell in row] for row in sheet.rows]
        assert [[row[0], *row[5:]] for row in rows[1:]] == [
            ["あけぼの公共職業安定所", "2", "0", "2", "0"],
            ["姫里公共職業安定所", "5", "0", "5", "0"],
        ]
        assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "inlineStr"}
        assert people.author.staff.name not in str(rows)
        with database.reading() as session:
            query = sa.select(AuditEntry.office_id).where(AuditEntry.action == "notice.exported")
            assert len(session.scalars(query).all()) == 2

    @pytest.mark.parametrize("path", ["sent/x", f"sent/{'0' * 32}"])
    def test_what_is_not_there_is_not_found(self, overseer: Pages, path: str) -> None:
        overseer.get(f"/overview/notices/{path}", status=404)


class TestStaff:
    def test_the_home_page_says_what_is_unread_until_it_is_read(
        self, database: Database, bureau: Bureau, sign_in: SignIn
    ) -> None:
        send(database, bureau.overseer, draft())
        browser = sign_in("author")
        page = browser.get("/")
        assert f"「注意喚起：{TITLE}」が届いています" in page.text
        due = clock.japanese_date(clock.today() + timedelta(days=7))
        assert f"期限 {due}" in page.text
        path = link(page, "読む")
        for _ in range(2):
            assert "読みました" in buttons(browser.get(path)), "to look at it says nothing"
        assert count(database, "notice_readings") == 0
        page = browser.post(f"{path}/read")
        assert f"「{TITLE}」を読んだことを記録しました。" in page.text
        assert "いま待っている仕事はありません" in browser.get("/").text
        assert "に「読みました」を押しました" in browser.get(path).text

    def test_what_is_late_is_said_to_be(
        self, database: Database, bureau: Bureau, sign_in: SignIn
    ) -> None:
        send(database, bureau.overseer, draft(days=0))
        leave_only(database, "notices", "replaced")
        with database.writing() as session:
            for each in session.scalars(sa.select(Notice)):
                each.due_on = clock.today() - timedelta(days=1)
        browser = sign_in("author")
        page = browser.get("/tasks")
        assert "を読む期限を過ぎています" in page.text
        assert "期限を過ぎています" in browser.get(link(page, "読む")).text

    def test_the_manager_sees_by_name_who_has_read_it_and_the_others_do_not(
        self, database: Database, bureau: Bureau, people: People, sign_in: SignIn
    ) -> None:
        send(database, bureau.overseer, draft())
        author = sign_in("author")
        path = link(author.get("/notices"), "読む")
        author.post(f"{path}/read")
        page = sign_in("manager").get(path)
        assert f"{people.author.staff.name} 読みました" in page.text
        assert f"{people.checker.staff.name} まだです" in page.text
        assert people.checker.staff.name not in author.get(path).text

    def test_the_manager_takes_the_list_away_and_that_is_recorded(
        self, database: Database, bureau: Bureau, people: People, sign_in: SignIn
    ) -> None:
        send(database, bureau.overseer, draft())
        manager = sign_in("manager")
        path = link(manager.get("/notices"), "読む")
        manager.post(f"{path}/read")
        response = manager.post_raw(f"{path}.xlsx", {})
        sheet = openpyxl.load_workbook(io.BytesIO(response.data)).active
        told = {row[0].value: row[5].value for row in sheet.rows}
        assert told[people.manager.staff.name] == "読みました"
        assert told[people.author.staff.name] == "まだです"
        assert len(told) == 6
        with database.reading() as session:
            acts = session.scalars(sa.select(AuditEntry.action)).all()
        assert "notice.exported" in acts

    def test_an_instruction_is_not_there_for_whoever_is_no_head(
        self, database: Database, bureau: Bureau, sign_in: SignIn
    ) -> None:
        sent = send(
            database, bureau.overseer, draft(Kind.INSTRUCTION, roles=[Role.MANAGER], title="指示")
        )
        browser = sign_in("author")
        assert "労働局からのお知らせはありません" in browser.get("/notices").text
        for each in sent:
            browser.get(f"/notices/{each.id}", status=404)
            browser.post(f"/notices/{each.id}/read", status=404)
        page = sign_in("auditor").get("/notices")
        assert "確認は求められていません" in page.text
