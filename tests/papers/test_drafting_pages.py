"""起案伺い as a page and as a file: the same words, from what was stored, for the office alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, SendMode, Snapshot
from eventmail.papers import service
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.mailings import journey
from tests.pages import Pages
from tests.papers.reading import body, letters, opened, paper_on
from tests.papers.samples import BODIES

SignIn = Callable[[str], Pages]


def same(browser: Pages, mailing_id: int, query: str = "") -> str:
    """The letters of page and PDF, which are the same."""
    path = f"/mailings/{mailing_id}/drafting-paper"
    shown = letters(paper_on(browser.get(path + query)))
    file = browser.raw(f"{path}.pdf{query}")
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "no-store"
    assert letters("".join(body(opened(file.data)))) == shown
    return shown


def test_page_and_pdf_say_the_same_at_every_step(
    database: Database, people: People, submitted: Snapshot, sign_in: SignIn
) -> None:
    number = submitted.mailing_id
    browser = sign_in("checker")
    assert "いまの状態確認待ち" in same(browser, number)
    journey.check(database, people, number)
    shown = same(browser, number)
    assert "いまの状態決裁待ち" in shown
    assert f"確認{letters(people.checker.staff.name)}" in shown
    assert "見たもの：送信先の一覧、資料2件を最後のページまで、届くメール3通" in shown
    journey.approve(database, people, number)
    assert "いまの状態送信中" in same(browser, number)


@pytest.mark.parametrize(
    "name", ["rare kanji and marks", "tabs", "hidden characters", "long lines"]
)
def test_so_it_does_with_nasty_letters(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn, name: str
) -> None:
    with database.writing() as session:
        text = "".join(c for c in BODIES[name] if c not in "\x07\u200b\u202e")
        session.get_one(Mailing, meeting.mailing.id).body = text
    journey.submit(database, people, meeting.mailing.id)
    assert "本文（全文）" in same(sign_in("approver"), meeting.mailing.id)


def test_a_batch_says_bcc(
    database: Database, people: People, meeting: Meeting, sign_in: SignIn
) -> None:
    with database.writing() as session:
        settling.set_batches(session, session.merge(people.author.office), True, 50)
        mailing = session.get_one(Mailing, meeting.mailing.id)
        mailing.mode, mailing.body = SendMode.BATCH, "ご案内します。\n以上\n"
        mailing.subject = "ご案内"
    journey.submit(database, people, meeting.mailing.id)
    shown = same(sign_in("approver"), meeting.mailing.id)
    assert "BCC一括送信（BCC）" in shown
    assert "個別送信" not in shown


def test_what_was_returned_is_void_and_says_why(
    database: Database, people: People, checked: Snapshot, sign_in: SignIn
) -> None:
    number = checked.mailing_id
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, number, lock=True)
        mailings.give_back(session, people.approver, mailing, checked.digest, "日付が違います。")
    browser = sign_in("author")
    shown = same(browser, number)
    assert "効力がありません（提出のあとで作成に戻りました）" in shown
    assert "理由：日付が違います。" in shown
    journey.submit(database, people, number)
    assert "効力がありません（あとに第2版があります）" in same(browser, number, "?revision=1")
    assert "いまの状態確認待ち" in same(browser, number, "?revision=2")
    browser.get(f"/mailings/{number}/drafting-paper?revision=3", status=404)


def test_recipients_are_counted_by_kind(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        first = session.get_one(Contact, submitted.recipients[0].contact_id)
        before = session.scalars(
            sa.select(sa.func.count()).select_from(Contact).where(Contact.names_person)
        ).one()
        first.names_person = not first.names_person
        persons = before + (1 if first.names_person else -1)
        session.flush()
        paper = service.drafting_paper(session, session.get_one(Snapshot, submitted.id))
    told = {line.label: line.text for each in paper.sections for line in each.lines}
    assert told["送信先の件数"] == f"{submitted.recipient_count}件"
    assert told["個人名のアドレス"] == f"{persons}件"
    assert told["部署などのアドレス"] == f"{submitted.recipient_count - persons}件"


def test_no_recipients_address_is_on_it_and_only_findings_name_a_company(
    database: Database, submitted: Snapshot, sign_in: SignIn
) -> None:
    shown = same(sign_in("author"), submitted.mailing_id)
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, submitted.id)
        for each in service.findings_of(session, snapshot):
            shown = shown.replace(letters(each.message), "")
    for each in submitted.recipients:
        assert each.address not in shown
        assert letters(each.company) not in shown


def test_a_draft_says_what_to_do_first(meeting: Meeting, sign_in: SignIn) -> None:
    page = sign_in("author").get(f"/mailings/{meeting.mailing.id}/drafting-paper", status=409)
    assert "提出すると、印刷できます" in page.text


def test_the_mailing_leads_to_it(submitted: Snapshot, sign_in: SignIn) -> None:
    page = sign_in("author").get(f"/mailings/{submitted.mailing_id}")
    links = [each.attributes.get("href") for each in page.all("a")]
    assert f"/mailings/{submitted.mailing_id}/drafting-paper?revision=1" in links


def test_nobody_who_is_not_signed_in_sees_it(submitted: Snapshot, pages: Pages) -> None:
    assert pages.get(f"/mailings/{submitted.mailing_id}/drafting-paper").h1 == "サインイン"
    assert b"%PDF" not in pages.raw(f"/mailings/{submitted.mailing_id}/drafting-paper.pdf").data
