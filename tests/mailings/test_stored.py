"""A snapshot's recipients read a page at a time say what all of them say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.mailings.checking import chosen
from eventmail.mailings.models import Snapshot
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.mailings.stored import Stored, index_of, odd_ones, shown_content
from eventmail.mailings.views import common
from eventmail.outbox import paper
from tests.counting import selects_of
from tests.pages import Pages

SignIn = Callable[[str], Pages]


def _companies(snapshot: Snapshot) -> list[str]:
    """As a page's text says them."""
    return [" ".join(each.company.split()) for each in snapshot.recipients]


def test_they_read_as_the_whole_does(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, submitted.id)
        whole, stored = content_of_snapshot(snapshot), Stored(session, snapshot)
        assert len(stored) == len(whole.recipients) == 30
        assert tuple(stored) == whole.recipients
        assert (stored[0], stored[29], stored[-1]) == tuple(
            whole.recipients[i] for i in (0, 29, -1)
        )
        assert stored[10:20] == whole.recipients[10:20]
        assert stored[28:99] == whole.recipients[28:99]
        assert shown_content(session, snapshot).digest == snapshot.digest


def test_beyond_the_last_there_is_nobody(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        stored = Stored(session, session.get_one(Snapshot, submitted.id))
        for beyond in (30, -31):
            with pytest.raises(IndexError):
                _ = stored[beyond]


def test_each_is_found_by_the_contact(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, submitted.id)
        whole, shown = content_of_snapshot(snapshot), shown_content(session, snapshot)
        for each in (*(one.contact_id for one in whole.recipients), 999_999):
            assert index_of(shown, each) == index_of(whole, each)


def test_the_database_chooses_whom_python_chose(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, submitted.id)
        whole, shown = content_of_snapshot(snapshot), shown_content(session, snapshot)
        for start in range(30):
            assert odd_ones(shown.recipients, start) == odd_ones(whole.recipients, start)
        assert chosen(shown, snapshot.digest) == chosen(whole)


def test_a_page_reads_as_much_of_many_as_of_few(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        stored = Stored(session, session.get_one(Snapshot, submitted.id))
        assert selects_of(lambda: stored[:2]) == selects_of(lambda: stored[:30]) == 1


def test_the_mailing_shows_them_page_by_page(
    submitted: Snapshot, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "ROWS", 12)
    browser = sign_in("author")
    names = _companies(submitted)
    for page, shown in ((1, names[:12]), (3, names[24:]), (9, names[24:])):
        text = browser.get(f"/mailings/{submitted.mailing_id}?page={page}").text
        assert [name for name in names if f"届くメール（{name}）" in text] == shown


def test_the_record_is_printed_in_parts(
    approved: Snapshot, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "PART", 20)
    browser = sign_in("author")
    first = browser.get(f"/mailings/{approved.mailing_id}/record").text
    second = browser.get(f"/mailings/{approved.mailing_id}/record?page=2").text
    names = _companies(approved)
    assert [name for name in names if name in first] == names[:20]
    assert [name for name in names if name in second] == names[20:]
    assert "30件と控え1通" in first
    assert "30件と控え1通" in second
