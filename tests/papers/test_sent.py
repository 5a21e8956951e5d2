"""送信記録 as a file: every mail with its fate and digest, whole in its volumes, and no address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.mailings.stored import shown_content
from eventmail.outbox import paper as outbox
from eventmail.outbox import sending
from eventmail.outbox.models import Attempt
from eventmail.papers import sent
from eventmail.papers.paper import Paper, Section, Style
from eventmail.papers.pdf import drawn
from eventmail.papers.sent import COLUMNS, NO_ADDRESS
from eventmail.wire import Relay
from tests.pages import Pages
from tests.papers.reading import body, letters, opened

SignIn = Callable[[str], Pages]


@pytest.fixture
def done(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    """All mails have left, and were looked through."""
    sending.run(database, relay, approved.id)
    return approved


def file(browser: Pages, snapshot: Snapshot, query: str = "") -> str:
    response = browser.raw(f"/mailings/{snapshot.mailing_id}/record.pdf{query}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return letters("".join(body(opened(response.data))))


def told(database: Database, snapshot: Snapshot, *replies: str) -> str:
    """All words of the paper, as if the relay had answered so."""
    with database.reading() as session:
        mine = session.get_one(Snapshot, snapshot.id)
        found = outbox.paper_of(session, mine)
        lines = tuple(replace(found.lines[0], reply=each) for each in replies)
        names = {mine.submitted_by: "起案", **{each.staff_id: "係" for each in mine.reviews}}
        content = shown_content(session, mine)
        paper = sent.paper_of("所", content, mine, replace(found, lines=lines), names)
        return "\n".join(paper.texts())


def test_it_has_every_mail_with_its_digest_and_says_what_they_showed(
    database: Database, done: Snapshot, sign_in: SignIn
) -> None:
    shown = file(sign_in("author"), done)
    with database.reading() as session:
        digests = list(session.scalars(sa.select(Attempt.digest)))
    assert len(digests) == 31
    assert [each for each in digests if each not in shown] == []
    assert [each.company for each in done.recipients if letters(each.company) not in shown] == []
    assert "メールアドレスが見える箇所は0件でした" in shown
    assert "受け取られたメール30件" in shown
    assert "控え所のアドレス送信済み" in shown


def test_no_participants_address_is_in_it(
    done: Snapshot, sign_in: SignIn, database: Database
) -> None:
    shown = file(sign_in("author"), done)
    assert [each.address for each in done.recipients if each.address in shown] == []
    quoted = told(database, done, "550 5.1.1 <taro@minato.example>: unknown", "rcpt=a@b.example")
    assert "minato" not in quoted
    assert "b.example" not in quoted
    assert quoted.count(NO_ADDRESS) == 2
    assert "unknown" in quoted


def test_a_large_one_comes_in_volumes_that_have_all_of_it(
    done: Snapshot, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent, "VOLUME", 20)
    browser = sign_in("auditor")
    first, second = (file(browser, done, f"?volume={number}") for number in (1, 2))
    names = [letters(each.company) for each in done.recipients]
    assert [name for name in names if name in first] == names[:20]
    assert [name for name in names if name in second] == names[20:]
    assert "控え所のアドレス" not in second
    assert "第2分冊（全2冊）" in second


@pytest.mark.parametrize("query", ["?volume=0", "?volume=2", "?volume=10000", "?revision=9"])
def test_there_are_no_other_volumes(done: Snapshot, sign_in: SignIn, query: str) -> None:
    path = f"/mailings/{done.mailing_id}/record.pdf{query}"
    assert sign_in("author").raw(path).status_code == 404


def test_before_anything_left_it_says_so(approved: Snapshot, sign_in: SignIn) -> None:
    shown = file(sign_in("author"), approved)
    assert "確認の結果は、まだありません" in shown
    assert "送信の開始まだです" in shown
    assert shown.count("順番待ち") == 31


def test_the_page_leads_to_the_file_and_to_each_volume(
    done: Snapshot, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("author")
    path = f"/mailings/{done.mailing_id}/record"
    assert "PDFで保存する" in browser.get(path).text
    monkeypatch.setattr("eventmail.outbox.views.mails.VOLUME", 20)
    page = browser.get(path)
    assert "2冊のPDF" in page.text
    hrefs = [each.attributes.get("href") or "" for each in page.all("a")]
    assert sum("record.pdf" in href and "volume=" in href for href in hrefs) == 2


def test_the_head_of_a_long_table_stands_on_every_sheet() -> None:
    rows = (COLUMNS, *((str(n), "会社", "送信済み", "日時", "250 Ok", "0" * 64) for n in range(90)))
    paper = Paper("題", "所", (Section("表", (), Style.TABLE, rows=rows),), "", "")
    sheets = body(opened(drawn(paper)))
    assert len(sheets) > 2
    assert all(letters("".join(COLUMNS)) in letters(each) for each in sheets)
    numbers = letters("".join(sheets)).count("会社送信済み")
    assert numbers == 90
