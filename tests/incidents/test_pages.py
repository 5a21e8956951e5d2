"""The pages: a leak is opened with what the office has in hand, counted, confirmed, closed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from eventmail.alerts import service as alerts
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.incidents import erasing, parties, views
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import Incident, Party
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.incidents import story
from tests.incidents.reading import outlook
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OPENED = {"title": "30社のアドレスが見えた", "noticed_at": "2023-05-31T11:30"}
OPENED["law"] = "administrative"


def files(*contents: bytes) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(each), f"{number}.eml") for number, each in enumerate(contents)]


def stats(page: Page) -> list[str]:
    return [
        each.text.strip() for each in page.all("dd") if "stat" in str(each.inside[-1].attributes)
    ]


def markup(browser: Pages) -> str:
    """All of the last page, with what stands in its fields."""
    return browser.response.get_data(as_text=True)


def checked(page: Page) -> dict[str, str]:
    """The answers that the page has chosen."""
    return {
        str(each.attributes["name"]): str(each.attributes["value"])
        for each in page.all("input")
        if each.attributes.get("type") == "radio" and "checked" in each.attributes
    }


def count(database: Database, table: type[object]) -> int:
    with database.reading() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def test_the_two_mails_are_uploaded_and_counted(
    database: Database, people: People, sign_in: SignIn
) -> None:
    browser = sign_in("author")
    assert "漏えいかもしれないとき" in browser.get("/").text
    browser.get("/incidents")
    browser.get("/incidents/new")
    page = browser.post("/incidents/new", {**OPENED, "files": files(*story.emls())})
    assert page.h1 == OPENED["title"]
    assert stats(page)[:4] == ["30件", "30社", "7件", "23件"]
    assert "うち30件は、まだ人が確かめていません" in page.text
    assert "電話番号がない対応先が30件あります" in page.text
    page = browser.get("/incidents/1/exposure")
    assert "グループ1（1通目のToの15社）14社見えていない" in page.text
    assert "グループ2（2通目のToの15社）見えていない14社" in page.text
    answers = checked(page)
    assert sorted(answers.values()) == ["no"] * 23 + ["yes"] * 7
    page = browser.post("/incidents/1/exposure", {**answers, "page": 1})
    assert "30件の答えを記録しました" in page.text
    assert "すべて人が確かめました" in browser.get("/incidents/1").text
    lines = "\n".join(f"{c.company}、{c.address}、{c.phone}" for c in story.COMPANIES)
    page = browser.post("/incidents/1/parties", {"listed": lines})
    assert "30件の名前と電話番号を登録しました" in page.text
    assert "まとめる" not in page.text
    assert story.COMPANIES[0].phone in page.text
    page = browser.get("/incidents/1/parties/1")
    assert "この事業所に見えたアドレス（14件）" in page.text
    assert "漏えい等事案「30社のアドレスが見えた」の対応中です" in browser.get("/").text


def test_outlooks_file_and_what_was_pasted_are_read_and_the_unread_told(
    database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("manager")
    saved = outlook.msg(
        [outlook.recipient("to", "a@x.example"), outlook.recipient("cc", "b@y.example")]
    )
    pasted = "宛先: 山田 太郎; c@z.example\nCC: d@w.example\n件名: 資料"
    page = browser.post(
        "/incidents/new", {**OPENED, "files": [(io.BytesIO(saved), "x.msg")], "pasted": pasted}
    )
    assert stats(page)[:2] == ["4件", "4社"]
    page = browser.get("/incidents/1/exposure")
    assert "2通目に、アドレスとして読めなかった行が1件あります" in page.text
    assert "「山田 太郎」：名前だけ" in page.text
    page = browser.post(
        "/incidents/1/mails",
        {"listed": "会社A、e@v.example\n会社B、f@u.example、06-0000-0000", "place": "cc"},
    )
    assert "手で入れた一覧" in browser.get("/incidents/1").text
    gone = browser.post("/incidents/1/mails/1/remove")
    assert "メールを取り除きました" in gone.text
    assert stats(gone)[:2] == ["4件", "4社"]
    assert "Cc 2件" in page.text


BROKEN = {
    "an empty file": (
        {"files": [(io.BytesIO(b""), "から.eml")]},
        "「から.eml」は空のファイルです",
    ),
    "a broken one of Outlook": (
        {"files": [(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "x.msg")]},
        "「x.msg」を読み取れませんでした",
    ),
    "a mail to nobody outside": (
        {"pasted": f"To: {story.OFFICE}"},
        "1件も読み取れませんでした",
    ),
    "no title": ({"title": ""}, "何が起きたかを"),
    "no moment": ({"noticed_at": "きのう"}, "年月日"),
    "an address in the title": ({"title": "a@x.example に送った"}, "「@」があります"),
}


@pytest.mark.parametrize(("given", "why"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_said_and_nothing_is_half_made(
    database: Database, sign_in: SignIn, given: dict[str, object], why: str
) -> None:
    browser = sign_in("author")
    page = browser.post(
        "/incidents/new", {**OPENED, "noticed_how": "送信済みを見た", **given}, status=422
    )
    assert why in page.text
    assert "送信済みを見た" in page.text
    assert count(database, Incident) == 0


HOSTILE = {
    "a row that no column holds": ("/incidents/1/exposure", {"person-99999999999999": "yes"}, 404),
    "a row that is no number": ("/incidents/1/exposure", {"person-x": "yes"}, 404),
    "somebody else's row": ("/incidents/1/exposure", {"person-1000": "no"}, 404),
    "no answer": ("/incidents/1/exposure", {"person-1": "vielleicht"}, 422),
    "one to put together": ("/incidents/1/parties/merge", {"party": "1"}, 200),
    "none that are there": ("/incidents/1/parties/merge", {"party": ["1", "1000"]}, 404),
    "a mail that is none of ours": ("/incidents/1/mails/1/shown", {"party": "1"}, 404),
    "a list that is none": ("/incidents/1/parties", {"listed": "@@@\n,,,"}, 422),
    "nothing at all": ("/incidents/1/mails", {"place": "to"}, 422),
    "a place that there is not": ("/incidents/1/mails", {"place": "body"}, 422),
    "an event of nobody": ("/incidents/1/event", {"event": "99"}, 404),
    "no event": ("/incidents/1/event", {"event": "x"}, 422),
    "an older version": ("/incidents/1/close", {"note": "済んだ", "version": "0"}, 409),
    "no version": ("/incidents/1/edit", {**OPENED, "version": "x"}, 422),
}


@pytest.mark.parametrize(("path", "data", "status"), HOSTILE.values(), ids=HOSTILE)
def test_bad_input_is_answered_and_changes_nothing(
    database: Database,
    leak: int,
    sign_in: SignIn,
    path: str,
    data: dict[str, object],
    status: int,
) -> None:
    with database.reading() as session:
        before = session.get_one(Incident, leak).version
    sign_in("approver").post(path, data, status=status)
    with database.reading() as session:
        assert session.get_one(Incident, leak).version == before
        assert exposure(session, session.get_one(Incident, leak)).unconfirmed == 30


def test_what_could_not_be_read_may_be_an_address_and_is_for_those_who_respond(
    database: Database, sign_in: SignIn
) -> None:
    author = sign_in("author")
    pasted = "To: hidden@@x.example, other@w.example <a@y.example>, b@z.example"
    author.get("/incidents/new")
    author.post("/incidents/new", {**OPENED, "pasted": pasted})
    paths = ("", "/exposure", "/parties", "/parties/1", "/calls")
    auditor = sign_in("auditor")
    for path in paths:
        text = auditor.get(f"/incidents/1{path}").text
        assert [each for each in ("hidden@", "other@", "a@y", "b@z") if each in text] == []
    text = author.get("/incidents/1/exposure").text
    assert "hidden@@x.example" in text
    assert "other@w.example" in text


def test_whoever_may_not_see_addresses_sees_none_and_no_telephone(
    database: Database, leak: int, sign_in: SignIn
) -> None:
    auditor = sign_in("auditor")
    words = [text for each in story.COMPANIES for text in (each.address, each.phone)]
    for path in ("", "/exposure", "/parties", "/parties/1"):
        text = auditor.get(f"/incidents/1{path}").text
        assert [each for each in words if each in text] == []
    manager = sign_in("manager")
    assert "t…@company02.example" in manager.get("/incidents/1/exposure").text
    first = story.COMPANIES[0].phone
    manager.get("/incidents/1/parties/1")
    assert first not in markup(manager)
    data = {"company": "", "phone": first, "version": 1}
    manager.post("/incidents/1/parties/1", data, status=422)
    assert first in markup(manager), "what he has typed himself is not lost"
    manager.post("/privacy/reveal", {"page": "/incidents/1/parties/1"})
    assert first in markup(manager)
    assert story.COMPANIES[1].address in sign_in("author").get("/incidents/1/exposure").text


def test_a_workbook_names_the_companies(database: Database, leak: int, sign_in: SignIn) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["事業所名", "メールアドレス", "電話番号"])
    book.active.append(["新しい名前", story.COMPANIES[4].address, "06-0000-9999"])
    file = io.BytesIO()
    book.save(file)
    browser = sign_in("author")
    data = {"file": (io.BytesIO(file.getvalue()), "名簿.xlsx")}
    assert "1件の名前と電話番号を登録しました" in browser.post("/incidents/1/parties", data).text
    with database.reading() as session:
        named = session.scalars(sa.select(Party).where(Party.company == "新しい名前")).one()
        assert (named.phone, named.addresses[0].address) == (
            "06-0000-9999",
            story.COMPANIES[4].address,
        )
    wrong = {"file": (io.BytesIO(b"not a workbook\0"), "名簿.xlsx")}
    assert (
        "「名簿.xlsx」を読み取れません"
        in browser.post("/incidents/1/parties", wrong, status=422).text
    )


def test_a_company_is_changed_by_version(database: Database, leak: int, sign_in: SignIn) -> None:
    browser, other = sign_in("author"), sign_in("checker")
    page = browser.get("/incidents/1/parties/3")
    (version,) = [
        each.attributes["value"]
        for each in page.all("input")
        if each.attributes.get("name") == "version"
    ]
    data = {"company": "名前", "phone": "06-0000-1111", "version": version}
    assert "保存しました" in other.post("/incidents/1/parties/3", data).text
    page = browser.post("/incidents/1/parties/3", {**data, "phone": "06-2"}, status=409)
    assert "ほかの職員がこの対応先を変えました" in page.text


def test_a_mailing_of_ours_leads_to_an_incident_and_what_was_in_it_is_told(
    database: Database, approved: Snapshot, relay: Relay, sign_in: SignIn
) -> None:
    sending.run(database, relay, approved.id)
    browser = sign_in("author")
    assert "漏えいかもしれないとき" in browser.get("/mailings/1").text
    assert "1通ずつ送っている" in browser.get("/incidents/new?mailing=1").text
    page = browser.post("/incidents/new", {**OPENED, "mailing": 1})
    assert "どの事業所の情報が見えたかを選んでください" in page.text
    browser.get("/incidents/1/exposure")
    page = browser.post(
        "/incidents/1/mails/1/shown", {"party": ["1"], "beside": "何か"}, status=422
    )
    assert "何か：アドレスも電話番号もありません" in page.text
    page = browser.post("/incidents/1/mails/1/shown", {"party": ["1", "2"], "beside": ""})
    assert stats(page)[:2] == ["2件", "2社"]
    browser.get("/incidents/new?mailing=77", status=404)


GARBAGE = "\n".join(f"議事録の{number}行目です" for number in range(1000))
PASTED = {
    "the companies' list": "/incidents/1/parties",
    "a mail by hand": "/incidents/1/mails",
}


@pytest.mark.parametrize("path", PASTED.values(), ids=PASTED)
def test_of_a_thousand_lines_that_are_no_list_the_first_are_told_and_what_was_pasted_stays(
    database: Database, leak: int, sign_in: SignIn, path: str
) -> None:
    browser = sign_in("author")
    browser.get(path)
    page = browser.post(path, {"listed": GARBAGE, "place": "to"}, status=422)
    assert (
        page.text.count("アドレスも電話番号もありません") <= 40
    )  # above the form, and at its field
    assert "ほかにも、読めない行が980件あります" in page.text
    assert "議事録の999行目です" in markup(browser), "it is still there to be mended"
    assert count(database, Party) == 30


def test_neither_a_mail_nor_a_form_of_another_age_breaks_the_pages(
    database: Database, sign_in: SignIn
) -> None:
    raw = (
        "To: a@x.example, b@y.example\r\nSubject: =?utf-7?B?KzJBQS0=?=\0資料\r\n"
        "Date: 31 Dec 9999 23:00:00 +0000\r\n\r\n"
    )
    browser = sign_in("author")
    browser.get("/incidents/new")
    page = browser.post("/incidents/new", {**OPENED, "files": files(raw.encode())})
    assert "資料" in page.text
    assert "分かりません" in page.text
    old = {**OPENED, "happened_at": "0001-01-01T00:00", "version": 1}
    page = browser.post("/incidents/1/edit", old, status=422)
    assert "日時を「年月日 時:分」で入れてください" in page.text


def test_the_address_of_somebody_who_was_erased_is_not_put_elsewhere(
    database: Database, leak: int, sign_in: SignIn
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, second, *_ = incident.parties
        first_id, gone = first.id, second.addresses[0].id
        parties.move(session, second.addresses, first)
        erasing.of_addresses(session, [gone])
    browser = sign_in("author")
    assert "別の事業所として分ける" in browser.get(f"/incidents/1/parties/{first_id}").text
    browser.post(f"/incidents/1/addresses/{gone}/split", status=404)


def test_a_refusal_is_noted_and_closed(
    database: Database, people: People, submitted: Snapshot, sign_in: SignIn
) -> None:
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        alerts.raise_alert(session, event.reply_to, "refused", "mailing:1", "止めました。")
    browser = sign_in("approver")
    assert "事案として記録する" in browser.get("/").text
    browser.get("/incidents/new?alert=1")
    page = browser.post("/incidents/new", {**OPENED, "alert": 1})
    assert "だれにも届いていません" in page.text
    assert browser.get("/incidents/new?alert=1").h1 == OPENED["title"], "it is opened once"
    page = browser.post("/incidents/new", {**OPENED, "title": "私が見たこと", "alert": 1})
    assert "あなたの内容はまだ保存していません" in page.text
    assert (page.h1, count(database, Incident)) == (OPENED["title"], 1)
    page = browser.post("/incidents/1/close", {"note": "宛先を確かめた", "version": 1})
    assert "対応を終えたことを記録しました" in page.text
    page = browser.post("/incidents/1/reopen", {"note": "もう一度確かめる", "version": 2})
    assert "対応を再開しました" in page.text
    assert "対応中" in browser.get("/incidents").text


def test_an_event_is_chosen_or_made_and_the_unmatched_are_named(
    database: Database, meeting: Meeting, leak: int, sign_in: SignIn
) -> None:
    browser = sign_in("author")
    browser.get("/incidents/1/event")
    data = {
        "name": "対応",
        "held_on": "2030-01-10",
        "place": "所",
        "sender_id": 1,
        "reply_to_id": 1,
    }
    page = browser.post("/incidents/1/event/new", data)
    assert "対応先は、すべてイベントの名簿にあります" in page.text
    assert "30" in browser.get("/events/2").text
    page = browser.post("/incidents/1/event", {"event": 1}, status=409)
    assert "すでにイベント「対応」とつながっています" in page.text
    sign_in("manager").get("/incidents/1/event")
    browser.post("/incidents/1/edit", {**OPENED, "version": 1})
    browser.get("/incidents/1/mails")


def test_everything_that_was_done_has_a_sentence_in_the_record(
    database: Database, leak: int, sign_in: SignIn
) -> None:
    with database.reading() as session:
        told = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"incident.opened", "incident.mail_added", "incident.parties_named"} <= told
    page = sign_in("auditor").get("/audit")
    assert "アドレスが見えたメールを事案に登録しました" in page.text
    assert views.blueprint.name == "incidents"
