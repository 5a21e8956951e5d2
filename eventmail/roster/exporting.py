"""Rosters to take away: as they stand, and an uploaded workbook with the reasons in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.offices.permissions import Action, Actor
from eventmail.roster import service
from eventmail.roster.listing import BY_HAND, shown_contacts
from eventmail.roster.models import Answer, RosterImport, RosterRow, Source
from eventmail.spreadsheet import annotated, sheets
from eventmail.spreadsheet.annotated import Remark
from eventmail.spreadsheet.refusal import UnreadableFile

COLUMNS = {
    "事業所名": 28,
    "部署": 18,
    "役職": 14,
    "担当者名": 16,
    "メールアドレス": 34,
    "電話番号": 16,
    "参加・辞退": 10,
    "法人番号": 16,
    "備考": 30,
    "取り込んだファイル": 28,
    "行": 8,
}
STATUS = {ParticipantStatus.ATTENDING: "参加", ParticipantStatus.WITHDRAWN: "辞退"}
AT_ONCE = 1000


def note(session: Session, actor: Actor, event: Event, kind: str) -> None:
    """Keep who took the roster away. Its subject is not the event: looking is not editing."""
    actor.require(Action.SEE)
    record(
        session,
        "roster.exported",
        f"roster:{event.id}",
        office_id=event.office_id,
        staff_id=actor.id,
        kind=kind,
    )


def filename(event: Event, suffix: str) -> str:
    """The file's name, with nothing that a file system would refuse."""
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", event.name).strip("_.")
    return f"参加者名簿_{name}_{clock.today():%Y%m%d}{suffix}"


def workbook(session: Session, event: Event) -> Iterator[bytes]:
    """The roster as a workbook, in pieces while it is read."""
    return sheets.workbook("参加者名簿", COLUMNS, lines(session, event))


def text(session: Session, event: Event) -> Iterator[bytes]:
    """The roster as CSV, in pieces as well."""
    return sheets.as_csv(COLUMNS, lines(session, event))


def lines(session: Session, event: Event) -> Iterator[tuple[str, ...]]:
    """One line a contact, in the order of the roster; who left his company alone stands for it."""
    query = (
        sa.select(Contact, Participant, RosterImport.filename, RosterImport.source)
        .join(Contact.participant)
        .join(RosterImport, RosterImport.id == Contact.import_id)
        .where(Contact.event_id == event.id, shown_contacts())
        .order_by(Contact.active.desc(), Contact.source_row, Contact.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for contact, participant, file, source in session.execute(query):
        yield (
            participant.company,
            contact.department,
            contact.title,
            contact.name,
            contact.address,
            contact.phone,
            STATUS[participant.status],
            participant.corporate_number,
            contact.notes,
            BY_HAND if source == Source.HAND else file,
            "" if source == Source.HAND else str(contact.source_row),
        )
        session.expunge(contact)


def annotate(session: Session, roster_import: RosterImport) -> tuple[str, bytes]:
    """An upload with verdict and reasons beside each row: the file's suffix and its bytes."""
    content = events.read_blob(session, roster_import.office_id, roster_import.sha256)
    reading = service.reading_of(roster_import)
    try:
        return annotated.annotate(
            content, roster_import.filename, reading, _remarks(session, roster_import)
        )
    except UnreadableFile as error:
        message = service.unreadable(roster_import.filename, error)
        raise UserError(message) from error


def _remarks(session: Session, roster_import: RosterImport) -> Iterator[Remark]:
    query = (
        sa.select(RosterRow)
        .where(RosterRow.import_id == roster_import.id)
        .order_by(RosterRow.position)
        .execution_options(yield_per=AT_ONCE)
    )
    for stored in session.scalars(query):
        yield Remark(
            row=stored.data["number"],
            verdict=stored.verdict,
            left=stored.answer == Answer.LEAVE.value,
            messages=tuple(each["message"] for each in stored.data["reasons"]),
            columns=tuple(each["column"] for each in stored.data["reasons"] if each["column"]),
        )
        session.expunge(stored)
