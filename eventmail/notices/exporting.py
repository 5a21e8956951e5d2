"""Who has read a notice, as a workbook: by name for the manager, in figures for the bureau."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.notices import figures
from eventmail.notices.figures import STATE_NAMES, Count
from eventmail.notices.models import KIND_NAMES, Notice
from eventmail.offices.models import Staff
from eventmail.spreadsheet import sheets

ABOUT = {"種類": 12, "題名": 40, "送った日時": 20, "期限": 14}
PEOPLE = {"氏名": 20, **ABOUT, "状態": 30, "読んだ日時": 20}
OFFICES = {"所": 30, **ABOUT, "送った人数": 12, "読んだ": 10, "まだ": 10, "期限を過ぎた": 14}


def note(session: Session, staff: Staff, found: Sequence[Notice]) -> None:
    """Keep who took the list away, in each office that it is about."""
    for each in found:
        record(
            session,
            "notice.exported",
            f"notice:{each.id}",
            office_id=each.office_id,
            staff_id=staff.id,
            sort=KIND_NAMES[each.kind],
        )


def filename(notice: Notice) -> str:
    """The file's name."""
    sent = clock.in_tokyo(notice.sent_at)
    return f"{KIND_NAMES[notice.kind]}_{sent:%Y%m%d}送信_{clock.today():%Y%m%d}.xlsx"


def people(session: Session, notice: Notice) -> Iterator[bytes]:
    """One row for each person who was asked, in the order of the page."""
    rows = (
        (
            each.name,
            *_about(notice),
            STATE_NAMES[each.state],
            _moment(each.reading.at if each.reading else None),
        )
        for each in figures.lines(session, notice)
    )
    return sheets.workbook(KIND_NAMES[notice.kind], PEOPLE, rows)


def by_office(session: Session, found: Sequence[Notice]) -> Iterator[bytes]:
    """One row for each office, without a name."""
    return sheets.workbook(KIND_NAMES[found[0].kind], OFFICES, _offices(session, found))


def _offices(session: Session, found: Sequence[Notice]) -> Iterator[tuple[str, ...]]:
    counts = figures.of_notices(session, [each.id for each in found])
    for each in found:
        count = counts.get(each.id, Count())
        numbers = (count.asked, count.read, count.unread, count.late)
        yield (each.office.name, *_about(each), *map(str, numbers))


def _about(notice: Notice) -> tuple[str, str, str, str]:
    due = notice.due_on.isoformat() if notice.due_on else ""
    return KIND_NAMES[notice.kind], notice.title, _moment(notice.sent_at), due


def _moment(at: datetime | None) -> str:
    return f"{clock.in_tokyo(at):%Y-%m-%d %H:%M}" if at else ""
