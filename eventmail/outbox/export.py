"""The list of one sending to take away, as a workbook or as CSV; nothing in it is a formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox import listing, words
from eventmail.outbox.listing import Line, Wanted
from eventmail.outbox.service import STATE_NAMES
from eventmail.spreadsheet.safe_text import as_text, neutralised

COLUMNS = {
    "番号": 8,
    "事業所名": 30,
    "担当者名": 18,
    "メールアドレス": 34,
    "状態": 14,
    "送信した日時": 28,
    "送信サーバーの応答": 44,
    "起きたことと、すること": 60,
}


def note(session: Session, actor: Actor, snapshot: Snapshot, kind: str) -> None:
    """Keep who took the list away."""
    actor.require(Action.SEE)
    record(
        session,
        "deliveries.exported",
        f"mailing:{snapshot.mailing_id}",
        office_id=snapshot.office_id,
        staff_id=actor.id,
        digest=snapshot.digest,
        kind=kind,
    )


def filename(snapshot: Snapshot, suffix: str) -> str:
    """The file's name, with nothing that a file system would refuse."""
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", snapshot.event_name).strip("_.")
    return f"送信の結果_{name}_第{snapshot.revision}版_{clock.today():%Y%m%d}{suffix}"


def workbook(session: Session, snapshot: Snapshot, wanted: Wanted) -> BinaryIO:
    """The list as a workbook, row by row through a temporary file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("送信の結果")
    for index, width in enumerate(COLUMNS.values()):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "A2"
    head = [as_text(sheet, name) for name in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for values in rows(session, snapshot, wanted):
        sheet.append([as_text(sheet, value) for value in values])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return cast(BinaryIO, file)


def text(session: Session, snapshot: Snapshot, wanted: Wanted) -> BinaryIO:
    """The list as CSV with a byte order mark, which Excel needs to see that it is UTF-8."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    file.write(codecs.BOM_UTF8)
    wrapper = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(wrapper)
    writer.writerow(COLUMNS)
    for values in rows(session, snapshot, wanted):
        writer.writerow([neutralised(each) for each in values])
    wrapper.detach()
    file.seek(0)
    return cast(BinaryIO, file)


def rows(session: Session, snapshot: Snapshot, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    """One row a mail, in the order of the roster."""
    return map(_row, listing.every(session, snapshot, wanted))


def _row(line: Line) -> tuple[str, ...]:
    at = line.handed_over_at
    return (
        str(line.position),
        line.company or "（消去済み）",
        line.name,
        line.address,
        STATE_NAMES[line.state],
        f"{clock.in_tokyo(at):%Y-%m-%d %H:%M:%S}" if at else "",
        line.reply,
        words.advice(line.state, line.reply),
    )
