"""An office whose every word was written by an attacker: cells, names, files, letters, a relay."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import sqlalchemy as sa
from flask import Flask
from openpyxl.comments import Comment

from eventmail.administration import service as administration
from eventmail.database import Database
from eventmail.notices import addressing
from eventmail.notices import service as notices
from eventmail.notices.drafting import Draft
from eventmail.notices.models import Kind
from eventmail.offices import service as offices
from eventmail.offices.models import Bureau, Role
from eventmail.outbox import sending
from eventmail.sample import FOLDER, People
from eventmail.wire import Relay
from tests.attacks.browser import Browser
from tests.attacks.crawler import TLS
from tests.attacks.payloads import ELEMENT, MARK
from tests.pages import Page
from tests.recorder import Recorder
from tests.spreadsheet.sheets import HEADER, xlsx

FULL = (*HEADER, "部署", "役職", "電話番号", "備考")
FILE_NAME = f"'><{MARK} on{MARK}=1><script>{MARK}<svg on{MARK}=1>"
SLIP = f"{MARK}-slipped"
SECRET_WORD = "となりの秘密"
# Texts that an office, its people and its settings carry; each is shown on some page.
WORDS = (
    "UPDATE offices SET name = :mark || name WHERE name <> :not",
    "UPDATE staff SET name = :mark || name WHERE name <> :not",
    "UPDATE events SET name = :mark || name, place = :mark, hours = :mark WHERE name <> :not",
)


class Refused(AssertionError):
    """A step of the seeding was not taken, so the crawl would prove nothing."""


def seed(app: Flask, database: Database, people: People, relay: Relay, recorder: Recorder) -> None:
    """Bring the payload into everything that a person, a file or a relay can fill."""
    recorder.script("DOT", "250 2.0.0 the office's own copy")
    recorder.script("DOT", f"550 5.1.1 {ELEMENT}", times=2)
    with database.reading() as session:
        snapshot = session.scalar(sa.text("SELECT max(id) FROM snapshots"))
    sending.run(database, relay, snapshot)
    neighbour, mailbox = next_door(database)
    author = Browser(app, people.author.id, base_url=TLS)
    for browser, box, word in (
        (author, 1, ELEMENT),
        (Browser(app, neighbour, base_url=TLS), mailbox, SECRET_WORD),
    ):
        event = _event(browser, box, word)
        _contact(browser, event, word)
        _workbook(browser, event, word)
        _materials(browser, event, FILE_NAME if word == ELEMENT else word)
        letter = {"purpose": word, "subject": word, "body": f"{{会社名}}\n{word}"}
        _post(browser, f"/events/{event}/mailings/new", **letter, version="1", audience="all")
        _post(browser, "/wordings/new", name=word, subject=word, body=word, kind="own")
    approver = Browser(app, people.approver.id, base_url=TLS)
    days = {"first": "2027-01-01", "last": "2027-01-02"}
    _post(approver, "/deputies", deputy=str(people.checker.id), reason=ELEMENT, **days)
    _told(database, people)
    with database.writing() as session:
        for each in WORDS:
            session.execute(sa.text(each), {"mark": ELEMENT, "not": SECRET_WORD})


def next_door(database: Database) -> tuple[int, int]:
    """Another office: its one member of staff, and its mailbox."""
    with database.writing() as session:
        office = offices.add_office(session, "みどり野労働局", SECRET_WORD)
        box = offices.add_mailbox(session, office, SECRET_WORD, "himitsu@tonari.example")
        staff = offices.add_staff(
            session,
            office,
            "tonari",
            SECRET_WORD,
            "となりの長い合言葉と四十七番目の入口",
            list(Role),
        )
        return staff.id, box.id


def _told(database: Database, people: People) -> None:
    """A notice of the bureau: whoever oversees it is no friend of the office."""
    with database.writing() as session:
        overseer = offices.add_person(session, None, "soto-kyoku", "局の担当者", None)
        bureau = session.get_one(Bureau, people.author.office.bureau_id)
        administration.make_overseer(session, overseer, bureau)
        where = frozenset({people.author.office.id})
        draft = Draft(Kind.CAUTION, ELEMENT[:100], ELEMENT, None, frozenset(Role), where)
        seen = addressing.stamp(draft, addressing.prepared(session, overseer, draft))
        notices.send(session, overseer, draft, "0" * 32, seen)


def _post(browser: Browser, path: str, **data: Any) -> str:
    kind = "multipart/form-data"
    response = browser.post(path, data, base_url=TLS, content_type=kind)
    if response.status_code not in (302, 303):
        raise Refused(f"{path}: {response.status_code} {Page(response.text).text[:900]}")
    return response.location


def _event(browser: Browser, box: int, word: str) -> int:
    facts = {"name": word, "held_on": "2027-05-10", "hours": word[:60], "place": word}
    location = _post(browser, "/events/new", **facts, sender_id=str(box), reply_to_id=str(box))
    return int(location.rsplit("/", 1)[1])


def _contact(browser: Browser, event: int, word: str) -> None:
    hand = {"company": word, "department": word, "title": word, "name": word, "phone": word[:60]}
    address = {"email": f"jinji@a{event}-sha.example", "email_again": f"jinji@a{event}-sha.example"}
    rest = {"notes": word, "status": "attending", "names_person": "y"}
    _post(browser, f"/events/{event}/participants/new", **hand, **address, **rest)


def _workbook(browser: Browser, event: int, word: str) -> None:
    """A list that waits for answers, with the word in every cell and name."""
    rows = [
        FULL,
        (word, word, "a@b-sha.example", word, word, word, word),
        (word, word, word, word, word, word, word),
        (f"={word}", f"@{word}", "c@c-sha.example", f"+{word}", "", "", ""),
    ]

    def comment(sheet: Any) -> None:
        sheet["A2"].comment = Comment(word, word)

    file = (io.BytesIO(xlsx(rows, comment)), f"{FILE_NAME}.xlsx")
    _post(browser, f"/events/{event}/roster", file=file)


def _materials(browser: Browser, event: int, name: str) -> None:
    """Files whose names and whose insides are hostile."""
    files = [
        (io.BytesIO((FOLDER / "当日スケジュール.pdf").read_bytes()), f"{name}.pdf"),
        (io.BytesIO(xlsx([("見出し", ELEMENT)])), f"..\\..\\{name}.xlsx"),
        (io.BytesIO(slip()), f"../../../../tmp/{SLIP}.zip"),
    ]
    _post(browser, f"/events/{event}/materials", files=files)


def slip() -> bytes:
    """An archive whose members name places outside of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (f"../../../../../../tmp/{SLIP}", f"/tmp/{SLIP}", f"..\\..\\{SLIP}"):
            archive.writestr(name, "slipped")
        link = zipfile.ZipInfo(f"{SLIP}-link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(f"{ELEMENT}.txt", ELEMENT)
    return packed.getvalue()
