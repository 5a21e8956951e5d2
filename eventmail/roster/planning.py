"""What an import would do: compares its rows with the roster, and finds what is in its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.events.models import Contact, Event, Participant
from eventmail.language import retold, said
from eventmail.roster.alarms import Alarm, Known, alarms
from eventmail.roster.diff import Change, Current, Kind, compare
from eventmail.roster.models import ImportState, RosterImport, RosterRow
from eventmail.roster.storing import is_open, is_taken
from eventmail.spreadsheet.reading import Question, Reading
from eventmail.spreadsheet.rows import Row

QUESTION, ALARM = "question:", "alarm:"
SHOWN = 3
OTHER_EVENTS = 20_000  # contacts of the office's other events that are compared with


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, and where it can be cleared: the rows are found by ``search``."""

    place: str
    message: str
    search: str = ""


def plan(session: Session, event: Event, roster_import: RosterImport) -> None:
    """Compare the rows that would be taken with the roster as it stands, and write it down."""
    positions, rows = _taken(session, roster_import)
    current = list(current_contacts(session, event))
    changes = compare(current, rows)
    _write(session, roster_import, positions, changes)
    found = alarms(rows, known_addresses(session, event, current))
    roster_import.alarms = [each.to_json() for each in found]
    roster_import.counts = _counts(session, roster_import, changes)
    roster_import.planned_version = event.roster_version
    roster_import.stamp += 1
    roster_import.state = ImportState.PENDING


def obstacles(session: Session, roster_import: RosterImport) -> list[str]:
    """What is in the way of importing, each in one sentence; empty if nothing is."""
    return [each.message for each in placed_obstacles(session, roster_import)]


def placed_obstacles(session: Session, roster_import: RosterImport) -> list[Obstacle]:
    """What is in the way of importing, each with the place where it can be cleared."""
    reading = Reading.from_json(roster_import.reading)
    if reading.problem:
        return [Obstacle("columns", retold(reading.problem))]
    return [
        *_unanswered_rows(session, roster_import),
        *_unconfirmed(roster_import, reading),
        *_doubled(session, roster_import),
        *_mixed_status(session, roster_import),
        *_nothing(session, roster_import),
    ]


def open_questions(roster_import: RosterImport, reading: Reading) -> list[Question]:
    """The questions about the whole file that nobody has confirmed."""
    return [q for q in reading.questions if QUESTION + q.code not in roster_import.answers]


def all_alarms(roster_import: RosterImport) -> list[Alarm]:
    """Every alarm of the plan."""
    return [Alarm.from_json(each) for each in roster_import.alarms]


def open_alarms(roster_import: RosterImport) -> list[Alarm]:
    """The alarms that nobody has confirmed."""
    return [
        each for each in all_alarms(roster_import) if ALARM + each.key not in roster_import.answers
    ]


def gone(session: Session, event: Event, roster_import: RosterImport) -> sa.Select[Contact]:
    """The contacts that stand in the roster and in no row that would be taken."""
    kept = sa.select(RosterRow.contact_id).where(
        RosterRow.import_id == roster_import.id, is_taken(), RosterRow.contact_id.is_not(None)
    )
    return (
        sa.select(Contact)
        .join(Contact.participant)
        .where(Contact.event_id == event.id, Contact.active, Contact.id.not_in(kept))
        .order_by(Contact.source_row, Contact.id)
    )


def current_contacts(session: Session, event: Event) -> Iterator[Current]:
    """The roster as it stands, in the order of its rows."""
    query = (
        sa.select(
            Contact.id,
            Contact.participant_id,
            Participant.company,
            Contact.department,
            Contact.title,
            Contact.name,
            Contact.address,
            Contact.phone,
            Participant.status,
            Participant.corporate_number,
            Contact.notes,
        )
        .join(Contact.participant)
        .where(Contact.event_id == event.id, Contact.active)
        .order_by(Contact.source_row, Contact.id)
    )
    for values in session.execute(query):
        yield Current(*values[:8], values[8].value, *values[9:])


def known_addresses(session: Session, event: Event, current: list[Current]) -> list[Known]:
    """Company and address as this roster has them, else as the office's other events do."""
    if current:
        return [Known(each.company, each.email, index) for index, each in enumerate(current)]
    query = (
        sa.select(Participant.company, Contact.address)
        .join(Contact.participant)
        .where(Contact.office_id == event.office_id, Contact.event_id != event.id, Contact.active)
        .order_by(Contact.id.desc())
        .limit(OTHER_EVENTS)
    )
    return [Known(company, address, None) for company, address in session.execute(query)]


def _taken(session: Session, roster_import: RosterImport) -> tuple[dict[str, int], list[Row]]:
    """The rows that would be imported, and where each key stands."""
    query = (
        sa.select(RosterRow.position, RosterRow.data)
        .where(RosterRow.import_id == roster_import.id, is_taken())
        .order_by(RosterRow.position)
    )
    found = [(position, Row.from_json(data)) for position, data in session.execute(query)]
    return {row.key: position for position, row in found}, [row for _, row in found]


