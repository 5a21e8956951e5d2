"""The list of one sending to take away, as a workbook or as CSV; nothing in it is a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox import listing, words
from eventmail.outbox.listing import Line, Wanted
from eventmail.outbox.service import STATE_NAMES
from eventmail.spreadsheet import sheets

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


def workbook(session: Session, snapshot: Snapshot, wanted: Wanted) -> Iterator[bytes]:
    """The list as a workbook, in pieces while it is read."""
    return sheets.workbook("送信の結果", COLUMNS, rows(session, snapshot, wanted))


def text(session: Session, snapshot: Snapshot, wanted: Wanted) -> Iterator[bytes]:
    """The list as CSV, in pieces as well."""
    return sheets.as_csv(COLUMNS, rows(session, snapshot, wanted))


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
