"""The manager's list of one assignment as a workbook; nothing in it is a formula."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.offices import service as offices
from eventmail.offices.permissions import Action, Actor
from eventmail.spreadsheet import sheets
from eventmail.training import figures
from eventmail.training.figures import FATE_NAMES, Line
from eventmail.training.models import PURPOSE_NAMES, Assignment
from eventmail.training.papers import SORT_NAMES

COLUMNS = {
    "氏名": 20,
    "種類": 14,
    "目的": 8,
    "問いの版": 12,
    "期限": 14,
    "状態": 22,
    "答えた日時": 20,
    "回数": 8,
    "点": 8,
    "満点": 8,
    "確認した日時": 20,
    "確認した職員": 20,
}


def note(session: Session, actor: Actor, made: Assignment) -> None:
    """Keep who took the list away."""
    actor.require(Action.MANAGE_TRAINING)
    record(
        session,
        "training.exported",
        f"training:{made.id}",
        office_id=made.office_id,
        staff_id=actor.id,
        paper=SORT_NAMES[made.sort],
    )


def filename(made: Assignment) -> str:
    """The file's name."""
    return f"{SORT_NAMES[made.sort]}_期限{made.due_on:%Y%m%d}_{clock.today():%Y%m%d}.xlsx"


def workbook(session: Session, made: Assignment) -> Iterator[bytes]:
    """One row a person."""
    return sheets.workbook(SORT_NAMES[made.sort], COLUMNS, rows(session, made))


def rows(session: Session, made: Assignment) -> Iterator[tuple[str, ...]]:
    """The values of each row, in the order of the page."""
    found = figures.lines(session, made)
    seen = [each.result.confirmation for each in found if each.result]
    names = offices.staff_names(session, [each.staff_id for each in seen if each])
    return (_row(each, made, names) for each in found)


def _row(line: Line, made: Assignment, names: dict[int, str]) -> tuple[str, ...]:
    result = line.result
    seen = result.confirmation if result else None
    return (
        line.name,
        SORT_NAMES[made.sort],
        PURPOSE_NAMES[made.purpose],
        made.edition,
        made.due_on.isoformat(),
        FATE_NAMES[line.fate],
        f"{clock.in_tokyo(result.at):%Y-%m-%d %H:%M}" if result else "",
        str(len(line.task.results)),
        str(result.score) if result else "",
        str(result.total) if result else "",
        f"{clock.in_tokyo(seen.at):%Y-%m-%d %H:%M}" if seen else "",
        names[seen.staff_id] if seen else "",
    )
