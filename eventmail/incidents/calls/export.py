"""The contact list as a workbook; nothing in it is a formula."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.incidents.calls.standing import OUTCOME_NAMES, SHORT, STATE_NAMES, Line, Told, lines
from eventmail.incidents.models import Incident
from eventmail.language import said
from eventmail.language.days import said_day
from eventmail.offices.permissions import Action, Actor
from eventmail.spreadsheet import sheets

COLUMNS: dict[str, int] = {
    "番号": 8,
    "事業所名": 30,
    "電話番号": 18,
    "状態": 18,
    "次にかける日": 14,
    "電話の記録": 44,
    **dict.fromkeys(SHORT.values(), 12),
    "要望": 44,
}
YES, NO = "済", ""
CALLED = said("{when} {outcome}（{who}）")
CALLED_BY_MISTAKE = said("{when} {outcome}（{who}）　取り消し済み")


def note(session: Session, actor: Actor, incident: Incident) -> None:
    """Keep who took the list away."""
    actor.require(Action.RESPOND)
    record(
        session,
        "incident.calls_exported",
        f"incident:{incident.id}",
        office_id=incident.office_id,
        staff_id=actor.id,
        kind="xlsx",
    )


def filename(incident: Incident) -> str:
    """The file's name; the incident's title may hold anything, so its number stands for it."""
    return f"電話連絡表_事案{incident.id}_{clock.today():%Y%m%d}.xlsx"


def workbook(session: Session, incident: Incident) -> Iterator[bytes]:
    """One row a company, in the order of the list, in pieces."""
    return sheets.workbook("電話連絡表", COLUMNS, rows(session, incident))


def rows(session: Session, incident: Incident) -> Iterator[tuple[str, ...]]:
    """The values of each row."""
    return (_row(number, each) for number, each in enumerate(lines(session, incident), 1))


def in_words(told: Told) -> str:
    """``5月31日 13:05 不在（佐藤）``, and that it was a mistake."""
    local = clock.in_tokyo(told.at)
    time = f"{local.hour}:{local.minute:02}"
    when = said_day(f"{local.month}月{local.day}日 {time}", local.date(), time)
    sentence = CALLED if told.struck is None else CALLED_BY_MISTAKE
    return sentence.format(when=when, outcome=OUTCOME_NAMES[told.outcome], who=told.by)


def _row(number: int, each: Line) -> tuple[str, ...]:
    return (
        str(number),
        each.party.company,
        each.party.phone,
        STATE_NAMES[each.state],
        each.due_on.isoformat() if each.due_on else "",
        "、".join(in_words(told) for told in each.calls),
        *(YES if each.ticked(name) else NO for name in SHORT),
        each.followup.wishes if each.followup else "",
    )
