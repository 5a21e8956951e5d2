"""The audit to take away: text that Excel opens, in which nothing can be taken for a formula."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit import listing, origin
from eventmail.audit.fields import shown
from eventmail.audit.listing import Line, Wanted
from eventmail.audit.sentences import sentence, subject_name
from eventmail.audit.service import record
from eventmail.language import said
from eventmail.spreadsheet.safe_text import neutralised

HEADERS = (
    "番号", "日時", "だれが", "何をした", "対象", "変更前", "変更後", "くわしいこと",
    "どこから", "アドレス", "サインインの印", "操作の名前", "記録番号",
)  # fmt: skip


def note(session: Session, office_id: int, staff_id: int | None, kind: str) -> None:
    """Keep who took the audit away."""
    record(
        session,
        "audit.exported",
        f"office:{office_id}",
        office_id=office_id,
        staff_id=staff_id,
        kind=kind,
    )


def csv_lines(session: Session, wanted: Wanted, names: Mapping[int, str]) -> Iterator[str]:
    """Line by line, the newest first; the byte order mark tells Excel that it is UTF-8."""
    yield codecs.BOM_UTF8.decode() + _written(HEADERS)
    for line in listing.every(session, wanted):
        yield _written([neutralised(each) for each in cells(line, names)])


def cells(line: Line, names: Mapping[int, str]) -> tuple[str, ...]:
    """One entry as texts."""
    entry = line.entry
    return (
        str(line.number or ""),
        clock.in_tokyo(entry.at).isoformat(" ", "milliseconds"),
        who(entry.staff_id, names),
        sentence(entry.action),
        subject_name(entry.subject),
        shown(entry.before) if entry.before else "",
        shown(entry.after) if entry.after else "",
        shown(entry.details) if entry.details else "",
        origin.NAMES.get(entry.via, entry.via),
        entry.client,
        entry.session_mark,
        entry.action,
        str(entry.id),
    )


def file_name() -> str:
    """What the file is called."""
    return f"監査記録_{clock.today():%Y%m%d}.csv"


def who(staff_id: int | None, names: Mapping[int, str]) -> str:
    """The person's name; what nobody did by hand, the service did."""
    if staff_id is None:
        return said("（サービス）")
    return names.get(staff_id, said("職員{number}", number=staff_id))


def names_of(session: Session, wanted: Wanted) -> dict[int, str]:
    """The names of those who did anything in the office."""
    staff = sa.table("staff", sa.column("id"), sa.column("name"))
    ids = listing.people(session, wanted.office_id)
    rows = session.execute(sa.select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))
    return {number: name for number, name in rows}


def _written(values: tuple[str, ...] | list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(values)
    return text.getvalue()
