"""Two companies withdraw: one before the letter is submitted, one while the hold is running.

Neither gets the letter, all others do, and the office sees at every step who is left out and why.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.offices.models import Office
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.journeys import deeds
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.mailings import journey
from tests.recorder import Recorder

pytestmark = pytest.mark.journey
HOLD = 30


@dataclass(frozen=True)
class Company:
    """One that withdraws."""

    name: str
    address: str


@pytest.fixture
def two(database: Database, meeting: Meeting) -> tuple[Company, Company]:
    """The second and the seventh of the roster; the office holds every sending for half an hour."""
    with database.writing() as session:
        settling.set_sending(session, session.get_one(Office, 1), HOLD, 0)
        found = session.scalars(sa.select(Contact).order_by(Contact.id)).all()
        early, late = (Company(e.participant.company, e.address) for e in (found[1], found[6]))
    return early, late


def withdraw(author: Person, event_id: int, company: Company, name: str) -> None:
    """Somebody has phoned: the office writes it down on the roster."""
    author.see(f"/events/{event_id}/participants")
    author.fill("事業所名・担当者名・アドレス・電話番号・備考で探す", company.name)
    author.press("探す")
    author.reads("に当てはまるのは1社です。")
    author.follow("直す")
    author.heading("担当者の内容を変える")
    author.tick("辞退")
    author.picture(name)
    author.press("保存する")
    author.heading("参加者名簿")


def submit_the_rest(author: Person, mailing_id: int) -> None:
    """The letter still says thirty: that is noticed before anybody else has to."""
    author.see(f"/mailings/{mailing_id}")
    author.reads("29件")
    author.picture("withdrawn-count")
    assert not author.page.get_by_role("button", name="提出する").count()
    author.follow("本文を編集する")
    author.fill("送る予定の件数", "29")
    author.press("保存して内容を見る")
    author.reads("本文を保存しました")
    author.press("29件の送信を確認者に提出する")
    author.reads("確認者に提出しました（29件）。")


def test_neither_is_written_to_and_the_office_sees_it(
    two: tuple[Company, Company],
    meeting: Meeting,
    people: People,
    person: Enter,
    recorder: Recorder,
    database: Database,
) -> None:
    early, late = two
    author = person("author")
    withdraw(author, meeting.event.id, early, "withdrawn-early")
    submit_the_rest(author, meeting.mailing.id)
    journey.check(database, people, meeting.mailing.id)
    approver = person("approver")
    deeds.approve(approver, 29)
    approver.reads(f"あと{HOLD - 1}分")
    approver.picture("withdrawn-hold")
    withdraw(author, meeting.event.id, late, "withdrawn-late")
    author.reads("決裁が済んでまだ送っていないメールも送りません")
    author.picture("withdrawn-told")
    author.see(f"/mailings/{meeting.mailing.id}/progress")
    author.picture("withdrawn-progress")
    assert recorder.seen == [], "nothing leaves during the hold"
    approver.page.reload()
    approver.press("いますぐ始める")
    approver.heading("送信の結果")
    approver.reads("29件のうち28件を送信しました")
    approver.reads("28件の送信先に1通ずつ、別々のメールで送りました")
    approver.picture("withdrawn-result")
    author.page.reload()
    row = author.page.get_by_role("row").filter(has_text=late.name)
    assert "送信" in row.inner_text()
    author.look()
    gone = {early.address, late.address}
    everybody = deeds.addresses(database)
    deeds.expect_alone(recorder, everybody - gone, gone)
    assert len(everybody - gone) == 28
