"""The answers to take away as a workbook; nothing in it is a formula."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.answers import listing
from eventmail.answers.listing import Line, Show
from eventmail.answers.models import Question, QuestionKind, Via
from eventmail.answers.words import ATTENDANCE_NAMES, UNANSWERED
from eventmail.audit.service import record
from eventmail.events.models import Event
from eventmail.offices.permissions import Action, Actor
from eventmail.spreadsheet.safe_text import as_text

BEFORE = {"事業所名": 30, "担当者名": 20, "回答": 10, "参加する人数": 12}
AFTER = {
    "連絡事項": 40,
    "回答した日時": 18,
    "回答の方法": 12,
    "電話のメモ": 30,
    "ページを開いた日時": 18,
    "受け取りを確認した日時": 20,
}
WIDTH = 24
VIA_NAMES = {Via.LINK: "参加者のページ", Via.PHONE: "電話"}
FORMATS: dict[type, str] = {int: "0", date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm"}
Value = str | int | date | None


def note(session: Session, actor: Actor, event: Event, count: int) -> None:
    """Keep who took the answers away."""
    actor.require(Action.SEE_ADDRESSES)
    record(
        session,
        "answers.exported",
        f"answers:{event.id}",
        office_id=event.office_id,
        staff_id=actor.id,
        kind="xlsx",
        count=count,
    )


def filename(event: Event) -> str:
    """The file's name, with nothing that a file system would refuse."""
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", event.name).strip("_.")
    return f"参加者の回答_{name}_{clock.today():%Y%m%d}.xlsx"


def workbook(session: Session, event: Event, show: Show, text: str) -> BinaryIO:
    """The list as it is filtered, row by row through a temporary file."""
    asked = listing.asked_ever(session, event)
    columns = [*BEFORE.items(), *((each.label, WIDTH) for each in asked), *AFTER.items()]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("参加者の回答")
    for number, (_, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "B2"
    head = [as_text(sheet, name) for name, _ in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    last = 1
    for values in rows(session, event, asked, show, text):
        sheet.append([_cell(sheet, value) for value in values])
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return cast(BinaryIO, file)


def rows(
    session: Session, event: Event, asked: Sequence[Question], show: Show, text: str
) -> Iterator[list[Value]]:
    """One row a company: numbers as numbers and days as days, so that Excel can count and sort."""
    kinds = {each.id: each.kind for each in asked}
    for line in listing.every(session, event, show, text):
        values = [_value(kinds[number], line.values.get(number, "")) for number in kinds]
        yield [*_before(line), *values, *_after(line)]


def _before(line: Line) -> tuple[Value, ...]:
    answer = line.answer
    return (
        line.participant.company,
        "、".join(each.contact.name for each in line.people if each.contact.name),
        ATTENDANCE_NAMES[answer.attendance] if answer else UNANSWERED,
        answer.people if answer else None,
    )


def _after(line: Line) -> tuple[Value, ...]:
    answer = line.answer
    opened = [each.opened_at for each in line.people if each.opened_at]
    confirmed = [each.confirmed_at for each in line.people if each.confirmed_at]
    return (
        answer.message if answer else "",
        _moment(answer.at if answer else None),
        VIA_NAMES[answer.via] if answer else "",
        answer.note if answer else "",
        _moment(min(opened, default=None)),
        _moment(min(confirmed, default=None)),
    )


def _moment(at: datetime | None) -> datetime | None:
    """On a clock in Tokyo, to the minute, without the zone, which a workbook does not know."""
    return clock.in_tokyo(at).replace(tzinfo=None, second=0, microsecond=0) if at else None


def _value(kind: QuestionKind, value: str) -> Value:
    if kind is QuestionKind.NUMBER and value:
        return int(value)
    return date.fromisoformat(value) if kind is QuestionKind.DATE and value else value


def _cell(sheet: Any, value: Value) -> Any:
    if value is None or isinstance(value, str):
        return as_text(sheet, value or "")
    cell: Any = WriteOnlyCell(sheet)
    cell.value = value
    cell.number_format = FORMATS[type(value)]
    return cell
