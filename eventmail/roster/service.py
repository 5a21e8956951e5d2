"""Uploading a roster, planning what it would change, and importing it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.offices.permissions import Action, Actor
from eventmail.roster.diff import Change, Current, Kind, compare
from eventmail.roster.importing import apply_changes
from eventmail.roster.models import ImportState, RosterImport
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.rows import Row, Verdict


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, for the rows that would be taken."""

    reading: Reading
    taken: tuple[Row, ...]
    changes: tuple[Change, ...]

    def of_kind(self, kind: Kind) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind is kind]

    def rows_with(self, verdict: Verdict) -> list[Row]:
        """The rows of one verdict, in the sheet's order."""
        return [row for row in self.reading.rows if row.verdict is verdict]

    @property
    def obstacle(self) -> str:
        """Why it cannot be imported; empty if it can."""
        if self.reading.problem:
            return self.reading.problem
        errors = len(self.rows_with(Verdict.ERROR))
        if errors:
            return (
                f"誤りのある行が{errors}行あるため、まだ取り込めません。"
                "Excelを直して保存し、もう一度ファイルを選んでください。"
            )
        mixed = _mixed_status(self.taken)
        if mixed:
            return mixed
        if not self.taken:
            return "取り込める行がありません。シートと列の選び方を確かめてください。"
        return ""


