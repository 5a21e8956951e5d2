"""What the review page shows of an import's rows: filtered, searched, the worst ones first."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail.events.models import Contact, Event, Participant
from eventmail.roster.diff import Kind
from eventmail.roster.listing import PageOf, page_of
from eventmail.roster.models import RosterImport, RosterRow
from eventmail.roster.planning import gone
from eventmail.roster.storing import is_open, row_of
from eventmail.spreadsheet.rows import Row, Verdict

GONE_SHOWN = 5


class Show(enum.StrEnum):
    """Which rows are shown."""

    ALL = "all"
    OPEN = "open"
    ERROR = "error"
    QUESTION = "question"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    OK = "ok"


_WHICH: dict[Show, sa.ColumnElement[bool]] = {
    Show.OPEN: is_open(),
    Show.ERROR: RosterRow.verdict == Verdict.ERROR.value,
    Show.QUESTION: RosterRow.verdict == Verdict.QUESTION.value,
    Show.CHANGED: RosterRow.change == Kind.CHANGED.value,
    Show.NEW: RosterRow.change == Kind.NEW.value,
    Show.OK: RosterRow.verdict == Verdict.OK.value,
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A stored row with what the reading told and what was corrected in it."""

    stored: RosterRow
    row: Row
    notes: Sequence[dict[str, str]]

    @property
    def may_be_split(self) -> bool:
        """Whether its cell holds several addresses that can become a contact each."""
        return any(reason.code == "two_addresses" for reason in self.row.reasons)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rows that are to be looked at together: duplicates of each other, or one row alone."""

    name: str
    rows: Sequence[ShownRow]


@dataclass(frozen=True, slots=True)
class Alike:
    """Open rows with the same one reason, which can be answered at once."""

    code: str
    count: int
    takeable: int
    example: str


def counts(roster_import: RosterImport) -> dict[Show, int]:
    """How many rows each filter shows, as they were counted when the import was planned."""
    told = roster_import.counts
    found = {show: int(told.get(show.value, 0)) for show in Show}
    found[Show.ALL] = sum(int(told.get(each.value, 0)) for each in Verdict)
    return found


def rows(
    session: Session, roster_import: RosterImport, show: Show, text: str, page: int
) -> PageOf[RosterRow]:
    """A page of rows: errors, questions, changes, the rest; duplicates together."""
    mine = RosterRow.import_id == roster_import.id
    name = sa.case((RosterRow.bundle == "", "=" + RosterRow.key), else_=RosterRow.bundle)
    order = (
        sa.select(
            RosterRow.position,
            sa.func.min(_rank()).over(partition_by=name).label("rank"),
            sa.func.min(RosterRow.position).over(partition_by=name).label("first"),
        )
        .where(mine)
        .subquery()
    )
    query = sa.select(RosterRow).join(order, order.c.position == RosterRow.position).where(mine)
    if show in _WHICH:
        query = query.where(_WHICH[show])
    if text:
        query = query.where(_holds(text))
    ordered = query.order_by(order.c.rank, order.c.first, RosterRow.position)
    return page_of(session, ordered, page)


def bundles(roster_import: RosterImport, found: Sequence[RosterRow]) -> Iterator[Bundle]:
    """Rows as the page shows them, neighbours of one group of duplicates together."""
    shown = [
        ShownRow(
            each, row_of(each), [note for note in roster_import.notes if note["row"] == each.key]
        )
        for each in found
    ]
    for name, members in groupby(shown, lambda each: each.stored.bundle or f"={each.stored.key}"):
        yield Bundle("" if name.startswith("=") else name, list(members))


def gone_page(
    session: Session, event: Event, roster_import: RosterImport, text: str, page: int
) -> PageOf[Contact]:
    """A page of those who stand in the roster and in no row that would be taken."""
    query = gone(session, event, roster_import).options(joinedload(Contact.participant))
    if text:
        columns = (Participant.company, Contact.name, Contact.address)
        query = query.where(sa.or_(*(each.icontains(text, autoescape=True) for each in columns)))
    return page_of(session, query, page)


def first_gone(session: Session, event: Event, roster_import: RosterImport) -> Sequence[Contact]:
    """The first of those who are gone, to be shown beside everything else."""
    query = gone(session, event, roster_import).options(joinedload(Contact.participant))
    return session.scalars(query.limit(GONE_SHOWN)).all()


def alike(session: Session, roster_import: RosterImport) -> list[Alike]:
    """Reasons that several open rows have as their only one."""
    query = (
        sa.select(
            RosterRow.codes,
            sa.func.count(),
            sa.func.sum(sa.case((RosterRow.takeable, 1), else_=0)),
            sa.func.min(RosterRow.position),
        )
        .where(RosterRow.import_id == roster_import.id, is_open(), ~RosterRow.codes.contains(" "))
        .group_by(RosterRow.codes)
        .having(sa.func.count() > 1)
        .order_by(RosterRow.codes)
    )
    return [
        Alike(code, count, takeable, _example(session, roster_import, position))
        for code, count, takeable, position in session.execute(query)
    ]


def find(session: Session, roster_import: RosterImport, key: str) -> ShownRow | None:
    """One row by its key."""
    query = sa.select(RosterRow).where(
        RosterRow.import_id == roster_import.id, RosterRow.key == key
    )
    stored = session.scalar(query)
    if stored is None:
        return None
    notes = [note for note in roster_import.notes if note["row"] == key]
    return ShownRow(stored, row_of(stored), notes)


def _example(session: Session, roster_import: RosterImport, position: int) -> str:
    stored = session.get_one(RosterRow, (roster_import.id, position))
    return row_of(stored).reasons[0].message


def _rank() -> sa.ColumnElement[int]:
    return sa.case(
        (RosterRow.verdict == Verdict.ERROR.value, 0),
        (RosterRow.verdict == Verdict.QUESTION.value, 1),
        (RosterRow.loud, 2),
        (RosterRow.change == Kind.CHANGED.value, 3),
        else_=4,
    )


def _holds(text: str) -> sa.ColumnElement[bool]:
    columns = (
        RosterRow.company,
        RosterRow.address_key,
        RosterRow.data["raw_email"].as_string(),
        RosterRow.data["contact"].as_string(),
    )
    somewhere = (each.icontains(text, autoescape=True) for each in columns)
    return sa.or_(RosterRow.key == text, *somewhere)
