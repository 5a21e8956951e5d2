"""開示: what is held of one person, as a workbook to hand over. Nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.offices.permissions import Action, Actor
from eventmail.privacy.people import Person
from eventmail.sealing import Sealer
from eventmail.spreadsheet.safe_text import as_text

ROSTER = (
    *("イベント", "開催日", "事業所名", "部署", "役職", "氏名", "メールアドレス", "電話番号"),
    *("備考", "状態", "出どころ", "取り込んだ日時"),
)
MAILS = ("イベント", "件名", "あて先", "状態", "送信した日時", "送信サーバーの応答")
NOTES = ("イベント", "指摘", "回答")
SAID = ("イベント", "参加・欠席", "人数", "質問への回答", "連絡事項", "電話のメモ", "回答した日時")
EXPOSED = (
    *("事案", "事業所名", "電話番号", "メールアドレス", "表示された名前", "どのメールに載ったか"),
    "気づいた日時",
)
WIDTH = 24


def workbook(person: Person) -> bytes:
    """The rosters, the mails, what was remarked, what the person answered; incidents, if any."""
    book = Workbook(write_only=True)
    for title, head, rows in (
        ("名簿", ROSTER, _roster(person)),
        ("送ったメール", MAILS, _mails(person)),
        ("指摘と回答", NOTES, ((each.event, each.message, each.answer) for each in person.notes)),
        ("参加の回答", SAID, _said(person)),
    ):
        _sheet(book, title, head, rows)
    if person.exposed:
        _sheet(book, "漏えい等の事案", EXPOSED, _exposed(person))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def file_name() -> str:
    """What the file is called."""
    return f"保有している個人情報_{clock.today():%Y%m%d}.xlsx"


def note(session: Session, actor: Actor, sealer: Sealer, person: Person) -> None:
    """Keep that it was taken out, by a digest of what was asked for."""
    actor.require(Action.MANAGE_PRIVACY)
    record(
        session,
        "person.handed_over",
        f"office:{actor.office.id}",
        office_id=actor.office.id,
        staff_id=actor.id,
        asked=sealer.digest(person.asked, "asked for"),
        entries=len(person.entries),
        mails=len(person.mails),
    )


def _sheet(book: Workbook, title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    sheet = book.create_sheet(title)
    cells = [as_text(sheet, name) for name in head]
    for index, cell in enumerate(cells):
        cell.font = Font(bold=True)
        sheet.column_dimensions[chr(ord("A") + index)].width = WIDTH
    sheet.append(cells)
    for row in rows:
        sheet.append([as_text(sheet, value) for value in row])


def _roster(person: Person) -> Iterable[tuple[str, ...]]:
    for each in person.entries:
        contact = each.contact
        yield (
            each.event.name,
            clock.japanese_date(each.event.held_on),
            contact.participant.company,
            contact.department,
            contact.title,
            contact.name,
            contact.address,
            contact.phone,
            contact.notes,
            "名簿にある" if contact.active else "名簿から外れている",
            each.source,
            clock.japanese_moment(each.uploaded_at),
        )


def _mails(person: Person) -> Iterable[tuple[str, ...]]:
    for each in person.mails:
        at = clock.japanese_moment(each.sent_at) if each.sent_at else ""
        yield (each.event, each.subject, each.address, each.state, at, each.reply)


def _said(person: Person) -> Iterable[tuple[str, ...]]:
    for each in person.said:
        people = "" if each.people is None else str(each.people)
        values = "\n".join(f"{label}：{value}" for label, value in each.values)
        at = clock.japanese_moment(each.at)
        yield (each.event, each.attendance, people, values, each.message, each.note, at)


def _exposed(person: Person) -> Iterable[tuple[str, ...]]:
    for each in person.exposed:
        yield (
            each.incident.title,
            each.company,
            each.phone,
            each.address.address,
            each.address.shown_name,
            "、".join(f"{number}通目" for number in each.mails),
            clock.japanese_moment(each.incident.noticed_at),
        )