def _write(
    session: Session, roster_import: RosterImport, positions: dict[str, int], changes: list[Change]
) -> None:
    session.execute(
        sa.update(RosterRow)
        .where(RosterRow.import_id == roster_import.id, RosterRow.change != "")
        .values(change="", loud=False, contact_id=None, differences=[])
    )
    values = [
        {
            "import_id": roster_import.id,
            "position": positions[change.row.key],
            "change": change.kind.value,
            "loud": change.loud,
            "contact_id": change.current.contact_id if change.current else None,
            "differences": [[each.field, each.old, each.new] for each in change.fields],
        }
        for change in changes
        if change.row is not None
    ]
    if values:
        session.execute(sa.update(RosterRow), values)


def _counts(session: Session, roster_import: RosterImport, changes: list[Change]) -> dict[str, int]:
    counts = {kind.value: sum(change.kind is kind for change in changes) for kind in Kind}
    counts["taken"] = sum(change.row is not None for change in changes)
    mine = RosterRow.import_id == roster_import.id
    for verdict, count in session.execute(
        sa.select(RosterRow.verdict, sa.func.count()).where(mine).group_by(RosterRow.verdict)
    ):
        counts[verdict] = count
    counts["open"] = session.scalars(sa.select(sa.func.count()).where(mine, is_open())).one()
    return counts


def _unanswered_rows(session: Session, roster_import: RosterImport) -> Iterator[Obstacle]:
    query = sa.select(sa.func.count()).where(RosterRow.import_id == roster_import.id, is_open())
    count = session.scalars(query).one()
    if count:
        yield Obstacle(
            "open",
            said(
                "まだ答えのない行が{count}行あります。"
                "行ごとに、値を直すか、取り込むかどうかを選んでください。",
                count=count,
            ),
        )


def _unconfirmed(roster_import: RosterImport, reading: Reading) -> Iterator[Obstacle]:
    count = len(open_alarms(roster_import))
    if count:
        message = said(
            "名簿の並びや行き先についての警告が{count}件あります。内容を確かめてください。",
            count=count,
        )
        yield Obstacle("alarms", message)
    count = len(open_questions(roster_import, reading))
    if count:
        message = said("ファイル全体について確かめてほしいことが{count}件あります。", count=count)
        yield Obstacle("questions", message)


def _doubled(session: Session, roster_import: RosterImport) -> Iterator[Obstacle]:
    query = (
        sa.select(RosterRow.address_key)
        .where(RosterRow.import_id == roster_import.id, is_taken())
        .group_by(RosterRow.address_key)
        .having(sa.func.count() > 1)
        .order_by(RosterRow.address_key)
    )
    for address in session.scalars(query.limit(SHOWN)):
        places = _places(session, roster_import, RosterRow.address_key == address)
        message = said(
            "{places}が同じメールアドレスです。取り込む行を1つだけにしてください。", places=places
        )
        yield Obstacle("rows", message, address)


def _mixed_status(session: Session, roster_import: RosterImport) -> Iterator[Obstacle]:
    """A company takes part or it does not: rows that disagree cannot be imported."""
    query = (
        sa.select(RosterRow.company)
        .where(RosterRow.import_id == roster_import.id, is_taken())
        .group_by(RosterRow.company)
        .having(sa.func.count(RosterRow.status.distinct()) > 1)
        .order_by(RosterRow.company)
    )
    for company in session.scalars(query.limit(SHOWN)):
        places = _places(session, roster_import, RosterRow.company == company)
        yield Obstacle(
            "rows",
            said(
                "「{company}」の行で参加と辞退が分かれています（{places}）。"
                "どちらかにそろえるか、送らない担当者の行を「取り込まない」にしてください。",
                company=company,
                places=places,
            ),
            company,
        )


def _places(session: Session, roster_import: RosterImport, which: sa.ColumnElement[bool]) -> str:
    query = (
        sa.select(RosterRow.key)
        .where(RosterRow.import_id == roster_import.id, is_taken(), which)
        .order_by(RosterRow.position)
    )
    numbers = dict.fromkeys(key.partition("-")[0] for key in session.scalars(query.limit(6)))
    return said("と").join(said("{number}行目", number=number) for number in numbers)


def _nothing(session: Session, roster_import: RosterImport) -> Iterator[Obstacle]:
    mine = RosterRow.import_id == roster_import.id
    if session.scalar(sa.select(RosterRow.position).where(mine, is_taken()).limit(1)) is None:
        message = said(
            "取り込める行がありません。シートと列の選び方と、行ごとの答えを確かめてください。"
        )
        yield Obstacle("columns", message)