def upload(
    session: Session,
    actor: Actor,
    event: Event,
    filename: str,
    content: bytes,
    reading: Reading | None = None,
) -> RosterImport:
    """Read a workbook and keep it as the event's pending import.

    A page hands over ``reading`` from :func:`read_file`, so that a large workbook is not parsed
    while the database is locked for writing. Raises :class:`UserError` with one sentence if the
    file cannot be read; then nothing is kept.
    """
    actor.require(Action.IMPORT_ROSTER)
    name = events.clean_filename(filename)
    reading = reading or read_file(content, name)
    _discard_pending(session, event)
    found = RosterImport(
        office_id=event.office_id,
        event_id=event.id,
        filename=name,
        sha256=events.keep_blob(session, event.office_id, content),
        state=ImportState.PENDING,
        reading=_to_keep(reading),
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(found)
    session.flush()
    _audit(session, actor, "roster.uploaded", found, rows=len(reading.rows))
    return found


def read_again(
    session: Session,
    actor: Actor,
    roster_import: RosterImport,
    sheet: str,
    mapping: Mapping[Field, str] | None,
    reading: Reading | None = None,
) -> None:
    """Read the kept file once more with the sheet and columns that the person chose."""
    actor.require(Action.IMPORT_ROSTER)
    _require_pending(roster_import)
    if reading is None:
        reading = read_kept(session, roster_import, sheet, mapping)
    roster_import.reading = _to_keep(reading)
    _audit(session, actor, "roster.mapped", roster_import, rows=len(reading.rows))


def read_file(content: bytes, filename: str) -> Reading:
    """Read an uploaded file; :class:`UserError` names what is wrong with it. No SQL."""
    return _read(content, events.clean_filename(filename), None, None)


def read_kept(
    session: Session,
    roster_import: RosterImport,
    sheet: str,
    mapping: Mapping[Field, str] | None,
) -> Reading:
    """Read the file of an import again, in the chosen sheet and columns."""
    content = events.read_blob(session, roster_import.office_id, roster_import.sha256)
    return _read(content, roster_import.filename, sheet, mapping)


def plan(
    session: Session,
    event: Event,
    roster_import: RosterImport,
    chosen: frozenset[int] = frozenset(),
) -> Plan:
    """What importing would do. ``chosen`` are Excel's numbers of questionable rows to take."""
    reading = _kept(roster_import)
    taken = tuple(row for row in reading.rows if _is_taken(row, chosen))
    return Plan(reading, taken, tuple(compare(_current(session, event), taken)))


def apply(
    session: Session,
    actor: Actor,
    event: Event,
    import_id: int,
    chosen: frozenset[int] = frozenset(),
) -> Plan:
    """Import a pending reading: all of it in this transaction, or nothing."""
    actor.require(Action.IMPORT_ROSTER)
    events.lock(session, event.id)
    roster_import = get_import(session, event, import_id)
    _require_pending(roster_import)
    planned = plan(session, event, roster_import, chosen)
    if planned.obstacle:
        raise UserError(planned.obstacle)
    apply_changes(session, event, roster_import, planned.changes)
    roster_import.state = ImportState.APPLIED
    roster_import.applied_at = clock.now()
    counts = {kind.value: len(planned.of_kind(kind)) for kind in Kind}
    _audit(session, actor, "roster.imported", roster_import, **counts)
    return planned


def discard(session: Session, actor: Actor, event: Event) -> None:
    """Drop the pending import; the roster stays as it is."""
    actor.require(Action.IMPORT_ROSTER)
    _discard_pending(session, event)


def pending_import(session: Session, event: Event) -> RosterImport | None:
    """The upload that waits for its confirmation."""
    query = sa.select(RosterImport).where(
        RosterImport.event_id == event.id, RosterImport.state == ImportState.PENDING
    )
    return session.scalar(query.order_by(RosterImport.id.desc()).limit(1))


def get_import(session: Session, event: Event, import_id: int) -> RosterImport:
    """One import of the event."""
    found = session.scalar(
        sa.select(RosterImport).where(
            RosterImport.id == import_id,
            RosterImport.event_id == event.id,
            RosterImport.office_id == event.office_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def imported_before(session: Session, roster_import: RosterImport) -> RosterImport | None:
    """An earlier import of the very same file into the same event."""
    query = sa.select(RosterImport).where(
        RosterImport.event_id == roster_import.event_id,
        RosterImport.sha256 == roster_import.sha256,
        RosterImport.state == ImportState.APPLIED,
        RosterImport.id != roster_import.id,
    )
    return session.scalar(query.order_by(RosterImport.id.desc()).limit(1))


def _mixed_status(rows: tuple[Row, ...]) -> str:
    """A company takes part or it does not: rows that disagree cannot be imported."""
    numbers: dict[str, dict[str, int]] = {}
    for row in rows:
        numbers.setdefault(row.company, {}).setdefault(row.status, row.number)
    for company, found in numbers.items():
        if len(found) > 1:
            places = "と".join(f"{number}行目" for number in sorted(found.values()))
            return (
                f"「{company}」の行で参加と辞退が分かれています（{places}）。"
                "Excelでどちらかにそろえるか、送らない担当者の行を消してください。"
            )
    return ""


def _is_taken(row: Row, chosen: frozenset[int]) -> bool:
    return row.verdict is Verdict.OK or (row.verdict is Verdict.QUESTION and row.number in chosen)


def _read(
    content: bytes, filename: str, sheet: str | None, mapping: Mapping[Field, str] | None
) -> Reading:
    try:
        return read_roster(content, filename, Choices(sheet, mapping))
    except UnreadableFile as error:
        raise UserError(f"「{filename}」を読み取れません。{error.message}") from error


def _to_keep(reading: Reading) -> dict[str, Any]:
    return reading.to_json() | {"rows": [row.to_json() for row in reading.rows]}


def _kept(roster_import: RosterImport) -> Reading:
    told = roster_import.reading
    return replace(Reading.from_json(told), rows=tuple(map(Row.from_json, told["rows"])))


def _current(session: Session, event: Event) -> list[Current]:
    query = (
        sa.select(Contact)
        .where(Contact.event_id == event.id, Contact.active)
        .options(selectinload(Contact.participant))
        .order_by(Contact.source_row, Contact.id)
    )
    return [_as_current(contact, contact.participant) for contact in session.scalars(query)]


def _as_current(contact: Contact, participant: Participant) -> Current:
    return Current(
        contact_id=contact.id,
        participant_id=participant.id,
        company=participant.company,
        department=contact.department,
        title=contact.title,
        contact=contact.name,
        email=contact.address,
        phone=contact.phone,
        status=participant.status.value,
    )


def _discard_pending(session: Session, event: Event) -> None:
    session.execute(
        sa.update(RosterImport)
        .where(RosterImport.event_id == event.id, RosterImport.state == ImportState.PENDING)
        .values(state=ImportState.DISCARDED)
    )


def _require_pending(roster_import: RosterImport) -> None:
    if roster_import.state is not ImportState.PENDING:
        raise UserError(
            "この名簿はすでに取り込んだか、新しいファイルに置きかわっています。"
            "イベントの画面でいまの名簿を確かめてください。"
        )


def _audit(
    session: Session, actor: Actor, action: str, roster_import: RosterImport, **details: object
) -> None:
    record(
        session,
        action,
        f"event:{roster_import.event_id}",
        office_id=roster_import.office_id,
        staff_id=actor.id,
        file=roster_import.sha256,
        **details,
    )
