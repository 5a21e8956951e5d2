"""Uploading a roster, answering what is unclear in it, confirming, giving up, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.roster import undoing
from eventmail.roster.importing import apply_rows
from eventmail.roster.models import OPEN, ImportState, RosterImport, RosterRow
from eventmail.roster.pending import (
    OUT_OF_DATE,
    audit,
    read_again,
    require_pending,
)
from eventmail.roster.planning import obstacles
from eventmail.roster.remembering import remember, remembered
from eventmail.roster.storing import clear_rows, row_of
from eventmail.spreadsheet.columns import FIELD_NAMES, Field
from eventmail.spreadsheet.kinds import kind_of
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import UnreadableFile

SMALL_FILE = 300_000  # bytes: read within the request that brings it
SMALL_ROSTER = 2_000  # rows: planned and imported within the request
LONGEST_VALUE = 2_000


def upload(
    session: Session, actor: Actor, event: Event, filename: str, content: bytes
) -> RosterImport:
    """Keep a workbook as the event's open import; :func:`eventmail.roster.jobs.run` reads it.

    Another upload that still waits is given up. Raises :class:`UserError` with one sentence if it
    is no roster at sight; then nothing is kept.
    """
    actor.require(Action.IMPORT_ROSTER)
    name = events.clean_filename(filename)
    try:
        kind_of(content)
    except UnreadableFile as error:
        raise UserError(unreadable(name, error)) from error
    events.lock(session, event.id)
    waiting = open_import(session, event)
    _discard_open(session, event)
    if waiting is not None:
        audit(session, actor.id, "roster.discarded", waiting)
    found = RosterImport(
        office_id=event.office_id,
        event_id=event.id,
        filename=name,
        sha256=events.keep_blob(session, event.office_id, content),
        state=ImportState.READING,
        reading={},
        choices=Choices(remembered=remembered(session, event.office_id)).to_json(),
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(found)
    session.flush()
    audit(session, actor.id, "roster.uploaded", found, bytes=len(content))
    return found


def unreadable(filename: str, error: UnreadableFile) -> str:
    """The sentence for a file that cannot be read."""
    return said(
        "「{filename}」を読み取れません。{message_said}",
        filename=filename,
        message_said=error.message,
    )


def is_small(session: Session, roster_import: RosterImport) -> bool:
    """Whether its work is short enough to be done while the person waits."""
    if roster_import.state is ImportState.READING:
        size = events.blob_size(session, roster_import.office_id, roster_import.sha256)
        return size <= SMALL_FILE
    return roster_import.total <= SMALL_ROSTER


def choose(
    session: Session,
    actor: Actor,
    roster_import: RosterImport,
    sheet: str,
    mapping: Mapping[Field, str] | None,
) -> None:
    """Have the file read anew with the sheet and columns that the person chose."""
    require_pending(actor, roster_import)
    reading = reading_of(roster_import)
    if sheet not in reading.sheets:
        raise UserError(said("そのシートはファイルにありません。シートを選び直してください。"))
    if mapping is not None:
        remember(session, actor, reading, mapping)
    kept = roster_import.choices if mapping is not None else {}
    told = Choices.from_json(kept).to_json() | {
        "sheet": sheet,
        "mapping": None if mapping is None else {f.value: c for f, c in mapping.items()},
        "remembered": remembered(session, roster_import.office_id),
    }
    read_again(roster_import, told)
    audit(session, actor.id, "roster.mapped", roster_import)


def correct(
    session: Session,
    actor: Actor,
    roster_import: RosterImport,
    key: str,
    values: Mapping[Field, str],
) -> None:
    """Put right values in the place of a row's; the import keeps old, new, who and when."""
    require_pending(actor, roster_import)
    row = row_of(_row(session, roster_import, key))
    changed = {
        field: value.strip()
        for field, value in values.items()
        if value.strip() != _told(row, field).strip()
    }
    if not changed:
        raise UserError(said("どの値も変わっていません。直すところを書き換えてください。"))
    if any(len(value) > LONGEST_VALUE for value in changed.values()):
        raise UserError(
            said(
                "{most}文字を超える値は入力できません。短くしてください。",
                most=LONGEST_VALUE,
            )
        )
    told = dict(roster_import.choices)
    corrections = dict(told.get("corrections", {}))
    corrections[key] = corrections.get(key, {}) | {f.value: v for f, v in changed.items()}
    roster_import.notes = [
        *roster_import.notes,
        *(
            {
                "row": key,
                "field": FIELD_NAMES[field],
                "old": _told(row, field),
                "new": value,
                "by": actor.staff.name,
                "at": clock.now().isoformat(),
            }
            for field, value in changed.items()
        ),
    ]
    read_again(roster_import, told | {"corrections": corrections})
    audit(session, actor.id, "roster.corrected", roster_import, row=key, fields=sorted(changed))


