"""The pages of the papers: four cards, each paper, its files, and the form."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.incidents.models import Incident
from eventmail.incidents.papers import facts, service
from eventmail.incidents.papers.kinds import SORTS
from eventmail.incidents.papers.models import PaperNote, TakenPaper
from eventmail.incidents.record import service as record
from eventmail.sample import People
from eventmail.scanning.scanner import look
from tests.pages import Page, Pages
from tests.papers.reading import body, letters, opened

SignIn = Callable[[str], Pages]


def download(browser: Pages, path: str, data: dict[str, str]) -> bytes:
    answer = browser.post_raw(path, data)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.get_data()


def cards(page: Page) -> dict[str, str]:
    found = [e for e in page.all("section") if e.attributes.get("class") == "paper-card"]
    titles = [e.text for e in page.all("h2")]
    return dict(zip(titles, (each.text for each in found), strict=False))


def test_four_cards_say_what_is_still_missing(sign_in: SignIn, leak: int) -> None:
    page = sign_in("manager").get(f"/incidents/{leak}/papers")
    found = cards(page)
    assert list(found) == [
        *("所内報告（顛末書）", "個人情報保護委員会への報告事項", "報道発表"),
        "各所への通知（注意喚起）",
    ]
    assert all("原因がまだ書かれていません。" in text for text in found.values())
    assert "お問い合わせ先がまだ書かれていません。" in found["報道発表"]
    links = {e.text: e.attributes["href"] for e in page.all("a")}
    assert links["お問い合わせ先がまだ書かれていません。"] == f"/incidents/{leak}/papers/notes"
    assert "まだ取り出していません" in page.text


def test_page_pdf_and_word_say_the_same(database: Database, sign_in: SignIn, told: int) -> None:
    with database.reading() as session:
        found = facts.facts(session, session.get_one(Incident, told))
    browser = sign_in("manager")
    for kind, sort in SORTS.items():
        said = [letters(each) for each in sort.make(found).texts() if each]
        path = f"/incidents/{told}/papers/{kind.value}"
        shown = letters(browser.get(path).all("article")[0].text)
        printed = letters("".join(body(opened(download(browser, path, {"format": "pdf"})))))
        content = download(browser, path, {"format": "word"})
        scanned = look(content, "paper.docx")
        typed = letters("".join(each.text for each in scanned.passages if each.under == "本文"))
        assert scanned.hidden == ()
        assert [each for each in said if each not in shown or each not in typed] == []
        # The words of a table's cell are broken over lines, between those of other cells.
        lines = [each for each in said if sort.make(found).head and each not in printed]
        assert lines == [], kind
        assert docx.Document(io.BytesIO(content)).core_properties.author == ""


def test_what_was_taken_is_listed_with_its_version_and_whether_it_still_holds(
    database: Database, people: People, sign_in: SignIn, told: int
) -> None:
    browser = sign_in("manager")
    browser.get(f"/incidents/{told}/papers")
    download(browser, f"/incidents/{told}/papers/press", {"format": "word"})
    page = browser.get(f"/incidents/{told}/papers")
    row = next(e.text for e in page.all("tr") if "報道発表" in e.text)
    for part in ("第1版", "Word", f"{people.manager.staff.name}さん", "同じ"):
        assert part in row
    with database.writing() as session:
        incident = session.get_one(Incident, told)
        record.add_cause(session, people.manager, incident, "教材が古かったこと。")
    page = browser.get(f"/incidents/{told}/papers")
    assert "変わっています" in next(e.text for e in page.all("tr") if "報道発表" in e.text)


def test_a_public_paper_with_a_name_shows_where_and_gives_no_file(
    database: Database, people: People, sign_in: SignIn, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a name had come into our own words: the guard reads the finished paper."""
    monkeypatch.setattr("eventmail.incidents.papers.words.PRESS_ADDRESSEE", "ひかり精工　御中")
    browser = sign_in("manager")
    path = f"/incidents/{told}/papers/press"
    page = browser.get(path)
    assert "見出し・はじめの文に、事業所の名前「ひかり精工株式会社」があります。" in page.text
    assert not [e for e in page.all("button") if "取り出す" in e.text]
    card = cards(browser.get(f"/incidents/{told}/papers"))["報道発表"]
    assert "公表できない名前や連絡先：1か所" in card
    page = browser.post(path, {"format": "pdf"}, status=409)
    assert "1か所あるため、取り出せません" in page.text
    with database.reading() as session:
        assert session.scalars(sa.select(TakenPaper)).all() == []


def test_the_form_keeps_what_was_typed_until_it_is_good(
    database: Database, sign_in: SignIn, told: int
) -> None:
    browser = sign_in("approver")
    path = f"/incidents/{told}/papers/notes"
    page = browser.get(path)
    assert "職業安定課" in page.text
    typed = {"version": "1", "published": "no", "second_harm": "ありません。"}
    page = browser.post(path, typed | {"contact": "担当　森下"}, status=422)
    assert "職員の名前が入っています" in page.text
    assert "ありません。" in page.text
    typed["contact"] = "総務課"
    page = browser.post(path, typed | {"published_on": "1900-01-01"}, status=422)
    assert "2000年から2100年まで" in page.text
    browser.post(path, typed)
    with database.reading() as session:
        note = service.written(session, session.get_one(Incident, told))
    assert (note.version, note.contact, note.second_harm) == (2, "総務課", "ありません。")


def test_whoever_was_overtaken_sees_both_and_can_save_again(
    database: Database, sign_in: SignIn, told: int
) -> None:
    browser = sign_in("approver")
    path = f"/incidents/{told}/papers/notes"
    browser.get(path)
    typed = {"version": "0", "published": "no", "contact": "総務課"}
    page = browser.post(path, typed, status=409)
    assert "書き換えました" in page.text
    assert "いま記録されている内容（第1版）" in page.text
    (version,) = [e for e in page.all("input") if e.attributes.get("name") == "version"]
    assert version.attributes["value"] == "1"
    browser.post(path, typed | {"version": "1"})
    with database.reading() as session:
        assert len(session.scalars(sa.select(PaperNote)).all()) == 2


def test_wrong_addresses_are_not_found(sign_in: SignIn, leak: int) -> None:
    browser = sign_in("manager")
    browser.get(f"/incidents/{leak}/papers")
    browser.get(f"/incidents/{leak}/papers/leaflet", status=404)
    browser.get("/incidents/999/papers/press", status=404)
    browser.post(f"/incidents/{leak}/papers/press", {"format": "xlsx"}, status=404)
    browser.post(f"/incidents/{leak}/papers/press", {}, status=404)


def test_the_auditor_sees_the_papers_and_takes_none(sign_in: SignIn, told: int) -> None:
    browser = sign_in("auditor")
    page = browser.get(f"/incidents/{told}/papers")
    assert not [e for e in page.all("button") if "取り出す" in e.text]
    assert "取り出せるのは、所の管理者か決裁者です。" in page.text
    browser.get(f"/incidents/{told}/papers/internal")
