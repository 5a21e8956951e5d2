"""The work on an import that takes its time: reading the file, comparing, writing the roster.

The rows and their leases are the truth: a job that dies is found by the sweep when its lease has
lapsed, and begins anew. Small files are done within the request that brings them, by the same
function. A job never holds the database while it reads: it stores the rows in portions.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import learn
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.roster import service
from eventmail.roster.importing import portions
from eventmail.roster.models import AT_WORK, ImportState, RosterChange, RosterImport, RosterRow
from eventmail.roster.planning import plan
from eventmail.roster.storing import add_rows, clear_rows
from eventmail.spreadsheet.reader import stream
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.rows import Row

LEASE = timedelta(minutes=10)
PORTION = 1000
Writing = Callable[[], AbstractContextManager[Session]]
AfterImport = Callable[[Session, Event], Sized]


class _LostError(Exception):
    """Somebody gave the import up, or chose anew, while it was being read."""


def in_session(session: Session) -> Writing:
    """For :func:`run` within a transaction that the caller already has."""
    return lambda: nullcontext(session)


def run(writing: Writing, import_id: int, after_import: AfterImport) -> None:
    """Do whatever an import waits for, one step after another, until it waits for a person.

    ``writing`` opens a transaction (:meth:`~eventmail.database.Database.writing`).
    ``after_import`` sees to what a changed roster means for others, in the same transaction, and
    gives back the mailings whose review it ended.
    """
    while True:
        claimed = _claim(writing, import_id)
        if claimed is None:
            return
        try:
            _STEPS[claimed.state](writing, claimed, after_import)
        except _LostError:
            return


def waiting(session: Session) -> list[int]:
    """The imports that wait for a worker."""
    free = sa.or_(RosterImport.lease.is_(None), RosterImport.lease < clock.now())
    query = sa.select(RosterImport.id).where(RosterImport.state.in_(AT_WORK), free)
    return list(session.scalars(query.order_by(RosterImport.id)))


def _claim(writing: Writing, import_id: int) -> RosterImport | None:
    with writing() as session:
        query = sa.select(RosterImport).where(RosterImport.id == import_id).with_for_update()
        found = session.scalar(query)
        now = clock.now()
        if found is None or found.state not in AT_WORK or (found.lease and found.lease > now):
            return None
        found.lease = now + LEASE
        return found


def _read(writing: Writing, claimed: RosterImport, _after: AfterImport) -> None:
    with writing() as session:
        content = events.read_blob(session, claimed.office_id, claimed.sha256)
        choices = Choices.from_json(claimed.choices)
    try:
        with closing(stream(content, claimed.filename, choices)) as told:
            reading = next(told)
            assert isinstance(reading, Reading)
            _start(writing, claimed, reading)
            rows = (row for row in told if isinstance(row, Row))
            for number, portion in enumerate(portions(rows, PORTION)):
                _store(writing, claimed, number * PORTION, portion)
    except UnreadableFile as error:
        _fail(writing, claimed, error)
        return
    _step(writing, claimed, ImportState.PLANNING)


def _start(writing: Writing, claimed: RosterImport, reading: Reading) -> None:
    with writing() as session:
        own = _own(session, claimed)
        clear_rows(session, own)
        own.reading = reading.to_json()
        own.done, own.total = 0, sum(reading.counts.values())


def _store(writing: Writing, claimed: RosterImport, before: int, rows: list[Row]) -> None:
    with writing() as session:
        own = _own(session, claimed)
        add_rows(session, own, before + 1, rows)
        own.done = before + len(rows)
        own.lease = claimed.lease = clock.now() + LEASE


def _fail(writing: Writing, claimed: RosterImport, error: UnreadableFile) -> None:
    with writing() as session:
        own = _own(session, claimed)
        clear_rows(session, own)
        own.message = service.unreadable(own.filename, error)
        own.state, own.lease = ImportState.FAILED, None


def _plan(writing: Writing, claimed: RosterImport, _after: AfterImport) -> None:
    with writing() as session:
        events.lock(session, claimed.event_id)
        own = _own(session, claimed)
        learn(session, RosterRow)
        plan(session, session.get_one(Event, own.event_id), own)
        own.lease = None


def _apply(writing: Writing, claimed: RosterImport, after_import: AfterImport) -> None:
    with writing() as session:
        events.lock(session, claimed.event_id)
        own = _own(session, claimed)
        event = session.get_one(Event, own.event_id)
        try:
            service.write_roster(session, event, own)
        except UserError as error:  # raised before anything is written
            own.message, own.lease = error.message, None
            own.state = ImportState.PLANNING
            return
        learn(session, Contact, Participant, RosterChange)
        own.counts = own.counts | {"voided": len(after_import(session, event))}
        own.lease = None


def _step(writing: Writing, claimed: RosterImport, state: ImportState) -> None:
    with writing() as session:
        own = _own(session, claimed)
        own.state, own.lease = state, None


def _own(session: Session, claimed: RosterImport) -> RosterImport:
    """The import, if it is still ours and in the state in which we took it."""
    query = sa.select(RosterImport).where(RosterImport.id == claimed.id).with_for_update()
    found = session.scalars(query).one()
    if found.state is not claimed.state or found.lease != claimed.lease:
        raise _LostError
    return found


_STEPS = {
    ImportState.READING: _read,
    ImportState.PLANNING: _plan,
    ImportState.APPLYING: _apply,
}
