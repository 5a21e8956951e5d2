"""確認用宛先一覧 as a page and as a file, and the record of who opened it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.mailings import freezing
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import ALLOWED, Action
from eventmail.outbox import retention, sending
from eventmail.papers import checklist, printing
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.mailings import journey
from tests.pages import Pages
from tests.papers.reading import letters, opened

SignIn = Callable[[str], Pages]


def path(number: int, rest: str = "") -> str:
    return f"/mailings/{number}/recipient-list{rest}"


def records(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "recipients.printed")
        return list(session.scalars(query.order_by(AuditEntry.id)))


def test_page_and_pdf_show_the_same_sheets(submitted: Snapshot, sign_in: SignIn) -> None:
    browser = sign_in("checker")
    page = browser.get(path(submitted.mailing_id))
    sheets = [letters(e.text) for e in page.all("article") if e.attributes.get("class") == "sheet"]
    # The name of the table, for those who hear the page, is not printed.
    shown = [re.sub(r"確認用宛先一覧の\d+ページ目", "", each) for each in sheets]
    file = browser.raw(path(submitted.mailing_id, ".pdf"))
    printed = [letters(p.get_textpage().get_text_range()) for p in opened(file.data)]
    assert shown == printed
    assert len(shown) == 2
    for each in submitted.recipients:
        assert sum(each.address in sheet for sheet in shown) == 1
    assert "全30件" in shown[0]
    assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ["author", "checker", "approver"])
def test_opening_it_is_recorded(
    database: Database, people: People, submitted: Snapshot, sign_in: SignIn, role: str
) -> None:
    browser = sign_in(role)
    browser.get(path(submitted.mailing_id))
    browser.raw(path(submitted.mailing_id, ".pdf"))
    page, file = records(database)
    assert page.staff_id == file.staff_id == getattr(people, role).id
    assert page.subject == f"mailing:{submitted.mailing_id}"
    assert page.details == {"kind": "page", "volume": 1, "digest": submitted.digest}
    assert file.details["kind"] == "pdf"
    assert not any(each.address in str(page.details) for each in submitted.recipients)


def test_whoever_printed_it_may_still_check(
    database: Database, people: People, submitted: Snapshot, sign_in: SignIn
) -> None:
    sign_in("checker").get(path(submitted.mailing_id))
    journey.check(database, people, submitted.mailing_id)


def test_a_draft_can_be_checked_on_paper_before_it_is_submitted(
    meeting: Meeting, sign_in: SignIn
) -> None:
    page = sign_in("author").get(path(meeting.mailing.id))
    assert "作成中の内容（確定していません）" in page.text
    assert "全30件" in page.text


def test_no_other_role_gets_it_by_being_new() -> None:
    assert {role.value for role in ALLOWED[Action.PRINT_RECIPIENTS]} == {
        "author", "checker", "approver",
    }  # fmt: skip


def test_a_stranger_is_not_recorded_and_sees_nothing(
    database: Database, submitted: Snapshot, pages: Pages
) -> None:
    assert pages.get(path(submitted.mailing_id)).h1 == "サインイン"
    assert b"%PDF" not in pages.raw(path(submitted.mailing_id, ".pdf")).data
    assert records(database) == []


@pytest.mark.parametrize("query", ["?volume=2", "?volume=0", "?volume=-1", "?volume=99999999999"])
def test_a_volume_that_is_not_there(submitted: Snapshot, sign_in: SignIn, query: str) -> None:
    sign_in("author").get(path(submitted.mailing_id) + query, status=404)


@pytest.mark.parametrize("query", ["?page=0", "?page=99", "?page=x", "?volume=x"])
def test_nonsense_shows_what_there_is(submitted: Snapshot, sign_in: SignIn, query: str) -> None:
    assert "全30件" in sign_in("author").get(path(submitted.mailing_id) + query).text


def test_a_large_one_comes_in_volumes_and_pages(
    submitted: Snapshot, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checklist, "VOLUME", 20)
    monkeypatch.setattr(printing, "VOLUME", 20)
    browser = sign_in("author")
    page = browser.get(path(submitted.mailing_id, "?volume=2"))
    assert "このページ 10件（21〜30番） ここまで 30件 全30件" in page.text
    links = [e.attributes.get("href") for e in page.all("a")]
    assert path(submitted.mailing_id, ".pdf?volume=1") in links
    file = browser.raw(path(submitted.mailing_id, ".pdf?volume=2"))
    assert submitted.recipients[20].address in opened(file.data)[0].get_textpage().get_text_range()


def test_after_the_erasure_there_is_nothing_to_print(
    database: Database, approved: Snapshot, relay: Relay, sign_in: SignIn
) -> None:
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        retention.erase(session, None, session.get_one(Snapshot, approved.id), "保存期間の満了")
        assert freezing.is_erased(session, session.get_one(Snapshot, approved.id).mailing)
    page = sign_in("author").get(path(approved.mailing_id), status=409)
    assert "送信先を消去しました" in page.text
    assert records(database) == []


def test_without_recipients_it_says_what_to_do(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        session.execute(sa.text("UPDATE participants SET status = 'withdrawn'"))
    page = sign_in("author").get(path(meeting.mailing.id), status=409)
    assert "名簿を取り込んでください" in page.text
