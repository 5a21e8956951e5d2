"""A bureau's officer: the offices at a glance, an incident in one, a notice, who has not read it.

He sees figures and never a participant. The office confirms; its manager alone sees by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.incidents.models import Incident
from eventmail.offices.models import Staff
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from tests.conftest import Meeting
from tests.incidents import story
from tests.journeys import deeds
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.notices import bureau
from tests.notices.bureau import OWN, TEXT, TITLE, Bureau
from tests.recorder import Recorder

pytestmark = pytest.mark.journey
ADDRESSED = ("author", "checker", "manager")


@pytest.fixture
def commands() -> tuple[str, ...]:
    """What a worker would do is done at a moment that the test knows."""
    return ("web",)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url="http://127.0.0.1")


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def offices(
    database: Database, people: People, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> Bureau:
    """Two offices, one with an incident since this morning; three of its people have addresses."""
    deeds.set_clock(monkeypatch, "2026-12-01T09:30")
    made = bureau.set_up(database)
    with database.writing() as session:
        story.leak(session, people.manager)
        incident = session.scalars(sa.select(Incident)).one()
        incident.noticed_at = clock.now() - timedelta(minutes=40)
        for role in ADDRESSED:
            session.get_one(Staff, getattr(people, role).id).address = f"{role}@{OWN}"
    return made


def look_over_the_offices(officer: Person) -> None:
    officer.heading("局の一覧")
    officer.reads("対応中の漏えい等事案")
    officer.reads("の期限 令和8年12月")
    officer.picture("bureau-overview")


def send_a_notice(officer: Person) -> None:
    officer.follow("お知らせ（注意喚起・指示）")
    officer.follow("お知らせを書く")
    officer.tick("注意喚起")
    officer.fill("題名", TITLE)
    officer.fill("本文", TEXT)
    officer.page.get_by_label("読んだことを確認する期限").fill("2026-12-08")
    officer.picture("bureau-write")
    officer.press("送る前に確かめる")
    officer.heading("送る前の確認")
    officer.picture("bureau-preview")
    officer.page.locator("#send-check").check()
    officer.press("2所・7人に送る")
    officer.reads("2所・7人に送りました。")


def confirm(author: Person) -> None:
    author.reads(f"「注意喚起：{TITLE}」が届いています")
    author.picture("bureau-home")
    author.follow("読む")
    author.heading(TITLE)
    author.picture("bureau-notice")
    author.press("読みました")
    author.reads(f"「{TITLE}」を読んだことを記録しました。")


def see_who_has_not(officer: Person, manager: Person, people: People) -> None:
    """The bureau by number, the office's manager by name."""
    officer.page.reload()
    office = officer.page.get_by_role("row").filter(has_text=people.author.office.name)
    assert [each.strip() for each in office.locator("td").all_inner_texts()][:3] == ["5", "1", "4"]
    officer.picture("bureau-figures")
    assert people.checker.staff.name not in officer.page.content()
    manager.follow("読む")
    for who, told in ((people.author, "読みました"), (people.checker, "まだです")):
        row = manager.page.get_by_role("row").filter(has_text=who.staff.name)
        assert told in row.inner_text()
    manager.picture("bureau-manager")


def test_a_notice_is_sent_confirmed_and_asked_after(
    offices: Bureau, person: Enter, people: People, outbox: Outbox, recorder: Recorder
) -> None:
    officer = person("overseer")
    look_over_the_offices(officer)
    send_a_notice(officer)
    officer.picture("bureau-sent")
    assert recorder.seen == []
    outbox.sweep()
    told = [each for each in recorder.received if TITLE in str(deeds.parsed(each)["Subject"])]
    assert sorted(each.rcpt_to for each in told) == sorted((f"{e}@{OWN}",) for e in ADDRESSED)
    for mail in told:
        assert TEXT.splitlines()[0] not in deeds.text_of(mail), "the text is read on the page"
        assert "http://127.0.0.1/notices/" in deeds.text_of(mail)
    confirm(person("author"))
    see_who_has_not(officer, person("manager"), people)