def split(session: Session, actor: Actor, roster_import: RosterImport, key: str) -> None:
    """Make a contact of each of the addresses in a row's one cell."""
    require_pending(actor, roster_import)
    _row(session, roster_import, key)
    told = dict(roster_import.choices)
    read_again(roster_import, told | {"split": sorted({*told.get("split", ()), key})})
    audit(session, actor.id, "roster.split", roster_import, row=key)


def confirm(session: Session, actor: Actor, roster_import: RosterImport, stamp: int) -> None:
    """Have the import written that was shown under this ``stamp``, and no other.

    If the roster has moved since it was planned, the job plans it anew and says so instead.
    """
    require_pending(actor, roster_import)
    if stamp != roster_import.stamp:
        raise UserError(OUT_OF_DATE)
    found = obstacles(session, roster_import)
    if found:
        raise UserError(found[0])
    roster_import.state = ImportState.APPLYING
    roster_import.confirmed_by = actor.id
    roster_import.message = ""
    audit(session, actor.id, "roster.confirmed", roster_import)


def write_roster(session: Session, event: Event, roster_import: RosterImport) -> None:
    """Write a confirmed import, all of it in this transaction. The event's row is locked.

    Raises :class:`UserError` before anything is written if the roster moved meanwhile.
    """
    if roster_import.planned_version != event.roster_version:
        raise UserError(OUT_OF_DATE)
    found = obstacles(session, roster_import)
    if found:
        raise UserError(found[0])
    apply_rows(session, event, roster_import)
    clear_rows(session, roster_import)
    roster_import.state = ImportState.APPLIED
    roster_import.applied_at = clock.now()
    event.roster_version += 1
    counts = {k: v for k, v in roster_import.counts.items() if isinstance(v, int)}
    audit(session, roster_import.confirmed_by, "roster.imported", roster_import, **counts)
    session.flush()


def undo(
    session: Session,
    actor: Actor,
    event: Event,
    roster_import: RosterImport,
    last_sent: datetime | None,
) -> None:
    """Take the newest change of the roster back. ``last_sent``: when the event last sent a mail."""
    actor.require(Action.IMPORT_ROSTER)
    events.lock(session, event.id)
    undoing.undo(session, event, roster_import, last_sent)
    audit(session, actor.id, "roster.undone", roster_import)


def discard(session: Session, actor: Actor, event: Event) -> None:
    """Drop the open import; the roster stays as it is."""
    actor.require(Action.IMPORT_ROSTER)
    events.lock(session, event.id)
    _discard_open(session, event)


def open_import(session: Session, event: Event) -> RosterImport | None:
    """The upload that waits for its confirmation, or is being read."""
    query = sa.select(RosterImport).where(
        RosterImport.event_id == event.id, RosterImport.state.in_(OPEN)
    )
    return session.scalar(query)


def get_import(
    session: Session, event: Event, import_id: int, *, lock: bool = False
) -> RosterImport:
    """One import of the event; ``lock`` holds the event and the import against other changes."""
    if lock:
        events.lock(session, event.id)
    query = sa.select(RosterImport).where(
        RosterImport.id == import_id,
        RosterImport.event_id == event.id,
        RosterImport.office_id == event.office_id,
    )
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def reading_of(roster_import: RosterImport) -> Reading:
    """How the file was read, without the rows."""
    return Reading.from_json(roster_import.reading)


def imported_before(session: Session, roster_import: RosterImport) -> RosterImport | None:
    """An earlier import of the very same file into the same event."""
    query = sa.select(RosterImport).where(
        RosterImport.event_id == roster_import.event_id,
        RosterImport.sha256 == roster_import.sha256,
        RosterImport.state == ImportState.APPLIED,
        RosterImport.id != roster_import.id,
    )
    return session.scalar(query.order_by(RosterImport.id.desc()).limit(1))


def history(session: Session, event: Event) -> list[RosterImport]:
    """The changes of the event's roster that were made, newest first."""
    states = [ImportState.APPLIED, ImportState.UNDONE]
    query = sa.select(RosterImport).where(
        RosterImport.event_id == event.id, RosterImport.state.in_(states)
    )
    return list(
        session.scalars(query.order_by(RosterImport.applied_at.desc(), RosterImport.id.desc()))
    )


def _told(row: Any, field: Field) -> str:
    if field is Field.STATUS and any(r.code == "unknown_status" for r in row.reasons):
        return ""  # whatever a person says is news
    name = "raw_email" if field is Field.EMAIL else field.value
    return str(getattr(row, name, ""))


def _row(session: Session, roster_import: RosterImport, key: str) -> RosterRow:
    found = session.scalar(
        sa.select(RosterRow).where(RosterRow.import_id == roster_import.id, RosterRow.key == key)
    )
    if found is None:
        raise UserError(OUT_OF_DATE)
    return found


def _discard_open(session: Session, event: Event) -> None:
    for found in session.scalars(
        sa.select(RosterImport)
        .where(RosterImport.event_id == event.id, RosterImport.state.in_(OPEN))
        .with_for_update()
    ):
        clear_rows(session, found)
        found.state = ImportState.DISCARDED
        found.reading = {}
        found.choices, found.answers, found.alarms = {}, {}, []
    session.flush()
