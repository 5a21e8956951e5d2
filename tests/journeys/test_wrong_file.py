"""Three wrong files: the list of participants, another event's hand-out, one with a hidden sheet.

Each is stopped by one sentence that says which file and where in it, before anybody else has to
notice. The author replaces them, the checker turns every page, and the right ones are sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.service import EventFacts
from eventmail.sample import FOLDER, People
from tests.conftest import Meeting
from tests.journeys import deeds
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.recorder import Recorder
from tests.scanning import office
from tests.scanning.pdfs import drawn, says, together

pytestmark = pytest.mark.journey
LIST, OTHER, HIDDEN = "参加企業一覧.xlsx", "2027年 学校説明会のご案内.pdf", "当日の流れ.xlsx"
SEATS = "配席図.pdf"


@dataclass(frozen=True)
class Files:
    """What lies in the author's folder."""

    roster: Path
    other: Path
    hidden: Path
    clean: Path
    seats: Path

    @property
    def wrong(self) -> list[Path]:
        return [self.roster, self.other, self.hidden]


@pytest.fixture
def files(tmp_path: Path, database: Database, people: People, meeting: Meeting) -> Files:
    """One of them was put on another event's shelf before."""
    (tmp_path / "right").mkdir()
    found = Files(
        FOLDER / LIST, tmp_path / OTHER, tmp_path / HIDDEN,
        tmp_path / "right" / HIDDEN, tmp_path / SEATS,
    )  # fmt: skip
    found.other.write_bytes(drawn(says("School visit 2027")))
    found.hidden.write_bytes(office.workbook(office.hidden_sheet()))
    found.clean.write_bytes(office.workbook())
    found.seats.write_bytes(drawn(together(says("1F")), says("2F")))
    with database.writing() as session:
        at = meeting.event
        facts = EventFacts(
            "学校説明会", date(2027, 1, 20), "10:00〜12:00", "姫里高等学校",
            at.sender_id, at.reply_to_id,
        )  # fmt: skip
        other = events.add_event(session, people.author, facts)
        events.put_material(session, people.author, other, OTHER, found.other.read_bytes())
    return found


def put(author: Person, *paths: Path) -> None:
    author.give("資料のファイル", paths)
    author.press("資料を置く")
    author.reads(f"資料を{len(paths)}件置きました。")


def attach(author: Person, mailing_id: int, *names: str) -> None:
    """Exactly these, in the letter's form."""
    author.see(f"/mailings/{mailing_id}/letter")
    for each in author.page.get_by_role("checkbox", name=re.compile(r"\.(pdf|xlsx)")).all():
        wanted = each.evaluate("e => e.labels[0].innerText")
        each.set_checked(any(name in wanted for name in names))
    author.press("保存して内容を見る")
    author.reads("本文を保存しました")


def be_stopped(author: Person) -> None:
    """One sentence for each file; there is no button to submit."""
    author.reads(LIST)
    author.reads(OTHER)
    author.reads(HIDDEN)
    author.picture("wrong-file-findings")
    assert not author.page.get_by_role("button", name=re.compile("提出する")).count()


def replace_them(author: Person, event_id: int, files: Files) -> None:
    author.see(f"/events/{event_id}")
    author.picture("wrong-file-shelf")
    for name in (LIST, OTHER):
        row = author.page.get_by_role("row").filter(has_text=name)
        author.turn(row.get_by_role("button", name=re.compile("^外す")))
    put(author, files.clean, files.seats)
    author.picture("wrong-file-replaced")


def test_each_is_stopped_and_the_right_ones_are_sent(
    files: Files,
    meeting: Meeting,
    person: Enter,
    recorder: Recorder,
    database: Database,
) -> None:
    author = person("author")
    author.see(f"/events/{meeting.event.id}")
    put(author, *files.wrong)
    attach(author, meeting.mailing.id, LIST, OTHER, HIDDEN)
    be_stopped(author)
    replace_them(author, meeting.event.id, files)
    attach(author, meeting.mailing.id, HIDDEN, SEATS)
    author.picture("wrong-file-mended")
    for answer in author.page.get_by_label("件目の指摘にこのまま送ってよい理由").all():
        answer.fill("中身を開いて確かめました。")
    author.press(re.compile("30件の送信を確認者に提出する$"))
    author.reads("確認者に提出しました（30件）。")
    checker = person("checker")
    deeds.check(checker, 30)
    checker.picture("wrong-file-checked")
    approver = person("approver")
    deeds.approve(approver, 30)
    approver.reads("30件すべてを送信しました")
    approver.picture("wrong-file-sent")
    right = {HIDDEN: files.clean.read_bytes(), SEATS: files.seats.read_bytes()}
    for mail in deeds.expect_alone(recorder, deeds.addresses(database)):
        assert deeds.files_of(mail) == right
